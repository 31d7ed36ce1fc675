//! The table of devices: CSV whose first line names the columns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use netprov_client::{Proof, Secret};

use crate::cli::TransportArgs;
use crate::command::provision::{Target, check_passphrase, check_ssid};
use crate::exit::Failure;
use crate::secrets;

/// Known columns; others are only kept in the journal.
const COLUMNS: [&str; 10] = [
    "http",
    "console",
    "baud",
    "name",
    "security",
    "pop",
    "username",
    "ssid",
    "passphrase",
    "dataset",
];

/// Values for rows that lack a column.
pub struct Defaults {
    pub ssid: Option<String>,
    pub passphrase: Option<Secret>,
    pub dataset: Option<Secret>,
    pub security: Option<u32>,
}

/// A device with everything needed to provision it.
pub struct Job {
    /// ID in the journal: the name, or else the address.
    pub id: String,
    /// Unknown columns.
    pub kept: BTreeMap<String, String>,
    pub link: TransportArgs,
    pub proof: Proof,
    pub security: Option<u32>,
    pub target: Target,
}

/// Says what is wrong with a line. Contains nothing of the line, which may hold secrets.
fn csv_reason(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line} has {len} of {expected_len} fields: check the commas and quotes")
        }
        csv::ErrorKind::Utf8 { pos, .. } => {
            let line = pos.as_ref().map_or(0, csv::Position::line);
            format!("line {line}: not UTF-8: save the table as CSV in UTF-8")
        }
        _ => error.to_string(),
    }
}

/// Reads the whole table and checks it before any device is contacted.
pub fn read(
    text: &[u8],
    defaults: &Defaults,
    credentials: Option<&Path>,
) -> Result<Vec<Job>, Failure> {
    let fault = |reason: String| Failure::usage(format!("the table: {reason}"));
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let header = reader.headers().map_err(|error| fault(csv_reason(&error)))?.clone();
    let columns: BTreeSet<&str> = header.iter().collect();
    if columns.len() < header.len() {
        return Err(fault("duplicate column".into()));
    }
    if !columns.contains("http") && !columns.contains("console") {
        return Err(fault(
            "the first line has no column `http` or `console`; columns are separated by commas"
                .into(),
        ));
    }
    let mut jobs = Vec::new();
    let mut ids = BTreeSet::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(csv_reason(&error)))?;
        let line = record.position().map_or(0, csv::Position::line);
        let row =
            Row(header.iter().zip(record.iter()).filter(|(_, field)| !field.is_empty()).collect());
        let job = row
            .job(defaults, credentials)
            .map_err(|reason| fault(format!("line {line}: {reason}")))?;
        if !ids.insert(job.id.clone()) {
            return Err(fault(format!("line {line}: duplicate device {}", job.id)));
        }
        jobs.push(job);
    }
    if jobs.is_empty() {
        return Err(fault("no devices".into()));
    }
    Ok(jobs)
}

/// The non-empty fields of a row, by column.
struct Row<'a>(BTreeMap<&'a str, &'a str>);

impl Row<'_> {
    fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).copied()
    }

    fn job(&self, defaults: &Defaults, credentials: Option<&Path>) -> Result<Job, String> {
        let link = self.link()?;
        let place = self.get("http").or(self.get("console")).unwrap_or_default();
        let (proof, security) = self.proof(credentials)?;
        let kept = self.0.iter().filter(|(column, _)| !COLUMNS.contains(column));
        Ok(Job {
            id: self.get("name").unwrap_or(place).to_owned(),
            kept: kept.map(|(column, field)| ((*column).to_owned(), (*field).to_owned())).collect(),
            link,
            proof,
            security: security.or(defaults.security),
            target: self.target(defaults)?,
        })
    }

    fn link(&self) -> Result<TransportArgs, String> {
        let baud = match self.get("baud") {
            None => 115_200,
            Some(text) => text.parse().map_err(|_| "`baud` is not a number")?,
        };
        let link =
            TransportArgs { baud, console_command: "net_prov".into(), ..TransportArgs::default() };
        match (self.get("http"), self.get("console")) {
            (Some(http), None) => Ok(TransportArgs { http: Some(http.into()), ..link }),
            (None, Some(path)) => Ok(TransportArgs { console: Some(path.into()), ..link }),
            (None, None) => Err("`http` or `console` is required".into()),
            (Some(_), Some(_)) => Err("`http` and `console` exclude each other".into()),
        }
    }

    fn proof(&self, credentials: Option<&Path>) -> Result<(Proof, Option<u32>), String> {
        let security = match self.get("security") {
            None => None,
            Some("0") => Some(0),
            Some("1") => Some(1),
            Some("2") => Some(2),
            Some(_) => return Err("`security` must be 0, 1 or 2".into()),
        };
        let pop = self.get("pop").map(Secret::from);
        match (pop, self.get("username"), credentials) {
            (Some(password), Some(username), _) => {
                Ok((Proof::Account { username: username.into(), password }, security))
            }
            (Some(pop), None, _) => Ok((Proof::Pop(pop), security)),
            (None, Some(_), _) => Err("`username` requires `pop`".into()),
            (None, None, Some(_)) if security == Some(0) => Ok((Proof::None, security)),
            (None, None, Some(folder)) => {
                let name = self.get("name").ok_or("`name` is required to find the credentials")?;
                let path = folder.join(format!("{}.json", file_name(name)));
                let (proof, own) =
                    secrets::credential(&path).map_err(|failure| failure.to_string())?;
                if security.is_some_and(|security| security != own) {
                    return Err(format!("the credentials of {name} are for security {own}"));
                }
                Ok((proof, Some(own)))
            }
            (None, None, None) => Ok((Proof::None, security)),
        }
    }

    fn target(&self, defaults: &Defaults) -> Result<Target, String> {
        if let Some(text) = self.get("dataset") {
            return secrets::dataset(text).map(Target::Thread).map_err(|e| e.to_string());
        }
        let own = self.get("passphrase").map(Secret::from);
        match (self.get("ssid").or(defaults.ssid.as_deref()), &defaults.dataset) {
            (Some(ssid), _) => {
                check_ssid(ssid).map_err(|failure| failure.to_string())?;
                let passphrase = own.or_else(|| defaults.passphrase.clone());
                let passphrase = passphrase.ok_or(
                    "no passphrase given: use --passphrase-file, NETPROV_PASSPHRASE or \
                     --open",
                )?;
                check_passphrase(&passphrase).map_err(|failure| failure.to_string())?;
                Ok(Target::Wifi(ssid.into(), passphrase))
            }
            (None, Some(dataset)) => Ok(Target::Thread(dataset.clone())),
            (None, None) => Err("a network or a dataset is required".into()),
        }
    }
}

/// Returns the file name that netprov-cred uses for a device; path separators are escaped.
fn file_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    name.bytes()
        .map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn defaults() -> Defaults {
        Defaults {
            ssid: Some("Line".into()),
            passphrase: Some(Secret::from("a-good-passphrase")),
            dataset: None,
            security: None,
        }
    }

    fn jobs(text: &str) -> Result<Vec<Job>, String> {
        read(text.as_bytes(), &defaults(), None).map_err(|failure| failure.to_string())
    }

    #[test]
    fn defaults_fill_empty_fields() {
        let table = "serial,name,http,console,baud,pop,username,ssid,passphrase\n\
            A1,PROV_1,10.0.0.1,,,secret,,,\n\
            A2,,,/dev/ttyUSB0,9600,secret,user,Other,another-passphrase\n";
        let jobs = jobs(table).unwrap();
        assert_eq!((jobs[0].id.as_str(), jobs[1].id.as_str()), ("PROV_1", "/dev/ttyUSB0"));
        assert_eq!(jobs[0].kept["serial"], "A1");
        assert_eq!(jobs[0].proof, Proof::Pop(Secret::from("secret")));
        assert!(matches!(&jobs[1].proof, Proof::Account { username, .. } if username == "user"));
        assert_eq!(jobs[1].link.baud, 9600);
        let networks: Vec<&str> = jobs
            .iter()
            .map(|job| match &job.target {
                Target::Wifi(ssid, _) => ssid.as_str(),
                Target::Thread(_) => "",
            })
            .collect();
        assert_eq!(networks, ["Line", "Other"]);
    }

    #[test]
    fn an_invalid_table_is_refused_with_the_line_number() {
        for (table, reason) in [
            ("name\nx\n", "no column"),
            ("http\n", "no devices"),
            ("http,http\na,b\n", "duplicate column"),
            ("http\na\na\n", "line 3: duplicate device a"),
            ("http,console\n,\n", "`http` or `console` is required"),
            ("http,console\na,b\n", "exclude each other"),
            ("http,baud\na,fast\n", "line 2: `baud`"),
            ("http,security\na,3\n", "`security`"),
            ("http,username\na,u\n", "`pop`"),
            ("http,passphrase\na,short\n", "5 bytes"),
            ("http,dataset\na,0g\n", "not valid hexadecimal"),
            ("http,pop\na,b\nc\n", "line 3 has 1 of 2 fields"),
        ] {
            let error = jobs(table).err().unwrap_or_default();
            assert!(error.contains(reason), "{table:?}: {error}");
        }
    }

    #[test]
    fn a_table_that_is_not_utf_8_is_refused_without_its_content() {
        let table = b"http,pop\na,s\xffcret\n";
        let error = read(table, &defaults(), None).err().unwrap().to_string();
        assert!(error.contains("line 2: not UTF-8") && !error.contains("cret"), "{error}");
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        assert_eq!(file_name("PROV_0A-1"), "PROV_0A-1");
        assert_eq!(file_name("../a b"), "%2E%2E%2Fa%20b");
    }
}
