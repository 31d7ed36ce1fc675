//! Where the results go. A file that is there is never written over unless that was asked for, and
//! nobody but its owner can read a new one.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use netprov_cred::{Credential, forms, qr};
use serde_json::{Value, json};

/// A file, or standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    Output,
    File(&'a Path),
}

impl<'a> Place<'a> {
    pub(crate) fn of(path: &'a Path) -> Self {
        if path == Path::new("-") { Self::Output } else { Self::File(path) }
    }

    /// Whether it can be written to: so that nothing is written if not all can be.
    pub(crate) fn check(self, force: bool) -> Result<()> {
        match self {
            Self::File(path) if path.exists() && !force => {
                bail!("{} is there already: --force writes over it", path.display())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn write(self, bytes: &[u8], force: bool) -> Result<()> {
        match self {
            Self::Output => io::stdout().write_all(bytes).context("standard output"),
            Self::File(path) => {
                let written = create(path, force).and_then(|mut file| {
                    file.write_all(bytes)?;
                    file.sync_all()
                });
                written.with_context(|| format!("cannot write {}", path.display()))
            }
        }
    }
}

fn create(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(force).create(force).create_new(!force);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A folder of devices' files.
pub(crate) struct Folder {
    path: PathBuf,
    force: bool,
}

impl Folder {
    pub(crate) fn open(path: &Path, force: bool) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        Ok(Self { path: path.into(), force })
    }

    /// Writes all files of a device, the one with everything in it first; or none if one is there.
    pub(crate) fn write(&self, credential: &Credential, payload: &str, prefix: &str) -> Result<()> {
        let code = qr::Code::new(payload)?;
        let files = [
            ("json", forms::json(credential).into_bytes()),
            ("h", forms::c_header(credential, prefix, false)?.into_bytes()),
            ("hex", (forms::hex(&forms::blob(credential)) + "\n").into_bytes()),
            ("svg", code.to_svg().into_bytes()),
            ("png", code.to_png()?),
        ];
        let name = file_name(&credential.name);
        let files =
            files.map(|(ending, bytes)| (self.path.join(format!("{name}.{ending}")), bytes));
        for (path, _) in &files {
            Place::File(path).check(self.force)?;
        }
        for (path, bytes) in &files {
            Place::File(path).write(bytes, self.force)?;
        }
        Ok(())
    }
}

/// A service's name as the name of a file: other characters as `%` and two digits.
fn file_name(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let part = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    name.bytes().map(part).collect()
}

/// A row for machines: what was kept of it, and the credential or the reason that there is none.
pub(crate) fn json_line(
    kept: &[(String, String)],
    line: u64,
    made: &Result<(&Credential, String)>,
) -> Value {
    let kept: serde_json::Map<String, Value> =
        kept.iter().map(|(column, field)| (column.clone(), json!(field))).collect();
    match made {
        Ok((credential, payload)) => {
            json!({"line": line, "row": kept, "credential": credential, "qr": payload})
        }
        Err(error) => json!({"line": line, "row": kept, "error": format!("{error:#}")}),
    }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_leads_out_of_no_folder() {
        assert_eq!(file_name("PROV_0A-1"), "PROV_0A-1");
        assert_eq!(file_name("../a b"), "%2E%2E%2Fa%20b");
        assert_ne!(file_name("a/b"), file_name("a%2Fb"));
    }
}
