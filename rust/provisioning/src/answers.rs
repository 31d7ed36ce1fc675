//! What all answers of an endpoint have in common: each says of which kind it is.

use protocomm::wire::response::network_config_payload::Payload as Config;
use protocomm::wire::response::network_scan_payload::Payload as Scan;
use protocomm::wire::{NetworkConfigMsgType, NetworkScanMsgType, Status, response};

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
