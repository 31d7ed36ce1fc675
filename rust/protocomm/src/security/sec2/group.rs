//! Arithmetic modulo the 3072-bit prime of RFC 5054 (appendix A), whose generator is 5.
//!
//! Fixed size and constant time: the steps that are taken, and the memory that is read, depend on
//! the length of an exponent and on nothing else. Nothing is allocated and nothing can panic. It
//! is short on purpose: a general library takes some 15 KB of flash for the same (docs/footprint.md),
//! and is what the tests compare this with.

use core::cell::Cell;

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Length of a number in bytes.
pub const BYTES: usize = 384;

/// 32-bit limbs of a number, the least significant first.
const LIMBS: usize = 96;

type Limbs = [u32; LIMBS];

/// The prime N. Its lowest limb is 2^32 - 1, so that -1/N modulo 2^32, the factor of Montgomery's
/// reduction, is 1.
#[rustfmt::skip]
static MODULUS: Limbs = [
    0xffffffff, 0xffffffff, 0xa93ad2ca, 0x4b82d120, 0xe0fd108e, 0x43db5bfc, 0x74e5ab31, 0x08e24fa0,
    0xbad946e2, 0x770988c0, 0x7a615d6c, 0xbbe11757, 0x177b200c, 0x521f2b18, 0x3ec86a64, 0xd8760273,
    0xd98a0864, 0xf12ffa06, 0x1ad2ee6b, 0xcee3d226, 0x4a25619d, 0x1e8c94e0, 0xdb0933d7, 0xabf5ae8c,
    0xa6e1e4c7, 0xb3970f85, 0x5d060c7d, 0x8aea7157, 0x58dbef0a, 0xecfb8504, 0xdf1cba64, 0xa85521ab,
    0x04507a33, 0xad33170d, 0x8aaac42d, 0x15728e5a, 0x98fa0510, 0x15d22618, 0xea956ae5, 0x3995497c,
    0x95581718, 0xde2bcbf6, 0x6f4c52c9, 0xb5c55df0, 0xec07a28f, 0x9b2783a2, 0x180e8603, 0xe39e772c,
    0x2e36ce3b, 0x32905e46, 0xca18217c, 0xf1746c08, 0x4abc9804, 0x670c354e, 0x7096966d, 0x9ed52907,
    0x208552bb, 0x1c62f356, 0xdca3ad96, 0x83655d23, 0xfd24cf5f, 0x69163fa8, 0x1c55d39a, 0x98da4836,
    0xa163bf05, 0xc2007cb8, 0xece45b3d, 0x49286651, 0x7c4b1fe6, 0xae9f2411, 0x5a899fa5, 0xee386bfb,
    0xf406b7ed, 0x0bff5cb6, 0xa637ed6b, 0xf44c42e9, 0x625e7ec6, 0xe485b576, 0x6d51c245, 0x4fe1356d,
    0xf25f1437, 0x302b0a6d, 0xcd3a431b, 0xef9519b3, 0x8e3404dd, 0x514a0879, 0x3b139b22, 0x020bbea6,
    0x8a67cc74, 0x29024e08, 0x80dc1cd1, 0xc4c6628b, 0x2168c234, 0xc90fdaa2, 0xffffffff, 0xffffffff,
];

/// A number modulo N, in Montgomery's form: times R.
#[derive(Clone)]
pub struct Residue(Limbs);

impl Drop for Residue {
    #[inline(never)]
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for Residue {}

impl Residue {
    /// 1, which is R = 2^3072 in that form. R is less than 2 N, so that it is R - N.
    #[inline(never)]
    fn one() -> Self {
        let mut one = MODULUS.map(|limb| !limb);
        // -N is !N + 1, and N is odd.
        one[0] |= 1;
        Self(one)
    }

    /// The number with these digits, big-endian, less any N there is in it. Of more than
    /// [`BYTES`] digits, the last ones.
    #[inline(never)]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut residue = Self(limbs(bytes));
        residue.mul(&r_squared());
        residue
    }

    /// All its digits, big-endian.
    #[inline(never)]
    pub fn to_bytes(&self) -> [u8; BYTES] {
        let mut plain = Self([0; LIMBS]);
        plain.0[0] = 1;
        plain.mul(self);
        let mut bytes = [0; BYTES];
        let (digits, _) = bytes.as_chunks_mut::<4>();
        for (digits, limb) in digits.iter_mut().rev().zip(&plain.0) {
            *digits = limb.to_be_bytes();
        }
        bytes
    }

    /// Multiplies it.
    #[inline(never)]
    pub fn mul(&mut self, by: &Self) {
        let mut product = Self([0; LIMBS]);
        multiply(&mut product.0, &self.0, &by.0);
        self.0 = product.0;
    }

    /// Squares it.
    #[inline(never)]
    fn square(&mut self) {
        let factor = self.clone();
        self.mul(&factor);
    }

    /// Adds to it.
    #[inline(never)]
    pub fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for (limb, other) in self.0.iter_mut().zip(&other.0) {
            (*limb, carry) = add_carry(*limb, *other, carry);
        }
        subtract_modulus(&mut self.0, carry);
    }

    #[inline(never)]
    fn double(&mut self) {
        let summand = self.clone();
        self.add(&summand);
    }

    /// Raises it to a power, big-endian, two bits at a time.
    pub fn pow(&mut self, exponent: &[u8]) {
        let mut powers = [self.clone(), self.clone(), self.clone()];
        let [first, second, third] = &mut powers;
        second.mul(first);
        third.mul(second);
        *self = Residue::one();
        for byte in exponent {
            let mut digits = *byte;
            for _ in 0..4 {
                self.square();
                self.square();
                let digit = digits >> 6;
                digits <<= 2;
                let mut power = Residue::one();
                for (index, candidate) in (1u8..).zip(&powers) {
                    power.assign_if(candidate, index.ct_eq(&digit));
                }
                self.mul(&power);
            }
        }
    }

    /// The generator, raised to a power: half the work of any other number's, as five times a
    /// number is three additions.
    pub fn generator_pow(exponent: &[u8]) -> Self {
        let mut power = Residue::one();
        for byte in exponent {
            for bit in (0..8).rev() {
                power.square();
                let mut times_5 = power.clone();
                times_5.double();
                times_5.double();
                times_5.add(&power);
                power.assign_if(&times_5, Choice::from((byte >> bit) & 1));
            }
        }
        power
    }

    #[inline(never)]
    fn assign_if(&mut self, from: &Self, choice: Choice) {
        for (to, from) in self.0.iter_mut().zip(&from.0) {
            to.conditional_assign(from, choice);
        }
    }
}

/// Whether these digits are a number of the group: above 0 and below N.
#[inline(never)]
pub fn is_element(bytes: &[u8; BYTES]) -> bool {
    borrows(&limbs(bytes)) && bytes.iter().any(|digit| *digit != 0)
}

#[inline(never)]
fn limbs(bytes: &[u8]) -> Limbs {
    let mut limbs = [0; LIMBS];
    for (place, digit) in bytes.iter().rev().enumerate() {
        if let Some(limb) = limbs.get_mut(place / 4) {
            *limb |= u32::from(*digit).wrapping_shl((place % 4).wrapping_mul(8) as u32);
        }
    }
    limbs
}

/// Montgomery's product: a * b / R modulo N. `to` must be 0.
#[inline(never)]
fn multiply(to: &mut Limbs, a: &Limbs, b: &Limbs) {
    let mut over = 0;
    let [b_0, b_rest @ ..] = b;
    let [n_0, n_rest @ ..] = &MODULUS;
    for &factor in a {
        // to = (to + factor * b + m * N) / 2^32, where m makes that division exact.
        let (m, mut carry) = multiply_add(factor, *b_0, to[0], 0);
        let (_, mut carry_n) = multiply_add(m, *n_0, m, 0);
        let places = Cell::from_mut(&mut to[..]).as_slice_of_cells();
        for ((places, b), n) in places.windows(2).zip(b_rest).zip(n_rest) {
            let [below, place] = places else { break };
            let sum;
            (sum, carry) = multiply_add(factor, *b, place.get(), carry);
            let sum_n;
            (sum_n, carry_n) = multiply_add(m, *n, sum, carry_n);
            below.set(sum_n);
        }
        let top = u64::from(over).wrapping_add(carry.into()).wrapping_add(carry_n.into());
        to[LIMBS - 1] = top as u32;
        over = (top >> 32) as u32;
    }
    // Less than 2 N now, as both factors are less than R and one of them less than N.
    subtract_modulus(to, over);
}

/// R^2 modulo N, as a factor that brings a number into Montgomery's form: 2^3072 in that form, by
/// 3 doublings and 10 squarings, since 3072 is 3 * 2^10.
fn r_squared() -> Residue {
    let mut power = Residue::one();
    for _ in 0..3 {
        power.double();
    }
    for _ in 0..10 {
        power.square();
    }
    power
}

/// Subtracts N if the number, with `over` above its highest limb, is not less than N.
#[inline(never)]
fn subtract_modulus(number: &mut Limbs, over: u32) {
    let less = Choice::from(u8::from(borrows(number))) & over.ct_eq(&0);
    let mut borrow = 0;
    for (limb, n) in number.iter_mut().zip(&MODULUS) {
        let n = u32::conditional_select(n, &0, less);
        (*limb, borrow) = subtract_borrow(*limb, n, borrow);
    }
}

/// Whether a number is less than N.
fn borrows(number: &Limbs) -> bool {
    let pairs = number.iter().zip(&MODULUS);
    pairs.fold(0, |borrow, (limb, n)| subtract_borrow(*limb, *n, borrow).1) == 1
}

/// `a * b + c + d`: the low and the high half. It is (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 - 1 at most.
fn multiply_add(a: u32, b: u32, c: u32, d: u32) -> (u32, u32) {
    let product = u64::from(a).wrapping_mul(b.into());
    let sum = product.wrapping_add(c.into()).wrapping_add(d.into());
    (sum as u32, (sum >> 32) as u32)
}

fn add_carry(a: u32, b: u32, carry: u32) -> (u32, u32) {
    let sum = u64::from(a).wrapping_add(b.into()).wrapping_add(carry.into());
    (sum as u32, (sum >> 32) as u32)
}

/// `a - b - borrow`, and the borrow of that: 0 or 1.
fn subtract_borrow(a: u32, b: u32, borrow: u32) -> (u32, u32) {
    let difference = u64::from(a).wrapping_sub(b.into()).wrapping_sub(borrow.into());
    (difference as u32, (difference >> 63) as u32)
}

#[cfg(test)]
mod tests;
