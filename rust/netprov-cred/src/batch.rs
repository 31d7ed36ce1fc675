//! Credentials for many devices: a row of CSV each.
//!
//! The first line names the columns. `name` must be there; `username`, `password`, `salt` (security
//! 2) and `pop` (security 1) may be, and an empty field is as good as none. Other columns, such as a
//! serial number, are kept as they are.

use std::collections::BTreeSet;
use std::io::Read;

use crate::credential::{Credential, Fault};
use crate::forms;

/// One row: the columns that are not ours, and what came of it.
pub struct Row {
    /// The line of the file.
    pub line: u64,
    /// The columns that are kept, and their fields.
    pub kept: Vec<(String, String)>,
    /// The credential, or why there is none.
    pub result: Result<Credential, Fault>,
}

/// How rows become credentials.
pub struct Recipe<'a> {
    /// 1 or 2.
    pub security: u32,
    /// The user name of rows that have none.
    pub username: &'a str,
}

/// The columns that are read.
const OURS: [&str; 5] = ["name", "username", "password", "salt", "pop"];

/// Makes a credential for each row. A fault of one row is that row's; only a table that makes no
/// sense at all is a fault of the whole.
pub fn read(table: impl Read, recipe: &Recipe<'_>) -> Result<Vec<Row>, Fault> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(table);
    let header = reader.headers().map_err(|error| Fault(error.to_string()))?.clone();
    let columns: Vec<&str> = header.iter().collect();
    if !columns.contains(&"name") {
        return Err(Fault("the first line names the columns, and `name` is none of them".into()));
    }
    let different: BTreeSet<&&str> = columns.iter().collect();
    if different.len() < columns.len() {
        return Err(Fault("a column is there twice".into()));
    }
    for column in different.iter().filter(|column| OURS.contains(column)) {
        let other = if recipe.security == 2 { &["pop"][..] } else { &OURS[1..4] };
        if other.contains(column) {
            return Err(Fault(format!("security {} has no `{column}`", recipe.security)));
        }
    }

    let mut names = BTreeSet::new();
    let mut rows = Vec::new();
    for (count, record) in reader.records().enumerate() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(count as u64 + 2, csv::Position::line);
                let fault = Fault(error.to_string());
                rows.push(Row { line, kept: Vec::new(), result: Err(fault) });
                continue;
            }
        };
        let field = |name: &str| {
            let at = columns.iter().position(|column| *column == name)?;
            record.get(at).filter(|field| !field.is_empty())
        };
        let kept = columns.iter().zip(&record).filter(|(column, _)| !OURS.contains(column));
        let kept = kept.map(|(column, field)| ((*column).to_owned(), field.to_owned())).collect();
        let name = field("name").unwrap_or_default();
        let result = if names.insert(name.to_owned()) {
            make(recipe, name, field)
        } else {
            Err(Fault(format!("`{name}` is there already")))
        };
        let line = record.position().map_or(count as u64 + 2, csv::Position::line);
        rows.push(Row { line, kept, result });
    }
    Ok(rows)
}

fn make<'a>(
    recipe: &Recipe<'_>,
    name: &str,
    field: impl Fn(&str) -> Option<&'a str>,
) -> Result<Credential, Fault> {
    if recipe.security != 2 {
        return Credential::security_1(name, field("pop"));
    }
    let salt = field("salt").map(forms::unhex).transpose()?;
    let username = field("username").unwrap_or(recipe.username);
    Credential::security_2(name, username, field("password"), salt.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECURITY_2: Recipe<'_> = Recipe { security: 2, username: "wifiprov" };

    #[test]
    fn each_row_has_a_credential_or_a_reason() {
        let table = "serial,name,password\nA1,PROV_1,\nA2,PROV_2,abcd1234\nA3,,\nA4,PROV_1,x\n\
                     A5,PROV_5\nA6,PROV_6,y\n";
        let rows = read(table.as_bytes(), &SECURITY_2).unwrap();
        let good: Vec<bool> = rows.iter().map(|row| row.result.is_ok()).collect();
        assert_eq!(good, [true, true, false, false, false, true]);
        let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7]);
        assert_eq!(rows[1].kept, [("serial".to_owned(), "A2".to_owned())]);
        let password = rows[1].result.as_ref().unwrap().password.as_deref();
        assert_eq!(password, Some("abcd1234"));
    }

    #[test]
    fn a_table_without_names_is_refused() {
        for table in ["", "serial\nA1\n", "name,name\na,b\n", "name,pop\na,b\n"] {
            assert!(read(table.as_bytes(), &SECURITY_2).is_err(), "{table:?}");
        }
        let security_1 = Recipe { security: 1, ..SECURITY_2 };
        assert!(read("name,password\na,b\n".as_bytes(), &security_1).is_err());
        let rows = read("name,pop\na,b\n".as_bytes(), &security_1).unwrap();
        assert_eq!(rows[0].result.as_ref().unwrap().pop.as_deref(), Some("b"));
    }
}
