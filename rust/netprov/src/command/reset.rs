//! Makes a device accept new credentials.

use netprov_client::operation::{Control, Network};
use serde_json::json;

use crate::cli::Reset;
use crate::exit::Failure;
use crate::link;
use crate::report::Report;

pub fn run(options: &Reset, report: &mut Report) -> Result<(), Failure> {
    let (mut device, version) = link::connect(&options.reach, report)?;
    let network = if version.is_for_thread() { Network::Thread } else { Network::Wifi };
    let mut control =
        if options.reprovision { Control::reprovision(network) } else { Control::reset(network) };
    device.run(&mut control, |_| {})?;
    report.step("reset", "the device accepts new credentials", json!({}));
    Ok(())
}
