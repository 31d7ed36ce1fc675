//! The numbers of SRP-6a, with the group of RFC 5054 of 3072 bits and SHA-512.
//!
//! Clients and devices disagree about numbers and digests that begin with zero bytes. This client
//! takes a key pair whose public key has none, so that there is one way to write it; the device's
//! public key is hashed without its leading zeros in the proofs and at full length in `u`, as all
//! implementations do; salt and digests are taken as they are.

#[cfg(any(test, target_family = "wasm"))]
mod compact;
#[cfg(not(target_family = "wasm"))]
mod general;

use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

#[cfg(target_family = "wasm")]
use self::compact as group;
#[cfg(not(target_family = "wasm"))]
use self::general as group;
use self::group::Residue;
use crate::{Error, RandomFailed};

/// Length of the group's numbers in bytes.
const LENGTH: usize = 384;

const GENERATOR: u8 = 5;

/// How often a key pair is drawn whose public key begins with a zero byte: each has a chance of 1
/// in 256, so more than this is a broken source of random numbers.
const DRAWS_MAX: usize = 64;

/// The prime N of RFC 5054, group of 3072 bits.
const PRIME: &str = "\
    FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74\
    020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437\
    4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED\
    EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
    98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB\
    9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B\
    E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718\
    3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33\
    A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7\
    ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864\
    D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2\
    08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

/// The client's ephemeral key pair: `a` and `A`.
pub(super) struct KeyPair {
    private: Zeroizing<[u8; 32]>,
    public: [u8; LENGTH],
}

/// What both ends have computed.
pub(super) struct Agreement {
    /// K
    session_key: Zeroizing<[u8; 64]>,
    /// M1
    pub(super) client_proof: [u8; 64],
    /// M2, which the device must send
    pub(super) device_proof: [u8; 64],
}

impl KeyPair {
    pub(super) fn generate(
        random: &mut impl FnMut(&mut [u8]) -> Result<(), RandomFailed>,
    ) -> Result<Self, Error> {
        let mut private = Zeroizing::new([0; 32]);
        for _ in 0..DRAWS_MAX {
            random(private.as_mut())?;
            let public = Residue::generator().pow(private.as_ref()).to_bytes();
            if public.first() != Some(&0) {
                return Ok(Self { private, public });
            }
        }
        Err(Error::Random)
    }

    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }

    /// What follows from the device's public key `B` and salt; `None` if they are not those of a
    /// device that has a verifier.
    pub(super) fn agree(
        &self,
        device_public: &[u8],
        salt: &[u8],
        username: &[u8],
        password: &[u8],
    ) -> Option<Agreement> {
        let n = group::prime();
        let g = padded(&[GENERATOR])?;
        let device_minimal = minimal(device_public);
        let b = padded(device_minimal)?;
        let b_residue = Residue::from_bytes(&b);
        if b_residue.is_zero() {
            return None;
        }
        let k = padded(&hash(&[&n, &g]))?;
        let u = hash(&[&self.public, &b]);
        if u == [0; 64] {
            return None;
        }
        let inner = Zeroizing::new(hash(&[username, b":", password]));
        let x = Zeroizing::new(hash(&[salt, inner.as_ref()]));

        // S = (B - k g^x) ^ (a + u x)
        let masked = Residue::from_bytes(&k).times(&Residue::generator().pow(x.as_ref()));
        let exponent = group::exponent(&self.private, &u, &x);
        let base = b_residue.minus(&masked);
        let secret = Zeroizing::new(base.pow(exponent.as_ref()).to_bytes());

        let session_key = Zeroizing::new(hash(&[minimal(secret.as_ref())]));
        let mut group_hash = hash(&[&n]);
        group_hash.iter_mut().zip(hash(&[&g])).for_each(|(byte, other)| *byte ^= other);
        let client_proof = hash(&[
            &group_hash,
            &hash(&[username]),
            salt,
            &self.public,
            device_minimal,
            session_key.as_ref(),
        ]);
        let device_proof = hash(&[&self.public, &client_proof, session_key.as_ref()]);
        Some(Agreement { session_key, client_proof, device_proof })
    }
}

impl Agreement {
    /// The key of the session's cipher: the first half of K.
    pub(super) fn key(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&self.session_key[..32]);
        key
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 64] {
    parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

/// A number at full length; `None` if it is longer than that.
fn padded(number: &[u8]) -> Option<[u8; LENGTH]> {
    let mut padded = [0; LENGTH];
    let zeros = LENGTH.checked_sub(number.len())?;
    padded[zeros..].copy_from_slice(number);
    Some(padded)
}

/// A number without leading zeros.
fn minimal(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;

    /// Bytes that look random.
    fn bytes<const N: usize>(seed: u8) -> [u8; N] {
        let mut bytes = [0; N];
        let mut digest = Sha512::digest([seed]);
        for chunk in bytes.chunks_mut(64) {
            chunk.copy_from_slice(&digest[..chunk.len()]);
            digest = Sha512::digest(digest);
        }
        bytes
    }

    /// Numbers at the edges, and some of no kind.
    fn numbers() -> Vec<[u8; LENGTH]> {
        let mut numbers = vec![[0; LENGTH], [0xff; LENGTH], group::prime()];
        for (at, change) in [(LENGTH - 1, 1), (LENGTH - 1, 2), (0, 0x80)] {
            for base in [[0; LENGTH], group::prime()] {
                let mut number = base;
                number[at] ^= change;
                numbers.push(number);
            }
        }
        numbers.extend((0..4).map(bytes));
        numbers
    }

    #[test]
    fn both_arithmetics_agree() {
        assert_eq!(general::prime(), compact::prime());
        let exponents = [vec![], vec![0; 3], vec![0xff; 9], bytes::<132>(9).to_vec()];
        for a in numbers() {
            let (one, two) = (Residue::from_bytes(&a), compact::Residue::from_bytes(&a));
            assert_eq!(one.to_bytes(), two.to_bytes());
            assert_eq!(one.is_zero(), two.is_zero());
            for b in numbers() {
                let other = (Residue::from_bytes(&b), compact::Residue::from_bytes(&b));
                assert_eq!(one.times(&other.0).to_bytes(), two.times(&other.1).to_bytes());
                assert_eq!(one.minus(&other.0).to_bytes(), two.minus(&other.1).to_bytes());
            }
        }
        for exponent in &exponents {
            let (one, two) = (Residue::generator(), compact::Residue::generator());
            assert_eq!(one.pow(exponent).to_bytes(), two.pow(exponent).to_bytes());
        }
        let base: [u8; LENGTH] = bytes(5);
        let (one, two) = (Residue::from_bytes(&base), compact::Residue::from_bytes(&base));
        assert_eq!(one.pow(&exponents[3]).to_bytes(), two.pow(&exponents[3]).to_bytes());
    }

    #[test]
    fn both_exponents_agree_and_have_room_for_the_carry() {
        for (a, u, x) in [
            ([0xff; 32], [0xff; 64], [0xff; 64]),
            ([0; 32], [0; 64], [0; 64]),
            (bytes(1), bytes(2), bytes(3)),
        ] {
            assert_eq!(general::exponent(&a, &u, &x), compact::exponent(&a, &u, &x));
        }
    }
}
