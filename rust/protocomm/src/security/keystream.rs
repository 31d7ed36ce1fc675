//! AES-256 in counter mode, the cipher of security 1 and 2.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

/// Length of a key in bytes.
pub const KEY: usize = 32;
/// Length of a block in bytes.
pub const BLOCK: usize = 16;

/// The position of the next byte in a keystream.
#[derive(Clone, Copy)]
pub struct Position {
    /// The counter of the next block.
    counter: u128,
    /// Number of bytes of the previous block that are used up.
    used: usize,
}

impl Position {
    /// The start of the block with this counter.
    pub fn start_of(counter: &[u8; BLOCK]) -> Self {
        Self { counter: u128::from_be_bytes(*counter), used: BLOCK }
    }
}

/// A keystream that continues where the last message ended, even within a block. Wiped when
/// dropped.
pub struct Keystream {
    cipher: Aes256,
    position: Position,
    /// The encrypted block before the position's counter, if part of it is unused.
    block: Zeroizing<[u8; BLOCK]>,
}

/// The end of the keystream after 2^128 blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended;

impl Keystream {
    /// The stream whose first block is `counter`, encrypted.
    #[cfg(feature = "sec2")]
    pub fn new(key: &[u8; KEY], counter: &[u8; BLOCK]) -> Self {
        Self::at(key, Position::start_of(counter))
    }

    /// The stream from this position.
    #[inline(never)]
    pub fn at(key: &[u8; KEY], position: Position) -> Self {
        let mut this =
            Self { cipher: Aes256::new(key.into()), position, block: Zeroizing::new([0; BLOCK]) };
        if position.used < BLOCK {
            this.encrypt(position.counter.wrapping_sub(1));
        }
        this
    }

    /// The position of the next byte.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Encrypts or decrypts in place.
    #[inline(never)]
    pub fn apply(&mut self, bytes: &mut [u8]) -> Result<(), Ended> {
        for byte in bytes {
            if self.position.used >= BLOCK {
                self.encrypt(self.position.counter);
                self.position =
                    Position { counter: self.position.counter.wrapping_add(1), used: 0 };
            }
            *byte ^= self.block.get(self.position.used).ok_or(Ended)?;
            self.position.used = self.position.used.wrapping_add(1);
        }
        Ok(())
    }

    #[inline(never)]
    fn encrypt(&mut self, counter: u128) {
        *self.block = counter.to_be_bytes();
        self.cipher.encrypt_block((&mut *self.block).into());
    }
}
