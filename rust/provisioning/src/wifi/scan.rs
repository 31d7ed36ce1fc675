//! The results of a Wi-Fi scan, their encoding, and what they tell about a network to join.

use protocomm::Millis;
use protocomm::wire::Writer;
use protocomm::wire::request::CmdScanWifiStart;
use protocomm::wire::response::wi_fi_scan_result as field;

use super::AuthMode;
use super::types::{AccessPoint, Bssid, ScanRequest, Security, Ssid};
use crate::network;

/// A network in the list.
#[derive(Clone, Debug)]
pub struct Entry {
    ssid: Ssid,
    bssid: Bssid,
    channel: u8,
    rssi: i8,
    auth: AuthMode,
}

impl Entry {
    /// Creates the entry, unless the network hides its name.
    pub(super) fn of(found: AccessPoint) -> Option<Self> {
        let AccessPoint { ssid, bssid, channel, rssi, auth } = found;
        ssid.map(|ssid| Self { ssid, bssid, channel, rssi, auth })
    }

    /// How to join it, or `None` if a passphrase does not join it.
    fn security(&self) -> Option<Security> {
        Security::of(self.auth)
    }
}

impl network::Entry for Entry {
    fn rssi(&self) -> i8 {
        self.rssi
    }

    fn is_same(&self, other: &Self) -> bool {
        self.ssid == other.ssid && self.auth == other.auth
    }

    fn write(&self, writer: &mut Writer<'_>) {
        writer.bytes(field::SSID, self.ssid.as_bytes());
        writer.uint(field::CHANNEL, self.channel.into());
        writer.int(field::RSSI, self.rssi.into());
        writer.bytes(field::BSSID, &self.bssid);
        writer.int(field::AUTH, self.auth as i32);
    }
}

/// Returns how to join a network according to the last scan, and the signal strength in dBm at
/// which the scan found it, if it did.
///
/// Returns `None` if the scan found the name only on networks that a passphrase does not join. An
/// open network is not joined in place of one that should have a passphrase.
pub(super) fn security(
    networks: &[Entry],
    ssid: &Ssid,
    open: bool,
) -> (Option<Security>, Option<i8>) {
    let (mut rssi, mut usable) = (None, false);
    for network in networks.iter().filter(|network| network.ssid == *ssid) {
        rssi = rssi.max(Some(network.rssi));
        if let Some(security) = network.security() {
            usable = true;
            if (security == Security::Open) == open {
                return (Some(security), Some(network.rssi));
            }
        }
    }
    let blind = if open { Security::Open } else { Security::Unknown };
    ((usable || rssi.is_none()).then_some(blind), rssi)
}

/// Longest time on a channel that a client may request. With 14 channels, the scan ends before
/// clients give up.
const MAX_DWELL_MS: u32 = 500;

/// Reads the parameters of a client's scan.
pub(super) fn request(command: &CmdScanWifiStart) -> ScanRequest {
    let dwell = Millis::from_millis(command.period_ms.min(MAX_DWELL_MS));
    ScanRequest {
        passive: command.passive,
        group_channels: command.group_channels.min(u8::MAX.into()) as u8,
        dwell: (!dwell.is_zero()).then_some(dwell),
    }
}
