//! The nouns of Thread. Their values are valid once they exist.

use core::fmt;
use core::net::Ipv6Addr;

use crate::error::Error;
use crate::output::FailReason;

/// Longest name of a Thread network in bytes.
const NAME_MAX: usize = 16;

/// A Thread network's name: 1 to 16 bytes of UTF-8, none of them a control character.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkName {
    bytes: [u8; NAME_MAX],
    len: u8,
}

impl NetworkName {
    /// The name made of these bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        let text = core::str::from_utf8(bytes).map_err(|_| Error::Argument)?;
        if bytes.is_empty() || bytes.len() > NAME_MAX || text.chars().any(char::is_control) {
            return Err(Error::Argument);
        }
        let mut this = Self { bytes: [0; NAME_MAX], len: bytes.len() as u8 };
        this.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(this)
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..self.len.into()).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// A Thread network that a discovery found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundNetwork {
    /// Its name. A network that tells none is not listed: nobody could choose it.
    pub name: NetworkName,
    /// Its PAN id.
    pub pan_id: u16,
    /// Its extended PAN id.
    pub ext_pan_id: [u8; 8],
    /// The extended address of the router that answered.
    pub ext_addr: [u8; 8],
    /// Its channel.
    pub channel: u8,
    /// The strength of the router that answered, in dBm.
    pub rssi: i8,
    /// The quality of the link to it, from 0 up.
    pub lqi: u8,
}

/// How to discover networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanRequest {
    /// A bit for each channel, channel 11 at bit 11; 0 is all that the radio has.
    pub channel_mask: u32,
}

/// The network that a device is attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attached {
    /// Its name.
    pub name: NetworkName,
    /// Its PAN id.
    pub pan_id: u16,
    /// Its extended PAN id.
    pub ext_pan_id: [u8; 8],
    /// Its channel.
    pub channel: u8,
}

/// The addresses of a device, apart from those of the link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Reaches the device from within the Thread network: it has the network's own prefix.
    pub mesh_local: Option<Ipv6Addr>,
    /// Reaches the device from outside: a border router has announced its prefix.
    pub off_mesh: Option<Ipv6Addr>,
}

/// What happens to the device's place in a Thread network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadEvent {
    /// It has a role in the network, and another device is there: child, router or leader.
    Attached(Attached),
    /// It is the leader, and no other device of the network was found.
    Alone(Attached),
    /// Its addresses, apart from those of the link.
    Addresses(Addresses),
    /// It has none any more.
    Detached,
    /// The dataset was not taken.
    Refused,
    /// The attachment could not be begun.
    Failed,
}

/// How the attachment stands, in the words of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachStatus {
    /// No dataset has been tried.
    Detached,
    /// An attempt is under way.
    Attaching,
    /// The device is attached to this network.
    Attached(Attached),
    /// The dataset did not work.
    Failed(FailReason),
}
