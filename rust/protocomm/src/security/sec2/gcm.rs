//! AES-256-GCM as security 2 uses it: nonces of 12 bytes, no additional data, and a tag of 16 bytes
//! after the message.
//!
//! The cipher is shared with security 1. This file adds only the authentication, bit by bit and in
//! constant time. That is slower than a table and takes a seventh of the flash of a crate. Tests
//! compare the results with such a crate.

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub use crate::security::keystream::{BLOCK as TAG, KEY};
use crate::security::keystream::{Ended, Keystream};

/// Length of a nonce in bytes.
pub const NONCE: usize = 12;

/// The message was not sealed with this key, or is too long for the cipher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forged;

impl From<Ended> for Forged {
    fn from(_: Ended) -> Self {
        Self
    }
}

/// Encrypts a message in place and returns its tag.
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], message: &mut [u8]) -> Result<[u8; TAG], Forged> {
    let mut tag = [0; TAG];
    pass(key, nonce, message, &mut tag, Direction::Seal)?;
    Ok(tag)
}

/// Decrypts a message in place if its tag is correct. Otherwise, leaves it alone.
pub fn open(
    key: &[u8; KEY],
    nonce: &[u8; NONCE],
    message: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), Forged> {
    pass(key, nonce, message, &mut tag.clone(), Direction::Open)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// Encrypt and set the tag.
    Seal,
    /// Compare the tag and decrypt.
    Open,
}

/// One function for both directions: two would be two copies of the code.
#[inline(never)]
fn pass(
    key: &[u8; KEY],
    nonce: &[u8; NONCE],
    message: &mut [u8],
    tag: &mut [u8; TAG],
    direction: Direction,
) -> Result<(), Forged> {
    // The authentication key is an encrypted block of zeros.
    let mut hash_key = Zeroizing::new([0; TAG]);
    Keystream::new(key, &[0; TAG]).apply(&mut *hash_key)?;
    // The stream's first block hides the hash; the others hide the message. The counter after the
    // nonce has 32 bits. No message is long enough to make a counter of 128 bits differ.
    let mut first = [0; TAG];
    first[..NONCE].copy_from_slice(nonce);
    first[TAG - 1] = 1;
    let mut stream = Keystream::new(key, &first);
    let mut computed = Zeroizing::new([0; TAG]);
    stream.apply(&mut *computed)?;

    if direction == Direction::Seal {
        stream.apply(message)?;
    }
    add(&mut computed, &*hash(message, &hash_key));
    match direction {
        Direction::Seal => *tag = *computed,
        Direction::Open if bool::from(computed.ct_eq(tag)) => stream.apply(message)?,
        Direction::Open => return Err(Forged),
    }
    Ok(())
}

/// GHASH of an encrypted message, without additional data.
fn hash(message: &[u8], key: &[u8; TAG]) -> Zeroizing<[u8; TAG]> {
    let mut hash = Zeroizing::new([0; TAG]);
    // The lengths in bits of the additional data and of the message.
    let lengths = ((message.len() as u128) << 3).to_be_bytes();
    for block in message.chunks(TAG).chain([&lengths[..]]) {
        add(&mut hash, block);
        *hash = multiply(&hash, key);
    }
    hash
}

/// The sum in GHASH's field. A short block is padded with zeros.
fn add(sum: &mut [u8; TAG], block: &[u8]) {
    sum.iter_mut().zip(block).for_each(|(sum, byte)| *sum ^= byte);
}

/// The product in GHASH's field, whose bits are numbered from the highest. Constant time.
#[inline(never)]
fn multiply(x: &[u8; TAG], y: &[u8; TAG]) -> [u8; TAG] {
    const POLYNOMIAL: u32 = 0xe1 << 24;
    let mut product = [0u32; TAG / 4];
    let mut factor = [0u32; TAG / 4];
    let (words, _) = y.as_chunks();
    factor.iter_mut().zip(words).for_each(|(to, word)| *to = u32::from_be_bytes(*word));
    for byte in x {
        for bit in (0..8).rev() {
            // All ones if the bit is set.
            let taken = 0u32.wrapping_sub(u32::from(byte >> bit) & 1);
            let mut over = 0;
            for (product, factor) in product.iter_mut().zip(&mut factor) {
                *product ^= *factor & taken;
                let low = *factor << 31;
                *factor = (*factor >> 1) | over;
                over = low;
            }
            factor[0] ^= POLYNOMIAL & 0u32.wrapping_sub(over >> 31);
        }
    }
    let mut bytes = [0; TAG];
    let (places, _) = bytes.as_chunks_mut();
    places.iter_mut().zip(product).for_each(|(to, word)| *to = word.to_be_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use aes_gcm::aead::AeadInOut;
    use aes_gcm::{Aes256Gcm, KeyInit};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Compares with a widely used crate, for any key, nonce and length.
        #[test]
        fn it_is_aes_256_gcm(
            key: [u8; KEY],
            nonce: [u8; NONCE],
            message in prop::collection::vec(any::<u8>(), 0..600),
            at: prop::sample::Index,
            bit in 0..8,
        ) {
            let mut theirs = message.clone();
            let their_tag = Aes256Gcm::new(&key.into())
                .encrypt_inout_detached(&nonce.into(), b"", theirs.as_mut_slice().into())
                .unwrap();
            let mut ours = message.clone();
            let tag = seal(&key, &nonce, &mut ours).unwrap();
            prop_assert_eq!(&ours, &theirs);
            prop_assert_eq!(&tag[..], &their_tag[..]);

            // Every bit of the tag counts, and a forged message is not modified.
            let mut sealed: Vec<u8> = [&ours[..], &tag].concat();
            sealed[at.index(ours.len() + TAG)] ^= 1u8 << bit;
            let (forged, forged_tag) = sealed.split_at_mut(ours.len());
            let before = forged.to_vec();
            let forged_tag: [u8; TAG] = (&*forged_tag).try_into().unwrap();
            prop_assert_eq!(open(&key, &nonce, forged, &forged_tag), Err(Forged));
            prop_assert_eq!(&*forged, &before[..]);

            prop_assert_eq!(open(&key, &nonce, &mut ours, &tag), Ok(()));
            prop_assert_eq!(ours, message);
        }
    }
}
