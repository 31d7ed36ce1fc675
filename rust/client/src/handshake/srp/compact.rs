//! Arithmetic modulo N for browsers, where every kilobyte is sent with the page: Montgomery's
//! multiplication, and little else. The instructions and the memory read depend on no value.

use zeroize::{Zeroize, Zeroizing};

use super::LENGTH;

const LIMBS: usize = LENGTH / 4;

/// Bits of an exponent that are processed at a time.
const WINDOW: usize = 4;

/// The least significant limb first.
type Number = [u32; LIMBS];

/// A number modulo N in Montgomery's form, times R = 2^3072; below N.
#[derive(Clone)]
pub(super) struct Residue(Number);

impl Drop for Residue {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The prime N of RFC 5054, group of 3072 bits.
pub(super) fn prime() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    write(&MODULUS, &mut bytes);
    bytes
}

impl Residue {
    /// The residue of any number of that length.
    pub(super) fn from_bytes(bytes: &[u8; LENGTH]) -> Self {
        let mut number = read(bytes);
        reduce(&mut number, 0);
        multiply(&number, &r_squared())
    }

    pub(super) fn generator() -> Self {
        let mut bytes = [0; LENGTH];
        bytes[LENGTH - 1] = 5;
        Self::from_bytes(&bytes)
    }

    pub(super) fn to_bytes(&self) -> [u8; LENGTH] {
        let mut one = [0; LIMBS];
        one[0] = 1;
        let mut bytes = [0; LENGTH];
        write(&multiply(&self.0, &one).0, &mut bytes);
        bytes
    }

    pub(super) fn is_zero(&self) -> bool {
        self.0.iter().fold(0, |all, limb| all | limb) == 0
    }

    pub(super) fn times(&self, other: &Self) -> Self {
        multiply(&self.0, &other.0)
    }

    pub(super) fn minus(&self, other: &Self) -> Self {
        let mut difference = self.clone();
        let borrow = subtract(&mut difference.0, &other.0);
        let mut carry = 0;
        for (limb, n) in difference.0.iter_mut().zip(&MODULUS) {
            carry += u64::from(*limb) + u64::from(n & borrow);
            *limb = carry as u32;
            carry >>= 32;
        }
        difference
    }

    /// Raises it to a secret power, big-endian. The whole table is read for each digit.
    pub(super) fn pow(&self, exponent: &[u8]) -> Self {
        let mut powers = alloc::vec![one()];
        for at in 1..1 << WINDOW {
            let next = powers.get(at - 1).map(|power| power.times(self));
            powers.extend(next);
        }
        let mut result = one();
        for byte in exponent {
            for digit in [byte >> 4, byte & 15] {
                for _ in 0..WINDOW {
                    result = result.times(&result);
                }
                let mut factor = Self([0; LIMBS]);
                for (at, power) in powers.iter().enumerate() {
                    // All ones where the two are equal.
                    let differs = at as u32 ^ u32::from(digit);
                    let mask = (differs.wrapping_sub(1) >> 31).wrapping_neg();
                    let mask = core::hint::black_box(mask);
                    for (limb, other) in factor.0.iter_mut().zip(power.0) {
                        *limb |= other & mask;
                    }
                }
                result = result.times(&factor);
            }
        }
        result
    }
}

/// `a + u x`, big-endian.
pub(super) fn exponent(a: &[u8; 32], u: &[u8; 64], x: &[u8; 64]) -> Zeroizing<[u8; 132]> {
    let (u, x) = (Zeroizing::new(read(u)), Zeroizing::new(read(x)));
    let mut sum = Zeroizing::new(read(a));
    for (place, u) in u.iter().take(16).enumerate() {
        let mut carry = 0;
        for (limb, x) in sum.iter_mut().skip(place).take(17).zip(x.iter()) {
            carry += u64::from(*limb) + u64::from(*u) * u64::from(*x);
            *limb = carry as u32;
            carry >>= 32;
        }
    }
    let mut bytes = Zeroizing::new([0; 132]);
    write(&sum, bytes.as_mut());
    bytes
}

/// R modulo N, which is 1 in Montgomery's form: N is above R / 2, so it is R - N.
fn one() -> Residue {
    let mut one = [0; LIMBS];
    subtract(&mut one, &MODULUS);
    Residue(one)
}

/// R^2 modulo N: R, doubled as often as R has bits.
fn r_squared() -> Number {
    let mut number = one().0;
    for _ in 0..LIMBS * 32 {
        let mut carry = 0;
        for limb in &mut number {
            let next = *limb >> 31;
            *limb = *limb << 1 | carry;
            carry = next;
        }
        reduce(&mut number, carry);
    }
    number
}

/// Montgomery's product, `a b / R`. The lowest limb of N is -1, so each digit of the quotient is
/// the lowest limb of what is left.
fn multiply(a: &Number, b: &Number) -> Residue {
    let n = &MODULUS;
    let mut sum = Zeroizing::new([0u32; LIMBS]);
    let mut top = 0u32;
    for factor in b {
        let mut first = u64::from(sum[0]) + u64::from(a[0]) * u64::from(*factor);
        let quotient = first as u32;
        let mut second = u64::from(quotient) + u64::from(quotient) * u64::from(n[0]);
        for at in 1..LIMBS {
            first = (first >> 32) + u64::from(sum[at]) + u64::from(a[at]) * u64::from(*factor);
            second =
                (second >> 32) + u64::from(first as u32) + u64::from(quotient) * u64::from(n[at]);
            sum[at - 1] = second as u32;
        }
        let end = (first >> 32) + (second >> 32) + u64::from(top);
        sum[LIMBS - 1] = end as u32;
        top = (end >> 32) as u32;
    }
    let mut product = Residue(*sum);
    reduce(&mut product.0, top);
    product
}

/// Subtracts N if the number, with `carry` above its highest limb, is N or more.
fn reduce(number: &mut Number, carry: u32) {
    let mut difference = Zeroizing::new(*number);
    let borrow = subtract(&mut difference, &MODULUS);
    // It is less than N if there was a borrow and nothing to borrow from.
    let keep = core::hint::black_box(borrow & carry.wrapping_sub(1));
    for (limb, other) in number.iter_mut().zip(difference.iter()) {
        *limb = (*limb & keep) | (*other & !keep);
    }
}

/// Subtracts; returns all ones if the result would be negative.
fn subtract(number: &mut Number, other: &Number) -> u32 {
    let mut borrow = 0;
    for (limb, other) in number.iter_mut().zip(other) {
        let difference =
            u64::from(*limb).wrapping_sub(u64::from(*other)).wrapping_sub(u64::from(borrow));
        *limb = difference as u32;
        borrow = (difference >> 63) as u32;
    }
    borrow.wrapping_neg()
}

/// N.
static MODULUS: Number = {
    let digits = super::PRIME.as_bytes();
    let mut number = [0; LIMBS];
    let mut at = 0;
    while at < digits.len() {
        let digit = match digits[at] {
            letter @ b'A'..=b'F' => letter - b'A' + 10,
            digit => digit - b'0',
        };
        let limb = LIMBS - 1 - at / 8;
        number[limb] = number[limb] << 4 | digit as u32;
        at += 1;
    }
    number
};

fn read(bytes: &[u8]) -> Number {
    let mut number = [0; LIMBS];
    for (place, byte) in bytes.iter().rev().enumerate() {
        if let Some(limb) = number.get_mut(place / 4) {
            *limb |= u32::from(*byte) << (place % 4 * 8);
        }
    }
    number
}

fn write(number: &Number, bytes: &mut [u8]) {
    for (place, byte) in bytes.iter_mut().rev().enumerate() {
        *byte = number.get(place / 4).map_or(0, |limb| (limb >> (place % 4 * 8)) as u8);
    }
}
