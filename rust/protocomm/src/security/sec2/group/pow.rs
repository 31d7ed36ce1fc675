//! Powers. Exponents are big-endian.

use subtle::{Choice, ConditionallySelectable, ConstantTimeEq};

use super::Residue;
use super::mul::{Product, set_one};

impl Residue {
    /// Raises it to a secret power, two bits at a time. Reads the whole table for each digit.
    #[inline(never)]
    pub fn pow(&mut self, exponent: &[u8]) {
        let mut product = Product::new();
        let mut powers = [const { Self::ZERO }; 3];
        powers[0].0 = self.0;
        fill(&mut powers, self, &mut product);
        let mut power = Self::ZERO;
        set_one(&mut self.0);
        for byte in exponent {
            let mut digits = *byte;
            for _ in 0..4 {
                self.square(2, &mut product);
                let digit = digits >> 6;
                digits <<= 2;
                set_one(&mut power.0);
                for (index, candidate) in (1u8..).zip(&powers) {
                    power.assign_if(candidate, index.ct_eq(&digit));
                }
                self.multiply(&power, &mut product);
            }
        }
    }

    /// Raises it to a public power: the time depends on the exponent. A sliding window of up to
    /// three bits saves half of the multiplications.
    #[inline(never)]
    pub fn pow_public(&mut self, exponent: &[u8]) {
        let mut product = Product::new();
        let mut odd_powers = [const { Self::ZERO }; 4];
        odd_powers[0].0 = self.0;
        self.square(1, &mut product);
        fill(&mut odd_powers, self, &mut product);
        set_one(&mut self.0);
        let mut window = Window::default();
        for byte in exponent {
            for place in (0..8).rev() {
                window.value = (window.value << 1) | ((byte >> place) & 1);
                window.bits = window.bits.wrapping_add(1);
                if window.value >= 4 {
                    window.process(self, &odd_powers, &mut product);
                }
            }
        }
        window.process(self, &odd_powers, &mut product);
        self.square(window.bits, &mut product);
    }

    /// Sets it to the generator raised to a secret power, four bits at a time. 5^15 is small enough
    /// for a short multiplication, so no table of powers is needed. (A function that returned the
    /// power would leave a copy on the stack.)
    #[inline(never)]
    pub fn set_generator_pow(&mut self, exponent: &[u8]) {
        let mut product = Product::new();
        set_one(&mut self.0);
        for byte in exponent {
            for shift in [4, 0] {
                self.square(4, &mut product);
                let factor = power_of_5((byte >> shift) & 15);
                product.multiply_small(&mut self.0, factor);
            }
        }
    }

    #[inline(never)]
    fn assign_if(&mut self, from: &Self, choice: Choice) {
        for (to, from) in self.0.as_flattened_mut().iter_mut().zip(from.0.as_flattened()) {
            to.conditional_assign(from, choice);
        }
    }
}

/// The bits of an exponent that have been read but not processed.
#[derive(Default)]
struct Window {
    value: u8,
    bits: u32,
}

impl Window {
    /// Shifts the bits into the exponent of `power`. Trailing zeros stay.
    #[inline(never)]
    fn process(&mut self, power: &mut Residue, odd_powers: &[Residue; 4], product: &mut Product) {
        if self.value == 0 {
            return;
        }
        let zeros = self.value.trailing_zeros();
        power.square(self.bits.wrapping_sub(zeros), product);
        if let Some(odd_power) = odd_powers.get(usize::from((self.value >> zeros) >> 1)) {
            power.multiply(odd_power, product);
        }
        *self = Self { value: 0, bits: zeros };
    }
}

/// Sets each power except the first to the previous one times `ratio`.
#[inline(never)]
fn fill(powers: &mut [Residue], ratio: &Residue, product: &mut Product) {
    let mut rest = powers;
    while let [power, higher @ ..] = rest {
        if let Some(next) = higher.first_mut() {
            next.0 = power.0;
            next.multiply(ratio, product);
        }
        rest = higher;
    }
}

/// 5 to the power of a secret digit below 16.
fn power_of_5(digit: u8) -> u64 {
    let mut selected = 0;
    let mut candidate = 1u64;
    for index in 0u8..16 {
        selected.conditional_assign(&candidate, index.ct_eq(&digit));
        candidate = candidate.wrapping_mul(5);
    }
    selected
}
