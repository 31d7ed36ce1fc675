//! SRP-6a with the 3072-bit group of RFC 5054 and SHA-512.
//!
//! Implementations differ for numbers and digests that begin with zero bytes. This client chooses a
//! key pair whose public key does not, so that it has only one encoding. The device's public key is
//! hashed without leading zeros in the proofs and at full length in `u`, as in all implementations.
//! Salt and digests are used unchanged.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{NonZero, Odd, U256, U512, U1024, U1536, U3072};
use sha2::{Digest as _, Sha512};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, RandomFailed};

/// Length of a group element in bytes.
const LENGTH: usize = 384;

/// Bits of the exponent `a + u x`, which is at most 2^256 + 2^1024.
const EXPONENT_BITS: u32 = 1025;

/// Limit for drawing key pairs until the public key does not begin with a zero byte. The chance of
/// that is 1 in 256 per draw, so reaching the limit means a broken random number generator.
const DRAWS_MAX: usize = 64;

/// The prime N of the 3072-bit group of RFC 5054.
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

type Residue = FixedMontyForm<{ U3072::LIMBS }>;

/// Arithmetic modulo N.
struct Group(FixedMontyParams<{ U3072::LIMBS }>);

impl Group {
    fn new() -> Self {
        const N: Odd<U3072> = Odd::<U3072>::from_be_hex(PRIME);
        Self(FixedMontyParams::new_vartime(N))
    }

    fn prime(&self) -> U3072 {
        *self.0.modulus().as_ref()
    }

    /// Returns the residue of a number that is not secret.
    fn residue(&self, number: &U3072) -> Residue {
        let prime = NonZero::new(self.prime()).into_option().unwrap_or(NonZero::MAX);
        Residue::new(&number.rem_vartime(&prime), &self.0)
    }

    fn generator(&self) -> Residue {
        Residue::new(&U3072::from(5u8), &self.0)
    }
}

/// The client's ephemeral key pair: `a` and `A`.
pub(super) struct KeyPair {
    private: Zeroizing<[u8; 32]>,
    public: [u8; LENGTH],
}

/// The values that client and device have agreed on.
pub(super) struct Agreement {
    /// Session key K.
    session_key: Zeroizing<[u8; 64]>,
    /// Client proof M1.
    pub(super) client_proof: [u8; 64],
    /// Device proof M2, which the device must send.
    pub(super) device_proof: [u8; 64],
}

impl KeyPair {
    pub(super) fn generate(
        random: &mut impl FnMut(&mut [u8]) -> Result<(), RandomFailed>,
    ) -> Result<Self, Error> {
        let group = Group::new();
        let mut private = Zeroizing::new([0; 32]);
        for _ in 0..DRAWS_MAX {
            random(private.as_mut())?;
            let exponent = Zeroizing::new(U256::from_be_slice(private.as_ref()));
            let public = digits(&group.generator().pow(&exponent));
            if public.first() != Some(&0) {
                return Ok(Self { private, public });
            }
        }
        Err(Error::Random)
    }

    pub(super) fn public(&self) -> &[u8] {
        &self.public
    }

    /// Computes the agreement from the device's public key `B` and salt. Returns `None` if no
    /// device with a verifier would send these values.
    pub(super) fn agree(
        &self,
        device_public: &[u8],
        salt: &[u8],
        username: &[u8],
        password: &[u8],
    ) -> Option<Agreement> {
        let group = Group::new();
        let (n, g) = (bytes(&group.prime()), bytes(&U3072::from(5u8)));
        let device_minimal = minimal(device_public);
        let b = padded(device_minimal)?;
        let b_residue = group.residue(&U3072::from_be_slice(&b));
        if b_residue == Residue::zero(&group.0) {
            return None;
        }
        let k = U512::from_be_slice(&hash(&[&n, &g]));
        let u = U512::from_be_slice(&hash(&[&self.public, &b]));
        if u == U512::ZERO {
            return None;
        }
        let inner = Zeroizing::new(hash(&[username, b":", password]));
        let mut x_bytes = hash(&[salt, inner.as_ref()]);
        let x = Zeroizing::new(U512::from_be_slice(&x_bytes));
        x_bytes.zeroize();

        // S = (B - k g^x) ^ (a + u x)
        let masked = Residue::new(&k.resize(), &group.0) * group.generator().pow(&x);
        let base = b_residue - masked;
        let product: Zeroizing<U1024> = Zeroizing::new(u.concatenating_mul(&x));
        let a =
            Zeroizing::new(U256::from_be_slice(self.private.as_ref()).resize::<{ U1536::LIMBS }>());
        let exponent = Zeroizing::new(product.resize::<{ U1536::LIMBS }>().wrapping_add(&a));
        let secret = Zeroizing::new(digits(&base.pow_bounded_exp(&exponent, EXPONENT_BITS)));

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
    /// Returns the cipher key of the session: the first half of K.
    pub(super) fn key(&self) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&self.session_key[..32]);
        key
    }
}

fn hash(parts: &[&[u8]]) -> [u8; 64] {
    parts.iter().fold(Sha512::new(), |hash, part| hash.chain_update(part)).finalize().into()
}

fn digits(residue: &Residue) -> [u8; LENGTH] {
    bytes(&residue.retrieve())
}

fn bytes(number: &U3072) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes.copy_from_slice(number.to_be_bytes().as_ref());
    bytes
}

/// Pads a number to full length; returns `None` if it is longer.
fn padded(number: &[u8]) -> Option<[u8; LENGTH]> {
    let mut padded = [0; LENGTH];
    let zeros = LENGTH.checked_sub(number.len())?;
    padded[zeros..].copy_from_slice(number);
    Some(padded)
}

/// Strips leading zeros.
fn minimal(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}
