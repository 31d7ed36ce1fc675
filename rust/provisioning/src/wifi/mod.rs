//! Wi-Fi: networks, credentials and their messages.

pub(crate) mod config;
mod link;
mod manager;
mod scan;
mod types;

pub use protocomm::wire::WifiAuthMode as AuthMode;
use protocomm::wire::Writer;
use protocomm::wire::request::network_config_payload::Payload as ConfigPayload;
use protocomm::wire::request::network_scan_payload::Payload as ScanPayload;

pub use self::link::StationState;
pub use self::types::{
    AccessPoint, Bssid, ConnectFailure, ConnectRequest, Credentials, Link, Passphrase, ScanRequest,
    Security, Ssid, StationStatus, WifiEvent,
};
use crate::error::Error;
use crate::link::Progress;
use crate::network::{Kind, Machine, Offer};
use crate::output::FailReason;
pub use crate::scan::ScanFailure;

/// The network type Wi-Fi.
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

    fn offer(
        mut credentials: Credentials,
        seen: &[scan::Entry],
    ) -> Result<Offer<ConnectRequest>, FailReason> {
        let open = credentials.passphrase.is_empty();
        let (security, rssi) = scan::security(seen, &credentials.ssid, open);
        // Some clients send these to mean "any access point".
        if credentials.bssid == Some([0; 6]) || credentials.bssid == Some([0xff; 6]) {
            credentials.bssid = None;
        }
        let unsupported = security.is_none().then_some(FailReason::UnsupportedSecurity);
        let security = security.unwrap_or(Security::Unknown);
        Ok(Offer { target: ConnectRequest { credentials, security }, rssi, unsupported })
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

    fn write_status(
        status: StationStatus,
        target: Option<&ConnectRequest>,
        writer: &mut Writer<'_>,
    ) {
        config::write_status(status, target.map(|target| &target.credentials.ssid), writer);
    }
}

/// Returns the entry that the scan keeps for a network, or `None` if it hides its name.
pub(crate) fn entry(found: AccessPoint) -> Option<scan::Entry> {
    scan::Entry::of(found)
}
