//! Decimal numbers. Uses neither `core::fmt` nor `str::parse`, which take more flash.

/// Parses a number of at most 32 bits: digits only, no sign.
pub(super) fn parse(digits: &[u8]) -> Option<u32> {
    let mut number = (!digits.is_empty()).then_some(0u32)?;
    for digit in digits {
        let value = digit.wrapping_sub(b'0');
        if value > 9 {
            return None;
        }
        number = number.checked_mul(10)?.checked_add(value.into())?;
    }
    Some(number)
}

/// Appends a number to a text.
pub(super) fn write<const N: usize>(number: u32, text: &mut heapless::String<N>) {
    let mut digits = [0; 10];
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' | (rest % 10) as u8;
        rest /= 10;
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    // The last digit is always written.
    for digit in digits.iter().skip(zeros.min(9)) {
        // What does not fit is omitted.
        let _ = text.push(char::from(*digit));
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    const NUMBERS: [u32; 8] = [0, 1, 9, 10, 405, 1_000_000_000, u32::MAX - 1, u32::MAX];

    #[test]
    fn numbers_are_written_as_the_standard_library_writes_them() {
        for number in NUMBERS {
            let mut text = heapless::String::<10>::new();
            write(number, &mut text);
            assert_eq!(text.as_str(), number.to_string());
            assert_eq!(parse(text.as_bytes()), Some(number));
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "-1", "+1", "1 ", "4294967296", "99999999999", "1a", "/", ":"] {
            assert_eq!(parse(text.as_bytes()), None, "{text:?}");
        }
        assert_eq!(parse(b"0000000000007"), Some(7));
    }
}
