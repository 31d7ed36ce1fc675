//! Requests of a client, as plain bytes to be encrypted.

use netprov_messages::{
    CmdApplyWifiConfig, CmdCtrlWifiReprov, CmdCtrlWifiReset, CmdGetWifiStatus, CmdScanWifiResult,
    CmdScanWifiStart, CmdScanWifiStatus, CmdSetWifiConfig, NetworkConfigPayload,
    NetworkCtrlPayload, NetworkScanPayload, S2SessionCmd0, S2SessionCmd1, Sec2Payload, SessionData,
    network_config_payload, network_ctrl_payload, network_scan_payload, sec2_payload, session_data,
};
use netprov_messages::{
    Message, NetworkConfigMsgType, NetworkCtrlMsgType, NetworkScanMsgType, Sec2MsgType,
};

/// Sets the credentials to be applied.
pub fn set_wifi(ssid: &[u8], passphrase: &[u8]) -> Vec<u8> {
    set_wifi_at(ssid, passphrase, &[], 0)
}

/// Like [`set_wifi`], with a BSSID (unless empty) and a channel (unless 0).
pub fn set_wifi_at(ssid: &[u8], passphrase: &[u8], bssid: &[u8], channel: i32) -> Vec<u8> {
    let command = CmdSetWifiConfig {
        ssid: ssid.to_vec(),
        passphrase: passphrase.to_vec(),
        bssid: bssid.to_vec(),
        channel,
    };
    let payload = network_config_payload::Payload::CmdSetWifiConfig(command);
    config(NetworkConfigMsgType::TypeCmdSetWifiConfig, payload)
}

/// Applies the credentials that were set.
pub fn apply_wifi() -> Vec<u8> {
    let payload = network_config_payload::Payload::CmdApplyWifiConfig(CmdApplyWifiConfig {});
    config(NetworkConfigMsgType::TypeCmdApplyWifiConfig, payload)
}

/// Requests the station state.
pub fn get_status() -> Vec<u8> {
    let payload = network_config_payload::Payload::CmdGetWifiStatus(CmdGetWifiStatus {});
    config(NetworkConfigMsgType::TypeCmdGetWifiStatus, payload)
}

/// Starts a scan with the parameters of the phone apps.
pub fn scan_start(blocking: bool) -> Vec<u8> {
    let command = CmdScanWifiStart { blocking, period_ms: 120, ..Default::default() };
    let payload = network_scan_payload::Payload::CmdScanWifiStart(command);
    scan(NetworkScanMsgType::TypeCmdScanWifiStart, payload)
}

/// Requests whether the scan has finished, and the number of networks.
pub fn scan_status() -> Vec<u8> {
    let payload = network_scan_payload::Payload::CmdScanWifiStatus(CmdScanWifiStatus {});
    scan(NetworkScanMsgType::TypeCmdScanWifiStatus, payload)
}

/// Requests a page of scan results.
pub fn scan_result(start_index: u32, count: u32) -> Vec<u8> {
    let command = CmdScanWifiResult { start_index, count };
    let payload = network_scan_payload::Payload::CmdScanWifiResult(command);
    scan(NetworkScanMsgType::TypeCmdScanWifiResult, payload)
}

/// Resets the device after a failure.
pub fn reset() -> Vec<u8> {
    let payload = network_ctrl_payload::Payload::CmdCtrlWifiReset(CmdCtrlWifiReset {});
    ctrl(NetworkCtrlMsgType::TypeCmdCtrlWifiReset, payload)
}

/// Resets the device after a success.
pub fn reprovision() -> Vec<u8> {
    let payload = network_ctrl_payload::Payload::CmdCtrlWifiReprov(CmdCtrlWifiReprov {});
    ctrl(NetworkCtrlMsgType::TypeCmdCtrlWifiReprov, payload)
}

/// Builds a first command of security 2 with arbitrary values.
pub fn security2_first(client_username: Vec<u8>, client_pubkey: Vec<u8>) -> Vec<u8> {
    let command = S2SessionCmd0 { client_username, client_pubkey };
    security2(Sec2MsgType::S2SessionCommand0, sec2_payload::Payload::Sc0(command))
}

/// Builds a second command of security 2 with arbitrary values.
pub fn security2_second(client_proof: Vec<u8>) -> Vec<u8> {
    let command = S2SessionCmd1 { client_proof };
    security2(Sec2MsgType::S2SessionCommand1, sec2_payload::Payload::Sc1(command))
}

fn security2(msg: Sec2MsgType, payload: sec2_payload::Payload) -> Vec<u8> {
    let payload = Sec2Payload { msg: msg as i32, payload: Some(payload) };
    SessionData { sec_ver: 2, proto: Some(session_data::Proto::Sec2(payload)) }.encode_to_vec()
}

fn config(msg: NetworkConfigMsgType, payload: network_config_payload::Payload) -> Vec<u8> {
    NetworkConfigPayload { msg: msg as i32, payload: Some(payload) }.encode_to_vec()
}

fn scan(msg: NetworkScanMsgType, payload: network_scan_payload::Payload) -> Vec<u8> {
    NetworkScanPayload { msg: msg as i32, status: 0, payload: Some(payload) }.encode_to_vec()
}

fn ctrl(msg: NetworkCtrlMsgType, payload: network_ctrl_payload::Payload) -> Vec<u8> {
    NetworkCtrlPayload { msg: msg as i32, status: 0, payload: Some(payload) }.encode_to_vec()
}
