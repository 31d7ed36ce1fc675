//! Shows the version information of a device.

use serde_json::json;

use crate::cli::Info;
use crate::exit::Failure;
use crate::link;
use crate::report::Report;
use crate::text::printable;

pub fn run(options: &Info, report: &mut Report) -> Result<(), Failure> {
    let (mut device, progress) = link::open(&options.link)?;
    let mut retries = link::retries(progress, &options.link, report);
    let version = link::version(&mut device, &options.link, &mut retries)?;
    if report.is_json() {
        report.step("info", "", json!({ "version": version.document }));
        return Ok(());
    }
    report.print(&format!("protocol      {}", printable(version.protocol.as_bytes())));
    report.print(&format!("security      {}", version.security()));
    let capabilities = version.capabilities.join(" ");
    report.print(&format!("capabilities  {}", printable(capabilities.as_bytes())));
    // Entries of the application.
    for (label, entry) in version.document.as_object().into_iter().flatten() {
        if label != "prov" {
            let entry = printable(entry.to_string().as_bytes());
            report.print(&format!("{}  {entry}", printable(label.as_bytes())));
        }
    }
    Ok(())
}
