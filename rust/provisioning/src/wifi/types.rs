//! The nouns of Wi-Fi. Their values are valid once they exist.

use core::fmt;
use core::net::Ipv4Addr;

use heapless::Vec;
use protocomm::Millis;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::AuthMode;
use crate::error::Error;
use crate::limits::{PASSPHRASE_MAX, SSID_MAX};
use crate::output::FailReason;

/// A network's name: 1 to 32 bytes of any value. It is no C string and no UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ssid(Vec<u8, SSID_MAX>);

impl Ssid {
    /// The SSID made of these bytes.
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

/// Readable where it is UTF-8, with the rest escaped; never a control character.
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

/// A passphrase: empty for an open network, else up to 63 bytes, or 64 hexadecimal digits for a
/// raw key. One of 1 to 7 bytes can exist; no network accepts it. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Passphrase {
    bytes: [u8; PASSPHRASE_MAX],
    len: u8,
}

impl Passphrase {
    /// The passphrase made of these bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        let raw_key = bytes.iter().all(u8::is_ascii_hexdigit);
        if bytes.len() > PASSPHRASE_MAX || (bytes.len() == PASSPHRASE_MAX && !raw_key) {
            return Err(Error::Argument);
        }
        let mut this = Self { bytes: [0; PASSPHRASE_MAX], len: bytes.len() as u8 };
        this.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(this)
    }

    /// Its bytes. They are a secret: do not log or copy them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }

    /// Whether it is for an open network.
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

/// What it takes to join a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Its name.
    pub ssid: Ssid,
    /// Its passphrase.
    pub passphrase: Passphrase,
    /// Where to look for the network in the first attempt: the access point's address. It is not
    /// stored.
    pub bssid: Option<Bssid>,
    /// Where to look for the network in the first attempt: the channel. It is not stored.
    pub channel: Option<u8>,
}

impl Credentials {
    /// Credentials for a network of this name, with a passphrase or, for an open network, an empty
    /// one.
    pub fn new(ssid: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        let (ssid, passphrase) = (Ssid::new(ssid)?, Passphrase::new(passphrase)?);
        Ok(Self { ssid, passphrase, bssid: None, channel: None })
    }
}

/// How a network wants to be joined.
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
    /// With a passphrase, by whatever the network turns out to want: no scan has seen it.
    Unknown,
}

impl Security {
    /// How to join a network of this type; none if a passphrase does not join it.
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

/// A network, and how it is joined: an attempt, or what one has taught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectRequest {
    /// What to join, and with what.
    pub credentials: Credentials,
    /// How.
    pub security: Security,
}

/// A network that a scan found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessPoint {
    /// Its name; none if it hides it.
    pub ssid: Option<Ssid>,
    /// Its address.
    pub bssid: Bssid,
    /// Its channel.
    pub channel: u8,
    /// Its strength in dBm.
    pub rssi: i8,
    /// Its security.
    pub auth: AuthMode,
}

/// How to scan, as far as the driver can.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanRequest {
    /// Listen only.
    pub passive: bool,
    /// Scan so many channels at a stretch, then let the device's own access point be heard;
    /// 0 is all at once.
    pub group_channels: u8,
    /// How long to stay on a channel; none is the driver's choice.
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

/// What happens to the station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WifiEvent {
    /// The radio link is up; there is no address yet.
    LinkUp(Link),
    /// The station has an address.
    GotAddress(Ipv4Addr),
    /// The attempt has failed before there was a link.
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

/// How the station stands, in the words of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StationStatus {
    /// No credentials have been tried.
    Disconnected,
    /// An attempt is under way.
    Connecting,
    /// An attempt failed, and so many are left, of which one is under way.
    AttemptFailed {
        /// How many are left.
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
