//! The operational dataset: everything a client sends to make a device join a Thread network.

use core::fmt;

use heapless::Vec;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::types::NetworkName;
use crate::error::Error;
use crate::limits::DATASET_MAX;

/// An active operational dataset: the TLVs of Thread's MeshCoP, up to 254 bytes. It contains the
/// network key, and is wiped when dropped. It may hold any bytes; [`summary`](Self::summary) tells
/// whether a network can be joined with it.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Dataset {
    bytes: [u8; DATASET_MAX],
    len: u8,
}

/// Why a dataset cannot be used to join a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatasetError {
    /// A TLV extends beyond the end of the dataset.
    Cut,
    /// A TLV occurs twice.
    Twice(u8),
    /// A TLV of this type is missing.
    Missing(u8),
    /// A TLV of this type has the wrong length or an invalid value.
    Value(u8),
}

/// The parts of a dataset that are not secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The network's name, if the dataset has it.
    pub name: Option<NetworkName>,
    /// Its PAN id.
    pub pan_id: u16,
    /// Its extended PAN id.
    pub ext_pan_id: [u8; 8],
    /// Its channel.
    pub channel: u16,
}

/// The types of TLVs in an active dataset (Thread 1.3, 8.10.1).
mod tlv {
    pub const CHANNEL: u8 = 0;
    pub const PAN_ID: u8 = 1;
    pub const EXT_PAN_ID: u8 = 2;
    pub const NETWORK_NAME: u8 = 3;
    pub const PSKC: u8 = 4;
    pub const NETWORK_KEY: u8 = 5;
    pub const MESH_LOCAL_PREFIX: u8 = 7;
    pub const SECURITY_POLICY: u8 = 12;
    pub const ACTIVE_TIMESTAMP: u8 = 14;
    pub const CHANNEL_MASK: u8 = 53;
    pub const ALL: [u8; 10] = [
        CHANNEL,
        PAN_ID,
        EXT_PAN_ID,
        NETWORK_NAME,
        PSKC,
        NETWORK_KEY,
        MESH_LOCAL_PREFIX,
        SECURITY_POLICY,
        ACTIVE_TIMESTAMP,
        CHANNEL_MASK,
    ];
}

/// The broadcast PAN id, which no network has.
const BROADCAST: u16 = 0xffff;

impl Dataset {
    /// Creates a dataset from 1 to 254 bytes.
    pub fn new(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.is_empty() || bytes.len() > DATASET_MAX {
            return Err(Error::Argument);
        }
        let mut this = Self { bytes: [0; DATASET_MAX], len: bytes.len() as u8 };
        this.bytes.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(this)
    }

    /// The bytes. They contain a secret: do not log or copy them.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len.into()).unwrap_or_default()
    }

    /// Describes the dataset's network, or returns why the dataset cannot be used.
    ///
    /// Checks the structure, that no TLV occurs twice, and the values of those that are present.
    /// Required are only the network key, channel, PAN id and extended PAN id, because `esp_prov`
    /// sends no more for a network from a scan; the network supplies the rest. TLVs of unknown
    /// types are allowed, as a later version of Thread may have.
    pub fn summary(&self) -> Result<Summary, DatasetError> {
        self.check_structure()?;
        let channel = self.fixed::<3>(tlv::CHANNEL)?;
        let [page, high, low] = channel;
        let channel = u16::from_be_bytes([high, low]);
        // Thread has this one page at 2.4 GHz, and these channels.
        if page == 0 && !(11..=26).contains(&channel) {
            return Err(DatasetError::Value(tlv::CHANNEL));
        }
        let pan_id = u16::from_be_bytes(self.fixed(tlv::PAN_ID)?);
        if pan_id == BROADCAST {
            return Err(DatasetError::Value(tlv::PAN_ID));
        }
        self.fixed::<16>(tlv::NETWORK_KEY)?;
        let name = self.value(tlv::NETWORK_NAME).ok().map(NetworkName::new).transpose();
        // The prefix of a unique local address.
        let prefix = |prefix: &[u8]| prefix.len() == 8 && prefix.first() == Some(&0xfd);
        self.check_if_there(tlv::MESH_LOCAL_PREFIX, prefix)?;
        self.check_if_there(tlv::ACTIVE_TIMESTAMP, |timestamp| timestamp.len() == 8)?;
        self.check_if_there(tlv::PSKC, |pskc| pskc.len() <= 16)?;
        Ok(Summary {
            name: name.map_err(|_| DatasetError::Value(tlv::NETWORK_NAME))?,
            pan_id,
            ext_pan_id: self.fixed(tlv::EXT_PAN_ID)?,
            channel,
        })
    }

    /// Checks that it is a sequence of TLVs, each known one at most once.
    fn check_structure(&self) -> Result<(), DatasetError> {
        let mut seen = Vec::<u8, { tlv::ALL.len() }>::new();
        let mut tlvs = Tlvs(self.as_bytes());
        for (kind, _) in &mut tlvs {
            if seen.contains(&kind) {
                return Err(DatasetError::Twice(kind));
            }
            if tlv::ALL.contains(&kind) {
                // There is room for each known type.
                let _ = seen.push(kind);
            }
        }
        if tlvs.0.is_empty() { Ok(()) } else { Err(DatasetError::Cut) }
    }

    fn value(&self, kind: u8) -> Result<&[u8], DatasetError> {
        let mut tlvs = Tlvs(self.as_bytes());
        let found = tlvs.find(|(other, _)| *other == kind);
        found.map(|(_, value)| value).ok_or(DatasetError::Missing(kind))
    }

    fn check_if_there(&self, kind: u8, is_good: fn(&[u8]) -> bool) -> Result<(), DatasetError> {
        let good = self.value(kind).map_or(true, is_good);
        if good { Ok(()) } else { Err(DatasetError::Value(kind)) }
    }

    fn fixed<const LENGTH: usize>(&self, kind: u8) -> Result<[u8; LENGTH], DatasetError> {
        self.value(kind)?.try_into().map_err(|_| DatasetError::Value(kind))
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dataset(secret)")
    }
}

impl fmt::Display for DatasetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut => f.write_str("the dataset is truncated"),
            Self::Twice(kind) => write!(f, "the dataset has its TLV {kind} twice"),
            Self::Missing(kind) => write!(f, "the dataset lacks its TLV {kind}"),
            Self::Value(kind) => write!(f, "the dataset's TLV {kind} has an invalid value"),
        }
    }
}

impl core::error::Error for DatasetError {}

/// The TLVs of a dataset, up to the first truncated one. The bytes left then are not empty.
struct Tlvs<'a>(&'a [u8]);

impl<'a> Iterator for Tlvs<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first()?;
        let (length, rest) = rest.split_first()?;
        let (value, rest) = rest.split_at_checked((*length).into())?;
        self.0 = rest;
        Some((*kind, value))
    }
}
