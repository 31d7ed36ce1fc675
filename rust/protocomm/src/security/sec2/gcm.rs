//! AES-256-GCM as security 2 uses it: nonces of 12 bytes, no additional data, a tag of 16 bytes
//! behind the message.
//!
//! The block cipher and its counter mode are the ones that security 1 has; only the authentication
//! is added here, bit by bit and in constant time. That is slower than a table and a seventh of the
//! flash of a crate for it; the tests compare it with that crate.

use aes::Aes256;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Length of a key in bytes.
pub const KEY: usize = 32;
/// Length of a nonce in bytes.
pub const NONCE: usize = 12;
/// Length of a tag in bytes.
pub const TAG: usize = 16;

/// The message is not what somebody with the key has sealed, or is longer than a cipher can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forged;

/// Encrypts a message in place and returns its tag.
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], message: &mut [u8]) -> Result<[u8; TAG], Forged> {
    let mut cipher = Cipher::new(key, nonce)?;
    cipher.stream.try_apply_keystream(message).map_err(|_| Forged)?;
    Ok(cipher.tag(message))
}

/// Decrypts a message in place if the tag is its own; leaves it alone if not.
pub fn open(
    key: &[u8; KEY],
    nonce: &[u8; NONCE],
    message: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), Forged> {
    let mut cipher = Cipher::new(key, nonce)?;
    if !bool::from(cipher.tag(message).ct_eq(tag)) {
        return Err(Forged);
    }
    cipher.stream.try_apply_keystream(message).map_err(|_| Forged)
}

/// A key and a nonce, ready for the message.
struct Cipher {
    stream: Ctr128BE<Aes256>,
    /// The key of the authentication: an encrypted block of zeros.
    hash_key: Zeroizing<u128>,
    /// What the hash of the message is hidden under.
    mask: Zeroizing<u128>,
}

impl Cipher {
    fn new(key: &[u8; KEY], nonce: &[u8; NONCE]) -> Result<Self, Forged> {
        let mut block = Zeroizing::new([0; TAG]);
        let mut zeros = Ctr128BE::<Aes256>::new(key.into(), &[0; TAG].into());
        zeros.try_apply_keystream(&mut *block).map_err(|_| Forged)?;
        let hash_key = Zeroizing::new(u128::from_be_bytes(*block));

        // The counter has 32 bits; no message is long enough to tell that from 128.
        let mut first = [0; TAG];
        first.iter_mut().zip(nonce).for_each(|(to, from)| *to = *from);
        first[TAG - 1] = 1;
        let mut stream = Ctr128BE::new(key.into(), &first.into());
        block.fill(0);
        stream.try_apply_keystream(&mut *block).map_err(|_| Forged)?;
        let mask = Zeroizing::new(u128::from_be_bytes(*block));
        Ok(Self { stream, hash_key, mask })
    }

    fn tag(&self, encrypted: &[u8]) -> [u8; TAG] {
        let mut hash = Zeroizing::new(0);
        for chunk in encrypted.chunks(TAG) {
            let mut block = [0; TAG];
            block.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            *hash = multiply(*hash ^ u128::from_be_bytes(block), *self.hash_key);
        }
        // The lengths in bits: of the additional data, of the message.
        let bits = (encrypted.len() as u128).wrapping_mul(8);
        *hash = multiply(*hash ^ bits, *self.hash_key);
        (*hash ^ *self.mask).to_be_bytes()
    }
}

/// The product in GHASH's field, whose bits are numbered from the highest: constant time.
#[inline(never)]
fn multiply(x: u128, y: u128) -> u128 {
    const POLYNOMIAL: u32 = 0xe100_0000;
    let mut product = [0u32; 4];
    let mut factor = words(y);
    for word in words(x) {
        for bit in (0..32).rev() {
            let taken = 0u32.wrapping_sub((word >> bit) & 1);
            product.iter_mut().zip(&factor).for_each(|(to, from)| *to ^= from & taken);
            let reduction = 0u32.wrapping_sub(factor[3] & 1) & POLYNOMIAL;
            let mut above = 0;
            for limb in &mut factor {
                let next = *limb << 31;
                *limb = (*limb >> 1) | above;
                above = next;
            }
            factor[0] ^= reduction;
        }
    }
    product.iter().fold(0, |joined, word| (joined << 32) | u128::from(*word))
}

/// The words of a number, the highest first.
fn words(number: u128) -> [u32; 4] {
    [96, 64, 32, 0].map(|shift| (number >> shift) as u32)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use aes_gcm::aead::AeadInOut;
    use aes_gcm::{Aes256Gcm, KeyInit};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The same bytes as a crate that many use, for any key, nonce and length.
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

            // Any single bit of it counts, and a forged message is left as it is.
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
