//! Keeps a second program from using the same state file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock on a state file. It ends when this is dropped, or when the process ends in any way.
///
/// The lock is on a file of its own, because each write replaces the state file.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

/// Why there is no lock.
#[derive(Debug)]
pub(super) enum NoLock {
    /// Another program has it.
    InUse,
    /// The folder cannot be written to.
    Io(io::Error),
}

impl Lock {
    /// Creates the file and locks it.
    pub(super) fn new(path: PathBuf) -> Result<Self, NoLock> {
        loop {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path).map_err(NoLock::Io)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(NoLock::InUse),
                // The file system has no locks.
                Err(TryLockError::Error(_)) => return Ok(Self { path, _file: file }),
                // Its last owner may have removed the file between the two calls.
                Ok(()) if is_at(&file, &path) => return Ok(Self { path, _file: file }),
                Ok(()) => {}
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The file may stay: it is used again.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |data: io::Result<fs::Metadata>| data.map(|data| data.ino()).ok();
    number(file.metadata()) == number(fs::metadata(path))
}

#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    // An open file cannot be removed.
    true
}
