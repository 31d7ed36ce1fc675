//! Wi-Fi: networks, credentials, and what a client can ask about them.

pub(crate) mod config;
mod connector;
mod scan;
mod station;
mod types;

use protocomm::Instant;
pub use protocomm::wire::WifiAuthMode as AuthMode;
use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

pub use self::connector::{Action, Connector, Policy};
use self::station::Station;
pub use self::station::StationStatus;
pub use self::types::{
    AccessPoint, Bssid, ConnectFailure, ConnectRequest, Credentials, Link, Passphrase, ScanRequest,
    Security, Ssid, WifiEvent,
};
use crate::config::Config;
use crate::error::Error;
use crate::network::{Hopeless, Kind, Machine};
use crate::output::{Event, FailReason, Outputs};
pub use crate::scan::ScanFailure;

/// Wi-Fi, as a type of network.
#[derive(Clone, Copy, Debug)]
pub enum Wifi {}

impl Machine for Wifi {
    const KIND: Kind = Kind::Wifi;
    const CAPABILITIES: [&'static str; 2] = ["wifi_prov", "wifi_scan"];
    const REFUSED: FailReason = FailReason::AuthError;

    type Credentials = Credentials;
    type Target = ConnectRequest;
    type ScanRequest = ScanRequest;
    type Entry = scan::Entry;
    type Status = StationStatus;
    type Event = WifiEvent;
    type Link = Station;

    fn credentials(payload: &ConfigPayload<'_>) -> Option<Result<Credentials, Error>> {
        match payload {
            ConfigPayload::CmdSetWifiConfig(command) => Some(config::credentials(command)),
            _ => None,
        }
    }

    fn scan_request(payload: &ScanPayload) -> Option<(ScanRequest, bool)> {
        match payload {
            ScanPayload::CmdScanWifiStart(command) => {
                Some((scan::request(command), command.blocking))
            }
            _ => None,
        }
    }

    fn page(payload: &ScanPayload) -> Option<(u32, u32)> {
        match payload {
            ScanPayload::CmdScanWifiResult(command) => Some((command.start_index, command.count)),
            _ => None,
        }
    }

    fn begin(
        link: &mut Station,
        now: Instant,
        credentials: Credentials,
        seen: &[scan::Entry],
        config: &Config,
        out: &mut Outputs,
    ) -> Result<(), Hopeless> {
        let open = credentials.passphrase.is_empty();
        let (security, in_range) = scan::security(seen, &credentials.ssid, open);
        out.event(Event::CredRecv);
        let known = security.unwrap_or(Security::Unknown);
        link.begin(now, credentials, known, in_range, config);
        if security.is_none() {
            link.give_up();
            return Err(Hopeless::Failed(FailReason::UnsupportedSecurity));
        }
        Ok(())
    }

    fn not_connected(reason: Option<FailReason>) -> StationStatus {
        reason.map_or(StationStatus::Disconnected, StationStatus::Failed)
    }

    fn connecting() -> StationStatus {
        StationStatus::Connecting
    }

    fn is_connected(status: StationStatus) -> bool {
        matches!(status, StationStatus::Connected { .. })
    }

    fn write_status(status: StationStatus, link: &Station, writer: &mut Writer<'_>) {
        config::write_status(
            status,
            link.credentials().map(|credentials| &credentials.ssid),
            writer,
        );
    }
}

/// What the scan keeps of a network that was found; nothing if it hides its name.
pub(crate) fn entry(found: &AccessPoint) -> Option<scan::Entry> {
    scan::Entry::of(found)
}
