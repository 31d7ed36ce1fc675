//! Finds a compiler on this machine that can build for a device.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Path of a Linux distribution's own compiler, which may be installed next to one from rustup.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";

/// The oldest compiler that the workspace accepts.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// A compiler that can build for a target.
#[derive(Clone, Debug)]
pub struct Toolchain {
    pub rustc: PathBuf,
    /// Whether it has the sources of the standard library instead of the library, which cargo then
    /// builds first.
    pub from_source: bool,
}

impl Toolchain {
    /// Returns the first compiler with the target's library, or else the first with its sources.
    pub fn find(target: &str) -> Option<Self> {
        Self::with(&Path::new(target).join("lib"))
            .map(|rustc| Self { rustc, from_source: false })
            .or_else(Self::find_source)
    }

    /// Returns the first compiler with the sources of the standard library.
    pub fn find_source() -> Option<Self> {
        let rustc = Self::with(Path::new("src/rust/library/core"))?;
        Some(Self { rustc, from_source: true })
    }

    /// Returns the first compiler with this path in its library folder.
    fn with(part: &Path) -> Option<PathBuf> {
        let own = std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
        [own, SYSTEM_RUSTC.into()].into_iter().filter(|rustc| version(rustc) >= parse(OLDEST)).find(
            |rustc| sysroot(rustc).is_some_and(|root| root.join("lib/rustlib").join(part).is_dir()),
        )
    }

    /// Makes a cargo command use this compiler.
    pub fn apply(&self, command: &mut Command) {
        command.env("RUSTC", &self.rustc);
        if self.from_source {
            command.arg("-Zbuild-std=core,alloc,compiler_builtins").env("RUSTC_BOOTSTRAP", "1");
        }
    }

    /// Returns LLVM's linker: the compiler's own, or else the system's.
    pub fn linker(&self) -> Option<PathBuf> {
        let host = host(&self.rustc)?;
        let own = sysroot(&self.rustc)?.join("lib/rustlib").join(host).join("bin/rust-lld");
        if own.is_file() {
            return Some(own);
        }
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).map(|folder| folder.join("ld.lld")).find(|file| file.is_file())
    }

    /// Returns the compiler's name and version, as it prints them.
    pub fn version(&self) -> String {
        let version = ask(&self.rustc, &["--version"]).unwrap_or_default();
        version.split(" (").next().unwrap_or_default().trim().to_owned()
    }
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let sysroot = ask(rustc, &["--print", "sysroot"])?;
    Some(PathBuf::from(sysroot.trim()))
}

fn host(rustc: &Path) -> Option<String> {
    let facts = ask(rustc, &["-vV"])?;
    facts.lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned))
}

/// Returns the major and minor version, or `None` if there is no such compiler.
fn version(rustc: &Path) -> Option<(u32, u32)> {
    // `rustc 1.95.0 (59807616e 2026-04-14)`
    parse(ask(rustc, &["--version"])?.split(' ').nth(1)?)
}

fn parse(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn ask(rustc: &Path, question: &[&str]) -> Option<String> {
    let output = Command::new(rustc).args(question).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(parse("1.100.0") > parse("1.89"));
        assert!(parse("1.85.0-nightly") < parse("1.89"));
        assert!(version(Path::new("/nowhere/rustc")) < parse(OLDEST));
    }
}
