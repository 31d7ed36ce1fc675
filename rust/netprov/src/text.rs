//! Bytes and texts of a device, as a terminal or JSON may show them.

use serde_json::{Value, json};

/// A device's text without anything that could steer a terminal.
pub fn printable(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            // Control characters, and those that change the direction of a text.
            let steers = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if c.is_control() || steers {
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

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A hardware address, as in `02:00:00:00:00:01`.
pub fn address(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

/// The bytes of hexadecimal digits, with white space and colons between them or not.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b':')
        .map(|byte| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    Some(pairs.iter().map(|[high, low]| high * 16 + low).collect())
}

/// A network's name as JSON: a text if it is one; the bytes are in a field of their own then.
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
    fn nothing_steers_the_terminal() {
        assert_eq!(printable(b"Caf\xc3\xa9"), "Café");
        assert_eq!(printable(b"a\x1b[2Jb\n\xff"), "a\\u{1b}[2Jb\\u{a}\\xff");
        assert_eq!(printable("x\u{202e}y".as_bytes()), "x\\u{202e}y");
    }

    #[test]
    fn hexadecimal_digits_are_read_as_people_write_them() {
        assert_eq!(unhex("0a:FF 1b\n"), Some(vec![0x0a, 0xff, 0x1b]));
        assert_eq!(unhex(""), Some(vec![]));
        for bad in ["0", "0g", "0x00", "é"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }
}
