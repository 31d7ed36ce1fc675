//! Reads decrypted responses. `None` means that the response belongs to another request, or cannot
//! be decoded.

use netprov_messages::{
    Message, NetworkConfigMsgType, NetworkCtrlMsgType, NetworkScanMsgType, Status,
    WifiConnectFailedReason, WifiStationState,
};
use netprov_messages::{
    NetworkConfigPayload, NetworkCtrlPayload, NetworkScanPayload, WiFiScanResult,
    WifiConnectedState, network_config_payload, network_ctrl_payload, network_scan_payload,
    resp_get_wifi_status,
};

/// State of the Wi-Fi station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WifiStatus {
    /// The station is connected.
    Connected(WifiConnectedState),
    /// The station is connecting.
    Connecting,
    /// An attempt failed; this many are left.
    AttemptFailed(u32),
    /// No attempt was made.
    Disconnected,
    /// The credentials failed.
    Failed(WifiConnectFailedReason),
}

impl WifiStatus {
    /// Returns the address, if connected.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Connected(state) => Some(&state.ip4_addr),
            _ => None,
        }
    }

    /// Returns whether a client would keep polling.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Connecting | Self::AttemptFailed(_))
    }
}

/// A page of scan results.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The status of the response.
    pub status: Status,
    /// The networks.
    pub entries: Vec<WiFiScanResult>,
}

/// Reads the response to a Set command.
pub fn set_wifi(bytes: &[u8]) -> Option<Status> {
    match config(bytes, NetworkConfigMsgType::TypeRespSetWifiConfig)? {
        network_config_payload::Payload::RespSetWifiConfig(answer) => outcome(answer.status),
        _ => None,
    }
}

/// Reads the response to an Apply command.
pub fn apply_wifi(bytes: &[u8]) -> Option<Status> {
    match config(bytes, NetworkConfigMsgType::TypeRespApplyWifiConfig)? {
        network_config_payload::Payload::RespApplyWifiConfig(answer) => outcome(answer.status),
        _ => None,
    }
}

/// Reads the station state. Returns `None` for a state without its details.
pub fn status(bytes: &[u8]) -> Option<WifiStatus> {
    use resp_get_wifi_status::State;

    let payload = config(bytes, NetworkConfigMsgType::TypeRespGetWifiStatus)?;
    let network_config_payload::Payload::RespGetWifiStatus(answer) = payload else { return None };
    match (WifiStationState::try_from(answer.wifi_sta_state).ok()?, answer.state) {
        (WifiStationState::Connected, Some(State::WifiConnected(state))) => {
            Some(WifiStatus::Connected(state))
        }
        (WifiStationState::Connecting, None) => Some(WifiStatus::Connecting),
        (WifiStationState::Connecting, Some(State::AttemptFailed(failed))) => {
            Some(WifiStatus::AttemptFailed(failed.attempts_remaining))
        }
        (WifiStationState::Disconnected, None) => Some(WifiStatus::Disconnected),
        (WifiStationState::ConnectionFailed, Some(State::WifiFailReason(reason))) => {
            Some(WifiStatus::Failed(reason.try_into().ok()?))
        }
        _ => None,
    }
}

/// Reads the response to starting a scan.
pub fn scan_start(bytes: &[u8]) -> Option<Status> {
    match scan(bytes, NetworkScanMsgType::TypeRespScanWifiStart)? {
        (status, network_scan_payload::Payload::RespScanWifiStart(_)) => Some(status),
        _ => None,
    }
}

/// Reads whether the scan has finished, and the number of networks.
pub fn scan_status(bytes: &[u8]) -> Option<(bool, u32)> {
    match scan(bytes, NetworkScanMsgType::TypeRespScanWifiStatus)? {
        (Status::Success, network_scan_payload::Payload::RespScanWifiStatus(status)) => {
            Some((status.scan_finished, status.result_count))
        }
        _ => None,
    }
}

/// Reads a page of scan results.
pub fn scan_result(bytes: &[u8]) -> Option<Page> {
    match scan(bytes, NetworkScanMsgType::TypeRespScanWifiResult)? {
        (status, network_scan_payload::Payload::RespScanWifiResult(page)) => {
            Some(Page { status, entries: page.entries })
        }
        _ => None,
    }
}

/// Reads the response to a reset.
pub fn reset(bytes: &[u8]) -> Option<Status> {
    match ctrl(bytes, NetworkCtrlMsgType::TypeRespCtrlWifiReset)? {
        (status, network_ctrl_payload::Payload::RespCtrlWifiReset(_)) => Some(status),
        _ => None,
    }
}

/// Reads the response to a reprovisioning command.
pub fn reprovision(bytes: &[u8]) -> Option<Status> {
    match ctrl(bytes, NetworkCtrlMsgType::TypeRespCtrlWifiReprov)? {
        (status, network_ctrl_payload::Payload::RespCtrlWifiReprov(_)) => Some(status),
        _ => None,
    }
}

fn outcome(status: i32) -> Option<Status> {
    Status::try_from(status).ok()
}

fn config(bytes: &[u8], msg: NetworkConfigMsgType) -> Option<network_config_payload::Payload> {
    let message = NetworkConfigPayload::decode(bytes).ok()?;
    (message.msg == msg as i32).then_some(message.payload)?
}

fn scan(bytes: &[u8], msg: NetworkScanMsgType) -> Option<(Status, network_scan_payload::Payload)> {
    let message = NetworkScanPayload::decode(bytes).ok()?;
    (message.msg == msg as i32).then_some((outcome(message.status)?, message.payload?))
}

fn ctrl(bytes: &[u8], msg: NetworkCtrlMsgType) -> Option<(Status, network_ctrl_payload::Payload)> {
    let message = NetworkCtrlPayload::decode(bytes).ok()?;
    (message.msg == msg as i32).then_some((outcome(message.status)?, message.payload?))
}
