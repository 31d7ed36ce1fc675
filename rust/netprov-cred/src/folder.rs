//! A folder of devices' files.
//!
//! All files of a device are there, or none, also after a power failure. For that, the files of some
//! devices are first written to a working folder, `.netprov-cred/pending`, and made durable together:
//! that takes two waits for the disk, and not five for each device. Renaming this folder to `ready`
//! is what commits them; from there they are moved to their places. The next run finishes a move that
//! was interrupted, and drops what was pending.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use netprov_cred::table::Device;
use netprov_cred::{Credential, forms, hex, qr};

use crate::cli::Common;
use crate::output::create;

/// The files of a device. The first has everything in it.
const ENDINGS: [&str; 5] = ["json", "h", "hex", "svg", "png"];

/// The folder, held by this run alone.
pub(crate) struct Folder {
    path: PathBuf,
    work: PathBuf,
    /// Locked as long as it is open.
    _lock: Option<File>,
}

impl Folder {
    /// Opens it, or makes it, and finishes what an interrupted run has left.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("cannot make {}", path.display()))?;
        let lock = lock(path).with_context(|| format!("cannot lock {}", path.display()))?;
        let folder = Self { path: path.into(), work: path.join(".netprov-cred"), _lock: lock };
        folder.recover().with_context(|| {
            format!("cannot finish what an earlier run has left in {}", folder.work.display())
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
        self.move_to_places()?;
        sync_folder(&self.path)?;
        fs::remove_dir(&self.work)
    }

    /// The credential of a device whose files exist; `None` if none of them does.
    pub(crate) fn existing(&self, device: &Device, common: &Common) -> Result<Option<Credential>> {
        let paths = ENDINGS.map(|ending| self.place(&device.name, ending));
        let [json, ..] = &paths;
        let missing: Vec<&PathBuf> = paths.iter().filter(|path| !path.exists()).collect();
        match missing.first() {
            Some(_) if missing.len() == paths.len() => return Ok(None),
            Some(missing) => bail!(
                "some of the device's files exist, but {} does not: --force makes all of them anew",
                missing.display()
            ),
            None => {}
        }
        let refused = || format!("cannot keep {}: --force replaces it", json.display());
        let text = fs::read_to_string(json).with_context(refused)?;
        let credential = forms::from_json(&text).with_context(refused)?;
        device.fits(&credential, common.security, &common.username).with_context(refused)?;
        Ok(Some(credential))
    }

    /// Fails if a file of this device exists.
    pub(crate) fn check_free(&self, name: &str) -> Result<()> {
        let mut paths = ENDINGS.iter().map(|ending| self.place(name, ending));
        match paths.find(|path| path.exists()) {
            Some(path) => {
                bail!("{} exists: --resume keeps this device, --force replaces it", path.display())
            }
            None => Ok(()),
        }
    }

    /// Begins a group of devices.
    pub(crate) fn begin(&self) -> Result<()> {
        let pending = self.pending();
        fs::create_dir_all(&pending).with_context(|| format!("cannot make {}", pending.display()))
    }

    /// Writes the files of a device, to be committed with its group. If that fails, none is left.
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

    /// Puts the staged files in their places. When this returns, they are there to stay.
    pub(crate) fn commit(&self) -> Result<()> {
        let committed = sync_all(&self.pending()).and_then(|()| {
            fs::rename(self.pending(), self.ready())?;
            sync_folder(&self.work)
        });
        committed.with_context(|| format!("cannot commit {}", self.pending().display()))?;
        self.move_to_places().with_context(|| {
            format!("cannot move the files of {} to their places", self.ready().display())
        })
    }

    /// Ends the run: nothing is left but the devices' files.
    pub(crate) fn finish(self) -> Result<()> {
        let ended = sync_folder(&self.path).and_then(|()| {
            absent_is_fine(fs::remove_dir(self.pending()))?;
            absent_is_fine(fs::remove_dir(&self.work))
        });
        ended.with_context(|| format!("cannot finish {}", self.path.display()))
    }

    fn move_to_places(&self) -> io::Result<()> {
        let ready = self.ready();
        let entries = match fs::read_dir(&ready) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        // In a fixed order, whatever the file system's is.
        let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
        for name in names.collect::<io::Result<BTreeSet<_>>>()? {
            fs::rename(ready.join(&name), self.path.join(&name))?;
        }
        fs::remove_dir(ready)
    }

    fn place(&self, name: &str, ending: &str) -> PathBuf {
        self.path.join(file_name(name, ending))
    }
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

/// A lock that ends with the process.
#[cfg(unix)]
fn lock(folder: &Path) -> Result<Option<File>> {
    let file = File::open(folder)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(fs::TryLockError::WouldBlock) => bail!("another run uses it"),
        // A file system without locks.
        Err(fs::TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Folders cannot be locked there.
#[cfg(not(unix))]
fn lock(_folder: &Path) -> Result<Option<File>> {
    Ok(None)
}

/// Waits until all files in a folder are on the disk.
#[cfg(target_os = "linux")]
fn sync_all(folder: &Path) -> io::Result<()> {
    // One wait for the whole file system, instead of one for each file.
    Ok(rustix::fs::syncfs(File::open(folder)?)?)
}

/// Waits until all files in a folder are on the disk.
#[cfg(not(target_os = "linux"))]
fn sync_all(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        File::options().write(true).open(entry?.path())?.sync_all()?;
    }
    sync_folder(folder)
}

/// Waits until the names in a folder are on the disk.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// The name of a device's file: the service's name, other characters as `%` and two digits.
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
    fn a_name_leads_out_of_no_folder() {
        assert_eq!(file_name("PROV_0A-1", "h"), "PROV_0A-1.h");
        assert_eq!(file_name("../a b", "h"), "%2E%2E%2Fa%20b.h");
        assert_ne!(file_name("a/b", "h"), file_name("a%2Fb", "h"));
    }
}
