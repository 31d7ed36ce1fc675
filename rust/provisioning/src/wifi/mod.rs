//! Wi-Fi: networks, credentials, and what a client can ask about them.

pub(crate) mod config;
mod connector;
pub(crate) mod ctrl;
pub(crate) mod scan;
pub(crate) mod station;
mod types;

pub use protocomm::wire::WifiAuthMode as AuthMode;

pub use self::connector::{Action, Connector, Policy};
pub use self::station::StationStatus;
pub use self::types::{
    AccessPoint, Bssid, ConnectFailure, ConnectRequest, Credentials, Link, Passphrase, ScanFailure,
    ScanRequest, Security, Ssid, WifiEvent,
};
