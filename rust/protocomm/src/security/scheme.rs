//! Selects among the schemes that are built in.

use rand_core::TryCryptoRng;

#[cfg(feature = "sec0")]
use super::sec0::{Plain, Sec0};
#[cfg(feature = "sec1")]
use super::sec1::{self, Sec1};
#[cfg(feature = "sec2")]
use super::sec2::{self, Sec2};
use super::{Channel, Security, Slot, Step};
use crate::error::{Error, HandshakeError};

/// One of the built-in schemes.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "there is one, in its fixed place")]
pub enum Scheme {
    /// No security.
    #[cfg(feature = "sec0")]
    Sec0(Sec0),
    /// X25519, proof of possession and AES-256-CTR.
    #[cfg(feature = "sec1")]
    Sec1(Sec1),
    /// SRP-6a and AES-256-GCM.
    #[cfg(feature = "sec2")]
    Sec2(Sec2),
}

/// An unfinished handshake of a [`Scheme`].
#[allow(clippy::large_enum_variant, reason = "there are few, in their fixed places")]
pub enum SchemePending {
    /// Security 1. (Security 0 has a single command.)
    #[cfg(feature = "sec1")]
    Sec1(sec1::Pending),
    /// Security 2.
    #[cfg(feature = "sec2")]
    Sec2(sec2::Pending),
}

/// The keys of a [`Scheme`].
#[allow(clippy::large_enum_variant, reason = "there is one, in its fixed place")]
pub enum SchemeChannel {
    /// Security 0, which has no keys.
    #[cfg(feature = "sec0")]
    Sec0(Plain),
    /// Security 1.
    #[cfg(feature = "sec1")]
    Sec1(sec1::Stream),
    /// Security 2.
    #[cfg(feature = "sec2")]
    Sec2(sec2::Sealed),
}

impl Scheme {
    /// The scheme's number: `sec_ver` in the version text.
    pub fn version(&self) -> u32 {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(scheme) => scheme.version(),
            #[cfg(feature = "sec1")]
            Self::Sec1(scheme) => scheme.version(),
            #[cfg(feature = "sec2")]
            Self::Sec2(scheme) => scheme.version(),
        }
    }

    /// The scheme's revision: `sec_patch_ver` in the version text.
    pub fn patch_version(&self) -> u32 {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(scheme) => scheme.patch_version(),
            #[cfg(feature = "sec1")]
            Self::Sec1(scheme) => scheme.patch_version(),
            #[cfg(feature = "sec2")]
            Self::Sec2(scheme) => scheme.patch_version(),
        }
    }

    /// What a client must know before the handshake, as a capability in the version text.
    pub fn capability(&self) -> Option<&'static str> {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(scheme) => scheme.capability(),
            #[cfg(feature = "sec1")]
            Self::Sec1(scheme) => scheme.capability(),
            #[cfg(feature = "sec2")]
            Self::Sec2(scheme) => scheme.capability(),
        }
    }

    /// Handles one handshake command; see [`Security::handshake`].
    pub(crate) fn handshake<R: TryCryptoRng + ?Sized>(
        &mut self,
        pending: &mut impl Slot<SchemePending>,
        buffer: &mut [u8],
        length: usize,
        rng: &mut R,
    ) -> Result<Step<SchemeChannel>, Error> {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(scheme) => scheme.handshake(&mut None, buffer, length, rng),
            #[cfg(feature = "sec1")]
            Self::Sec1(scheme) => scheme.handshake(&mut Of(pending), buffer, length, rng),
            #[cfg(feature = "sec2")]
            Self::Sec2(scheme) => scheme.handshake(&mut Of(pending), buffer, length, rng),
        }
    }

    /// Wipes the ephemeral key; see [`Security::renew`].
    pub(crate) fn renew(&mut self) {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(scheme) => scheme.renew(),
            #[cfg(feature = "sec1")]
            Self::Sec1(scheme) => scheme.renew(),
            #[cfg(feature = "sec2")]
            Self::Sec2(scheme) => scheme.renew(),
        }
    }
}

#[cfg(feature = "sec0")]
impl From<Plain> for SchemeChannel {
    fn from(channel: Plain) -> Self {
        Self::Sec0(channel)
    }
}

#[cfg(feature = "sec1")]
impl From<sec1::Stream> for SchemeChannel {
    fn from(channel: sec1::Stream) -> Self {
        Self::Sec1(channel)
    }
}

#[cfg(feature = "sec2")]
impl From<sec2::Sealed> for SchemeChannel {
    fn from(channel: sec2::Sealed) -> Self {
        Self::Sec2(channel)
    }
}

/// The slot, as the scheme in use sees it.
#[cfg(any(feature = "sec1", feature = "sec2"))]
struct Of<'a, P>(&'a mut P);

#[cfg(feature = "sec1")]
impl<P: Slot<SchemePending>> Slot<sec1::Pending> for Of<'_, P> {
    fn get(&mut self) -> Option<&mut sec1::Pending> {
        match self.0.get()? {
            SchemePending::Sec1(pending) => Some(pending),
            #[cfg(feature = "sec2")]
            SchemePending::Sec2(_) => None,
        }
    }

    fn set(&mut self, pending: sec1::Pending) -> Result<(), HandshakeError> {
        self.0.set(SchemePending::Sec1(pending))
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

#[cfg(feature = "sec2")]
impl<P: Slot<SchemePending>> Slot<sec2::Pending> for Of<'_, P> {
    fn get(&mut self) -> Option<&mut sec2::Pending> {
        match self.0.get()? {
            SchemePending::Sec2(pending) => Some(pending),
            #[cfg(feature = "sec1")]
            SchemePending::Sec1(_) => None,
        }
    }

    fn set(&mut self, pending: sec2::Pending) -> Result<(), HandshakeError> {
        self.0.set(SchemePending::Sec2(pending))
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}

impl Channel for SchemeChannel {
    fn overhead(&self) -> usize {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(channel) => channel.overhead(),
            #[cfg(feature = "sec1")]
            Self::Sec1(channel) => channel.overhead(),
            #[cfg(feature = "sec2")]
            Self::Sec2(channel) => channel.overhead(),
        }
    }

    fn open(&mut self, buffer: &mut [u8]) -> Result<usize, Error> {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(channel) => channel.open(buffer),
            #[cfg(feature = "sec1")]
            Self::Sec1(channel) => channel.open(buffer),
            #[cfg(feature = "sec2")]
            Self::Sec2(channel) => channel.open(buffer),
        }
    }

    fn seal(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error> {
        match self {
            #[cfg(feature = "sec0")]
            Self::Sec0(channel) => channel.seal(buffer, length),
            #[cfg(feature = "sec1")]
            Self::Sec1(channel) => channel.seal(buffer, length),
            #[cfg(feature = "sec2")]
            Self::Sec2(channel) => channel.seal(buffer, length),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_the_scheme() {
        let facts =
            |scheme: Scheme| (scheme.version(), scheme.patch_version(), scheme.capability());
        assert_eq!(facts(Scheme::Sec0(Sec0)), (0, 0, Some("no_sec")));
        assert_eq!(facts(Scheme::Sec1(Sec1::new(b""))), (1, 0, Some("no_pop")));
        assert_eq!(facts(Scheme::Sec1(Sec1::new(b"pop"))), (1, 0, None));
        let sec2 = Sec2::new(b"salt", &[2; 384]).unwrap();
        assert_eq!(facts(Scheme::Sec2(sec2)), (2, 1, None));
    }
}
