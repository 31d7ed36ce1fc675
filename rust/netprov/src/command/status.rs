//! Shows the connection state of a device.

use netprov_client::operation::{GetThreadStatus, GetWifiStatus, ThreadStatus, WifiStatus};
use serde_json::json;

use crate::cli::DeviceArgs;
use crate::exit::Failure;
use crate::link;
use crate::report::Report;

pub fn run(options: &DeviceArgs, report: &mut Report) -> Result<(), Failure> {
    let (mut device, version) = link::connect(options, report)?;
    if version.is_for_thread() {
        match device.run(&mut GetThreadStatus::new(), |_| {})? {
            ThreadStatus::Attached(attachment) => report.attached(&attachment),
            ThreadStatus::Attaching => state("attaching", "the device is attaching", report),
            ThreadStatus::Detached => {
                state("detached", "the device has not tried a dataset", report)
            }
            ThreadStatus::Failed(failure) => failed(&failure.to_string(), report),
            _ => state("unknown", "unknown state", report),
        }
    } else {
        match device.run(&mut GetWifiStatus::new(), |_| {})? {
            WifiStatus::Connected(connection) => report.connected(&connection),
            WifiStatus::Connecting => state("connecting", "the device is connecting", report),
            WifiStatus::AttemptFailed { remaining } => report.step(
                "attempt_failed",
                &format!("connection attempt failed; {remaining} left"),
                json!({ "remaining": remaining }),
            ),
            WifiStatus::Disconnected => {
                state("disconnected", "the device has not tried credentials", report);
            }
            WifiStatus::Failed(failure) => failed(&failure.to_string(), report),
            _ => state("unknown", "unknown state", report),
        }
    }
    Ok(())
}

fn state(event: &str, text: &str, report: &Report) {
    report.step(event, text, json!({}));
}

fn failed(reason: &str, report: &Report) {
    report.step("failed", reason, json!({ "reason": reason }));
}
