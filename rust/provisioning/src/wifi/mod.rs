//! Wi-Fi: networks, credentials, and what a client can ask about them.

pub(crate) mod config;
mod connector;
mod scan;
mod station;
mod types;

use alloc::vec::Vec;

use protocomm::Instant;
pub use protocomm::wire::WifiAuthMode as AuthMode;
use protocomm::wire::response::network_scan_payload::Payload as ScanAnswer;
use protocomm::wire::response::{
    self, RespScanWifiResult, RespScanWifiStart, RespScanWifiStatus, WiFiScanResult,
};
use protocomm::wire::{Status, request};

pub use self::connector::{Action, Connector, Policy};
use self::station::Station;
pub use self::station::StationStatus;
pub use self::types::{
    AccessPoint, Bssid, ConnectFailure, ConnectRequest, Credentials, Link, Passphrase, ScanRequest,
    Security, Ssid, WifiEvent,
};
use crate::answers;
use crate::config::Config;
use crate::error::{Error, RequestError};
use crate::manager::Outputs;
use crate::network::{self, ConfigAction, Hopeless, Kind, Machine, ScanAction};
use crate::output::{Event, FailReason, Output};
pub use crate::scan::ScanFailure;

/// Wi-Fi, as a type of network.
#[derive(Clone, Copy, Debug)]
pub enum Wifi {}

impl Machine for Wifi {
    const CAPABILITIES: [&'static str; 2] = ["wifi_prov", "wifi_scan"];
    const REFUSED: FailReason = FailReason::AuthError;

    type Credentials = Credentials;
    type Target = ConnectRequest;
    type ScanRequest = ScanRequest;
    type Entry = scan::Entry;
    type Status = StationStatus;
    type Event = WifiEvent;
    type Link = Station;

    fn begin(
        link: &mut Station,
        now: Instant,
        credentials: Credentials,
        seen: &[scan::Entry],
        config: &Config,
        out: &mut Outputs<Self>,
    ) -> Result<(), Hopeless> {
        let ssid = credentials.ssid.clone();
        let (security, in_range) = scan::security(seen, &ssid, credentials.passphrase.is_empty());
        out.push(Output::Event(Event::CredRecv(ssid)));
        let security = security.ok_or(Hopeless::Failed(FailReason::UnsupportedSecurity))?;
        link.begin(now, credentials, security, in_range, config);
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

    fn config_action(
        mut request: request::NetworkConfigPayload,
    ) -> Result<ConfigAction<Credentials>, RequestError> {
        let action = config::action(&request);
        network::wipe(&mut request);
        action
    }

    fn set_answer(result: Result<(), Error>) -> response::NetworkConfigPayload {
        config::set_answer(result)
    }

    fn apply_answer(result: Result<(), Error>) -> response::NetworkConfigPayload {
        config::apply_answer(result)
    }

    fn status_answer(status: StationStatus, link: &Station) -> response::NetworkConfigPayload {
        config::status_answer(status, link.credentials().map(|credentials| &credentials.ssid))
    }

    fn is_of(kind: Kind) -> bool {
        kind == Kind::Wifi
    }

    fn scan_action(
        request: request::NetworkScanPayload,
    ) -> Result<ScanAction<ScanRequest>, RequestError> {
        scan::action(request)
    }

    fn scan_start_answer(status: Status) -> response::NetworkScanPayload {
        answers::scan(status, ScanAnswer::RespScanWifiStart(RespScanWifiStart {}))
    }

    fn scan_status_answer(scan_finished: bool, result_count: u32) -> response::NetworkScanPayload {
        let state = RespScanWifiStatus { scan_finished, result_count };
        answers::scan(Status::Success, ScanAnswer::RespScanWifiStatus(state))
    }

    fn scan_page_answer(
        status: Status,
        entries: Vec<WiFiScanResult>,
    ) -> response::NetworkScanPayload {
        answers::scan(status, ScanAnswer::RespScanWifiResult(RespScanWifiResult { entries }))
    }
}

/// What the scan keeps of a network that was found; nothing if it hides its name.
pub(crate) fn entry(found: &AccessPoint) -> Option<scan::Entry> {
    scan::Entry::of(found)
}
