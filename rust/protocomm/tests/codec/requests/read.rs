//! Converts what the device reads to the hosts' messages, field by field.

use netprov_messages::*;
use protocomm::wire::request as device;

pub fn session(bytes: &[u8]) -> Option<SessionData> {
    use device::session_data::Proto;
    let device::SessionData { sec_ver, proto } = device::SessionData::read(bytes).ok()?;
    Some(SessionData {
        sec_ver,
        proto: proto.map(|proto| match proto {
            Proto::Sec0(payload) => session_data::Proto::Sec0(sec0(payload)),
            Proto::Sec1(payload) => session_data::Proto::Sec1(sec1(payload)),
            Proto::Sec2(payload) => session_data::Proto::Sec2(sec2(payload)),
        }),
    })
}

fn sec0(payload: device::Sec0Payload) -> Sec0Payload {
    use device::sec0_payload::Payload;
    let device::Sec0Payload { msg, payload } = payload;
    Sec0Payload {
        msg,
        payload: payload.map(|payload| match payload {
            Payload::Sc(device::S0SessionCmd {}) => sec0_payload::Payload::Sc(S0SessionCmd {}),
        }),
    }
}

fn sec1(payload: device::Sec1Payload<'_>) -> Sec1Payload {
    use device::sec1_payload::Payload;
    let device::Sec1Payload { msg, payload } = payload;
    Sec1Payload {
        msg,
        payload: payload.map(|payload| match payload {
            Payload::Sc0(device::SessionCmd0 { client_pubkey }) => {
                sec1_payload::Payload::Sc0(SessionCmd0 { client_pubkey: client_pubkey.into() })
            }
            Payload::Sc1(device::SessionCmd1 { client_verify_data }) => {
                let client_verify_data = client_verify_data.into();
                sec1_payload::Payload::Sc1(SessionCmd1 { client_verify_data })
            }
        }),
    }
}

fn sec2(payload: device::Sec2Payload<'_>) -> Sec2Payload {
    use device::sec2_payload::Payload;
    let device::Sec2Payload { msg, payload } = payload;
    Sec2Payload {
        msg,
        payload: payload.map(|payload| match payload {
            Payload::Sc0(device::S2SessionCmd0 { client_username, client_pubkey }) => {
                sec2_payload::Payload::Sc0(S2SessionCmd0 {
                    client_username: client_username.into(),
                    client_pubkey: client_pubkey.into(),
                })
            }
            Payload::Sc1(device::S2SessionCmd1 { client_proof }) => {
                sec2_payload::Payload::Sc1(S2SessionCmd1 { client_proof: client_proof.into() })
            }
        }),
    }
}

pub fn config(bytes: &[u8]) -> Option<NetworkConfigPayload> {
    use device::network_config_payload::Payload;
    use network_config_payload::Payload as Host;
    let device::NetworkConfigPayload { msg, payload } =
        device::NetworkConfigPayload::read(bytes).ok()?;
    Some(NetworkConfigPayload {
        msg,
        payload: payload.map(|payload| match payload {
            Payload::CmdGetWifiStatus(device::CmdGetWifiStatus {}) => {
                Host::CmdGetWifiStatus(CmdGetWifiStatus {})
            }
            Payload::CmdSetWifiConfig(command) => {
                let device::CmdSetWifiConfig { ssid, passphrase, bssid, channel } = command;
                Host::CmdSetWifiConfig(CmdSetWifiConfig {
                    ssid: ssid.into(),
                    passphrase: passphrase.into(),
                    bssid: bssid.into(),
                    channel,
                })
            }
            Payload::CmdApplyWifiConfig(device::CmdApplyWifiConfig {}) => {
                Host::CmdApplyWifiConfig(CmdApplyWifiConfig {})
            }
            Payload::CmdGetThreadStatus(device::CmdGetThreadStatus {}) => {
                Host::CmdGetThreadStatus(CmdGetThreadStatus {})
            }
            Payload::CmdSetThreadConfig(device::CmdSetThreadConfig { dataset }) => {
                Host::CmdSetThreadConfig(CmdSetThreadConfig { dataset: dataset.into() })
            }
            Payload::CmdApplyThreadConfig(device::CmdApplyThreadConfig {}) => {
                Host::CmdApplyThreadConfig(CmdApplyThreadConfig {})
            }
        }),
    })
}

pub fn scan(bytes: &[u8]) -> Option<NetworkScanPayload> {
    use device::network_scan_payload::Payload;
    use network_scan_payload::Payload as Host;
    let device::NetworkScanPayload { msg, status, payload } =
        device::NetworkScanPayload::read(bytes).ok()?;
    Some(NetworkScanPayload {
        msg,
        status,
        payload: payload.map(|payload| match payload {
            Payload::CmdScanWifiStart(command) => {
                let device::CmdScanWifiStart { blocking, passive, group_channels, period_ms } =
                    command;
                Host::CmdScanWifiStart(CmdScanWifiStart {
                    blocking,
                    passive,
                    group_channels,
                    period_ms,
                })
            }
            Payload::CmdScanWifiStatus(device::CmdScanWifiStatus {}) => {
                Host::CmdScanWifiStatus(CmdScanWifiStatus {})
            }
            Payload::CmdScanWifiResult(device::CmdScanWifiResult { start_index, count }) => {
                Host::CmdScanWifiResult(CmdScanWifiResult { start_index, count })
            }
            Payload::CmdScanThreadStart(command) => {
                let device::CmdScanThreadStart { blocking, channel_mask } = command;
                Host::CmdScanThreadStart(CmdScanThreadStart { blocking, channel_mask })
            }
            Payload::CmdScanThreadStatus(device::CmdScanThreadStatus {}) => {
                Host::CmdScanThreadStatus(CmdScanThreadStatus {})
            }
            Payload::CmdScanThreadResult(device::CmdScanThreadResult { start_index, count }) => {
                Host::CmdScanThreadResult(CmdScanThreadResult { start_index, count })
            }
        }),
    })
}

pub fn ctrl(bytes: &[u8]) -> Option<NetworkCtrlPayload> {
    use device::network_ctrl_payload::Payload;
    use network_ctrl_payload::Payload as Host;
    let device::NetworkCtrlPayload { msg, status, payload } =
        device::NetworkCtrlPayload::read(bytes).ok()?;
    Some(NetworkCtrlPayload {
        msg,
        status,
        payload: payload.map(|payload| match payload {
            Payload::CmdCtrlWifiReset(device::CmdCtrlWifiReset {}) => {
                Host::CmdCtrlWifiReset(CmdCtrlWifiReset {})
            }
            Payload::CmdCtrlWifiReprov(device::CmdCtrlWifiReprov {}) => {
                Host::CmdCtrlWifiReprov(CmdCtrlWifiReprov {})
            }
            Payload::CmdCtrlThreadReset(device::CmdCtrlThreadReset {}) => {
                Host::CmdCtrlThreadReset(CmdCtrlThreadReset {})
            }
            Payload::CmdCtrlThreadReprov(device::CmdCtrlThreadReprov {}) => {
                Host::CmdCtrlThreadReprov(CmdCtrlThreadReprov {})
            }
        }),
    })
}
