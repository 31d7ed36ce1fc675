//! What all answers of an endpoint have in common: each says of which kind it is, and a command of
//! the other type of network is refused.

use protocomm::wire::response::network_config_payload::Payload as Config;
use protocomm::wire::response::network_scan_payload::Payload as Scan;
use protocomm::wire::{
    NetworkConfigMsgType, NetworkScanMsgType, Status, ThreadNetworkState, WifiStationState,
    response,
};

use crate::error::RequestError;

/// An answer of the configuration endpoint.
pub(crate) fn config(payload: Config) -> response::NetworkConfigPayload {
    use NetworkConfigMsgType as Msg;

    let msg = match payload {
        Config::RespGetWifiStatus(_) => Msg::TypeRespGetWifiStatus,
        Config::RespSetWifiConfig(_) => Msg::TypeRespSetWifiConfig,
        Config::RespApplyWifiConfig(_) => Msg::TypeRespApplyWifiConfig,
        Config::RespGetThreadStatus(_) => Msg::TypeRespGetThreadStatus,
        Config::RespSetThreadConfig(_) => Msg::TypeRespSetThreadConfig,
        Config::RespApplyThreadConfig(_) => Msg::TypeRespApplyThreadConfig,
    };
    response::NetworkConfigPayload { msg: msg as i32, payload: Some(payload) }
}

/// What refuses a command to the configuration endpoint of a device for the other type of network.
pub(crate) fn refused_config(command: NetworkConfigMsgType) -> Result<Config, RequestError> {
    use NetworkConfigMsgType as Msg;

    let status = Status::InvalidArgument as i32;
    Ok(match command {
        // A state other than the default, which would read as success to whoever does not look at
        // the status.
        Msg::TypeCmdGetWifiStatus => Config::RespGetWifiStatus(response::RespGetWifiStatus {
            status,
            wifi_sta_state: WifiStationState::Disconnected as i32,
            ..Default::default()
        }),
        Msg::TypeCmdGetThreadStatus => Config::RespGetThreadStatus(response::RespGetThreadStatus {
            status,
            thread_state: ThreadNetworkState::Dettached as i32,
            ..Default::default()
        }),
        Msg::TypeCmdSetWifiConfig => {
            Config::RespSetWifiConfig(response::RespSetWifiConfig { status })
        }
        Msg::TypeCmdSetThreadConfig => {
            Config::RespSetThreadConfig(response::RespSetThreadConfig { status })
        }
        Msg::TypeCmdApplyWifiConfig => {
            Config::RespApplyWifiConfig(response::RespApplyWifiConfig { status })
        }
        Msg::TypeCmdApplyThreadConfig => {
            Config::RespApplyThreadConfig(response::RespApplyThreadConfig { status })
        }
        _ => return Err(RequestError::UnknownCommand),
    })
}

/// The same of the scan endpoint.
pub(crate) fn refused_scan(command: NetworkScanMsgType) -> Result<Scan, RequestError> {
    use NetworkScanMsgType as Msg;

    Ok(match command {
        Msg::TypeCmdScanWifiStart => Scan::RespScanWifiStart(Default::default()),
        Msg::TypeCmdScanWifiStatus => Scan::RespScanWifiStatus(Default::default()),
        Msg::TypeCmdScanWifiResult => Scan::RespScanWifiResult(Default::default()),
        Msg::TypeCmdScanThreadStart => Scan::RespScanThreadStart(Default::default()),
        Msg::TypeCmdScanThreadStatus => Scan::RespScanThreadStatus(Default::default()),
        Msg::TypeCmdScanThreadResult => Scan::RespScanThreadResult(Default::default()),
        _ => return Err(RequestError::UnknownCommand),
    })
}

/// An answer of the scan endpoint.
pub(crate) fn scan(status: Status, payload: Scan) -> response::NetworkScanPayload {
    use NetworkScanMsgType as Msg;

    let msg = match payload {
        Scan::RespScanWifiStart(_) => Msg::TypeRespScanWifiStart,
        Scan::RespScanWifiStatus(_) => Msg::TypeRespScanWifiStatus,
        Scan::RespScanWifiResult(_) => Msg::TypeRespScanWifiResult,
        Scan::RespScanThreadStart(_) => Msg::TypeRespScanThreadStart,
        Scan::RespScanThreadStatus(_) => Msg::TypeRespScanThreadStatus,
        Scan::RespScanThreadResult(_) => Msg::TypeRespScanThreadResult,
    };
    response::NetworkScanPayload { msg: msg as i32, status: status as i32, payload: Some(payload) }
}
