//! Message encryption of an established session.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use aes::Aes256;
use aes_gcm::aead::Aead as _;
use aes_gcm::aead::consts::U16;
use aes_gcm::{Aes256Gcm, AesGcm, KeyInit as _};
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit as _, StreamCipher as _};

use crate::Error;

/// Encrypts and decrypts the messages of an established session. Both directions share one cipher
/// position, so each request must be followed by its response.
pub struct Channel(Cipher);

/// The ciphers are boxed so that moving a channel leaves no copies of its keys behind.
enum Cipher {
    /// Security 0: no encryption.
    Plain,
    /// Security 1: one key stream shared by both directions.
    Stream(Box<Ctr128BE<Aes256>>),
    /// Security 2.
    Sealed(Box<Sealed>),
}

enum Sealed {
    /// The last four bytes of the nonce count messages.
    Counted(Aes256Gcm, [u8; 12]),
    /// All messages have one nonce.
    Constant(Aes256Gcm, [u8; 12]),
    /// The same, as ESP-IDF had it before its devices counted messages.
    ConstantLong(AesGcm<Aes256, U16>, [u8; 16]),
}

impl Channel {
    pub(crate) fn plain() -> Self {
        Self(Cipher::Plain)
    }

    pub(crate) fn stream(key: &[u8; 32], block: &[u8; 16]) -> Self {
        Self(Cipher::Stream(Box::new(Ctr128BE::new(key.into(), block.into()))))
    }

    /// Returns `None` if the nonce's length is wrong. Without `nonce_counter`, all messages have this nonce.
    pub(crate) fn sealed(key: &[u8; 32], nonce: &[u8], nonce_counter: bool) -> Option<Self> {
        let sealed = match (<[u8; 12]>::try_from(nonce), nonce_counter) {
            (Ok(nonce), true) => Sealed::Counted(Aes256Gcm::new(key.into()), nonce),
            (Ok(nonce), false) => Sealed::Constant(Aes256Gcm::new(key.into()), nonce),
            (Err(_), true) => return None,
            (Err(_), false) => {
                Sealed::ConstantLong(AesGcm::new(key.into()), nonce.try_into().ok()?)
            }
        };
        Some(Self(Cipher::Sealed(Box::new(sealed))))
    }

    /// Encrypts a request.
    pub fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        match &mut self.0 {
            Cipher::Plain => Ok(plain.to_vec()),
            Cipher::Stream(stream) => apply(stream, plain),
            // Fails only for messages of 64 GiB or more.
            Cipher::Sealed(sealed) => match &mut **sealed {
                Sealed::Counted(cipher, nonce) => cipher.encrypt(&next(nonce)?.into(), plain),
                Sealed::Constant(cipher, nonce) => cipher.encrypt(&(*nonce).into(), plain),
                Sealed::ConstantLong(cipher, nonce) => cipher.encrypt(&(*nonce).into(), plain),
            }
            .map_err(|_| Error::SessionExhausted),
        }
    }

    /// Decrypts a response. Only security 2 detects a response modified in transit.
    pub fn open(&mut self, sealed_bytes: &[u8]) -> Result<Vec<u8>, Error> {
        match &mut self.0 {
            Cipher::Plain => Ok(sealed_bytes.to_vec()),
            Cipher::Stream(stream) => apply(stream, sealed_bytes),
            Cipher::Sealed(sealed) => match &mut **sealed {
                Sealed::Counted(cipher, nonce) => {
                    cipher.decrypt(&next(nonce)?.into(), sealed_bytes)
                }
                Sealed::Constant(cipher, nonce) => cipher.decrypt(&(*nonce).into(), sealed_bytes),
                Sealed::ConstantLong(cipher, nonce) => {
                    cipher.decrypt(&(*nonce).into(), sealed_bytes)
                }
            }
            .map_err(|_| Error::Forged),
        }
    }
}

fn apply(stream: &mut Ctr128BE<Aes256>, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut bytes = bytes.to_vec();
    stream.try_apply_keystream(&mut bytes).map_err(|_| Error::SessionExhausted)?;
    Ok(bytes)
}

/// Returns the nonce of a message, and counts it.
fn next(nonce: &mut [u8; 12]) -> Result<[u8; 12], Error> {
    let [s, t, u, v, w, x, y, z, counter @ ..] = *nonce;
    let counter = u32::from_be_bytes(counter);
    // The counter has wrapped to 0; continuing would reuse nonces.
    if counter == 0 {
        return Err(Error::SessionExhausted);
    }
    let [a, b, c, d] = counter.wrapping_add(1).to_be_bytes();
    Ok(core::mem::replace(nonce, [s, t, u, v, w, x, y, z, a, b, c, d]))
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Cipher::Plain => "Channel(security 0)",
            Cipher::Stream(_) => "Channel(security 1)",
            Cipher::Sealed(_) => "Channel(security 2)",
        })
    }
}
