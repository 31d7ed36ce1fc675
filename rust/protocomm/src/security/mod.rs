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

#[cfg(not(any(feature = "sec0", feature = "sec1", feature = "sec2")))]
compile_error!("choose a security scheme at least: the feature `sec2`, `sec1` or `sec0`");

use alloc::vec::Vec;

use rand_core::TryCryptoRng;

pub use self::scheme::{Scheme, SchemeChannel, SchemePending};
use crate::error::{Error, HandshakeError};
use crate::wire::{request, response};

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

    /// Takes one handshake command.
    ///
    /// `pending` is the place of this session's unfinished handshake. It is left alone if the
    /// command does not touch it (a message that makes no sense), and emptied if the command uses
    /// it up.
    ///
    /// A scheme whose first command is dear calls `admission` when all that is cheap to check has
    /// been checked, and goes on only if that says so.
    ///
    /// The keys are handed over as `C`, so that they are made where they are kept.
    fn handshake<C: From<Self::Channel>, R: TryCryptoRng + ?Sized>(
        &self,
        pending: &mut impl Place<Self::Pending>,
        command: &request::SessionData,
        rng: &mut R,
        admission: Admission<'_>,
    ) -> Result<Step<C>, HandshakeError>;
}

/// Where a session's unfinished handshake is kept: it may be large, and is moved there once.
pub trait Place<P> {
    /// What is there.
    fn get(&mut self) -> Option<&mut P>;

    /// Puts one there, instead of what is there.
    fn set(&mut self, pending: P);

    /// Empties the place.
    fn clear(&mut self);
}

impl<P> Place<P> for Option<P> {
    fn get(&mut self) -> Option<&mut P> {
        self.as_mut()
    }

    fn set(&mut self, pending: P) {
        *self = Some(pending);
    }

    fn clear(&mut self) {
        *self = None;
    }
}

/// Whether a handshake may begin now; each call counts as a beginning.
pub type Admission<'a> = &'a mut dyn FnMut() -> Result<(), HandshakeError>;

/// Where a handshake is after a command.
pub enum Step<C> {
    /// The client has another command to send.
    Continue(response::SessionData),
    /// Both ends have proved themselves.
    Done(response::SessionData, C),
}

/// An established session's two directions.
pub trait Channel {
    /// How much longer a sealed message is than its plaintext, in bytes.
    fn overhead(&self) -> usize;

    /// Opens a message in place.
    fn open(&mut self, message: &mut Vec<u8>) -> Result<(), Error>;

    /// Seals a message in place.
    fn seal(&mut self, message: &mut Vec<u8>) -> Result<(), Error>;
}
