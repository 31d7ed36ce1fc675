//! Lists the networks in range of a device.

use netprov_client::operation::{ScanOptions, ScanThread, ScanWifi, ThreadNetwork, WifiNetwork};
use serde_json::json;

use crate::cli::Scan;
use crate::exit::Failure;
use crate::link;
use crate::report::Report;
use crate::text::{address, hex, printable, ssid};

pub fn run(options: &Scan, report: &mut Report) -> Result<(), Failure> {
    let (mut device, version) = link::connect(&options.reach, report)?;
    let scan = ScanOptions {
        passive: options.passive,
        group_channels: options.group_channels,
        ..ScanOptions::default()
    };
    if version.is_for_thread() {
        let networks = device.run(&mut ScanThread::new(scan), |notice| report.notice(notice))?;
        networks.iter().for_each(|network| thread(network, report));
    } else {
        let networks = device.run(&mut ScanWifi::new(scan), |notice| report.notice(notice))?;
        networks.iter().for_each(|network| wifi(network, report));
    }
    Ok(())
}

fn wifi(network: &WifiNetwork, report: &Report) {
    report.print(&wifi_row(network));
    if report.is_json() {
        let mut fields = ssid(&network.ssid);
        fields["bssid"] = address(&network.bssid).into();
        fields["channel"] = network.channel.into();
        fields["rssi"] = network.rssi.into();
        fields["auth"] = network.auth.to_string().into();
        report.step("network", "", fields);
    }
}

/// Formats a row of the list.
pub fn wifi_row(network: &WifiNetwork) -> String {
    let WifiNetwork { ssid, channel, rssi, bssid, auth } = network;
    format!("{rssi:4} dBm  channel {channel:3}  {}  {auth:15}  {}", address(bssid), printable(ssid))
}

fn thread(network: &ThreadNetwork, report: &Report) {
    let ThreadNetwork { pan_id, channel, rssi, lqi, ext_addr, name, ext_pan_id } = network;
    report.print(&format!(
        "{rssi:4} dBm  channel {channel:2}  PAN {pan_id:#06x}  {}  {}",
        hex(ext_pan_id),
        printable(name.as_bytes())
    ));
    if report.is_json() {
        let fields = json!({
            "network": name,
            "pan_id": pan_id,
            "ext_pan_id": hex(ext_pan_id),
            "ext_addr": hex(ext_addr),
            "channel": channel,
            "rssi": rssi,
            "lqi": lqi,
        });
        report.step("network", "", fields);
    }
}
