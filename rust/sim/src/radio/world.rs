//! Networks in range of the radio.

use protocomm::Millis;
use std::net::Ipv4Addr;

use provisioning::wifi::{AccessPoint, AuthMode, ConnectFailure, Ssid};

/// The simulated surroundings of a device.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The access points.
    pub access_points: Vec<SimulatedAp>,
    /// Duration of a scan, and of looking for a network that is not in range.
    pub scan_duration: Millis,
    /// Whether scans fail with a radio error.
    pub scan_fails: bool,
    /// Fault of every attempt to join.
    pub join_fault: Option<JoinFault>,
}

/// A fault of attempts to join, whatever the network and the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JoinFault {
    /// There is no association.
    Failure(ConnectFailure),
    /// Associations get no address. Attempts that fail without this fault fail as before.
    NoAddress,
}

/// A simulated access point.
#[derive(Clone, Debug)]
pub struct SimulatedAp {
    /// Its appearance in a scan.
    pub seen: AccessPoint,
    /// Its SSID, which scans do not show if it is hidden.
    pub ssid: Vec<u8>,
    /// The passphrase, or a raw key as 64 hexadecimal digits; empty for an open network.
    pub passphrase: Vec<u8>,
    /// Time from the request to the association.
    pub join_time: Millis,
    /// Time from the association to an address, or `None` if there is no address.
    pub dhcp_time: Option<Millis>,
    /// The address it assigns.
    pub address: Ipv4Addr,
    /// Number of attempts that fail before one succeeds.
    pub flaky: u32,
}

impl World {
    /// Creates a world with these access points, where a scan takes two seconds.
    pub fn of(access_points: impl IntoIterator<Item = SimulatedAp>) -> Self {
        Self {
            access_points: access_points.into_iter().collect(),
            scan_duration: Millis::from_secs(2),
            scan_fails: false,
            join_fault: None,
        }
    }
}

impl SimulatedAp {
    /// Creates an access point of medium strength on channel 6, with WPA2, or open if the
    /// passphrase is empty. It cannot be seen or joined if the SSID is empty or longer than 32
    /// bytes.
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

    /// Sets the authentication mode.
    pub fn auth(mut self, auth: AuthMode) -> Self {
        self.seen.auth = auth;
        self
    }

    /// Sets the BSSID, the channel and the signal strength in dBm.
    pub fn at(mut self, bssid: [u8; 6], channel: u8, rssi: i8) -> Self {
        self.seen = AccessPoint { bssid, channel, rssi, ..self.seen };
        self
    }

    /// Hides the SSID from scans.
    pub fn hidden(mut self) -> Self {
        self.seen.ssid = None;
        self
    }

    /// Sets the time from the association to an address, or `None` for no address.
    pub fn dhcp(mut self, after: Option<Millis>) -> Self {
        self.dhcp_time = after;
        self
    }

    /// Sets the number of attempts that fail before one succeeds.
    pub fn flaky(mut self, failures: u32) -> Self {
        self.flaky = failures;
        self
    }
}
