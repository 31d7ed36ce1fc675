//! What is in range of the radio.

use protocomm::Millis;
use std::net::Ipv4Addr;

use provisioning::wifi::{AccessPoint, AuthMode, Ssid};

/// What is in range.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The access points.
    pub access_points: Vec<SimulatedAp>,
    /// How long a scan takes, and how long the station looks for a network that is not there.
    pub scan_duration: Millis,
    /// Scans fail (a radio error).
    pub scan_fails: bool,
}

/// One simulated access point.
#[derive(Clone, Debug)]
pub struct SimulatedAp {
    /// What a scan sees of it.
    pub seen: AccessPoint,
    /// The network's name, which a scan does not see if it is hidden.
    pub ssid: Vec<u8>,
    /// The passphrase, or the 64 digits of a raw key; empty for an open network.
    pub passphrase: Vec<u8>,
    /// From the request to join to the link.
    pub join_time: Millis,
    /// From the link to an address; none: there will be no address.
    pub dhcp_time: Option<Millis>,
    /// The address it gives.
    pub address: Ipv4Addr,
    /// So many attempts fail for no reason before one goes through.
    pub flaky: u32,
}

impl World {
    /// A world of these access points, where a scan takes two seconds.
    pub fn of(access_points: impl IntoIterator<Item = SimulatedAp>) -> Self {
        Self {
            access_points: access_points.into_iter().collect(),
            scan_duration: Millis::from_secs(2),
            scan_fails: false,
        }
    }
}

impl SimulatedAp {
    /// An access point of medium strength on channel 6: WPA2, or open if the passphrase is empty.
    /// A name that is no SSID, being empty or longer than 32 bytes, cannot be seen or joined.
    pub fn new(ssid: impl AsRef<[u8]>, passphrase: impl AsRef<[u8]>) -> Self {
        let (ssid, passphrase) = (ssid.as_ref().to_vec(), passphrase.as_ref().to_vec());
        let auth = if passphrase.is_empty() { AuthMode::Open } else { AuthMode::Wpa2Psk };
        Self {
            seen: AccessPoint {
                ssid: Ssid::new(&ssid).ok(),
                bssid: [0x02, 0, 0, 0, 0, 1],
                channel: 6,
                rssi: -55,
                auth,
            },
            ssid,
            passphrase,
            join_time: Millis::from_millis(800),
            dhcp_time: Some(Millis::from_millis(700)),
            address: Ipv4Addr::new(192, 168, 1, 42),
            flaky: 0,
        }
    }

    /// The same, with this security.
    pub fn auth(mut self, auth: AuthMode) -> Self {
        self.seen.auth = auth;
        self
    }

    /// The same, with this address, on this channel, with this strength in dBm.
    pub fn at(mut self, bssid: [u8; 6], channel: u8, rssi: i8) -> Self {
        self.seen = AccessPoint { bssid, channel, rssi, ..self.seen };
        self
    }

    /// The same, hiding its name from scans.
    pub fn hidden(mut self) -> Self {
        self.seen.ssid = None;
        self
    }

    /// The same, with an address that comes so long after the link, or never.
    pub fn dhcp(mut self, after: Option<Millis>) -> Self {
        self.dhcp_time = after;
        self
    }

    /// The same, where so many attempts fail before one goes through.
    pub fn flaky(mut self, failures: u32) -> Self {
        self.flaky = failures;
        self
    }
}
