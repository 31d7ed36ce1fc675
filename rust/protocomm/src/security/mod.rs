//! Security schemes: how two ends agree on keys, and how they use them.
//!
//! A scheme implements [`Security`]; what it agrees on is a [`Channel`]. Neither knows a
//! transport, an endpoint or what a message means. [`Scheme`] is the choice among the schemes
//! that are built in: a new one adds a module here and an arm there.

#[cfg(any(feature = "sec1", feature = "sec2"))]
mod keystream;
mod scheme;
#[cfg(feature = "sec0")]
pub mod sec0;
#[cfg(feature = "sec1")]
pub mod sec1;
#[cfg(feature = "sec2")]
pub mod sec2;
#[cfg(feature = "sec1")]
mod x25519;

#[cfg(not(any(feature = "sec0", feature = "sec1", feature = "sec2")))]
compile_error!("choose a security scheme at least: the feature `sec2`, `sec1` or `sec0`");

use rand_core::TryCryptoRng;

pub use self::scheme::{Scheme, SchemeChannel, SchemePending};
use crate::error::{Error, HandshakeError};
use crate::wire::request::SessionData;

/// The device's half of a security scheme, with what the device was configured with.
pub trait Security {
    /// A handshake between its first and its last command.
    type Pending;
    /// The keys in use after the handshake.
    type Channel: Channel;

    /// The scheme's number: `sec_ver` in the version text.
    fn version(&self) -> u32;

    /// The scheme's revision: `sec_patch_ver` in the version text.
    fn patch_version(&self) -> u32;

    /// What a client must know before the handshake, as a capability in the version text.
    fn capability(&self) -> Option<&'static str>;

    /// Takes one handshake command: the first `length` bytes of `buffer`. Writes the response to
    /// `buffer`, from its start.
    ///
    /// `pending` is the slot of this session's unfinished handshake. A command that makes no sense
    /// leaves it alone; one that uses the handshake up empties it.
    ///
    /// A first command must be cheap, because any peer can send any number of them: the device's
    /// ephemeral key is shared by all handshakes in progress, and what depends on the client's key
    /// is computed when a proof has come, which counts as a guess if it is wrong.
    ///
    /// The keys are handed over as `C`, so that they are made where they are kept.
    fn handshake<C: From<Self::Channel>, R: TryCryptoRng + ?Sized>(
        &mut self,
        pending: &mut impl Slot<Self::Pending>,
        buffer: &mut [u8],
        length: usize,
        rng: &mut R,
    ) -> Result<Step<C>, Error>;

    /// Wipes the ephemeral key; the next first command draws another. Handshakes in progress are
    /// void after that. Called when a handshake has completed, so that no later handshake can tell
    /// anything about its keys.
    fn renew(&mut self);
}

/// Where a session's unfinished handshake is kept: it may be large, and is moved there once.
pub trait Slot<P> {
    /// The handshake in the slot, if there is one.
    fn get(&mut self) -> Option<&mut P>;

    /// Fills the slot, in place of what it held. Returns [`HandshakeError::TooMany`] if all slots
    /// are in use and no other handshake has to give way.
    fn set(&mut self, pending: P) -> Result<(), HandshakeError>;

    /// Empties the slot.
    fn clear(&mut self);
}

impl<P> Slot<P> for Option<P> {
    fn get(&mut self) -> Option<&mut P> {
        self.as_mut()
    }

    fn set(&mut self, pending: P) -> Result<(), HandshakeError> {
        *self = Some(pending);
        Ok(())
    }

    fn clear(&mut self) {
        *self = None;
    }
}

/// A handshake after a command, with the length of the response.
pub enum Step<C> {
    /// The client has another command to send.
    Continue(usize),
    /// Both ends have proved themselves.
    Done(usize, C),
}

/// An established session's two directions.
pub trait Channel {
    /// How much longer a sealed message is than its plaintext, in bytes.
    fn overhead(&self) -> usize;

    /// Opens the message that fills `buffer`, in place. Returns the length of its plaintext, which
    /// is at the start of the buffer.
    fn open(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Seals the first `length` bytes of `buffer`, in place. Returns the length of the sealed
    /// message, or [`Error::ResponseTooLarge`] before anything is sealed.
    fn seal(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error>;
}

/// Reads a handshake command.
fn command(message: &[u8]) -> Result<SessionData<'_>, HandshakeError> {
    SessionData::read(message).map_err(|_| HandshakeError::Undecodable)
}
