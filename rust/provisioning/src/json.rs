//! Just enough JSON to write: the version text and the QR payload.

use alloc::string::String;
use core::fmt::{self, Write};

/// A string as JSON writes it, quotes included.
pub(crate) struct Quoted<'a>(pub &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                c if c < ' ' => write!(f, "\\u{:04x}", c as u32)?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    }
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
            let parsed: String = serde_json::from_str(&format!("{}", Quoted(text))).unwrap();
            assert_eq!(parsed, text);
        }
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
