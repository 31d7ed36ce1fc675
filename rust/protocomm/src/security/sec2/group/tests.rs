//! Against crypto-bigint, over operands that are random and operands that are at an edge.

use alloc::vec::Vec;

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U512, U3072};
use sha2::{Digest, Sha512};

use super::*;

/// Theirs.
struct Field(FixedMontyParams<{ U3072::LIMBS }>);

impl Field {
    fn new() -> Self {
        let mut digits = [0; BYTES];
        for (digits, limb) in digits.as_chunks_mut::<4>().0.iter_mut().rev().zip(&MODULUS) {
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

/// Digits that depend on a seed alone.
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
    for (digits, limb) in n.as_chunks_mut::<4>().0.iter_mut().rev().zip(&MODULUS) {
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

/// A random number, or an edge, or a random number in which whole limbs are at an edge.
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

/// Brings pairs of operands in, adds, multiplies and brings the results out, with both.
fn compare(pairs: u64) {
    let field = Field::new();
    let edges = edges();
    for n in 0..pairs {
        let (a, b) = (operand(2 * n, &edges), operand(2 * n + 1, &edges));
        let (ours, theirs) = (Residue::from_bytes(&a), field.residue(&a));
        let (ours_b, theirs_b) = (Residue::from_bytes(&b), field.residue(&b));
        assert_eq!(ours.to_bytes(), digits(&theirs), "pair {n}: reduction");
        assert_eq!(is_element(&a), digits(&theirs) == a && a != [0; BYTES], "pair {n}");
        let mut product = ours.clone();
        product.mul(&ours_b);
        assert_eq!(product.to_bytes(), digits(&(theirs * theirs_b)), "pair {n}: product");
        let mut sum = ours;
        sum.add(&ours_b);
        assert_eq!(sum.to_bytes(), digits(&(theirs + theirs_b)), "pair {n}: sum");
    }
}

/// Powers of operands, and of the generator, with both.
fn compare_powers(count: u64) {
    let field = Field::new();
    let edges = edges();
    let mut generator = [0; BYTES];
    generator[BYTES - 1] = 5;
    let generator = field.residue(&generator);
    for n in 0..count {
        let base = operand(n, &edges);
        let mut exponent = random::<64>(n + 5_000_000);
        match n % 8 {
            0 => exponent = [0; 64],
            1 => exponent = [0xff; 64],
            2 => exponent[..63].fill(0),
            _ => {}
        }
        let theirs = field.residue(&base).pow(&U512::from_be_slice(&exponent));
        let mut ours = Residue::from_bytes(&base);
        ours.pow(&exponent);
        assert_eq!(ours.to_bytes(), digits(&theirs), "{n}: power");
        let short = &exponent[32..];
        let mut padded = [0; 64];
        padded[32..].copy_from_slice(short);
        let theirs = generator.pow(&U512::from_be_slice(&padded));
        assert_eq!(Residue::generator_pow(short).to_bytes(), digits(&theirs), "{n}: 5^x");
    }
}

/// Every edge with every edge.
#[test]
fn edges_with_edges() {
    let field = Field::new();
    for a in &edges() {
        for b in &edges() {
            let mut ours = Residue::from_bytes(a);
            ours.mul(&Residue::from_bytes(b));
            assert_eq!(ours.to_bytes(), digits(&(field.residue(a) * field.residue(b))));
            let mut ours = Residue::from_bytes(a);
            ours.add(&Residue::from_bytes(b));
            assert_eq!(ours.to_bytes(), digits(&(field.residue(a) + field.residue(b))));
        }
    }
}

#[test]
fn products_sums_and_reductions() {
    compare(2_000);
}

#[test]
fn powers() {
    compare_powers(24);
}

/// `cargo test --release -p protocomm a_million -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes: a million pairs of operands"]
fn a_million_products_sums_and_reductions() {
    compare(1_000_000);
    compare_powers(2_000);
}
