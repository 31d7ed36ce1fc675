//! Arithmetic modulo the 3072-bit prime N of RFC 5054 (appendix A), whose generator is 5.
//!
//! Nothing is allocated and nothing can panic. A general library takes about 15 KB of flash for
//! this (docs/footprint.md); the tests compare this code with one.
//!
//! # Constant time
//!
//! The instructions executed and the memory accessed depend on the lengths of the operands, not on
//! their values. The exception is [`Residue::pow_public`], where they depend on the exponent.

mod mul;
mod pow;

use self::mul::{LIMBS, Number, Product};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a number in bytes.
pub const BYTES: usize = LIMBS * 4;

/// A number modulo N in Montgomery form: multiplied by R = 2^3072. The representative is below R,
/// and may be N or more.
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
    pub const ZERO: Self = Self([[0; 3]; LIMBS / 3]);

    /// Converts a big-endian number of any value. Uses the last [`BYTES`] bytes of a longer one.
    #[inline(never)]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut residue = Self::ZERO;
        mul::set_one(&mut residue.0);
        residue.mul_bytes(bytes);
        residue
    }

    /// Writes the number to `bytes`, reduced below N, big-endian.
    #[inline(never)]
    pub fn to_bytes(&self, bytes: &mut [u8; BYTES]) {
        self.plus_product(&[], self, bytes);
    }

    /// Writes `self + factor * by` to `bytes`, reduced below N, big-endian. `factor` is a
    /// big-endian number. It is not in Montgomery form, so a single reduction converts the result
    /// from that form.
    #[inline(never)]
    pub fn plus_product(&self, factor: &[u8], by: &Self, bytes: &mut [u8; BYTES]) {
        let mut product = Product::new();
        product.set(&self.0);
        let mut number = Self::ZERO;
        number.read(factor);
        product.accumulate(&number.0, &by.0);
        product.reduce(&mut number.0);
        mul::subtract_modulus(&mut number.0);
        let (chunks, _) = bytes.as_chunks_mut::<4>();
        for (chunk, limb) in chunks.iter_mut().rev().zip(number.0.as_flattened()) {
            *chunk = limb.to_be_bytes();
        }
    }

    /// Multiplies it by a big-endian number of any value.
    #[inline(never)]
    pub fn mul_bytes(&mut self, bytes: &[u8]) {
        let mut product = Product::new();
        let mut factor = Self::ZERO;
        factor.read(bytes);
        self.multiply(&factor, &mut product);
        // The factor was not in Montgomery form, so the product is multiplied by R^2. In Montgomery
        // form, R^2 is R, which is 2^48 squared 6 times.
        mul::set_one(&mut factor.0);
        product.multiply_small(&mut factor.0, 1 << 48);
        factor.square(6, &mut product);
        self.multiply(&factor, &mut product);
    }

    /// Reads a big-endian number without conversion. `self` must be 0.
    #[inline(never)]
    fn read(&mut self, bytes: &[u8]) {
        for (place, byte) in bytes.iter().rev().enumerate() {
            if let Some(limb) = self.0.as_flattened_mut().get_mut(place / 4) {
                *limb |= u32::from(*byte).wrapping_shl((place % 4).wrapping_mul(8) as u32);
            }
        }
    }

    #[inline(never)]
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
    let mut number = Residue::ZERO;
    number.read(bytes);
    mul::borrow(&number.0) == 1 && bytes.iter().any(|byte| *byte != 0)
}

#[cfg(test)]
mod tests;
