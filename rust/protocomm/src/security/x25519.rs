//! X25519 (RFC 7748) for little flash. One multiplication, which also squares, and one addition,
//! which also reduces.
//!
//! No branch and no address depends on a number. All intermediate values are in one place, which is
//! wiped. Tests compare with `x25519-dalek` and with the vectors of RFC 7748.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Size of a private key, of a public key and of a shared secret, in bytes.
pub const KEY: usize = 32;

/// The `u` coordinate of the base point.
pub const BASE_POINT: [u8; KEY] = {
    let mut bytes = [0; KEY];
    bytes[0] = 9;
    bytes
};

const LIMBS: usize = KEY / 4;

/// A number modulo p = 2^255 - 19. It is below 2^256, but not always below p. The least significant
/// limb comes first.
type Number = [u32; LIMBS];

const ZERO: Number = [0; LIMBS];
const ONE: Number = {
    let mut number = ZERO;
    number[0] = 1;
    number
};

/// 2^256 modulo p.
const EXCESS: u32 = 38;

/// (A - 2) / 4, where A is the coefficient of the curve.
const A24: u32 = 121_665;

/// Returns the `u` coordinate of `scalar` times the point at `u`. The scalar is clamped, and the
/// highest bit of `u` is ignored. The result is zero if the point is of low order.
#[inline(never)]
pub fn x25519(scalar: &[u8; KEY], u: &[u8; KEY], to: &mut [u8; KEY]) {
    let mut ladder = Ladder::default();
    ladder.start(u);
    let last = scalar.len().wrapping_sub(1);
    for (at, byte) in scalar.iter().enumerate().rev() {
        ladder.climb(match at {
            0 => byte & 0xf8,
            at if at == last => byte & 0x7f | 0x40,
            _ => *byte,
        });
    }
    ladder.divide();
    normalise(&mut ladder.x2);
    for (bytes, limb) in to.as_chunks_mut().0.iter_mut().zip(&ladder.x2) {
        *bytes = limb.to_le_bytes();
    }
}

/// Whether the point at `u` is of low order, that is, eight times the point is zero. Everybody
/// knows the secret that is shared with such a key.
#[inline(never)]
pub fn is_of_low_order(u: &[u8; KEY]) -> bool {
    let mut ladder = Ladder::default();
    ladder.start(u);
    ladder.climb(8);
    normalise(&mut ladder.z2);
    ladder.z2.ct_eq(&ZERO).into()
}

/// Two points whose difference is the point at `x1`, as fractions, and space for intermediate
/// values.
#[derive(Default)]
struct Ladder {
    x1: Number,
    x2: Number,
    z2: Number,
    x3: Number,
    z3: Number,
    a: Number,
    b: Number,
    c: Number,
    d: Number,
    product: Product,
}

impl Drop for Ladder {
    #[inline(never)]
    fn drop(&mut self) {
        let Self { x1, x2, z2, x3, z3, a, b, c, d, product: [low, high] } = self;
        for number in [x1, x2, z2, x3, z3, a, b, c, d, low, high] {
            number.zeroize();
        }
    }
}

impl ZeroizeOnDrop for Ladder {}

impl Ladder {
    /// Starts with zero and the point at `u`.
    #[inline(never)]
    fn start(&mut self, u: &[u8; KEY]) {
        for (limb, bytes) in self.x1.iter_mut().zip(u.as_chunks().0) {
            *limb = u32::from_le_bytes(*bytes);
        }
        clear_top(&mut self.x1);
        self.x2 = ONE;
        self.z2 = ZERO;
        self.x3 = self.x1;
        self.z3 = ONE;
    }

    /// Processes eight bits of the scalar, the most significant first.
    #[inline(never)]
    fn climb(&mut self, bits: u8) {
        for shift in (0..8).rev() {
            let bit = Choice::from(bits >> shift & 1);
            self.swap(bit);
            self.step();
            self.swap(bit);
        }
    }

    #[inline(never)]
    fn swap(&mut self, choice: Choice) {
        let Self { x2, z2, x3, z3, .. } = self;
        for (one, other) in [(x2, x3), (z2, z3)] {
            for (one, other) in one.iter_mut().zip(other) {
                u32::conditional_swap(one, other, choice);
            }
        }
    }

    /// Doubles the first point and adds it to the second.
    #[inline(never)]
    fn step(&mut self) {
        let Self { x1, x2, z2, x3, z3, a, b, c, d, product } = self;
        add(a, x2, z2);
        subtract(b, x2, z2);
        add(c, x3, z3);
        subtract(d, x3, z3);
        multiply(x3, d, a, product);
        multiply(z3, c, b, product);
        multiply(x2, a, a, product);
        multiply(z2, b, b, product);
        add(a, x3, z3);
        subtract(b, x3, z3);
        multiply(x3, a, a, product);
        multiply(c, b, b, product);
        multiply(z3, c, x1, product);
        subtract(a, x2, z2);
        add_multiple(c, x2, a, A24);
        multiply(d, x2, z2, product);
        multiply(z2, a, c, product);
        *x2 = *d;
    }

    /// Divides `x2` by `z2`; the result is zero if `z2` is. The inverse is `z2` to the power of p -
    /// 2, which in binary is 250 ones and 01011.
    #[inline(never)]
    fn divide(&mut self) {
        let Self { x2, z2, a, b, c, product, .. } = self;
        // `a` is z2 to a power of `ones` ones, which is built bit by bit.
        *a = *z2;
        let mut ones = 1u8;
        for more in [true, true, true, true, false, true, false] {
            *b = *a;
            for _ in 0..ones {
                multiply(c, a, a, product);
                *a = *c;
            }
            multiply(c, a, b, product);
            *a = *c;
            ones = ones.wrapping_mul(2);
            if more {
                append(a, true, z2, c, product);
                ones = ones.wrapping_add(1);
            }
        }
        for bit in [false, true, false, true, true] {
            append(a, bit, z2, c, product);
        }
        multiply(c, x2, a, product);
        *x2 = *c;
    }
}

/// Appends a bit to the exponent of a power of `base`.
#[inline(never)]
fn append(power: &mut Number, bit: bool, base: &Number, room: &mut Number, product: &mut Product) {
    multiply(room, power, power, product);
    if bit {
        multiply(power, room, base, product);
    } else {
        *power = *room;
    }
}

/// Twice the length of a number.
type Product = [Number; 2];

/// Returns the low and the high half of `a * b + c + d`, which never overflows.
#[inline(always)]
fn multiply_add(a: u32, b: u32, c: u32, d: u32) -> (u32, u32) {
    let sum = u64::from(a).wrapping_mul(b.into()).wrapping_add(c.into()).wrapping_add(d.into());
    (sum as u32, (sum >> 32) as u32)
}

/// Sets `to` to `a * b`.
#[inline(never)]
fn multiply(to: &mut Number, a: &Number, b: &Number, product: &mut Product) {
    // The high half is written before it is read.
    let [low, _] = product;
    *low = ZERO;
    for (place, &x) in a.iter().enumerate() {
        let sum = product.as_flattened_mut().get_mut(place..).unwrap_or_default();
        let Some((sum, [next, ..])) = sum.split_first_chunk_mut::<LIMBS>() else { break };
        let mut carry = 0;
        // Four limbs in a round are faster than one.
        for (limbs, ys) in sum.as_chunks_mut().0.iter_mut().zip(b.as_chunks().0) {
            let ([l0, l1, l2, l3], [y0, y1, y2, y3]) = (limbs, ys);
            (*l0, carry) = multiply_add(x, *y0, *l0, carry);
            (*l1, carry) = multiply_add(x, *y1, *l1, carry);
            (*l2, carry) = multiply_add(x, *y2, *l2, carry);
            (*l3, carry) = multiply_add(x, *y3, *l3, carry);
        }
        *next = carry;
    }
    let [low, high] = product;
    add_multiple(to, low, high, EXCESS);
}

/// Sets `to` to `a + b`.
fn add(to: &mut Number, a: &Number, b: &Number) {
    add_multiple(to, a, b, 1);
}

/// Sets `to` to `a + b * factor`.
#[inline(never)]
fn add_multiple(to: &mut Number, a: &Number, b: &Number, factor: u32) {
    let mut carry = 0;
    for ((limb, &a), &b) in to.iter_mut().zip(a).zip(b) {
        (*limb, carry) = multiply_add(b, factor, a, carry);
    }
    fold(to, carry.into());
}

/// Sets `to` to `a - b`.
#[inline(never)]
fn subtract(to: &mut Number, a: &Number, b: &Number) {
    let mut carry = 0i64;
    for ((limb, &a), &b) in to.iter_mut().zip(a).zip(b) {
        carry = carry.wrapping_add(a.into()).wrapping_sub(b.into());
        *limb = carry as u32;
        carry >>= 32;
    }
    fold(to, carry);
}

/// Adds `carry * 2^256`, where the carry is at least -1 and at most [`A24`]. It is a number and not
/// a flag, because compilers turn a multiplication by a flag into a branch.
#[inline(never)]
fn fold(number: &mut Number, carry: i64) {
    let mut carry = carry.wrapping_mul(EXCESS.into());
    for limb in number.iter_mut() {
        carry = carry.wrapping_add((*limb).into());
        *limb = carry as u32;
        carry >>= 32;
    }
    // If this passed 0 or 2^256, it did so by less than the lowest limb.
    let [lowest, ..] = number;
    *lowest = lowest.wrapping_add((carry as u32).wrapping_mul(EXCESS));
}

/// Reduces it below p.
#[inline(never)]
fn normalise(number: &mut Number) {
    // First removes what is above 2^255, then p if the number is still p or more: adding 19 reaches
    // 2^255.
    let top = clear_top(number);
    add_small(number, top.wrapping_mul(19));
    let mut probe = *number;
    add_small(&mut probe, 19);
    let over = clear_top(&mut probe);
    probe.zeroize();
    add_small(number, over.wrapping_mul(19));
    clear_top(number);
}

/// Clears the bit 2^255 and returns it.
fn clear_top(number: &mut Number) -> u32 {
    let [.., last] = number;
    let top = *last >> 31;
    *last &= u32::MAX >> 1;
    top
}

fn add_small(number: &mut Number, mut carry: u32) {
    for limb in number {
        (*limb, carry) = multiply_add(*limb, 1, carry, 0);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn computed(scalar: &[u8; KEY], u: &[u8; KEY]) -> [u8; KEY] {
        let mut result = [0xff; KEY];
        x25519(scalar, u, &mut result);
        result
    }

    fn bytes(hex: &str) -> [u8; KEY] {
        let bytes: Vec<u8> = (0..hex.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
        bytes.try_into().unwrap()
    }

    /// Numbers whose limbs are all zeros or all ones meet every carry.
    fn numbers() -> impl Strategy<Value = [u8; KEY]> {
        let limb = prop_oneof![
            Just([0; 4]),
            Just([0xff; 4]),
            Just([0xed, 0xff, 0xff, 0xff]),
            Just([0xff, 0xff, 0xff, 0x7f]),
            any::<[u8; 4]>(),
        ];
        proptest::collection::vec(limb, LIMBS).prop_map(|limbs| limbs.concat().try_into().unwrap())
    }

    #[test]
    fn the_vectors_of_rfc_7748() {
        let first = computed(
            &bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            &bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
        );
        assert_eq!(
            first,
            bytes("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")
        );
        // The highest bit of the coordinate is set.
        let second = computed(
            &bytes("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
            &bytes("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"),
        );
        assert_eq!(
            second,
            bytes("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")
        );
    }

    #[test]
    fn a_thousand_times_over_as_in_rfc_7748() {
        let (mut k, mut u) = (BASE_POINT, BASE_POINT);
        for n in 0..1000 {
            (k, u) = (computed(&k, &u), k);
            if n == 0 {
                let once = "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079";
                assert_eq!(k, bytes(once));
            }
        }
        assert_eq!(k, bytes("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
    }

    #[test]
    fn points_of_low_order_are_known_and_others_are_not() {
        let (one, prime) = (ONE, [0xffff_ffed, !0, !0, !0, !0, !0, !0, !0 >> 1]);
        let order_8 = [
            bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
            bytes("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
        ];
        let little_endian = |limbs: Number| -> [u8; KEY] {
            limbs.map(u32::to_le_bytes).concat().try_into().unwrap()
        };
        let mut small: Vec<[u8; KEY]> = order_8.to_vec();
        for base in [ZERO, prime] {
            small.push(little_endian(base));
        }
        for offset in [-1i64, 1] {
            let mut number = prime;
            number[0] = (i64::from(number[0]) + offset) as u32;
            small.push(little_endian(number));
        }
        small.push(little_endian(one));
        for mut u in small {
            for top in [0, 0x80] {
                u[KEY - 1] = u[KEY - 1] & 0x7f | top;
                assert!(is_of_low_order(&u), "{u:02x?}");
                assert_eq!(computed(&[0x5a; KEY], &u), [0; KEY]);
            }
        }
        let mut u = BASE_POINT;
        for _ in 0..100 {
            assert!(!is_of_low_order(&u), "{u:02x?}");
            u = computed(&u, &BASE_POINT);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn results_are_those_of_x25519_dalek(scalar in numbers(), u in numbers()) {
            let theirs = x25519_dalek::x25519(scalar, u);
            prop_assert_eq!(computed(&scalar, &u), theirs);
            prop_assert_eq!(is_of_low_order(&u), theirs == [0; KEY]);
        }
    }
}
