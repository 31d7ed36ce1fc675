//! Arithmetic modulo N by a library.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{NonZero, Odd, U256, U512, U1024, U3072};
use zeroize::{Zeroize, Zeroizing};

use super::LENGTH;

type Form = FixedMontyForm<{ U3072::LIMBS }>;

/// A number modulo N.
#[derive(Clone)]
pub(super) struct Residue(Form);

impl Drop for Residue {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

fn params() -> FixedMontyParams<{ U3072::LIMBS }> {
    const N: Odd<U3072> = Odd::<U3072>::from_be_hex(super::PRIME);
    FixedMontyParams::new_vartime(N)
}

/// The prime N of RFC 5054, group of 3072 bits.
pub(super) fn prime() -> [u8; LENGTH] {
    bytes(params().modulus().as_ref())
}

impl Residue {
    /// The residue of any number of that length, which is no secret.
    pub(super) fn from_bytes(bytes: &[u8; LENGTH]) -> Self {
        let params = params();
        let prime = NonZero::new(*params.modulus().as_ref()).into_option().unwrap_or(NonZero::MAX);
        Self(Form::new(&U3072::from_be_slice(bytes).rem_vartime(&prime), &params))
    }

    pub(super) fn generator() -> Self {
        Self(Form::new(&U3072::from(5u8), &params()))
    }

    pub(super) fn to_bytes(&self) -> [u8; LENGTH] {
        bytes(&self.0.retrieve())
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0 == Form::zero(self.0.params())
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        Self(self.0 * other.0)
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        Self(self.0 - other.0)
    }

    /// Raises it to a secret power, big-endian, of 192 bytes at most.
    pub(super) fn pow(&self, exponent: &[u8]) -> Self {
        let mut padded = Zeroizing::new([0; LENGTH]);
        let zeros = LENGTH.saturating_sub(exponent.len());
        padded.iter_mut().skip(zeros).zip(exponent).for_each(|(to, from)| *to = *from);
        let number = Zeroizing::new(U3072::from_be_slice(padded.as_ref()));
        let bits = u32::try_from(exponent.len() * 8).unwrap_or(u32::MAX);
        Self(self.0.pow_bounded_exp(&number, bits))
    }
}

/// `a + u x`, big-endian.
pub(super) fn exponent(a: &[u8; 32], u: &[u8; 64], x: &[u8; 64]) -> Zeroizing<[u8; 132]> {
    let (u, x) = (U512::from_be_slice(u), Zeroizing::new(U512::from_be_slice(x)));
    let product: Zeroizing<U1024> = Zeroizing::new(u.concatenating_mul(&x));
    let a = Zeroizing::new(U256::from_be_slice(a).resize::<{ U1024::LIMBS }>());
    // The carry is a byte of its own: the sum is below 2^256 + 2^1024.
    let (sum, carry) = product.carrying_add(&a, crypto_bigint::Limb::ZERO);
    let sum = Zeroizing::new(sum);
    let mut bytes = Zeroizing::new([0; 132]);
    bytes[3] = u8::from(carry != crypto_bigint::Limb::ZERO);
    bytes[4..].copy_from_slice(sum.to_be_bytes().as_ref());
    bytes
}

fn bytes(number: &U3072) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    bytes.copy_from_slice(number.to_be_bytes().as_ref());
    bytes
}
