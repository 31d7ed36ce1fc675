//! Security schemes: how two ends agree on keys, and how they use the keys.
//!
//! A scheme implements [`Security`]. The result of its handshake is a [`Channel`]. Neither knows
//! about transports, endpoints or the meaning of a message. [`Scheme`] selects one of the schemes
//! that are built in; a new scheme adds a module here and an arm there.

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
compile_error!("enable at least one security scheme: the feature `sec2`, `sec1` or `sec0`");

use rand_core::TryCryptoRng;

pub use self::scheme::{Scheme, SchemeChannel, SchemePending};
use crate::error::{Error, HandshakeError};
use crate::wire::request::SessionData;

/// The device's half of a security scheme, with its configuration.
pub trait Security {
    /// A handshake in progress, between its first and its last command.
    type Pending;
    /// The keys in use after the handshake.
    type Channel: Channel;

    /// The scheme's number: `sec_ver` in the version text.
    fn version(&self) -> u32;

    /// The scheme's revision: `sec_patch_ver` in the version text.
    fn patch_version(&self) -> u32;

    /// What a client must know before the handshake, as a capability in the version text.
    fn capability(&self) -> Option<&'static str>;

    /// Handles one handshake command: the first `length` bytes of `buffer`. Writes the response to
    /// the start of `buffer`.
    ///
    /// `pending` is the slot of this session's unfinished handshake. An invalid command leaves it
    /// alone; a command that uses up the handshake empties it.
    ///
    /// A first command must be cheap, because any peer can send any number of them. So all
    /// handshakes in progress share the device's ephemeral key, and computations with the client's
    /// key wait until its proof arrives. A wrong proof counts as a guess.
    ///
    /// The keys are returned as `C`, so that they are made in the place where they are kept.
    fn handshake<C: From<Self::Channel>, R: TryCryptoRng + ?Sized>(
        &mut self,
        pending: &mut impl Slot<Self::Pending>,
        buffer: &mut [u8],
        length: usize,
        rng: &mut R,
    ) -> Result<Step<C>, Error>;

    /// Wipes the ephemeral key; the next first command draws a new one. This voids handshakes in
    /// progress. Called when a handshake completes, so that no later handshake can reveal anything
    /// about its keys.
    fn renew(&mut self);
}

/// Where a session's unfinished handshake is kept. It may be large, and is moved there once.
pub trait Slot<P> {
    /// The handshake in the slot, if there is one.
    fn get(&mut self) -> Option<&mut P>;

    /// Fills the slot and replaces its previous content. Returns [`HandshakeError::TooMany`] if all
    /// slots are in use and no other handshake gives way.
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

/// The outcome of a handshake command, with the length of the response.
pub enum Step<C> {
    /// The client has another command to send.
    Continue(usize),
    /// Both ends have proved themselves.
    Done(usize, C),
}

/// The two directions of an established session.
pub trait Channel {
    /// The number of bytes that sealing adds to a message.
    fn overhead(&self) -> usize;

    /// Opens the message that fills `buffer`, in place. Returns the length of the plaintext, which
    /// is at the start of the buffer.
    fn open(&mut self, buffer: &mut [u8]) -> Result<usize, Error>;

    /// Seals the first `length` bytes of `buffer`, in place. Returns the length of the sealed
    /// message. If it does not fit, returns [`Error::ResponseTooLarge`] and seals nothing.
    fn seal(&mut self, buffer: &mut [u8], length: usize) -> Result<usize, Error>;
}

/// Reads a handshake command.
fn command(message: &[u8]) -> Result<SessionData<'_>, HandshakeError> {
    SessionData::read(message).map_err(|_| HandshakeError::Undecodable)
}
