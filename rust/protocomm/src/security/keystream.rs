//! AES-256 in counter mode, the cipher of both schemes that have one.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};

/// Length of a key in bytes.
pub const KEY: usize = 32;
/// Length of a block in bytes.
pub const BLOCK: usize = 16;

/// A keystream, which goes on where the last message ended: not at a block's beginning. Wiped when
/// dropped.
pub struct Keystream(Ctr128BE<Aes256>);

/// The end of the keystream, after 2^132 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended;

impl Keystream {
    /// The stream whose first block is `counter`, encrypted.
    #[inline(never)]
    pub fn new(key: &[u8; KEY], counter: &[u8; BLOCK]) -> Self {
        Self(Ctr128BE::new(key.into(), counter.into()))
    }

    /// Encrypts or decrypts in place. (The call that can fail spares a panic.)
    #[inline(never)]
    pub fn apply(&mut self, bytes: &mut [u8]) -> Result<(), Ended> {
        self.0.try_apply_keystream(bytes).map_err(|_| Ended)
    }
}
