//! The types of Wi-Fi. A value that exists is valid.

use core::fmt;
use core::net::Ipv4Addr;

use heapless::Vec;
use protocomm::Millis;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::AuthMode;
use crate::error::Error;
use crate::limits::{PASSPHRASE_MAX, SSID_MAX};
use crate::output::FailReason;

/// A network's name: 1 to 32 bytes of any value, neither a C string nor necessarily UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ssid(Vec<u8, SSID_MAX, u8>);

impl Ssid {
    /// Creates an SSID from these bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.is_empty() {
            return Err(Error::Argument);
        }
        Vec::from_slice(bytes).map(Self).map_err(|_| Error::Argument)
    }

    /// Its bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Shows UTF-8 as it is and escapes everything else, including control characters.
impl fmt::Display for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() {
                    write!(f, "{}", c.escape_default())?;
                } else {
                    write!(f, "{c}")?;
                }
            }
            for byte in chunk.invalid() {
                write!(f, "\\x{byte:02x}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Ssid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

/// A passphrase: empty for an open network, up to 63 bytes, or 64 hexadecimal digits for a raw key.
/// One of 1 to 7 bytes is allowed, although no network accepts it. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase {
    bytes: [u8; PASSPHRASE_MAX],
    len: u8,
}

impl Passphrase {
    /// Creates a passphrase from these bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        let raw_key = bytes.iter().all(u8::is_ascii_hexdigit);
        if bytes.len() > PASSPHRASE_MAX || (bytes.len() == PASSPHRASE_MAX && !raw_key) {
            return Err(Error::Argument);
        }
        let mut this = Self { bytes: [0; PASSPHRASE_MAX], len: bytes.len() as u8 };
        this.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(this)
    }

    /// The bytes. They are secret: do not log or copy them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }

    /// Whether it is empty, which is for an open network.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Passphrase(none)" } else { "Passphrase(secret)" })
    }
}

/// An access point's address.
pub type Bssid = [u8; 6];

/// Credentials of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Its name.
    pub ssid: Ssid,
    /// Its passphrase.
    pub passphrase: Passphrase,
    /// A hint for the first attempt: the access point's address. Not stored.
    pub bssid: Option<Bssid>,
    /// A hint for the first attempt: the channel. Not stored.
    pub channel: Option<u8>,
}

impl Credentials {
    /// Credentials for a network with this name and passphrase. An open network has an empty
    /// passphrase.
    pub fn new(ssid: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let (ssid, passphrase) = (Ssid::new(ssid)?, Passphrase::new(passphrase)?);
        Ok(Self { ssid, passphrase, bssid: None, channel: None })
    }
}

/// How to join a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// Without a passphrase.
    Open,
    /// WPA or WPA2 with a pre-shared key.
    Psk,
    /// WPA3 (SAE).
    Sae,
    /// WPA2 or WPA3, as the driver prefers.
    PskOrSae,
    /// With a passphrase, and with the security that the network turns out to have; no scan has
    /// seen it.
    Unknown,
}

impl Security {
    /// Returns how to join a network of this type, or `None` if a passphrase does not join it.
    pub fn of(auth: AuthMode) -> Option<Self> {
        match auth {
            AuthMode::Open => Some(Self::Open),
            AuthMode::WpaPsk | AuthMode::Wpa2Psk | AuthMode::WpaWpa2Psk => Some(Self::Psk),
            AuthMode::Wpa3Psk => Some(Self::Sae),
            AuthMode::Wpa2Wpa3Psk => Some(Self::PskOrSae),
            AuthMode::Wep | AuthMode::Wpa2Enterprise => None,
        }
    }
}

/// A network and how to join it, before an attempt or as learnt from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// The network and its passphrase.
    pub credentials: Credentials,
    /// How to join it.
    pub security: Security,
}

/// A network that a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPoint {
    /// Its name, or `None` if it hides it.
    pub ssid: Option<Ssid>,
    /// Its address.
    pub bssid: Bssid,
    /// Its channel.
    pub channel: u8,
    /// Signal strength in dBm.
    pub rssi: i8,
    /// Its security.
    pub auth: AuthMode,
}

/// Parameters of a scan, which the driver follows as far as it can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanRequest {
    /// Listen only.
    pub passive: bool,
    /// Number of channels to scan in a row before the device's own access point is served. 0 means
    /// all.
    pub group_channels: u8,
    /// Time on a channel. `None` leaves it to the driver.
    pub dwell: Option<Millis>,
}

/// The link to an access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The access point's address.
    pub bssid: Bssid,
    /// Its channel.
    pub channel: u8,
    /// The security in use.
    pub auth: AuthMode,
}

/// An event of the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WifiEvent {
    /// The radio link is up; there is no address yet.
    LinkUp(Link),
    /// The station has an address.
    GotAddress(Ipv4Addr),
    /// The attempt failed before a link was up.
    ConnectFailed(ConnectFailure),
    /// The link is down.
    LinkDown(ConnectFailure),
}

/// Why there is no link, as far as the driver knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectFailure {
    /// The access point refused the passphrase.
    WrongPassword,
    /// There is no such access point.
    NotFound,
    /// The access point did not complete the handshake in time.
    Timeout,
    /// Something else.
    Other,
}

/// The state of the station, in a client's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationStatus {
    /// No credentials have been tried.
    Disconnected,
    /// An attempt is in progress.
    Connecting,
    /// An attempt failed, and further ones remain.
    AttemptFailed {
        /// Number of attempts left, including the current one.
        remaining: u32,
    },
    /// The station is on the network and has an address.
    Connected {
        /// The link.
        link: Link,
        /// The address.
        address: Ipv4Addr,
    },
    /// The credentials did not work.
    Failed(FailReason),
}
