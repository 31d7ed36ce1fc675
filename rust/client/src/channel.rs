//! Message encryption of an established session.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use aes::Aes256;
use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
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

struct Sealed {
    cipher: Aes256Gcm,
    nonce: [u8; 12],
    /// Whether the last four bytes of the nonce count messages (otherwise the nonce is constant).
    nonce_counter: bool,
}

impl Channel {
    pub(crate) fn plain() -> Self {
        Self(Cipher::Plain)
    }

    pub(crate) fn stream(key: &[u8; 32], block: &[u8; 16]) -> Self {
        Self(Cipher::Stream(Box::new(Ctr128BE::new(key.into(), block.into()))))
    }

    pub(crate) fn sealed(key: &[u8; 32], nonce: [u8; 12], nonce_counter: bool) -> Self {
        let cipher = Aes256Gcm::new(key.into());
        Self(Cipher::Sealed(Box::new(Sealed { cipher, nonce, nonce_counter })))
    }

    /// Encrypts a request.
    pub fn seal(&mut self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        match &mut self.0 {
            Cipher::Plain => Ok(plain.to_vec()),
            Cipher::Stream(stream) => apply(stream, plain),
            Cipher::Sealed(sealed) => {
                let nonce = sealed.next_nonce()?;
                // Fails only for messages of 64 GiB or more.
                sealed.cipher.encrypt(&nonce.into(), plain).map_err(|_| Error::SessionExhausted)
            }
        }
    }

    /// Decrypts a response. Only security 2 detects a response modified in transit.
    pub fn open(&mut self, sealed_bytes: &[u8]) -> Result<Vec<u8>, Error> {
        match &mut self.0 {
            Cipher::Plain => Ok(sealed_bytes.to_vec()),
            Cipher::Stream(stream) => apply(stream, sealed_bytes),
            Cipher::Sealed(sealed) => {
                let nonce = sealed.next_nonce()?;
                sealed.cipher.decrypt(&nonce.into(), sealed_bytes).map_err(|_| Error::Forged)
            }
        }
    }
}

fn apply(stream: &mut Ctr128BE<Aes256>, bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut bytes = bytes.to_vec();
    stream.try_apply_keystream(&mut bytes).map_err(|_| Error::SessionExhausted)?;
    Ok(bytes)
}

impl Sealed {
    fn next_nonce(&mut self) -> Result<[u8; 12], Error> {
        let nonce = self.nonce;
        if self.nonce_counter {
            let [session @ .., a, b, c, d] = nonce;
            let counter = u32::from_be_bytes([a, b, c, d]);
            // The counter has wrapped to 0; continuing would reuse nonces.
            if counter == 0 {
                return Err(Error::SessionExhausted);
            }
            let [a, b, c, d] = counter.wrapping_add(1).to_be_bytes();
            let [s, t, u, v, w, x, y, z] = session;
            self.nonce = [s, t, u, v, w, x, y, z, a, b, c, d];
        }
        Ok(nonce)
    }
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
