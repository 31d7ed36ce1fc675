//! Reads the first line, which names the columns.

use std::collections::BTreeMap;

use super::fields;
use crate::hex::Fault;

/// The known columns.
pub(super) const COLUMNS: [&str; 6] =
    ["name", "username", "password", "salt", "pop", "ap_password"];

/// Reads the column names.
///
/// Errors never quote the line: if the table has no header, the line may contain a password.
pub(super) fn read(bytes: &[u8], separator: char, security: u32) -> Result<Vec<String>, Fault> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0) {
        return Err(Fault("the table is in UTF-16: save it as \"CSV UTF-8\"".into()));
    }
    let line = str::from_utf8(bytes).map_err(|_| {
        Fault("the first line is not UTF-8: save the table as \"CSV UTF-8\"".into())
    })?;
    if line.starts_with('#') {
        return Err(Fault(
            "the table begins with `#`, and CSV has no comments: remove the lines above \
             the one that names the columns"
                .into(),
        ));
    }
    let columns =
        fields::split(line, separator).map_err(|Fault(reason)| Fault(first_line(&reason)))?;
    check(&columns, security)?;
    if !columns.iter().any(|column| column == "name") {
        return Err(Fault(first_line(&without_name(line, separator))));
    }
    Ok(columns)
}

fn first_line(reason: &str) -> String {
    format!("the first line, which names the columns: {reason}")
}

/// Refuses duplicate columns, columns of the other security version, and misspelt known columns. A
/// misspelt `Password` would otherwise be treated as an unknown column, and the device would get a
/// generated password.
fn check(columns: &[String], security: u32) -> Result<(), Fault> {
    let mut seen = BTreeMap::new();
    for (column, number) in columns.iter().zip(1..) {
        if let Some(before) = seen.insert(column, number) {
            return Err(Fault(format!("columns {before} and {number} have the same name")));
        }
        let known = COLUMNS.into_iter().find(|known| normalize(known) == normalize(column));
        if let Some(known) = known
            && known != column
        {
            return Err(Fault(format!("column {number} must be written `{known}`")));
        }
        let other = if security == 2 { &["pop"][..] } else { &COLUMNS[1..4] };
        if other.contains(&column.as_str()) {
            return Err(Fault(format!("security {security} does not use the column `{column}`")));
        }
    }
    Ok(())
}

/// Explains why there is no column `name`.
fn without_name(line: &str, separator: char) -> String {
    let has_name = |separator: &char| {
        fields::split(line, *separator)
            .is_ok_and(|columns| columns.iter().any(|column| normalize(column) == "name"))
    };
    let called = |separator: char| match separator {
        '\t' => "tab",
        ';' => ";",
        _ => ",",
    };
    match [',', ';', '\t'].into_iter().filter(|other| *other != separator).find(has_name) {
        Some(other) => format!(
            "its separator is {}: use --separator \"{}\"",
            match other {
                '\t' => "a tab",
                ';' => "a semicolon",
                _ => "a comma",
            },
            called(other)
        ),
        None => {
            "the column `name` is missing: add a line with the column names above the rows".into()
        }
    }
}

/// Normalizes a column name: drops case and separators.
fn normalize(name: &str) -> String {
    let name = name.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    name.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cause_is_reported() {
        for (line, wanted) in [
            (&b"serial,name"[..], ""),
            (b"serial;name", "--separator \";\""),
            (b"serial\tName", "--separator \"tab\""),
            (b"Name", "must be written `name`"),
            (b"name,AP password", "must be written `ap_password`"),
            (b"name,Password", "must be written `password`"),
            (b"# devices", "comments"),
            (b"\xff\xfen\0", "UTF-16"),
            (b"n\0a\0", "UTF-16"),
            (b"name,gr\xfcn", "UTF-8"),
            (b"name,\"x", "column 2 is not closed"),
            (b"A1,geheim", "column `name` is missing"),
            (b"name,a,b,a", "columns 2 and 4"),
            (b"name,pop", "does not use the column `pop`"),
        ] {
            let reason = read(line, ',', 2).err().map_or(String::new(), |fault| fault.0);
            assert!(reason.contains(wanted) && reason.is_empty() == wanted.is_empty(), "{reason}");
            assert!(!reason.contains("geheim"));
        }
        assert!(read(b"name;a,b", ';', 2).is_ok());
        assert!(read(b"name,pop", ',', 1).is_ok() && read(b"name,salt", ',', 1).is_err());
        let reason = read(b"name,serial", ';', 2).unwrap_err().0;
        assert!(reason.contains("--separator \",\""), "{reason}");
    }
}
