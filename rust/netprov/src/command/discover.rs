//! Lists devices that advertise over Bluetooth LE.

use std::time::Duration;

use netprov_client::DeviceError;
use netprov_client::transport::ble::{self, Found};
use serde_json::json;

use crate::cli::Discover;
use crate::exit::Failure;
use crate::report::Report;
use crate::text::printable;

pub fn run(options: &Discover, report: &mut Report) -> Result<(), Failure> {
    let time = Duration::from_secs(options.time);
    let found = ble::discover(&options.prefix, time).map_err(DeviceError::from)?;
    for Found { name, address, rssi } in &found {
        let strength = rssi.map_or_else(|| "?".to_owned(), |rssi| rssi.to_string());
        report.print(&format!("{strength:>4} dBm  {address}  {}", printable(name.as_bytes())));
        if report.is_json() {
            let fields = json!({ "name": name, "address": address, "rssi": rssi });
            report.step("device", "", fields);
        }
    }
    Ok(())
}
