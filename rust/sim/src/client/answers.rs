//! What a client is told, read from opened bytes. `None` is an answer to something else, or no
//! message at all.

use netprov_messages::{
    Message, NetworkConfigMsgType, NetworkCtrlMsgType, NetworkScanMsgType, Status,
    WifiConnectFailedReason, WifiStationState,
};
use netprov_messages::{
    NetworkConfigPayload, NetworkCtrlPayload, NetworkScanPayload, WiFiScanResult,
    WifiConnectedState, network_config_payload, network_ctrl_payload, network_scan_payload,
    resp_get_wifi_status,
};

/// How the station stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WifiStatus {
    /// It is on the network.
    Connected(WifiConnectedState),
    /// It tries.
    Connecting,
    /// It tries again, and so many attempts are left.
    AttemptFailed(u32),
    /// It has tried nothing.
    Disconnected,
    /// The credentials did not work.
    Failed(WifiConnectFailedReason),
}

impl WifiStatus {
    /// The address, if there is one.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Connected(state) => Some(&state.ip4_addr),
            _ => None,
        }
    }

    /// Whether a client asks again.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Connecting | Self::AttemptFailed(_))
    }
}

/// A page of what a scan found, and whether it is all that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The answer's status.
    pub status: Status,
    /// The networks.
    pub entries: Vec<WiFiScanResult>,
}

/// The outcome of a "set".
pub fn set_wifi(bytes: &[u8]) -> Option<Status> {
    match config(bytes, NetworkConfigMsgType::TypeRespSetWifiConfig)? {
        network_config_payload::Payload::RespSetWifiConfig(answer) => outcome(answer.status),
        _ => None,
    }
}

/// The outcome of an "apply".
pub fn apply_wifi(bytes: &[u8]) -> Option<Status> {
    match config(bytes, NetworkConfigMsgType::TypeRespApplyWifiConfig)? {
        network_config_payload::Payload::RespApplyWifiConfig(answer) => outcome(answer.status),
        _ => None,
    }
}

/// The station's status. A state without the detail that belongs to it is not understood.
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

/// The outcome of a scan's start.
pub fn scan_start(bytes: &[u8]) -> Option<Status> {
    match scan(bytes, NetworkScanMsgType::TypeRespScanWifiStart)? {
        (status, network_scan_payload::Payload::RespScanWifiStart(_)) => Some(status),
        _ => None,
    }
}

/// Whether the scan has ended, and how much it found.
pub fn scan_status(bytes: &[u8]) -> Option<(bool, u32)> {
    match scan(bytes, NetworkScanMsgType::TypeRespScanWifiStatus)? {
        (Status::Success, network_scan_payload::Payload::RespScanWifiStatus(status)) => {
            Some((status.scan_finished, status.result_count))
        }
        _ => None,
    }
}

/// A page of what the scan found.
pub fn scan_result(bytes: &[u8]) -> Option<Page> {
    match scan(bytes, NetworkScanMsgType::TypeRespScanWifiResult)? {
        (status, network_scan_payload::Payload::RespScanWifiResult(page)) => {
            Some(Page { status, entries: page.entries })
        }
        _ => None,
    }
}

/// The outcome of a reset.
pub fn reset(bytes: &[u8]) -> Option<Status> {
    match ctrl(bytes, NetworkCtrlMsgType::TypeRespCtrlWifiReset)? {
        (status, network_ctrl_payload::Payload::RespCtrlWifiReset(_)) => Some(status),
        _ => None,
    }
}

/// The outcome of a re-provisioning.
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
