//! Formats bytes and text from a device for a terminal or JSON.

use serde_json::{Value, json};

/// Makes text from a device safe for a terminal.
pub fn printable(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if is_hidden(c) {
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

/// Whether a terminal obeys the character, or shows nothing or a mere space for it, so that two
/// names that differ look the same. The page for browsers escapes the same ones
/// (`web/src/bytes.js`). The joiner U+200D is not among them, because emojis contain it.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{a0}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'
        | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'
        | '\u{200c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202f}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Formats JSON in one line, safe for a terminal. In JSON, such characters are part of a string, and
/// may be escaped.
pub fn json_line(value: &Value) -> String {
    let mut out = String::new();
    for c in value.to_string().chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            out.push(c);
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
    fn characters_that_nobody_sees_are_escaped() {
        for c in
            ['\u{7f}', '\u{9b}', '\u{a0}', '\u{ad}', '\u{61c}', '\u{200b}', '\u{2028}', '\u{feff}']
        {
            assert_eq!(printable(c.to_string().as_bytes()), c.escape_unicode().to_string());
        }
        assert_eq!(printable("\u{e0041}".as_bytes()), "\\u{e0041}");
        for seen in ["Zuhause 5 GHz", "自宅", "בית", "👨\u{200d}👩"] {
            assert_eq!(printable(seen.as_bytes()), seen);
        }
    }

    #[test]
    fn json_has_no_character_that_a_terminal_obeys() {
        let value = json!({ "a\u{9b}": "\u{1b}[2J\u{7f}\u{202e}\u{e0041}é" });
        let line = json_line(&value);
        assert_eq!(line, r#"{"a\u009b":"\u001b[2J\u007f\u202e\udb40\udc41é"}"#);
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), value);
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
