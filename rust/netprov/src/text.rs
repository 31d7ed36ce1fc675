//! Formats bytes and text from a device for a terminal or JSON.

use serde_json::{Value, json};

/// Makes text from a device safe for a terminal.
pub fn printable(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // Escape control characters and those that change the text direction.
            let is_bidi_control = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if c.is_control() || is_bidi_control {
                out.extend(c.escape_unicode());
            } else {
                out.push(c);
            }
        }
        for byte in chunk.invalid() {
            out.push_str(&format!("\\x{byte:02x}"));
        }
    }
    out
}

/// Formats bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Formats a hardware address, as in `02:00:00:00:00:01`.
pub fn address(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// Parses hexadecimal digits, optionally separated by white space or colons.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b':')
        .map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high * 16 + low).collect())
}

/// Returns an SSID as JSON text, if necessary escaped and with the bytes in a separate field.
pub fn ssid(bytes: &[u8]) -> Value {
    match str::from_utf8(bytes) {
        Ok(text) => json!({ "ssid": text }),
        Err(_) => json!({ "ssid": printable(bytes), "ssid_hex": hex(bytes) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable(b"Caf\xc3\xa9"), "Café");
        assert_eq!(printable(b"a\x1b[2Jb\n\xff"), "a\\u{1b}[2Jb\\u{a}\\xff");
        assert_eq!(printable("x\u{202e}y".as_bytes()), "x\\u{202e}y");
    }

    #[test]
    fn hexadecimal_digits_may_be_separated() {
        assert_eq!(unhex("0a:FF 1b\n"), Some(vec![0x0a, 0xff, 0x1b]));
        assert_eq!(unhex(""), Some(vec![]));
        for bad in ["0", "0g", "0x00", "é"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }
}
