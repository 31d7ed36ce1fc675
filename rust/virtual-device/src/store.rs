//! The file with what was provisioned: Wi-Fi credentials, or a Thread dataset. It holds the old ones
//! or the new ones whatever happens, a power cut or a `kill -9` at any instant included.
//!
//! New content is written to a file of its own beside the old one, flushed to the disk, and then
//! put in its place by a rename, which is all or nothing. The file is text, one field a line: a title,
//! what is kept, and the digest of the lines above.
//!
//! ```text
//! network-provisioning credentials 1          network-provisioning dataset 1
//! ssid 486f6d654e6574                         dataset 0e080000000000010000…
//! passphrase 636f72726563742d686f727365       sha256 …
//! bssid 020000000001
//! channel 6
//! sha256 …
//! ```
//!
//! `bssid` and `channel` are there if the client sent them. Only the owner may read the file. While
//! a program uses it, a lock file beside it keeps others away.

mod lock;
mod thread;
mod wifi;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use netprov_cred::hex;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use self::lock::{Lock, NoLock};
use crate::Fault;

/// A real file is far shorter.
const LENGTH_MAX: u64 = 4096;

/// The content of a file.
pub trait Kept: Sized {
    /// The first line.
    const TITLE: &'static str;
    /// The error if the first line differs.
    const OTHER_TITLE: &'static str;
    /// The error if the digest does not follow the content.
    const NO_MORE: &'static str;

    /// Writes the content.
    fn write(&self, text: &mut Text);
    /// Parses the content.
    fn read(lines: &mut Lines<'_>) -> Result<Self, Corrupt>;
}

/// The file.
#[derive(Clone, Debug)]
pub struct Store<T> {
    path: PathBuf,
    /// Held until the last copy of this value is dropped.
    _lock: Arc<Lock>,
    what: PhantomData<fn(T)>,
}

/// What is wrong with the file, and where.
#[derive(Debug, PartialEq, Eq)]
pub struct Corrupt {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl<T: Kept> Store<T> {
    /// Opens the store in this file and returns its content. A missing file is an empty store. A
    /// file that is not a store is an error and stays unchanged. So is a file that another program
    /// uses, or whose folder cannot be written to.
    pub fn open(path: &Path) -> Result<(Self, Option<T>), Fault> {
        let shown = path.display();
        if !folder(path).is_dir() {
            return Err(Fault::new(format!(
                "{shown}: its folder does not exist: create it, or choose another file for --state"
            )));
        }
        if path.is_dir() {
            return Err(Fault::new(format!("{shown} is a folder: name a file in it for --state")));
        }
        if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(Fault::new(format!(
                "{shown} is not a regular file: choose another file for --state"
            )));
        }
        // If the path is a link, its target is replaced, not the link.
        let path = path.canonicalize().unwrap_or_else(|_| path.into());
        let lock = Lock::new(beside(&path, ".lock")).map_err(|error| {
            Fault::new(match error {
                NoLock::InUse => format!(
                    "{shown} is in use by another device: end that one, or choose another file \
                     for --state"
                ),
                NoLock::Io(error) => format!(
                    "{shown}: its folder cannot be written to: {error}: choose another file for \
                     --state"
                ),
            })
        })?;
        let store = Self { path, _lock: Arc::new(lock), what: PhantomData };
        let text = match read(&store.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok((store, None)),
            Err(error) => {
                return Err(Fault::new(format!(
                    "{shown} cannot be read: {error}: make it readable, or choose another file \
                     for --state"
                )));
            }
        };
        match parse(&text) {
            Ok(kept) => Ok((store, Some(kept))),
            Err(Corrupt { line, reason }) => Err(Fault::new(format!(
                "{shown}, line {line}: {reason}: the file was left as it is; delete it to \
                 start without credentials, or choose another one for --state"
            ))),
        }
    }

    /// Replaces the content, all or nothing.
    pub fn save(&self, kept: &T) -> io::Result<()> {
        let beside = beside(&self.path, ".new");
        // An interrupted write may have left a file there.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&format(kept))?;
        file.sync_all()?;
        drop(file);
        fs::rename(&beside, &self.path)?;
        // The rename itself is stored in the folder.
        #[cfg(unix)]
        File::open(folder(&self.path))?.sync_all()?;
        Ok(())
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The hidden file beside this one with the same name and this ending.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(ending);
    folder(path).join(name)
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LENGTH_MAX as usize + 1));
    File::open(path)?.take(LENGTH_MAX + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A file's content.
fn format<T: Kept>(kept: &T) -> Zeroizing<Vec<u8>> {
    // Long enough that it never grows and leaves a copy behind.
    let mut text = Text(Zeroizing::new(String::with_capacity(LENGTH_MAX as usize)));
    let (title, version) = T::TITLE.rsplit_once(' ').unwrap_or((T::TITLE, ""));
    text.line(title, version);
    kept.write(&mut text);
    let digest = Sha256::digest(text.0.as_bytes());
    text.hex("sha256", &digest);
    Zeroizing::new(std::mem::take(&mut *text.0).into_bytes())
}

/// Reads a file's content.
fn parse<T: Kept>(bytes: &[u8]) -> Result<T, Corrupt> {
    let mut lines = Lines { rest: bytes, number: 0, read: 0 };
    if lines.next()? != T::TITLE {
        return Err(lines.corrupt(T::OTHER_TITLE));
    }
    let kept = T::read(&mut lines)?;
    let content = bytes.get(..lines.read).unwrap_or_default();
    let digest = lines.field("sha256")?.ok_or_else(|| lines.expected(T::NO_MORE))?;
    if digest != hex::encode(&Sha256::digest(content)) {
        return Err(lines.corrupt("the checksum does not fit: the file was changed or damaged"));
    }
    if !lines.rest.is_empty() {
        return Err(lines.expected("there is more after the end"));
    }
    Ok(kept)
}

/// What is written: lines, each with a field's name and its value.
pub struct Text(Zeroizing<String>);

impl Text {
    fn line(&mut self, name: &str, value: &str) {
        for part in [name, " ", value, "\n"] {
            self.0.push_str(part);
        }
    }

    /// A line with bytes in hexadecimal.
    fn hex(&mut self, name: &str, bytes: &[u8]) {
        self.line(name, &Zeroizing::new(hex::encode(bytes)));
    }
}

/// What is read.
pub struct Lines<'a> {
    rest: &'a [u8],
    /// Of the line that was read last.
    number: usize,
    /// Bytes read.
    read: usize,
}

impl<'a> Lines<'a> {
    fn peek(&self) -> Result<&'a str, Corrupt> {
        if self.rest.is_empty() {
            return Err(self.expected(match self.number {
                0 => "the file is empty",
                _ => "the file ends too early",
            }));
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n');
        let line = end.and_then(|end| self.rest.get(..end));
        let line = line.ok_or_else(|| self.expected("the line does not end"))?;
        str::from_utf8(line).map_err(|_| self.expected("the line is not text"))
    }

    fn next(&mut self) -> Result<&'a str, Corrupt> {
        let line = self.peek()?;
        self.number += 1;
        self.read += line.len() + 1;
        self.rest = self.rest.get(line.len() + 1..).unwrap_or_default();
        Ok(line)
    }

    /// The value of the next line if that is this field's.
    fn field(&mut self, name: &str) -> Result<Option<&'a str>, Corrupt> {
        let value = self.peek()?.split_once(' ').filter(|(field, _)| *field == name);
        if value.is_some() {
            self.next()?;
        }
        Ok(value.map(|(_, value)| value))
    }

    /// The line that was read last is wrong.
    fn corrupt(&self, reason: &'static str) -> Corrupt {
        Corrupt { line: self.number.max(1), reason }
    }

    /// The line that comes next is wrong.
    fn expected(&self, reason: &'static str) -> Corrupt {
        Corrupt { line: self.number + 1, reason }
    }
}

fn unhex(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    crate::world::unhex(text).map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use provisioning::wifi::{Credentials, Passphrase, Ssid};

    use super::*;

    type Store = super::Store<Credentials>;
    const TITLE: &str = Credentials::TITLE;

    fn parse(bytes: &[u8]) -> Result<Credentials, Corrupt> {
        super::parse(bytes)
    }

    fn credentials() -> Credentials {
        Credentials {
            ssid: Ssid::new(b"Home\0\xff\n Net").unwrap(),
            passphrase: Passphrase::new(b"correct horse").unwrap(),
            bssid: Some([2, 0, 0, 0, 0, 1]),
            channel: Some(6),
        }
    }

    fn variants() -> [Credentials; 3] {
        let full = credentials();
        let bare = Credentials { bssid: None, channel: None, ..full.clone() };
        let open = Credentials { passphrase: Passphrase::new(b"").unwrap(), ..bare.clone() };
        [full, bare, open]
    }

    #[test]
    fn what_is_written_can_be_read() {
        for credentials in variants() {
            assert_eq!(parse(&format(&credentials)), Ok(credentials));
        }
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_found() {
        for credentials in variants() {
            let good = format(&credentials);
            for at in 0..good.len() {
                assert!(parse(&good[..at]).is_err(), "cut at {at}");
                for bit in 0..8 {
                    let mut bad = good.to_vec();
                    bad[at] ^= 1 << bit;
                    assert!(parse(&bad).is_err(), "bit {bit} of byte {at}");
                }
            }
        }
    }

    #[test]
    fn errors_name_the_line() {
        let line = |text: &str| parse(text.as_bytes()).unwrap_err().line;
        let reason = |text: &str| parse(text.as_bytes()).unwrap_err().reason;
        assert_eq!((line(""), reason("")), (1, "the file is empty"));
        assert_eq!(line("hello\n"), 1);
        assert_eq!(line("no end"), 1);
        assert_eq!(parse(b"\xff\xfe\n").unwrap_err().reason, "the line is not text");
        let title = format!("{TITLE}\n");
        assert_eq!(line(&title), 2);
        assert_eq!(line(&format!("{title}ssid 4z\n")), 2);
        assert_eq!(line(&format!("{title}ssid 41\nchannel 6\n")), 3);
        let start = format!("{title}ssid 41\npassphrase \n");
        assert_eq!(line(&start), 4);
        assert_eq!(line(&format!("{start}bssid 02\n")), 4);
        assert_eq!(line(&format!("{start}channel 0\n")), 4);
        assert_eq!(line(&format!("{start}sha256 00\n")), 4);
        let good = String::from_utf8(format(&credentials()).to_vec()).unwrap();
        assert_eq!(line(&format!("{good}more\n")), 7);
    }

    #[test]
    fn a_store_keeps_what_was_saved_last() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        assert_eq!(Store::open(&path).unwrap().1, None);
        for credentials in variants() {
            Store::open(&path).unwrap().0.save(&credentials).unwrap();
            assert_eq!(Store::open(&path).unwrap().1, Some(credentials));
        }
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(names.len(), 1, "nothing is left beside the file: {names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        // What a cut left behind may have any mode.
        fs::write(folder.path().join(".state.new"), "half").unwrap();
        Store::open(&path).unwrap().0.save(&credentials()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        Store::open(&target).unwrap().0.save(&variants()[0]).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        Store::open(&link).unwrap().0.save(&variants()[1]).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(Store::open(&target).unwrap().1, Some(variants()[1].clone()));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (socket, link) = (folder.path().join("socket"), folder.path().join("link"));
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [socket, link] {
            let error = Store::open(&path).map(|_| ()).unwrap_err().to_string();
            assert!(error.contains("not a regular file"), "{error}");
        }
        let error = Store::open(folder.path()).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("is a folder"), "{error}");
    }

    #[test]
    fn one_program_at_a_time_uses_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let (path, other) = (folder.path().join("state"), folder.path().join("other"));
        let (store, _) = Store::open(&path).unwrap();
        let error = |path: &Path| Store::open(path).map(|_| ()).unwrap_err().to_string();
        assert!(error(&path).contains("in use by another device"));
        store.save(&credentials()).unwrap();
        assert!(error(&path).contains("in use by another device"), "a write keeps the lock");
        #[cfg(unix)]
        {
            let link = folder.path().join("link");
            std::os::unix::fs::symlink(&path, &link).unwrap();
            assert!(error(&link).contains("in use by another device"));
        }
        Store::open(&other).unwrap();
        drop(store);
        // A program that was killed leaves the lock's file.
        fs::write(beside(&path, ".lock"), "").unwrap();
        assert_eq!(Store::open(&path).unwrap().1, Some(credentials()));
        assert!(!beside(&path, ".lock").exists());
    }

    #[test]
    fn a_place_that_cannot_be_written_to_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        // No program can lock a folder of this name, not even an administrator's.
        fs::create_dir(folder.path().join(".state.lock")).unwrap();
        let error = Store::open(&folder.path().join("state")).unwrap_err().to_string();
        assert!(error.contains("cannot be written to"), "{error}");
        let error = Store::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("is a folder"), "{error}");
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let error = Store::open(&folder.path().join("absent/state")).unwrap_err().to_string();
        assert!(error.contains("folder does not exist"), "{error}");
    }
}
