//! Arithmetic modulo the 3072-bit prime N of RFC 5054 (appendix A), whose generator is 5.
//!
//! Nothing is allocated and nothing can panic. A general library takes some 15 KB of flash for the
//! same (docs/footprint.md); the tests compare this code with one.
//!
//! # Constant time
//!
//! The instructions executed and the memory read depend on the lengths of the operands and on no
//! value, except in [`Residue::pow_public`], where they depend on the exponent.

mod mul;
mod pow;

use self::mul::{LIMBS, Number, Product};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a number in bytes.
pub const BYTES: usize = LIMBS * 4;

/// A number modulo N, in Montgomery's form: times R = 2^3072. The representative is below R, and
/// N or more for some numbers.
#[derive(Clone)]
pub struct Residue(Number);

impl Drop for Residue {
    #[inline(never)]
    fn drop(&mut self) {
        self.0.as_flattened_mut().zeroize();
    }
}

impl ZeroizeOnDrop for Residue {}

impl Residue {
    const ZERO: Self = Self([[0; 3]; LIMBS / 3]);

    /// 1, which is R - N in that form.
    fn one() -> Self {
        Self(mul::r_less_modulus())
    }

    /// Converts a big-endian number, of any value. Of more than [`BYTES`] bytes, the last ones.
    #[inline(never)]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut product = Product::new();
        let mut residue = Self(number(bytes));
        residue.multiply(&r_squared(&mut product), &mut product);
        residue
    }

    /// Returns the number below N, big-endian.
    #[inline(never)]
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut product = Product::new();
        product.set(&self.0);
        to_bytes(&mut product)
    }

    /// Returns `self + factor * by`, below N and big-endian. The factor is a big-endian number: as
    /// it is not in Montgomery's form, one reduction takes the whole out of it.
    #[inline(never)]
    pub fn plus_product(&self, factor: &[u8], by: &Self) -> [u8; BYTES] {
        let mut product = Product::new();
        product.set(&self.0);
        product.accumulate(&number(factor), &by.0);
        to_bytes(&mut product)
    }

    /// Multiplies it.
    #[inline(never)]
    pub fn mul(&mut self, by: &Self) {
        self.multiply(by, &mut Product::new());
    }

    fn multiply(&mut self, by: &Self, product: &mut Product) {
        product.multiply(&self.0, &by.0);
        product.reduce(&mut self.0);
    }

    #[inline(never)]
    fn square(&mut self, times: u32, product: &mut Product) {
        for _ in 0..times {
            product.square(&self.0);
            product.reduce(&mut self.0);
        }
    }
}

/// Whether a big-endian number is in the group: above 0 and below N.
#[inline(never)]
pub fn is_element(bytes: &[u8; BYTES]) -> bool {
    mul::borrow(&number(bytes)) == 1 && bytes.iter().any(|byte| *byte != 0)
}

#[inline(never)]
fn number(bytes: &[u8]) -> Number {
    let mut number = Residue::ZERO.0;
    for (place, byte) in bytes.iter().rev().enumerate() {
        if let Some(limb) = number.as_flattened_mut().get_mut(place / 4) {
            *limb |= u32::from(*byte).wrapping_shl((place % 4).wrapping_mul(8) as u32);
        }
    }
    number
}

#[inline(never)]
fn to_bytes(product: &mut Product) -> [u8; BYTES] {
    let mut plain = Residue::ZERO;
    product.reduce(&mut plain.0);
    mul::subtract_modulus(&mut plain.0);
    let mut bytes = [0; BYTES];
    let (chunks, _) = bytes.as_chunks_mut::<4>();
    for (chunk, limb) in chunks.iter_mut().rev().zip(plain.0.as_flattened()) {
        *chunk = limb.to_be_bytes();
    }
    bytes
}

/// R^2 modulo N, the factor that brings a number into Montgomery's form. It is R in that form:
/// 2^48 squared 6 times, as 3072 is 48 * 2^6.
fn r_squared(product: &mut Product) -> Residue {
    let mut power = Residue::one();
    product.multiply_small(&mut power.0, 1 << 48);
    power.square(6, product);
    power
}

#[cfg(test)]
mod tests;
