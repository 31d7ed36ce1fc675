//! Requests like a client's, with arbitrary values.

use netprov_messages::*;

use crate::generator::Random;

pub fn session(random: &mut Random) -> SessionData {
    let sec0 = |random: &mut Random| Sec0Payload {
        msg: random.small(),
        payload: random.perhaps(|_| sec0_payload::Payload::Sc(S0SessionCmd {})),
    };
    let sec1 = |random: &mut Random| Sec1Payload {
        msg: random.small(),
        payload: random.perhaps(|random| match random.below(2) {
            0 => sec1_payload::Payload::Sc0(SessionCmd0 { client_pubkey: random.bytes(32) }),
            _ => sec1_payload::Payload::Sc1(SessionCmd1 { client_verify_data: random.bytes(32) }),
        }),
    };
    let sec2 = |random: &mut Random| Sec2Payload {
        msg: random.small(),
        payload: random.perhaps(|random| match random.below(2) {
            0 => sec2_payload::Payload::Sc0(S2SessionCmd0 {
                client_username: random.bytes(10),
                client_pubkey: random.bytes(384),
            }),
            _ => sec2_payload::Payload::Sc1(S2SessionCmd1 { client_proof: random.bytes(64) }),
        }),
    };
    SessionData {
        sec_ver: random.small(),
        proto: random.perhaps(|random| match random.below(3) {
            0 => session_data::Proto::Sec0(sec0(random)),
            1 => session_data::Proto::Sec1(sec1(random)),
            _ => session_data::Proto::Sec2(sec2(random)),
        }),
    }
}

pub fn config(random: &mut Random) -> NetworkConfigPayload {
    use network_config_payload::Payload;
    NetworkConfigPayload {
        msg: random.small(),
        payload: random.perhaps(|random| match random.below(6) {
            0 => Payload::CmdGetWifiStatus(CmdGetWifiStatus {}),
            1 => Payload::CmdSetWifiConfig(CmdSetWifiConfig {
                ssid: random.bytes(32),
                passphrase: random.bytes(64),
                bssid: random.bytes(6),
                channel: random.number() as i32,
            }),
            2 => Payload::CmdApplyWifiConfig(CmdApplyWifiConfig {}),
            3 => Payload::CmdGetThreadStatus(CmdGetThreadStatus {}),
            4 => Payload::CmdSetThreadConfig(CmdSetThreadConfig { dataset: random.bytes(254) }),
            _ => Payload::CmdApplyThreadConfig(CmdApplyThreadConfig {}),
        }),
    }
}

pub fn scan(random: &mut Random) -> NetworkScanPayload {
    use network_scan_payload::Payload;
    NetworkScanPayload {
        msg: random.small(),
        status: random.small(),
        payload: random.perhaps(|random| match random.below(6) {
            0 => Payload::CmdScanWifiStart(CmdScanWifiStart {
                blocking: random.once_in(2),
                passive: random.once_in(2),
                group_channels: random.number() as u32,
                period_ms: random.number() as u32,
            }),
            1 => Payload::CmdScanWifiStatus(CmdScanWifiStatus {}),
            2 => Payload::CmdScanWifiResult(CmdScanWifiResult {
                start_index: random.number() as u32,
                count: random.number() as u32,
            }),
            3 => Payload::CmdScanThreadStart(CmdScanThreadStart {
                blocking: random.once_in(2),
                channel_mask: random.number() as u32,
            }),
            4 => Payload::CmdScanThreadStatus(CmdScanThreadStatus {}),
            _ => Payload::CmdScanThreadResult(CmdScanThreadResult {
                start_index: random.number() as u32,
                count: random.number() as u32,
            }),
        }),
    }
}

pub fn ctrl(random: &mut Random) -> NetworkCtrlPayload {
    use network_ctrl_payload::Payload;
    NetworkCtrlPayload {
        msg: random.small(),
        status: random.small(),
        payload: random.perhaps(|random| match random.below(4) {
            0 => Payload::CmdCtrlWifiReset(CmdCtrlWifiReset {}),
            1 => Payload::CmdCtrlWifiReprov(CmdCtrlWifiReprov {}),
            2 => Payload::CmdCtrlThreadReset(CmdCtrlThreadReset {}),
            _ => Payload::CmdCtrlThreadReprov(CmdCtrlThreadReprov {}),
        }),
    }
}
