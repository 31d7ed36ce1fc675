//! Writes results. Existing files are replaced only on request, and new files are readable only by
//! their owner.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

/// A file, or standard output.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileArg<'a> {
    Standard,
    File(&'a Path),
}

impl<'a> FileArg<'a> {
    pub(crate) fn of(path: &'a Path) -> Self {
        if path == Path::new("-") { Self::Standard } else { Self::File(path) }
    }

    /// Refuses to replace a file, unless `force` allows it.
    pub(crate) fn check(self, force: bool) -> Result<()> {
        match self {
            Self::File(path) if path.exists() && !force => {
                bail!("{} exists: use --force to replace it", path.display())
            }
            _ => Ok(()),
        }
    }

    /// Removes a file that this program has written.
    pub(crate) fn remove(self) {
        if let Self::File(path) = self {
            // It is reported that the credential is incomplete, whatever remains.
            let _ = fs::remove_file(path);
        }
    }

    pub(crate) fn write(self, bytes: &[u8], force: bool) -> Result<()> {
        match self {
            Self::Standard => {
                let mut output = io::stdout().lock();
                let written = output.write_all(bytes).and_then(|()| output.flush());
                written.context("cannot write to standard output")
            }
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

/// Creates a file that is readable only by its owner.
pub(crate) fn create(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(force).create(force).create_new(!force);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a line to standard error. Ignores errors: a closed standard error is no reason to stop.
pub(crate) fn report(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
