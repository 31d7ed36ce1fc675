//! Where the results go. A file that exists is never replaced unless that was asked for, and nobody
//! but its owner can read a new one.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

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
                bail!("{} exists: --force replaces it", path.display())
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn write(self, bytes: &[u8], force: bool) -> Result<()> {
        match self {
            Self::Output => {
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

/// Creates a file that only its owner can read.
pub(crate) fn create(path: &Path, force: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).truncate(force).create(force).create_new(!force);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a line to standard error. Nobody may read it any more: that is no reason to stop.
pub(crate) fn report(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{line}");
}
