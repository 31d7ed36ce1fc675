//! What a scan finds of Wi-Fi, how it reads, and what it tells of a network that is to be joined.

use protocomm::Millis;
use protocomm::wire::Writer;
use protocomm::wire::request::CmdScanWifiStart;
use protocomm::wire::response::wi_fi_scan_result as field;

use super::AuthMode;
use super::types::{AccessPoint, Bssid, ScanRequest, Security, Ssid};
use crate::network;

/// A network on the list.
#[derive(Clone, Debug)]
pub struct Entry {
    ssid: Ssid,
    bssid: Bssid,
    channel: u8,
    rssi: i8,
    auth: AuthMode,
}

impl Entry {
    /// What was found, unless it hides its name.
    pub(super) fn of(found: &AccessPoint) -> Option<Self> {
        let &AccessPoint { ref ssid, bssid, channel, rssi, auth } = found;
        ssid.clone().map(|ssid| Self { ssid, bssid, channel, rssi, auth })
    }

    /// How to join it; none if it cannot be joined with a passphrase.
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

/// How to join a network, by what the last scan saw of it, and the strength at which it saw it in
/// dBm, if it did.
///
/// Nothing if only networks of that name were seen that a passphrase does not join. A network
/// that turns out to be open is not joined in place of one that should have a passphrase.
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

/// Longest time on a channel that a client may ask for: with 14 channels it stays within the
/// time that clients wait.
const MAX_DWELL_MS: u32 = 500;

/// Reads how a client wants a scan.
pub(super) fn request(command: &CmdScanWifiStart) -> ScanRequest {
    let dwell = Millis::from_millis(command.period_ms.min(MAX_DWELL_MS));
    ScanRequest {
        passive: command.passive,
        group_channels: command.group_channels.min(u8::MAX.into()) as u8,
        dwell: (!dwell.is_zero()).then_some(dwell),
    }
}
