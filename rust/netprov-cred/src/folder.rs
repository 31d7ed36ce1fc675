//! A folder with the files of devices.
//!
//! Either all files of a device exist or none, even after a power failure. To ensure this, the
//! files of a group of devices are first written to a working folder, `.netprov-cred/pending`, and
//! flushed to disk together, which takes two flushes per group instead of five per device. Renaming
//! this folder to `ready` commits the group; the files are then moved to their final location. The
//! next run completes an interrupted move and discards pending files.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use netprov_cred::table::Device;
use netprov_cred::{Credential, forms, hex, qr};

use crate::cli::Common;
use crate::output::create;

/// Extensions of a device's files. The first file contains the whole credential.
const ENDINGS: [&str; 5] = ["json", "h", "hex", "svg", "png"];

/// An output folder, locked by this run.
pub(crate) struct Folder {
    path: PathBuf,
    work: PathBuf,
    /// The lock is held while the file is open.
    _lock: Option<File>,
}

impl Folder {
    /// Opens or creates the folder, and recovers from an interrupted run.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot create {}", path.display()))?;
        let lock = lock(path).with_context(|| format!("cannot lock {}", path.display()))?;
        let folder = Self { path: path.into(), work: path.join(".netprov-cred"), _lock: lock };
        folder.recover().with_context(|| {
            format!("cannot recover from an earlier run in {}", folder.work.display())
        })?;
        Ok(folder)
    }

    fn pending(&self) -> PathBuf {
        self.work.join("pending")
    }

    fn ready(&self) -> PathBuf {
        self.work.join("ready")
    }

    fn recover(&self) -> io::Result<()> {
        if !self.work.exists() {
            return Ok(());
        }
        absent_is_fine(fs::remove_dir_all(self.pending()))?;
        self.move_to_targets()?;
        sync_folder(&self.path)?;
        fs::remove_dir(&self.work)
    }

    /// Returns the credential of a device whose files exist, or `None` if none of them exists.
    pub(crate) fn existing(&self, device: &Device, common: &Common) -> Result<Option<Credential>> {
        let paths = ENDINGS.map(|ending| self.target_path(&device.name, ending));
        let [json, ..] = &paths;
        let missing: Vec<&PathBuf> = paths.iter().filter(|path| !path.exists()).collect();
        match missing.first() {
            Some(_) if missing.len() == paths.len() => return Ok(None),
            Some(missing) => bail!(
                "some of the device's files exist, but {} does not: use --force to replace all",
                missing.display()
            ),
            None => {}
        }
        let refused = || format!("cannot keep {}: use --force to replace it", json.display());
        let text = fs::read_to_string(json).with_context(refused)?;
        let credential = forms::from_json(&text).with_context(refused)?;
        device.matches(&credential, common.security, &common.username).with_context(refused)?;
        Ok(Some(credential))
    }

    /// Fails if any file of this device exists.
    pub(crate) fn check_free(&self, name: &str) -> Result<()> {
        let mut paths = ENDINGS.iter().map(|ending| self.target_path(name, ending));
        match paths.find(|path| path.exists()) {
            Some(path) => {
                bail!(
                    "{} exists: use --resume to keep this device or --force to replace it",
                    path.display()
                )
            }
            None => Ok(()),
        }
    }

    /// Starts a group of devices.
    pub(crate) fn start_group(&self) -> Result<()> {
        let pending = self.pending();
        fs::create_dir_all(&pending).with_context(|| format!("cannot create {}", pending.display()))
    }

    /// Writes the files of a device, to be committed with its group. On an error, none is left
    /// behind.
    pub(crate) fn stage(&self, credential: &Credential, payload: &str, prefix: &str) -> Result<()> {
        let code = qr::Code::new(payload)?;
        let contents = [
            forms::json(credential).into_bytes(),
            forms::c_header(credential, prefix, false)?.into_bytes(),
            (hex::encode(&forms::blob(credential)) + "\n").into_bytes(),
            code.to_svg().into_bytes(),
            code.to_png()?,
        ];
        let mut paths = Vec::new();
        for (ending, bytes) in ENDINGS.into_iter().zip(contents) {
            let path = self.pending().join(file_name(&credential.name, ending));
            let written = create(&path, false).and_then(|mut file| {
                paths.push(path.clone());
                file.write_all(&bytes)
            });
            if let Err(error) = written {
                for path in &paths {
                    fs::remove_file(path)
                        .with_context(|| format!("cannot remove {}", path.display()))?;
                }
                return Err(error).with_context(|| format!("cannot write {}", path.display()));
            }
        }
        Ok(())
    }

    /// Moves the staged files to their final location. They are durable when this returns.
    pub(crate) fn commit(&self) -> Result<()> {
        let committed = sync_all(&self.pending()).and_then(|()| {
            fs::rename(self.pending(), self.ready())?;
            sync_folder(&self.work)
        });
        committed.with_context(|| format!("cannot commit {}", self.pending().display()))?;
        self.move_to_targets().with_context(|| {
            format!("cannot move the files of {} to their final location", self.ready().display())
        })
    }

    /// Ends the run and removes the working folder.
    pub(crate) fn finish(self) -> Result<()> {
        let ended = sync_folder(&self.path).and_then(|()| {
            absent_is_fine(fs::remove_dir(self.pending()))?;
            absent_is_fine(fs::remove_dir(&self.work))
        });
        ended.with_context(|| format!("cannot finish {}", self.path.display()))
    }

    fn move_to_targets(&self) -> io::Result<()> {
        let ready = self.ready();
        let entries = match fs::read_dir(&ready) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        // Move in a fixed order, independent of the file system.
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        for name in names.collect::<io::Result<BTreeSet<_>>>()? {
            fs::rename(ready.join(&name), self.path.join(&name))?;
        }
        fs::remove_dir(ready)
    }

    fn target_path(&self, name: &str, ending: &str) -> PathBuf {
        self.path.join(file_name(name, ending))
    }
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// Locks the folder. The lock is released when the process ends.
#[cfg(unix)]
fn lock(folder: &Path) -> Result<Option<File>> {
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => bail!("another run is using it"),
        // The file system does not support locks.
        Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Locks are not supported on this platform.
#[cfg(not(unix))]
fn lock(_folder: &Path) -> Result<Option<File>> {
    Ok(None)
}

/// Waits until all files in a folder are on disk.
#[cfg(target_os = "linux")]
fn sync_all(folder: &Path) -> io::Result<()> {
    // A single wait for the whole file system instead of one per file.
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Waits until all files in a folder are on disk.
#[cfg(not(target_os = "linux"))]
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::options().write(true).open(entry?.path())?.sync_all()?;
    }
    sync_folder(folder)
}

/// Waits until the folder's entries are on disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Returns the file name of a device: its service name with other characters percent-encoded.
fn file_name(name: &str, ending: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let part = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    let name: String = name.bytes().map(part).collect();
    format!("{name}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_name_cannot_leave_the_folder() {
        assert_eq!(file_name("PROV_0A-1", "h"), "PROV_0A-1.h");
        assert_eq!(file_name("../a b", "h"), "%2E%2E%2Fa%20b.h");
        assert_ne!(file_name("a/b", "h"), file_name("a%2Fb", "h"));
    }
}
