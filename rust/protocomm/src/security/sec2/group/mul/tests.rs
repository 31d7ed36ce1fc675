//! Edge cases of a block, and the two ways to multiply limbs.

use super::*;

const EDGES: [u32; 8] = [0, 1, 2, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX];

#[test]
fn limbs_by_halves() {
    for a in EDGES {
        for b in EDGES {
            for c in EDGES {
                for d in EDGES {
                    let expected = u64::from(a) * u64::from(b) + u64::from(c) + u64::from(d);
                    let expected = (expected as u32, (expected >> 32) as u32);
                    assert_eq!(multiply_add(a, b, c, d), expected);
                    assert_eq!(multiply_add_by_halves(a, b, c, d), expected);
                }
            }
        }
    }
}

/// Numbers whose blocks are edge values, each block in another combination.
fn numbers() -> impl Iterator<Item = Number> {
    (0..512).map(|first: usize| {
        let mut place = first;
        [(); BLOCKS].map(|()| {
            place = (place * 77 + 5) % 4093;
            [place, place / 8, place / 64].map(|choice| EDGES[choice % 8])
        })
    })
}

#[test]
fn the_quotient_makes_the_lowest_block_zero() {
    for number in numbers() {
        for block in number {
            let mut sum = [[0; 3]; BLOCKS + 1];
            sum[0] = block;
            assert_eq!(add_product(&mut sum, &MODULUS, &quotient(block), 0), 0);
            assert_eq!(sum[0], [0; 3]);
        }
    }
}

#[test]
fn a_square_is_a_product() {
    for number in numbers().chain([[[u32::MAX; 3]; BLOCKS], MODULUS]) {
        let (mut square, mut product) = (Product::new(), Product::new());
        square.square(&number);
        product.multiply(&number, &number);
        assert_eq!(square.0, product.0);
    }
}

#[test]
fn a_carry_passes_through_limbs_of_all_ones() {
    let mut sum = [[u32::MAX; 3], [u32::MAX; 3]];
    assert_eq!(add_product(&mut sum, &[[1, 0, 0]], &[1, 0, 0], 0), 1);
    assert_eq!(sum, [[0; 3], [0; 3]]);
    let mut sum = [[0; 3], [u32::MAX; 3]];
    assert_eq!(add_product(&mut sum, &[[0; 3]], &[0; 3], 1), 1);
    assert_eq!(sum, [[0; 3], [0; 3]]);
    let mut sum = [[u32::MAX; 3], [u32::MAX; 3]];
    assert_eq!(add_product(&mut sum, &[[u32::MAX; 3]], &[u32::MAX; 3], 1), 1);
    assert_eq!(sum, [[0; 3], [u32::MAX; 3]]);
}

/// A reduction subtracts N if R is carried, and otherwise leaves numbers of N and more unchanged.
#[test]
fn a_reduction_subtracts_on_carry_only() {
    let reduce = |high: Number, low: Number| {
        let mut product = Product::new();
        product.0[..BLOCKS].copy_from_slice(&low);
        product.0[BLOCKS..].copy_from_slice(&high);
        let mut result = Number::default();
        product.reduce(&mut result);
        result
    };
    let zero = Number::default();
    let ones = [[u32::MAX; 3]; BLOCKS];
    assert_eq!(reduce(MODULUS, zero), MODULUS);
    assert_eq!(reduce(ones, zero), ones);
    // With N in the lower half, adding the multiple of N gives N R. The result is N again, not 0.
    assert_eq!(reduce(zero, MODULUS), MODULUS);
    // N + R - 1 overflows; R - 1 remains.
    assert_eq!(reduce(ones, MODULUS), ones);
}
