//! Splits a line into fields.
//!
//! Strict RFC 4180. Other CSV readers guess what a stray quote means; a wrong guess here could
//! leave a device without its credential.

use crate::hex::Fault;

/// Splits a line at its separators. Spaces around a field are dropped. Within quotes, spaces are
/// kept and a doubled quote stands for one.
pub(super) fn split(line: &str, separator: char) -> Result<Vec<String>, Fault> {
    let is_space = |c: char| c == ' ' || (c == '\t' && separator != '\t');
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let column = fields.len() + 1;
        let start = rest.trim_start_matches(is_space);
        let (field, after) = match start.strip_prefix('"') {
            Some(quoted) => unquote(quoted, column)?,
            None => {
                let (field, after) = start.split_at(start.find(separator).unwrap_or(start.len()));
                (plain(field.trim_end_matches(is_space), column)?, after)
            }
        };
        fields.push(field);
        let after = after.trim_start_matches(is_space);
        match after.strip_prefix(separator) {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => {
                return Err(Fault(format!(
                    "column {column} has text after its closing quote: double a quote that is \
                     part of a field"
                )));
            }
        }
    }
}

/// Reads a field without quotes around it.
fn plain(field: &str, column: usize) -> Result<String, Fault> {
    if field.contains('"') {
        return Err(Fault(format!(
            "column {column} has a quote but does not begin with one: put the field in quotes, and \
             double a quote that is part of it"
        )));
    }
    Ok(field.into())
}

/// Reads a field up to its closing quote; also returns the text after that.
fn unquote(quoted: &str, column: usize) -> Result<(String, &str), Fault> {
    let mut field = String::new();
    let mut rest = quoted;
    while let Some((text, after)) = rest.split_once('"') {
        field.push_str(text);
        match after.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Ok((field, after)),
        }
    }
    Err(Fault(format!(
        "the quote that opens column {column} is not closed on this line: close it; a field cannot \
         span lines"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_split_at_separators_outside_quotes() {
        for (line, wanted) in [
            ("a,b", &["a", "b"][..]),
            (" a , b c ,", &["a", "b c", ""]),
            ("\" a \",\"b,c\",\"d\"\"e\"", &[" a ", "b,c", "d\"e"]),
            (" \"a\" ,\"\"", &["a", ""]),
            ("", &[""]),
            ("a;b", &["a;b"]),
        ] {
            assert_eq!(split(line, ',').unwrap(), wanted, "{line}");
        }
        assert_eq!(split("a;\"b;c\"", ';').unwrap(), ["a", "b;c"]);
        assert_eq!(split("a\t\t b ", '\t').unwrap(), ["a", "", "b"]);
    }

    #[test]
    fn a_stray_quote_is_reported_with_its_column() {
        for (line, wanted) in [
            ("a,\"b", "column 2 is not closed"),
            ("\"a,b\"\"", "column 1 is not closed"),
            ("a,b\"", "column 2 has a quote"),
            ("a\"b\"", "column 1 has a quote"),
            ("\"a\"b,c", "column 1 has text after"),
        ] {
            let Fault(reason) = split(line, ',').unwrap_err();
            assert!(reason.contains(wanted), "{line}: {reason}");
        }
    }
}
