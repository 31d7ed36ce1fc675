//! A table of devices in CSV, one per row.
//!
//! The first line names the columns. `name` is required; `username`, `password` and `salt`
//! (security 2), `pop` (security 1) and `ap_password` are optional, and empty fields count as
//! missing. Other columns, such as a serial number, are kept unchanged.
//!
//! A row is always a single line, so an unclosed quote affects only its own row.

mod fields;
mod header;
mod lines;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::{self, Read};

use sha2::{Digest, Sha256};

use crate::credential::Credential;
use crate::hex;
use crate::hex::Fault;
use lines::{Line, Lines};

/// A row: a device, and its unknown columns.
pub struct Row {
    /// Line number in the file, from 1.
    pub line: u64,
    /// File offset of the end of this row.
    pub offset: u64,
    /// Unknown columns and their fields.
    pub kept: Vec<(String, String)>,
    /// The device, or why the row was refused.
    pub device: Result<Device, Fault>,
}

/// The given parts of a device's credential; missing parts are generated.
#[derive(Clone, Default)]
pub struct Device {
    /// Service name.
    pub name: String,
    /// User name for security 2.
    pub username: Option<String>,
    /// Password for security 2.
    pub password: Option<String>,
    /// Salt for security 2, in hexadecimal.
    pub salt: Option<String>,
    /// Proof of possession for security 1.
    pub pop: Option<String>,
    /// Password of the access point.
    pub ap_password: Option<String>,
}

impl Device {
    /// Creates the credential. `username` is the default user name.
    pub fn credential(&self, security: u32, username: &str) -> Result<Credential, Fault> {
        let credential = if security == 2 {
            let salt = self.salt.as_deref().map(hex::decode).transpose();
            let salt = salt.map_err(|Fault(reason)| Fault(format!("the salt: {reason}")))?;
            let username = self.username.as_deref().unwrap_or(username);
            let password = self.password.as_deref();
            Credential::security_2(&self.name, username, password, salt.as_deref())
        } else {
            Credential::security_1(&self.name, self.pop.as_deref())
        }?;
        credential.with_ap_password(self.ap_password.as_deref())
    }

    /// Checks that a credential from an earlier run matches this row. The error names the first
    /// field that differs.
    pub fn matches(&self, made: &Credential, security: u32, username: &str) -> Result<(), Fault> {
        let given =
            |given: &Option<String>, made: &Option<String>| given.is_none() || given == made;
        let salt = self.salt.as_deref().map(hex::decode).transpose()?;
        let username = self.username.as_deref().or((security == 2).then_some(username));
        let differs = [
            ("name", made.name != self.name),
            ("security", made.security != security),
            ("username", made.username.as_deref() != username),
            ("password", !given(&self.password, &made.password)),
            ("salt", salt.is_some_and(|salt| salt != made.salt)),
            ("pop", !given(&self.pop, &made.pop)),
            ("ap_password", made.ap_password != self.ap_password),
        ];
        match differs.iter().find(|(_, differs)| *differs) {
            Some((what, _)) => Err(Fault(format!("its `{what}` differs from this row's"))),
            None => Ok(()),
        }
    }
}

/// Reads rows one by one. Keeps 24 bytes per row to detect duplicate names.
pub struct Table<R> {
    lines: Lines<R>,
    columns: Vec<String>,
    separator: char,
    /// Line number by digest of the name.
    names: HashMap<[u8; 16], u64>,
}

impl<R: Read> Table<R> {
    /// Reads the first line. Fails if it does not name the columns.
    pub fn open(input: R, separator: char, security: u32) -> Result<Self, Fault> {
        let mut lines = Lines::new(input);
        let mut bytes = loop {
            match lines.next().map_err(|error| Fault(error.to_string()))? {
                Some(Line { bytes: Some(bytes), .. }) if bytes.trim_ascii().is_empty() => {}
                Some(Line { bytes: Some(bytes), .. }) => break bytes,
                Some(_) => return Err(Fault("the first line is too long for CSV".into())),
                None => return Err(Fault("the table is empty".into())),
            }
        };
        if bytes.starts_with(b"\xef\xbb\xbf") {
            bytes.drain(..3);
        }
        let columns = header::read(&bytes, separator, security)?;
        Ok(Self { lines, columns, separator, names: HashMap::new() })
    }

    /// Returns the next row, or `None` at the end of the file. Blank lines are counted and skipped.
    pub fn next_row(&mut self) -> io::Result<Option<Row>> {
        while let Some(Line { number, bytes, offset }) = self.lines.next()? {
            if bytes.as_deref().is_some_and(|bytes| self.is_blank(bytes)) {
                continue;
            }
            let mut kept = Vec::new();
            let device = self.device(bytes, &mut kept).and_then(|device| {
                self.check_unique(&device.name, number)?;
                Ok(device)
            });
            return Ok(Some(Row { line: number, offset, kept, device }));
        }
        Ok(None)
    }

    /// Returns whether a line is blank, without even separators.
    fn is_blank(&self, bytes: &[u8]) -> bool {
        bytes.trim_ascii().is_empty()
            && !bytes.iter().any(|byte| char::from(*byte) == self.separator)
    }

    fn device(
        &self,
        bytes: Option<Vec<u8>>,
        kept: &mut Vec<(String, String)>,
    ) -> Result<Device, Fault> {
        let bytes = bytes.ok_or_else(|| Fault("the line is too long for CSV".into()))?;
        let line = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to() + 1;
            Fault(format!("byte {at} of the line is not UTF-8: save the table as \"CSV UTF-8\""))
        })?;
        let fields = fields::split(&line, self.separator)?;
        let (found, wanted) = (fields.len(), self.columns.len());
        let mut device = Device::default();
        for (column, field) in self.columns.iter().zip(fields) {
            let given = (!field.is_empty()).then_some(field);
            match column.as_str() {
                "name" => device.name = given.unwrap_or_default(),
                "username" => device.username = given,
                "password" => device.password = given,
                "salt" => device.salt = given,
                "pop" => device.pop = given,
                "ap_password" => device.ap_password = given,
                _ => kept.push((column.clone(), given.unwrap_or_default())),
            }
        }
        if found != wanted {
            return Err(Fault(format!(
                "the row has {} and the first line {}: they must have the same number",
                count(found, "field"),
                count(wanted, "column")
            )));
        }
        Ok(device)
    }

    /// Refuses a name that an earlier row has. It is unknown which row was intended, so the first
    /// one counts even if it is refused for another reason.
    fn check_unique(&mut self, name: &str, line: u64) -> Result<(), Fault> {
        if name.is_empty() {
            return Err(Fault("the row has no service name: the column `name` is empty".into()));
        }
        let digest = Sha256::digest(name);
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        match self.names.entry(key) {
            Entry::Vacant(free) => {
                free.insert(line);
                Ok(())
            }
            Entry::Occupied(taken) => {
                let line = taken.get();
                Err(Fault(format!("line {line} has the same service name, `{name}`")))
            }
        }
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests;
