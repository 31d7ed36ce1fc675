//! AES-256-GCM as security 2 uses it: nonces of 12 bytes, no additional data, a tag of 16 bytes
//! behind the message.
//!
//! The block cipher and its counter mode are the ones that security 1 has; only the authentication
//! is added here, bit by bit and in constant time. That is slower than a table and a seventh of the
//! flash of a crate for it; the tests compare it with that crate.

use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, InnerIvInit, KeyInit};
use ctr::cipher::StreamCipher;
use ctr::{Ctr128BE, CtrCore};
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
#[inline(never)]
pub fn seal(key: &[u8; KEY], nonce: &[u8; NONCE], message: &mut [u8]) -> Result<[u8; TAG], Forged> {
    let mut cipher = Cipher::new(key, nonce);
    cipher.stream.try_apply_keystream(message).map_err(|_| Forged)?;
    Ok(cipher.tag(message))
}

/// Decrypts a message in place if the tag is its own; leaves it alone if not.
#[inline(never)]
pub fn open(
    key: &[u8; KEY],
    nonce: &[u8; NONCE],
    message: &mut [u8],
    tag: &[u8; TAG],
) -> Result<(), Forged> {
    let mut cipher = Cipher::new(key, nonce);
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
    /// What the hash of the message is hidden under: the first block, encrypted.
    mask: Zeroizing<u128>,
}

impl Cipher {
    fn new(key: &[u8; KEY], nonce: &[u8; NONCE]) -> Self {
        let aes = Aes256::new(key.into());
        // The counter has 32 bits; no message is long enough to tell that from 128.
        let mut first = [0; TAG];
        first.iter_mut().zip(nonce).for_each(|(to, from)| *to = *from);
        first[TAG - 1] = 1;
        let mut blocks = [[0; TAG].into(), first.into()];
        aes.encrypt_blocks(&mut blocks);
        let [hash_key, mask] =
            blocks.map(|block| Zeroizing::new(u128::from_be_bytes(block.into())));
        first[TAG - 1] = 2;
        let core = CtrCore::inner_iv_init(aes, &first.into());
        Self { stream: Ctr128BE::from_core(core), hash_key, mask }
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
    const POLYNOMIAL: u128 = 0xe1 << 120;
    let (mut product, mut factor, mut bits) = (0, y, x);
    for _ in 0..u128::BITS {
        // All ones if the bit is set, which an arithmetic shift makes of the highest.
        let taken = (bits.cast_signed() >> 127).cast_unsigned();
        bits <<= 1;
        product ^= factor & taken;
        let over = 0u128.wrapping_sub(factor & 1);
        factor = (factor >> 1) ^ (POLYNOMIAL & over);
    }
    product
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
