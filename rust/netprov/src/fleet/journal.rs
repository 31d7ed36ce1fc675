//! Records the outcome of each device in a file, so that an interrupted run can be continued.
//!
//! The file has one JSON object per line, in the order in which devices finished. A killed run
//! leaves at most one incomplete line, which is ignored.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::line::Outcome;
use crate::exit::Failure;

/// An open journal.
pub struct Journal {
    path: PathBuf,
    file: File,
    done: BTreeSet<String>,
}

impl Journal {
    /// Opens or creates the journal. Fails if another run has it open.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let fault = |what: &str, error: std::io::Error| {
            Failure::usage(format!("cannot {what} {}: {error}", path.display()))
        };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)
            .map_err(|error| fault("open", error))?;
        if file.try_lock().is_err() {
            return Err(Failure::usage(format!(
                "{} is in use by another run: wait for it to finish, or use another journal",
                path.display()
            )));
        }
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|error| fault("read", error))?;
        if text.last().is_some_and(|byte| *byte != b'\n') {
            // Terminates an incomplete line of a killed run.
            file.write_all(b"\n").map_err(|error| fault("write", error))?;
        }
        Ok(Self { path: path.to_owned(), file, done: done(&text) })
    }

    /// Returns whether a device is done.
    pub fn is_done(&self, id: &str) -> bool {
        self.done.contains(id)
    }

    /// Records the outcome of a device.
    pub fn write(&mut self, outcome: &Outcome) -> Result<(), Failure> {
        let mut fields = outcome.fields();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        fields["unix_time"] = now.as_secs().into();
        // A single write, so that only the last line can be incomplete.
        self.file.write_all(format!("{fields}\n").as_bytes()).map_err(|error| {
            Failure::usage(format!("cannot write {}: {error}", self.path.display()))
        })
    }
}

/// Returns the IDs of the devices that are done. The last line of each device counts.
fn done(text: &[u8]) -> BTreeSet<String> {
    let mut done = BTreeSet::new();
    for line in text.split(|byte| *byte == b'\n') {
        let Ok(entry) = serde_json::from_slice::<Value>(line) else { continue };
        if let (Some(id), Some(ok)) = (entry["id"].as_str(), entry["done"].as_bool()) {
            if ok {
                done.insert(id.to_owned());
            } else {
                done.remove(id);
            }
        }
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_complete_line_of_a_device_counts() {
        let text = br#"{"id":"a","done":true}
{"id":"b","done":false}
{"id":"b","done":true}
{"id":"c","done":true}
nonsense
{"id":"c","done":false}
{"id":"d","don"#;
        let done: Vec<String> = done(text).into_iter().collect();
        assert_eq!(done, ["a", "b"]);
    }
}
