//! The types of Thread. A value that exists is valid.

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
    /// Creates a name from these bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        let text = core::str::from_utf8(bytes).map_err(|_| Error::Argument)?;
        if bytes.is_empty() || bytes.len() > NAME_MAX || text.chars().any(char::is_control) {
            return Err(Error::Argument);
        }
        let mut this = Self { bytes: [0; NAME_MAX], len: bytes.len() as u8 };
        this.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(this)
    }

    /// The text.
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
    /// Its name. A network without one is not listed, because users choose by name.
    pub name: NetworkName,
    /// Its PAN id.
    pub pan_id: u16,
    /// Its extended PAN id.
    pub ext_pan_id: [u8; 8],
    /// The extended address of the router that responded.
    pub ext_addr: [u8; 8],
    /// Its channel.
    pub channel: u8,
    /// Signal strength of that router in dBm.
    pub rssi: i8,
    /// Quality of the link to that router, from 0.
    pub lqi: u8,
}

/// How to discover networks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScanRequest {
    /// A bit per channel, with channel 11 at bit 11. 0 means all channels of the radio.
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

/// A device's addresses, without link-local ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// Reaches the device from within the Thread network. It has the network's own prefix.
    pub mesh_local: Option<Ipv6Addr>,
    /// Reaches the device from outside. A border router has announced its prefix.
    pub off_mesh: Option<Ipv6Addr>,
}

/// A change of the device's role or addresses in a Thread network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThreadEvent {
    /// It is a child, router or leader, and another device of the network exists.
    Attached(Attached),
    /// It is the leader, and no other device of the network was found.
    Alone(Attached),
    /// Its addresses, without link-local ones.
    Addresses(Addresses),
    /// It has no role any more.
    Detached,
    /// The stack refused the dataset.
    Refused,
    /// The attachment could not be started.
    Failed,
}

/// The state of the attachment, in a client's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachStatus {
    /// No dataset has been tried.
    Detached,
    /// An attempt is in progress.
    Attaching,
    /// The device is attached to this network.
    Attached(Attached),
    /// The dataset did not work.
    Failed(FailReason),
}
