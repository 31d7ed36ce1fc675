//! Hexadecimal encoding, and the error type.

use std::fmt;

/// Why no credential was created: a sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// Encodes bytes as hexadecimal digits.
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Decodes hexadecimal digits; ignores spaces, colons and line ends between them.
pub fn decode(text: &str) -> Result<Vec<u8>, Fault> {
    let digits: Vec<u8> =
        text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b':').collect();
    if !digits.len().is_multiple_of(2) {
        return Err(Fault("an odd number of hexadecimal digits".into()));
    }
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let pairs = digits.chunks_exact(2).map(|pair| {
        let (Some(high), Some(low)) = (value(pair[0]), value(pair[1])) else {
            return Err(Fault("not a hexadecimal digit".into()));
        };
        Ok(high << 4 | low)
    });
    pairs.collect()
}
