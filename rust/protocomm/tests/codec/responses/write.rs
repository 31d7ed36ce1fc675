//! Writes a host's message with the device's code.

use netprov_messages::*;
use protocomm::wire::response as device;
use protocomm::wire::writer::Writer;

pub fn session(message: &SessionData, writer: &mut Writer<'_>) {
    use device::session_data::Proto;
    let proto = message.proto.as_ref().map(|proto| match proto {
        session_data::Proto::Sec0(payload) => Proto::Sec0(sec0(payload)),
        session_data::Proto::Sec1(payload) => Proto::Sec1(sec1(payload)),
        session_data::Proto::Sec2(payload) => Proto::Sec2(sec2(payload)),
    });
    device::SessionData { sec_ver: message.sec_ver, proto }.write(writer);
}

fn sec0(message: &Sec0Payload) -> device::Sec0Payload {
    let payload = message.payload.as_ref().map(|payload| match payload {
        sec0_payload::Payload::Sr(response) => {
            let status = response.status;
            device::sec0_payload::Payload::Sr(device::S0SessionResp { status })
        }
        sec0_payload::Payload::Sc(_) => unreachable!("a response"),
    });
    device::Sec0Payload { msg: message.msg, payload }
}

fn sec1(message: &Sec1Payload) -> device::Sec1Payload<'_> {
    use device::sec1_payload::Payload;
    let payload = message.payload.as_ref().map(|payload| match payload {
        sec1_payload::Payload::Sr0(response) => Payload::Sr0(device::SessionResp0 {
            status: response.status,
            device_pubkey: &response.device_pubkey,
            device_random: &response.device_random,
        }),
        sec1_payload::Payload::Sr1(response) => Payload::Sr1(device::SessionResp1 {
            status: response.status,
            device_verify_data: &response.device_verify_data,
        }),
        _ => unreachable!("a response"),
    });
    device::Sec1Payload { msg: message.msg, payload }
}

fn sec2(message: &Sec2Payload) -> device::Sec2Payload<'_> {
    use device::sec2_payload::Payload;
    let payload = message.payload.as_ref().map(|payload| match payload {
        sec2_payload::Payload::Sr0(response) => Payload::Sr0(device::S2SessionResp0 {
            status: response.status,
            device_pubkey: &response.device_pubkey,
            device_salt: &response.device_salt,
        }),
        sec2_payload::Payload::Sr1(response) => Payload::Sr1(device::S2SessionResp1 {
            status: response.status,
            device_proof: &response.device_proof,
            device_nonce: &response.device_nonce,
        }),
        _ => unreachable!("a response"),
    });
    device::Sec2Payload { msg: message.msg, payload }
}

pub fn config(message: &NetworkConfigPayload, writer: &mut Writer<'_>) {
    use device::network_config_payload::Payload;
    use network_config_payload::Payload as Host;
    let payload = message.payload.as_ref().map(|payload| match payload {
        Host::RespGetWifiStatus(response) => Payload::RespGetWifiStatus(wifi_status(response)),
        Host::RespSetWifiConfig(response) => {
            Payload::RespSetWifiConfig(device::RespSetWifiConfig { status: response.status })
        }
        Host::RespApplyWifiConfig(response) => {
            Payload::RespApplyWifiConfig(device::RespApplyWifiConfig { status: response.status })
        }
        Host::RespGetThreadStatus(response) => {
            Payload::RespGetThreadStatus(thread_status(response))
        }
        Host::RespSetThreadConfig(response) => {
            Payload::RespSetThreadConfig(device::RespSetThreadConfig { status: response.status })
        }
        Host::RespApplyThreadConfig(response) => {
            let status = response.status;
            Payload::RespApplyThreadConfig(device::RespApplyThreadConfig { status })
        }
        _ => unreachable!("a response"),
    });
    device::NetworkConfigPayload { msg: message.msg, payload }.write(writer);
}

fn wifi_status(message: &RespGetWifiStatus) -> device::RespGetWifiStatus<'_> {
    use device::resp_get_wifi_status::State;
    use resp_get_wifi_status::State as Host;
    device::RespGetWifiStatus {
        status: message.status,
        wifi_sta_state: message.wifi_sta_state,
        state: message.state.as_ref().map(|state| match state {
            Host::WifiFailReason(reason) => State::WifiFailReason(*reason),
            Host::WifiConnected(connection) => State::WifiConnected(device::WifiConnectedState {
                ip4_addr: &connection.ip4_addr,
                auth_mode: connection.auth_mode,
                ssid: &connection.ssid,
                bssid: &connection.bssid,
                channel: connection.channel,
            }),
            Host::AttemptFailed(failed) => State::AttemptFailed(device::WifiAttemptFailed {
                attempts_remaining: failed.attempts_remaining,
            }),
        }),
    }
}

fn thread_status(message: &RespGetThreadStatus) -> device::RespGetThreadStatus<'_> {
    use device::resp_get_thread_status::State;
    use resp_get_thread_status::State as Host;
    device::RespGetThreadStatus {
        status: message.status,
        thread_state: message.thread_state,
        state: message.state.as_ref().map(|state| match state {
            Host::ThreadFailReason(reason) => State::ThreadFailReason(*reason),
            Host::ThreadAttached(network) => State::ThreadAttached(device::ThreadAttachState {
                pan_id: network.pan_id,
                ext_pan_id: &network.ext_pan_id,
                channel: network.channel,
                name: &network.name,
            }),
        }),
    }
}

pub fn scan(message: &NetworkScanPayload, writer: &mut Writer<'_>) {
    use device::network_scan_payload::{self as numbers, Payload};
    use network_scan_payload::Payload as Host;
    let NetworkScanPayload { msg, status, payload } = message;
    let envelope = device::NetworkScanPayload { msg: *msg, status: *status, payload: None };
    let payload = match payload {
        None => return envelope.write(writer),
        Some(Host::RespScanWifiStart(_)) => {
            Payload::RespScanWifiStart(device::RespScanWifiStart {})
        }
        Some(Host::RespScanWifiStatus(response)) => {
            Payload::RespScanWifiStatus(device::RespScanWifiStatus {
                scan_finished: response.scan_finished,
                result_count: response.result_count,
            })
        }
        Some(Host::RespScanThreadStart(_)) => {
            Payload::RespScanThreadStart(device::RespScanThreadStart {})
        }
        Some(Host::RespScanThreadStatus(response)) => {
            Payload::RespScanThreadStatus(device::RespScanThreadStatus {
                scan_finished: response.scan_finished,
                result_count: response.result_count,
            })
        }
        Some(Host::RespScanWifiResult(page)) => {
            envelope.write(writer);
            let mark = writer.begin(numbers::RESP_SCAN_WIFI_RESULT);
            for network in &page.entries {
                let mark = writer.begin(device::resp_scan_wifi_result::ENTRIES);
                wifi_network(network).write(writer);
                writer.end(mark);
            }
            return writer.end(mark);
        }
        Some(Host::RespScanThreadResult(page)) => {
            envelope.write(writer);
            let mark = writer.begin(numbers::RESP_SCAN_THREAD_RESULT);
            for network in &page.entries {
                let mark = writer.begin(device::resp_scan_thread_result::ENTRIES);
                thread_network(network).write(writer);
                writer.end(mark);
            }
            return writer.end(mark);
        }
        Some(_) => unreachable!("a response"),
    };
    device::NetworkScanPayload { payload: Some(payload), ..envelope }.write(writer);
}

fn wifi_network(network: &WiFiScanResult) -> device::WiFiScanResult<'_> {
    device::WiFiScanResult {
        ssid: &network.ssid,
        channel: network.channel,
        rssi: network.rssi,
        bssid: &network.bssid,
        auth: network.auth,
    }
}

fn thread_network(network: &ThreadScanResult) -> device::ThreadScanResult<'_> {
    device::ThreadScanResult {
        pan_id: network.pan_id,
        channel: network.channel,
        rssi: network.rssi,
        lqi: network.lqi,
        ext_addr: &network.ext_addr,
        network_name: &network.network_name,
        ext_pan_id: &network.ext_pan_id,
    }
}

pub fn ctrl(message: &NetworkCtrlPayload, writer: &mut Writer<'_>) {
    use device::network_ctrl_payload::Payload;
    use network_ctrl_payload::Payload as Host;
    let payload = message.payload.as_ref().map(|payload| match payload {
        Host::RespCtrlWifiReset(_) => Payload::RespCtrlWifiReset(device::RespCtrlWifiReset {}),
        Host::RespCtrlWifiReprov(_) => Payload::RespCtrlWifiReprov(device::RespCtrlWifiReprov {}),
        Host::RespCtrlThreadReset(_) => {
            Payload::RespCtrlThreadReset(device::RespCtrlThreadReset {})
        }
        Host::RespCtrlThreadReprov(_) => {
            Payload::RespCtrlThreadReprov(device::RespCtrlThreadReprov {})
        }
        _ => unreachable!("a response"),
    });
    device::NetworkCtrlPayload { msg: message.msg, status: message.status, payload }.write(writer);
}
