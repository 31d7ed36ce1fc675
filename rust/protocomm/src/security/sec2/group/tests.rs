//! Compares with crypto-bigint on random operands and on edge values.

use alloc::vec::Vec;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U512, U3072};
use sha2::{Digest, Sha512};

use super::mul::{LIMBS, MODULUS};
use super::*;

/// crypto-bigint's arithmetic.
struct Field(FixedMontyParams<{ U3072::LIMBS }>);

impl Field {
    fn new() -> Self {
        let mut digits = [0; BYTES];
        for (digits, limb) in
            digits.as_chunks_mut::<4>().0.iter_mut().rev().zip(MODULUS.as_flattened())
        {
            *digits = limb.to_be_bytes();
        }
        let n = U3072::from_be_slice(&digits);
        Self(FixedMontyParams::new(Odd::new(n).expect("N is odd")))
    }

    fn residue(&self, bytes: &[u8; BYTES]) -> FixedMontyForm<{ U3072::LIMBS }> {
        FixedMontyForm::new(&U3072::from_be_slice(bytes), &self.0)
    }
}

fn digits(form: &FixedMontyForm<{ U3072::LIMBS }>) -> [u8; BYTES] {
    let mut digits = [0; BYTES];
    digits.copy_from_slice(form.retrieve().to_be_bytes().as_ref());
    digits
}

/// Digits that depend only on a seed.
fn random<const LENGTH: usize>(seed: u64) -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    for (block, chunk) in (0u64..).zip(bytes.chunks_mut(64)) {
        let hash = Sha512::new().chain_update(seed.to_be_bytes()).chain_update(block.to_be_bytes());
        chunk.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    }
    bytes
}

/// 0, 1, N - 1, N, N + 1, R - 1, R - N, and numbers with long runs of equal bits.
fn edges() -> Vec<[u8; BYTES]> {
    let mut n = [0; BYTES];
    for (digits, limb) in n.as_chunks_mut::<4>().0.iter_mut().rev().zip(MODULUS.as_flattened()) {
        *digits = limb.to_be_bytes();
    }
    let number = |value: U3072| -> [u8; BYTES] {
        let mut digits = [0; BYTES];
        digits.copy_from_slice(value.to_be_bytes().as_ref());
        digits
    };
    let n = U3072::from_be_slice(&n);
    let near =
        |value: U3072| [value.wrapping_sub(&U3072::ONE), value, value.wrapping_add(&U3072::ONE)];
    let mut edges: Vec<U3072> = Vec::new();
    edges.extend(near(U3072::ZERO));
    edges.extend(near(n));
    edges.extend(near(n.wrapping_neg()));
    edges.extend(near(n.shr_vartime(1)));
    for shift in [1, 31, 32, 33, 64, 1536, 3008, 3039, 3040, 3041, 3071] {
        edges.extend(near(U3072::ONE.shl_vartime(shift)));
        edges.extend(near(U3072::MAX.shl_vartime(shift)));
    }
    edges.into_iter().map(number).collect()
}

/// A random number, an edge value, or a random number in which whole limbs are edge values.
fn operand(seed: u64, edges: &[[u8; BYTES]]) -> [u8; BYTES] {
    let mut number = random::<BYTES>(seed);
    let [kind, which, extreme, ..] = random::<8>(!seed);
    match kind % 4 {
        0 => number = edges[usize::from(which) % edges.len()],
        1 => {
            let pattern = random::<LIMBS>(seed.wrapping_add(1 << 63));
            for (digits, choice) in number.as_chunks_mut::<4>().0.iter_mut().zip(pattern) {
                if choice % 3 != 0 {
                    *digits = if (choice ^ extreme) & 4 == 0 { [0; 4] } else { [0xff; 4] };
                }
            }
        }
        _ => {}
    }
    number
}

fn raw(bytes: &[u8; BYTES]) -> Residue {
    let mut residue = Residue::ZERO;
    residue.read(bytes);
    residue
}

fn bytes_of(residue: &Residue) -> [u8; BYTES] {
    let mut bytes = [0; BYTES];
    residue.to_bytes(&mut bytes);
    bytes
}

type Theirs = FixedMontyForm<{ U3072::LIMBS }>;

/// 1 / R, which converts a number from Montgomery form.
fn inverse_of_r(field: &Field) -> Theirs {
    let one = FixedMontyForm::one(&field.0);
    (one + one).invert().expect("N is prime").pow(&U512::from_u64(3072))
}

/// Compares every operation on a pair of operands. Operands are also used as numbers in Montgomery
/// form without conversion, so they can be N or more.
fn compare_pair(field: &Field, inverse: &Theirs, a: &[u8; BYTES], b: &[u8; BYTES], what: &str) {
    let (theirs_a, theirs_b) = (field.residue(a), field.residue(b));
    assert_eq!(bytes_of(&Residue::from_bytes(a)), digits(&theirs_a), "{what}: conversion");
    assert_eq!(is_element(a), digits(&theirs_a) == *a && *a != [0; BYTES], "{what}");
    let (raw_a, raw_b) = (raw(a), raw(b));
    let (theirs_raw_a, theirs_raw_b) = (theirs_a * inverse, theirs_b * inverse);
    assert_eq!(bytes_of(&raw_a), digits(&theirs_raw_a), "{what}: reduction");
    let mut product = raw_a.clone();
    product.multiply(&raw_b, &mut Product::new());
    assert_eq!(bytes_of(&product), digits(&(theirs_raw_a * theirs_raw_b)), "{what}: product");
    let mut square = raw_a.clone();
    square.square(1, &mut Product::new());
    assert_eq!(bytes_of(&square), digits(&theirs_raw_a.square()), "{what}: square");
    let mut product = raw_a.clone();
    product.mul_bytes(b);
    assert_eq!(bytes_of(&product), digits(&(theirs_raw_a * theirs_b)), "{what}: product of bytes");
    let mut sum = [0; BYTES];
    raw_a.plus_product(b, &raw_b, &mut sum);
    assert_eq!(sum, digits(&(theirs_raw_a + theirs_b * theirs_raw_b)), "{what}: sum");
    let factor = b.last_chunk().copied().map_or(0, u64::from_be_bytes) >> 4;
    let mut multiple = raw_a.clone();
    Product::new().multiply_small(&mut multiple.0, factor);
    let factor = FixedMontyForm::new(&U3072::from_u64(factor), &field.0);
    assert_eq!(bytes_of(&multiple), digits(&(theirs_raw_a * factor)), "{what}: small factor");
}

fn compare(pairs: u64) {
    let field = Field::new();
    let inverse = inverse_of_r(&field);
    let edges = edges();
    for n in 0..pairs {
        let (a, b) = (operand(2 * n, &edges), operand(2 * n + 1, &edges));
        compare_pair(&field, &inverse, &a, &b, &alloc::format!("pair {n}"));
    }
}

fn generator(field: &Field) -> Theirs {
    let mut generator = [0; BYTES];
    generator[BYTES - 1] = 5;
    field.residue(&generator)
}

/// Compares the powers of an operand and of the generator.
fn compare_power(field: &Field, base: &[u8; BYTES], exponent: &[u8], what: &str) {
    let mut padded = [0; 64];
    padded[64 - exponent.len()..].copy_from_slice(exponent);
    let padded = U512::from_be_slice(&padded);
    let bits = exponent.len() as u32 * 8;
    let theirs = digits(&field.residue(base).pow_bounded_exp(&padded, bits));
    let mut ours = Residue::from_bytes(base);
    ours.pow(exponent);
    assert_eq!(bytes_of(&ours), theirs, "{what}: power");
    let mut ours = Residue::from_bytes(base);
    ours.pow_public(exponent);
    assert_eq!(bytes_of(&ours), theirs, "{what}: public power");
    let theirs = generator(field).pow_bounded_exp(&padded, bits);
    ours.set_generator_pow(exponent);
    assert_eq!(bytes_of(&ours), digits(&theirs), "{what}: 5^x");
}

fn compare_powers(count: u64) {
    let field = Field::new();
    let edges = edges();
    for n in 0..count {
        let base = operand(n, &edges);
        let mut exponent = random::<64>(n + 5_000_000);
        match n % 8 {
            0 => exponent = [0; 64],
            1 => exponent = [0xff; 64],
            2 => exponent[..63].fill(0),
            3 => exponent[..9].fill(0),
            4 => exponent[..9].fill(0xff),
            5 => exponent[32..].fill(0),
            _ => {}
        }
        compare_power(&field, &base, &exponent, &alloc::format!("{n}"));
        compare_power(&field, &base, &exponent[32..], &alloc::format!("{n}, short"));
    }
}

#[test]
fn edges_with_edges() {
    let field = Field::new();
    let inverse = inverse_of_r(&field);
    for (n, a) in edges().iter().enumerate() {
        for (m, b) in edges().iter().enumerate() {
            compare_pair(&field, &inverse, a, b, &alloc::format!("edges {n} and {m}"));
        }
    }
}

#[test]
fn products_sums_and_reductions() {
    compare(1_000);
}

#[test]
fn powers() {
    compare_powers(24);
}

/// Covers every digit of a fixed window, and every content of a sliding one at every position,
/// within a byte and across two.
#[test]
fn every_window() {
    let field = Field::new();
    let base = random(1);
    for exponent in 0..=255 {
        compare_power(&field, &base, &[exponent], &alloc::format!("{exponent:#x}"));
    }
    for exponent in 1..16u16 {
        for shift in 0..=12 {
            let exponent = exponent << shift;
            let what = alloc::format!("{exponent:#x}");
            compare_power(&field, &base, &exponent.to_be_bytes(), &what);
            compare_power(&field, &base, &(exponent | 1).to_be_bytes(), &what);
        }
    }
    compare_power(&field, &base, &[], "no exponent");
}

/// `cargo test --release -p protocomm many_random -- --ignored`
#[test]
#[ignore = "takes minutes: 200 000 pairs of operands"]
fn many_random_operands() {
    compare(200_000);
    compare_powers(2_000);
}
