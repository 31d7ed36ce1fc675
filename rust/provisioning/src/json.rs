//! A minimal JSON writer for the version text and the QR payload.
//!
//! The text is pure ASCII. Other characters are written as `\uXXXX`, because many QR scanners
//! mistake UTF-8 for another character set. Nothing here uses the formatting of `core::fmt`, which
//! would take several kilobytes of flash; [`fmt::Write`] is only the destination.

use core::fmt::{self, Write};

/// Writes a string with its quotes.
pub(crate) fn string(out: &mut dyn Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => out.write_str("\\\"")?,
            '\\' => out.write_str("\\\\")?,
            ' '..='~' => out.write_char(c)?,
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    escape(out, *unit)?;
                }
            }
        }
    }
    out.write_char('"')
}

/// Writes one UTF-16 code unit as `\uXXXX`.
fn escape(out: &mut dyn Write, unit: u16) -> fmt::Result {
    out.write_str("\\u")?;
    for shift in [12, 8, 4, 0] {
        let digit = char::from_digit(u32::from(unit >> shift) & 15, 16).unwrap_or('0');
        out.write_char(digit)?;
    }
    Ok(())
}

/// Writes an array of strings.
pub(crate) fn strings(out: &mut dyn Write, items: &mut dyn Iterator<Item = &str>) -> fmt::Result {
    let mut separator = '[';
    for item in items {
        out.write_char(separator)?;
        string(out, item)?;
        separator = ',';
    }
    if separator == '[' {
        out.write_char('[')?;
    }
    out.write_char(']')
}

/// A number below 10 as text.
pub(crate) fn digit(number: u32) -> &'static str {
    let at = number as usize;
    "0123456789".get(at..at.saturating_add(1)).unwrap_or("0")
}

/// Writes to a slice. Counts what exceeds the slice, which [`finish`](Self::finish) reports.
pub(crate) struct SliceWriter<'a> {
    slice: &'a mut [u8],
    length: usize,
}

impl<'a> SliceWriter<'a> {
    pub(crate) fn new(slice: &'a mut [u8]) -> Self {
        Self { slice, length: 0 }
    }

    /// Writes bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        let end = self.length.saturating_add(bytes.len());
        if let Some(place) = self.slice.get_mut(self.length..end) {
            place.copy_from_slice(bytes);
        }
        self.length = end;
    }

    /// The length of the whole text in bytes, whether or not the slice holds it.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// The length of the text, or `None` if it did not fit.
    pub(crate) fn finish(self) -> Option<usize> {
        (self.length <= self.slice.len()).then_some(self.length)
    }
}

impl Write for SliceWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;

    fn written(write: impl FnOnce(&mut dyn Write) -> fmt::Result) -> String {
        let mut text = String::new();
        write(&mut text).unwrap();
        text
    }

    #[test]
    fn strings_are_escaped_and_pure_ascii() {
        for text in ["plain", "a\"b\\c/d", "\0\u{1f}\n\t", "caf\u{e9} \u{1f4f6} \u{7f}\u{2028}"] {
            let json = written(|out| string(out, text));
            assert!(json.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{json}");
            let parsed: String = serde_json::from_str(&json).unwrap();
            assert_eq!(parsed, text);
        }
        assert_eq!(written(|out| string(out, "\u{fc}")), r#""\u00fc""#);
        assert_eq!(written(|out| string(out, "\u{1f4f6}")), r#""\ud83d\udcf6""#);
    }

    #[test]
    fn lists_have_their_commas() {
        let list = |items: &[&'static str]| written(|out| strings(out, &mut items.iter().copied()));
        assert_eq!(list(&["x", "y"]), r#"["x","y"]"#);
        assert_eq!(list(&[]), "[]");
    }

    #[test]
    fn a_full_slice_keeps_its_bounds_and_continues_counting() {
        for size in 0..7 {
            let mut bytes: Vec<u8> = alloc::vec![0; size];
            let mut writer = SliceWriter::new(&mut bytes);
            string(&mut writer, "abc").unwrap();
            assert_eq!(writer.length(), 5);
            assert_eq!(writer.finish(), (size >= 5).then_some(5));
        }
    }
}
