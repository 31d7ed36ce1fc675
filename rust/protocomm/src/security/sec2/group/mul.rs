//! Products of two numbers, and their Montgomery reduction.
//!
//! Numbers are processed in blocks of three limbs. Multiplying two blocks takes nine
//! multiplications, three loads and three stores, and all operands fit the registers of a
//! Cortex-M4. Larger blocks do not fit.

use core::{mem, slice};

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32-bit limbs of a number.
pub const LIMBS: usize = 96;

/// Three limbs, the least significant first.
pub type Block = [u32; 3];

const BLOCKS: usize = LIMBS / 3;

/// A number below R = 2^3072, the least significant block first.
pub type Number = [Block; BLOCKS];

/// The prime N.
#[rustfmt::skip]
pub static MODULUS: Number = [
    [0xffffffff, 0xffffffff, 0xa93ad2ca], [0x4b82d120, 0xe0fd108e, 0x43db5bfc],
    [0x74e5ab31, 0x08e24fa0, 0xbad946e2], [0x770988c0, 0x7a615d6c, 0xbbe11757],
    [0x177b200c, 0x521f2b18, 0x3ec86a64], [0xd8760273, 0xd98a0864, 0xf12ffa06],
    [0x1ad2ee6b, 0xcee3d226, 0x4a25619d], [0x1e8c94e0, 0xdb0933d7, 0xabf5ae8c],
    [0xa6e1e4c7, 0xb3970f85, 0x5d060c7d], [0x8aea7157, 0x58dbef0a, 0xecfb8504],
    [0xdf1cba64, 0xa85521ab, 0x04507a33], [0xad33170d, 0x8aaac42d, 0x15728e5a],
    [0x98fa0510, 0x15d22618, 0xea956ae5], [0x3995497c, 0x95581718, 0xde2bcbf6],
    [0x6f4c52c9, 0xb5c55df0, 0xec07a28f], [0x9b2783a2, 0x180e8603, 0xe39e772c],
    [0x2e36ce3b, 0x32905e46, 0xca18217c], [0xf1746c08, 0x4abc9804, 0x670c354e],
    [0x7096966d, 0x9ed52907, 0x208552bb], [0x1c62f356, 0xdca3ad96, 0x83655d23],
    [0xfd24cf5f, 0x69163fa8, 0x1c55d39a], [0x98da4836, 0xa163bf05, 0xc2007cb8],
    [0xece45b3d, 0x49286651, 0x7c4b1fe6], [0xae9f2411, 0x5a899fa5, 0xee386bfb],
    [0xf406b7ed, 0x0bff5cb6, 0xa637ed6b], [0xf44c42e9, 0x625e7ec6, 0xe485b576],
    [0x6d51c245, 0x4fe1356d, 0xf25f1437], [0x302b0a6d, 0xcd3a431b, 0xef9519b3],
    [0x8e3404dd, 0x514a0879, 0x3b139b22], [0x020bbea6, 0x8a67cc74, 0x29024e08],
    [0x80dc1cd1, 0xc4c6628b, 0x2168c234], [0xc90fdaa2, 0xffffffff, 0xffffffff],
];

/// Space for the product of two numbers. Every multiplication needs it. A caller that multiplies
/// often keeps one, so that it is wiped only once.
pub struct Product([Block; 2 * BLOCKS]);

impl Drop for Product {
    #[inline(never)]
    fn drop(&mut self) {
        self.0.as_flattened_mut().zeroize();
    }
}

impl ZeroizeOnDrop for Product {}

impl Product {
    pub fn new() -> Self {
        Self([[0; 3]; 2 * BLOCKS])
    }

    fn clear(&mut self) {
        self.0 = [[0; 3]; 2 * BLOCKS];
    }

    /// Sets it to a number.
    pub fn set(&mut self, number: &Number) {
        self.clear();
        if let Some(low) = self.0.first_chunk_mut() {
            *low = *number;
        }
    }

    /// Sets it to `a * b`.
    #[inline(never)]
    pub fn multiply(&mut self, a: &Number, b: &Number) {
        self.clear();
        self.accumulate(a, b);
    }

    /// Adds `a * b`. The product must be less than R before.
    #[inline(never)]
    pub fn accumulate(&mut self, a: &Number, b: &Number) {
        for (place, block) in a.iter().enumerate() {
            self.add_at(place, block, b, 0);
        }
    }

    /// Sets it to `a * a`: the products of different blocks, doubled, plus the square of each
    /// block.
    #[inline(never)]
    pub fn square(&mut self, a: &Number) {
        self.clear();
        let mut blocks = &a[..];
        let mut place = 1;
        while let [block, higher @ ..] = blocks {
            self.add_at(place, block, higher, 0);
            blocks = higher;
            place = place.wrapping_add(2);
        }
        // Twice the old value plus the square of a block plus a carry of 2 gives a carry of at most
        // 2.
        let mut carry = 0;
        for (sum, block) in self.0.as_chunks_mut::<2>().0.iter_mut().zip(a) {
            for limb in sum.as_flattened_mut() {
                (*limb, carry) = multiply_add(*limb, 2, carry, 0);
            }
            carry = carry.wrapping_add(add_product(sum, slice::from_ref(block), block, 0));
        }
    }

    /// Divides by R modulo N, which converts a number from Montgomery form. The product must be
    /// less than R^2. The result is less than R, but may be N or more.
    #[inline(never)]
    pub fn reduce(&mut self, to: &mut Number) {
        let mut over = 0;
        for place in 0..BLOCKS {
            let lowest = self.0.get(place).copied().unwrap_or_default();
            over = self.add_at(place, &quotient(lowest), &MODULUS, over);
        }
        // (R^2 + R N) / R is at most R + N, so one subtraction leaves less than N above R.
        if let Some(high) = self.0.last_chunk() {
            *to = *high;
        }
        subtract_modulus_if(to, over.ct_eq(&1));
    }

    /// Sets `number` to `number * factor` modulo N. The factor must be less than 2^60.
    #[inline(never)]
    pub fn multiply_small(&mut self, number: &mut Number, factor: u64) {
        self.clear();
        self.add_at(0, &[factor as u32, (factor >> 32) as u32, 0], number, 0);
        // Each multiple of R counts as R - N, which is less than R / 2^64, so at most one more R is
        // carried.
        let excess = mem::take(&mut self.0[BLOCKS]);
        set_one(number);
        self.add_at(0, &excess, number, 0);
        if let Some(low) = self.0.first_chunk() {
            *number = *low;
        }
        subtract_modulus_if(number, self.0[BLOCKS][0].ct_eq(&1));
    }

    /// Adds `block * number + over * 2^(96 * length)` at this block; the length is the number's.
    /// Returns the carry out of the block above, 0 or 1.
    fn add_at(&mut self, place: usize, block: &Block, number: &[Block], over: u32) -> u32 {
        self.0.get_mut(place..).map_or(0, |to| add_product(to, number, block, over))
    }
}

/// Adds `block * number` at the lowest block of `to`, and `over` at the block above the number.
/// Returns the carry out of that block, 0 or 1.
///
/// A handshake spends nearly all its time here. On a Cortex-M4, the loop takes 20 instructions for
/// 9 products; with a closure or a function instead of the macro, it takes 24.
#[inline(never)]
fn add_product(to: &mut [Block], number: &[Block], block: &Block, over: u32) -> u32 {
    let Some((low, high)) = to.split_at_mut_checked(number.len()) else { return 0 };
    let [a_0, a_1, a_2] = *block;
    let [mut c_0, mut c_1, mut c_2] = [0; 3];
    macro_rules! add_column {
        ($sum:ident, $b:ident) => {
            let (sum, carry) = multiply_add(a_0, *$b, *$sum, c_0);
            *$sum = sum;
            let (next, carry) = multiply_add(a_1, *$b, c_1, carry);
            (c_1, c_2) = multiply_add(a_2, *$b, c_2, carry);
            c_0 = next;
        };
    }
    for ([b_0, b_1, b_2], [sum_0, sum_1, sum_2]) in number.iter().zip(low) {
        add_column!(sum_0, b_0);
        add_column!(sum_1, b_1);
        add_column!(sum_2, b_2);
    }
    let mut over = over;
    if let Some([sum_0, sum_1, sum_2]) = high.first_mut() {
        (*sum_0, over) = add_carry(*sum_0, c_0, over);
        (*sum_1, over) = add_carry(*sum_1, c_1, over);
        (*sum_2, over) = add_carry(*sum_2, c_2, over);
    }
    over
}

/// The factor of N that makes the lowest block 0: the block divided by -N, modulo 2^96. With the
/// lowest limbs of N, that is 1 - (n_2 + 1) 2^64, whose reciprocal is 1 + (n_2 + 1) 2^64.
fn quotient([t_0, t_1, t_2]: Block) -> Block {
    let [[_, _, n_2], ..] = MODULUS;
    [t_0, t_1, t_0.wrapping_mul(n_2.wrapping_add(1)).wrapping_add(t_2)]
}

/// Sets a number to R - N, which is 1 in Montgomery's form.
#[inline(never)]
pub fn set_one(number: &mut Number) {
    for (limb, n) in number.as_flattened_mut().iter_mut().zip(MODULUS.as_flattened()) {
        *limb = !n;
    }
    // -N is !N + 1, and N is odd.
    number[0][0] |= 1;
}

/// Subtracts N once if the number is not less than N.
pub fn subtract_modulus(number: &mut Number) {
    let not_less = borrow(number).ct_eq(&0);
    subtract_modulus_if(number, not_less);
}

#[inline(never)]
fn subtract_modulus_if(number: &mut Number, choice: Choice) {
    let mut borrow = 0;
    for (limb, n) in number.as_flattened_mut().iter_mut().zip(MODULUS.as_flattened()) {
        let n = u32::conditional_select(&0, n, choice);
        (*limb, borrow) = subtract_borrow(*limb, n, borrow);
    }
}

/// Returns 1 if a number is less than N, else 0.
pub fn borrow(number: &Number) -> u32 {
    let pairs = number.as_flattened().iter().zip(MODULUS.as_flattened());
    pairs.fold(0, |borrow, (limb, n)| subtract_borrow(*limb, *n, borrow).1)
}

/// `a * b + c + d`: the low and the high half. It is at most (2^32 - 1)^2 + 2 (2^32 - 1) = 2^64 -
/// 1.
#[cfg(not(all(target_arch = "arm", not(target_has_atomic = "32"))))]
fn multiply_add(a: u32, b: u32, c: u32, d: u32) -> (u32, u32) {
    let product = u64::from(a).wrapping_mul(b.into());
    let sum = product.wrapping_add(c.into()).wrapping_add(d.into());
    (sum as u32, (sum >> 32) as u32)
}

/// ARMv6-M (Cortex-M0 and M0+) can only multiply 32 bits to a result of 32 bits, and the compiler
/// would call a 64-bit multiplication. No other ARM microcontroller target lacks atomics, and
/// stable Rust offers no other way to tell them apart.
#[cfg(all(target_arch = "arm", not(target_has_atomic = "32")))]
use multiply_add_by_halves as multiply_add;

/// The same from products of 16-bit halves. No sum exceeds 32 bits: (2^16 - 1)^2 + 2 (2^16 - 1) is
/// 2^32 - 1.
#[cfg(any(test, all(target_arch = "arm", not(target_has_atomic = "32"))))]
#[inline(never)]
fn multiply_add_by_halves(a: u32, b: u32, c: u32, d: u32) -> (u32, u32) {
    let halves = |x: u32| (x & 0xffff, x >> 16);
    let ((a_0, a_1), (b_0, b_1)) = (halves(a), halves(b));
    let ((c_0, c_1), (d_0, d_1)) = (halves(c), halves(d));
    let sum = |x: u32, y: u32, z: u32, t: u32| x.wrapping_mul(y).wrapping_add(z).wrapping_add(t);
    let (low, carry) = halves(sum(a_0, b_0, c_0, d_0));
    let (middle, carry) = halves(sum(a_1, b_0, carry, c_1));
    let (middle, other_carry) = halves(sum(a_0, b_1, middle, d_1));
    ((middle << 16) | low, sum(a_1, b_1, carry, other_carry))
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
