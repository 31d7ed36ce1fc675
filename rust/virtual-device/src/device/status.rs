//! The endpoint `netprov-status`, like that of the Zephyr module.

use provisioning::FailReason;
use provisioning::thread::AttachStatus;
use provisioning::wifi::StationStatus;
use serde_json::{Value, json};

use crate::report::reason_name;

/// MAC address of the simulated station: a locally administered one.
const MAC: &str = "02005e005301";
/// EUI-64 of the simulated radio.
const EUI64: &str = "02005efffe005301";

/// The status of a device for Wi-Fi. `attempts_left` counts the attempt in progress; `rssi` is the
/// signal strength of the access point that the station has joined.
pub(super) fn wifi(status: StationStatus, attempts_left: Option<u32>, rssi: Option<i8>) -> Value {
    let mut fields = match status {
        StationStatus::Connected { link, address } => json!({
            "state": "connected",
            "ip": address.to_string(),
            "rssi": rssi,
            "channel": link.channel,
        }),
        StationStatus::Connecting | StationStatus::AttemptFailed { .. } => {
            json!({"state": "connecting", "attempts_left": attempts_left})
        }
        StationStatus::Failed(reason) => failed(reason),
        StationStatus::Disconnected => json!({"state": "waiting"}),
    };
    fields["mac"] = json!(MAC);
    fields
}

/// The status of a device for Thread.
pub(super) fn thread(status: AttachStatus) -> Value {
    let mut fields = match status {
        AttachStatus::Attached(network) => {
            json!({"state": "connected", "role": "child", "network": network.name.as_str()})
        }
        AttachStatus::Attaching => json!({"state": "connecting", "attempts_left": 1}),
        AttachStatus::Failed(reason) => failed(reason),
        AttachStatus::Detached => json!({"state": "waiting"}),
    };
    fields["eui64"] = json!(EUI64);
    fields
}

fn failed(reason: FailReason) -> Value {
    let reason = match reason {
        FailReason::AuthError => "wrong_passphrase",
        reason => reason_name(reason),
    };
    json!({"state": "failed", "reason": reason})
}
