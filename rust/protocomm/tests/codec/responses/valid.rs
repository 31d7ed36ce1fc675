//! Responses with arbitrary values, including those that no device sends.

use netprov_messages::*;

use crate::generator::Random;

fn text(random: &mut Random) -> String {
    let most = random.one_of(&[15, 16, 200]);
    String::from_utf8_lossy(&random.bytes(most)).into_owned()
}

pub fn session(random: &mut Random) -> SessionData {
    let sec0 = |random: &mut Random| Sec0Payload {
        msg: random.small(),
        payload: random
            .perhaps(|random| sec0_payload::Payload::Sr(S0SessionResp { status: random.small() })),
    };
    let sec1 = |random: &mut Random| Sec1Payload {
        msg: random.small(),
        payload: random.perhaps(|random| match random.below(2) {
            0 => sec1_payload::Payload::Sr0(SessionResp0 {
                status: random.small(),
                device_pubkey: random.bytes(32),
                device_random: random.bytes(16),
            }),
            _ => sec1_payload::Payload::Sr1(SessionResp1 {
                status: random.small(),
                device_verify_data: random.bytes(32),
            }),
        }),
    };
    let sec2 = |random: &mut Random| Sec2Payload {
        msg: random.small(),
        payload: random.perhaps(|random| match random.below(2) {
            0 => sec2_payload::Payload::Sr0(S2SessionResp0 {
                status: random.small(),
                device_pubkey: random.bytes(384),
                device_salt: random.bytes(64),
            }),
            _ => sec2_payload::Payload::Sr1(S2SessionResp1 {
                status: random.small(),
                device_proof: random.bytes(64),
                device_nonce: random.bytes(12),
            }),
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
            0 => Payload::RespGetWifiStatus(wifi_status(random)),
            1 => Payload::RespSetWifiConfig(RespSetWifiConfig { status: random.small() }),
            2 => Payload::RespApplyWifiConfig(RespApplyWifiConfig { status: random.small() }),
            3 => Payload::RespGetThreadStatus(thread_status(random)),
            4 => Payload::RespSetThreadConfig(RespSetThreadConfig { status: random.small() }),
            _ => Payload::RespApplyThreadConfig(RespApplyThreadConfig { status: random.small() }),
        }),
    }
}

fn wifi_status(random: &mut Random) -> RespGetWifiStatus {
    use resp_get_wifi_status::State;
    RespGetWifiStatus {
        status: random.small(),
        wifi_sta_state: random.small(),
        state: random.perhaps(|random| match random.below(3) {
            0 => State::WifiFailReason(random.small()),
            1 => State::WifiConnected(WifiConnectedState {
                ip4_addr: text(random),
                auth_mode: random.small(),
                ssid: random.bytes(32),
                bssid: random.bytes(6),
                channel: random.number() as i32,
            }),
            _ => State::AttemptFailed(WifiAttemptFailed {
                attempts_remaining: random.number() as u32,
            }),
        }),
    }
}

fn thread_status(random: &mut Random) -> RespGetThreadStatus {
    use resp_get_thread_status::State;
    RespGetThreadStatus {
        status: random.small(),
        thread_state: random.small(),
        state: random.perhaps(|random| match random.below(2) {
            0 => State::ThreadFailReason(random.small()),
            _ => State::ThreadAttached(ThreadAttachState {
                pan_id: random.number() as u32,
                ext_pan_id: random.bytes(8),
                channel: random.number() as u32,
                name: text(random),
            }),
        }),
    }
}

pub fn scan(random: &mut Random) -> NetworkScanPayload {
    use network_scan_payload::Payload;
    NetworkScanPayload {
        msg: random.small(),
        status: random.small(),
        payload: random.perhaps(|random| match random.below(6) {
            0 => Payload::RespScanWifiStart(RespScanWifiStart {}),
            1 => Payload::RespScanWifiStatus(RespScanWifiStatus {
                scan_finished: random.once_in(2),
                result_count: random.number() as u32,
            }),
            2 => Payload::RespScanWifiResult(RespScanWifiResult {
                entries: (0..random.below(9)).map(|_| wifi_network(random)).collect(),
            }),
            3 => Payload::RespScanThreadStart(RespScanThreadStart {}),
            4 => Payload::RespScanThreadStatus(RespScanThreadStatus {
                scan_finished: random.once_in(2),
                result_count: random.number() as u32,
            }),
            _ => Payload::RespScanThreadResult(RespScanThreadResult {
                entries: (0..random.below(9)).map(|_| thread_network(random)).collect(),
            }),
        }),
    }
}

fn wifi_network(random: &mut Random) -> WiFiScanResult {
    WiFiScanResult {
        ssid: random.bytes(32),
        channel: random.number() as u32,
        rssi: random.number() as i32,
        bssid: random.bytes(6),
        auth: random.small(),
    }
}

fn thread_network(random: &mut Random) -> ThreadScanResult {
    ThreadScanResult {
        pan_id: random.number() as u32,
        channel: random.number() as u32,
        rssi: random.number() as i32,
        lqi: random.number() as u32,
        ext_addr: random.bytes(8),
        network_name: text(random),
        ext_pan_id: random.bytes(8),
    }
}

pub fn ctrl(random: &mut Random) -> NetworkCtrlPayload {
    use network_ctrl_payload::Payload;
    NetworkCtrlPayload {
        msg: random.small(),
        status: random.small(),
        payload: random.perhaps(|random| match random.below(4) {
            0 => Payload::RespCtrlWifiReset(RespCtrlWifiReset {}),
            1 => Payload::RespCtrlWifiReprov(RespCtrlWifiReprov {}),
            2 => Payload::RespCtrlThreadReset(RespCtrlThreadReset {}),
            _ => Payload::RespCtrlThreadReprov(RespCtrlThreadReprov {}),
        }),
    }
}
