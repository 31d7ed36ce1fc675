//! Just enough JSON to write: the version text and the QR payload.

use alloc::string::String;
use core::fmt::{self, Write};

/// A string as JSON writes it, quotes included, in ASCII alone: scanners of QR codes guess the
/// character set of other bytes, and often guess wrong.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                ' '..='~' => f.write_char(c)?,
                // Beyond U+FFFF: one escape for each surrogate.
                '\u{10000}'.. => {
                    escape(f, 0xd7c0_u32.wrapping_add(c as u32 >> 10))?;
                    escape(f, 0xdc00 | c as u32 & 0x3ff)?;
                }
                _ => escape(f, c as u32)?,
            }
        }
        f.write_char('"')
    }
}

/// Writes the escape of one UTF-16 unit.
fn escape(f: &mut fmt::Formatter<'_>, unit: u32) -> fmt::Result {
    write!(f, "\\u{unit:04x}")
}

/// Appends `"name":` and before it a comma, unless this is the first in its object.
pub(crate) fn key(json: &mut String, name: &str) {
    separate(json);
    append(json, format_args!("{}:", Quoted(name)));
}

/// Appends an array of strings.
pub(crate) fn strings<'a>(json: &mut String, items: impl IntoIterator<Item = &'a str>) {
    json.push('[');
    for item in items {
        separate(json);
        append(json, format_args!("{}", Quoted(item)));
    }
    json.push(']');
}

/// Appends text as it is.
pub(crate) fn append(json: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = json.write_fmt(text);
}

fn separate(json: &mut String) {
    if !json.ends_with(['{', '[']) {
        json.push(',');
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn strings_are_escaped_7g_75() {
        for text in ["plain", "a\"b\\c/d", "\0\u{1f}\n\t", "caf\u{e9} \u{1f4f6} \u{7f}\u{2028}"] {
            let quoted = format!("{}", Quoted(text));
            assert!(quoted.bytes().all(|byte| matches!(byte, b' '..=b'~')), "{quoted}");
            assert_eq!(serde_json::from_str::<String>(&quoted).unwrap(), text);
        }
        assert_eq!(format!("{}", Quoted("a\u{fc}\u{1f4f6}~")), r#""a\u00fc\ud83d\udcf6~""#);
    }

    #[test]
    fn lists_and_objects_have_their_commas() {
        let mut json = String::from("{");
        key(&mut json, "a");
        strings(&mut json, ["x", "y"]);
        key(&mut json, "b");
        strings(&mut json, []);
        json.push('}');
        assert_eq!(json, r#"{"a":["x","y"],"b":[]}"#);
    }
}
