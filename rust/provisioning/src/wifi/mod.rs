//! Wi-Fi: networks, credentials, and what a client can ask about them.

pub(crate) mod config;
mod connector;
mod scan;
mod types;

use alloc::vec::Vec;

pub use protocomm::wire::WifiAuthMode as AuthMode;
use protocomm::wire::response::network_config_payload::Payload as ConfigAnswer;
use protocomm::wire::response::network_scan_payload::Payload as ScanAnswer;
use protocomm::wire::response::{
    RespApplyWifiConfig, RespScanWifiResult, RespScanWifiStart, RespScanWifiStatus,
    RespSetWifiConfig, WiFiScanResult,
};

pub use self::connector::{Action, Connector, Policy};
pub use self::types::{
    AccessPoint, Bssid, ConnectFailure, ConnectRequest, Credentials, Link, Passphrase, ScanRequest,
    Security, Ssid, StationStatus, WifiEvent,
};
use crate::link::Progress;
pub use crate::link::StationState;
use crate::network::{ConfigReader, Hopeless, Kind, Machine, Offer, ScanReader};
use crate::output::{Event, FailReason, Output, Outputs};
pub use crate::scan::ScanFailure;

/// Wi-Fi, as a type of network.
#[derive(Clone, Copy, Debug)]
pub enum Wifi {}

impl Machine for Wifi {
    const KIND: Kind = Kind::Wifi;
    const CAPABILITIES: [&'static str; 2] = ["wifi_prov", "wifi_scan"];
    const REFUSED: FailReason = FailReason::AuthError;

    type Credentials = Credentials;
    type ScanRequest = ScanRequest;
    type Entry = scan::Entry;
    type Status = StationStatus;

    const CONFIG_ACTION: ConfigReader<Credentials> = config::action;
    const SET_ANSWER: fn(i32) -> ConfigAnswer =
        |status| ConfigAnswer::RespSetWifiConfig(RespSetWifiConfig { status });
    const APPLY_ANSWER: fn(i32) -> ConfigAnswer =
        |status| ConfigAnswer::RespApplyWifiConfig(RespApplyWifiConfig { status });
    const SCAN_ACTION: ScanReader<ScanRequest> = scan::action;
    const SCAN_START_ANSWER: ScanAnswer = ScanAnswer::RespScanWifiStart(RespScanWifiStart {});
    const SCAN_STATUS_ANSWER: fn(bool, u32) -> ScanAnswer = |scan_finished, result_count| {
        ScanAnswer::RespScanWifiStatus(RespScanWifiStatus { scan_finished, result_count })
    };
    const SCAN_PAGE_ANSWER: fn(Vec<WiFiScanResult>) -> ScanAnswer =
        |entries| ScanAnswer::RespScanWifiResult(RespScanWifiResult { entries });

    fn offer(
        mut credentials: Credentials,
        seen: &[scan::Entry],
        out: &mut Outputs<Self>,
    ) -> Result<Offer<ConnectRequest>, Hopeless> {
        let ssid = credentials.ssid.clone();
        let (security, in_range) = scan::security(seen, &ssid, credentials.passphrase.is_empty());
        out.push(Output::Event(Event::CredRecv(ssid)));
        let security = security.ok_or(Hopeless::Failed(FailReason::UnsupportedSecurity))?;
        // Some clients send these for "any access point".
        if credentials.bssid == Some([0; 6]) || credentials.bssid == Some([0xff; 6]) {
            credentials.bssid = None;
        }
        Ok(Offer { target: ConnectRequest { credentials, security }, in_range })
    }

    fn status(progress: Progress, state: &StationState) -> StationStatus {
        match progress {
            Progress::Offline(None) => StationStatus::Disconnected,
            Progress::Offline(Some(reason)) => StationStatus::Failed(reason),
            Progress::Retrying { remaining } => StationStatus::AttemptFailed { remaining },
            Progress::Connecting => StationStatus::Connecting,
            Progress::Online => match (state.link(), state.address()) {
                (Some(link), Some(address)) => StationStatus::Connected { link, address },
                _ => StationStatus::Connecting,
            },
        }
    }

    fn is_connected(status: StationStatus) -> bool {
        matches!(status, StationStatus::Connected { .. })
    }

    fn status_answer(status: StationStatus, target: Option<&ConnectRequest>) -> ConfigAnswer {
        config::status_answer(status, target.map(|target| &target.credentials.ssid))
    }
}

/// What the scan keeps of a network that was found; nothing if it hides its name.
pub(crate) fn entry(found: &AccessPoint) -> Option<scan::Entry> {
    scan::Entry::of(found)
}
