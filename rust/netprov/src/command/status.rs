//! The state of a device's connection.

use netprov_client::operation::{GetThreadStatus, GetWifiStatus, ThreadStatus, WifiStatus};
use serde_json::json;

use crate::cli::Reach;
use crate::exit::Failure;
use crate::link;
use crate::report::Report;

pub fn run(options: &Reach, report: &mut Report) -> Result<(), Failure> {
    let (mut device, version) = link::connect(options, report)?;
    if version.is_for_thread() {
        match device.run(&mut GetThreadStatus::new(), |_| {})? {
            ThreadStatus::Attached(attachment) => report.attached(&attachment),
            ThreadStatus::Attaching => state("attaching", "the device is attaching", report),
            ThreadStatus::Detached => state("detached", "the device has tried no dataset", report),
            ThreadStatus::Failed(failure) => failed(&failure.to_string(), report),
            _ => state("unknown", "the state is not known to this program", report),
        }
    } else {
        match device.run(&mut GetWifiStatus::new(), |_| {})? {
            WifiStatus::Connected(connection) => report.connected(&connection),
            WifiStatus::Connecting => state("connecting", "the device is connecting", report),
            WifiStatus::AttemptFailed { remaining } => report.step(
                "attempt_failed",
                &format!("an attempt to connect failed; {remaining} left"),
                json!({ "remaining": remaining }),
            ),
            WifiStatus::Disconnected => {
                state("disconnected", "the device has tried no credentials", report);
            }
            WifiStatus::Failed(failure) => failed(&failure.to_string(), report),
            _ => state("unknown", "the state is not known to this program", report),
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
