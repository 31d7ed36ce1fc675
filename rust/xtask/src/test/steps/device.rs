//! Builds the device's crates for a real target, with whatever toolchain can do it, and looks for
//! panics in the result.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::cargo::cargo;
use super::verdicts;
use crate::test::{Environment, Outcome, exec};

const TARGET: &str = "thumbv7em-none-eabi";

/// The packages, each with its options. The core of the client takes no operating system either.
const CRATES: [&[&str]; 3] =
    [&["protocomm"], &["provisioning"], &["netprov-client", "--no-default-features"]];

/// Looks at the linked code, and prints verdicts; what it takes and does not find, it names.
const PANICS: [&str; 2] = ["tests/footprint/measure.py", "--panics"];

/// Where Linux distributions put their own compiler, beside one from rustup.
const SYSTEM_RUSTC: &str = "/usr/bin/rustc";

/// The oldest compiler that the workspace accepts.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// How a toolchain can build for [`TARGET`].
enum Library {
    /// It has the target's `core` and `alloc`.
    Installed,
    /// It has their sources and can build them first.
    FromSource,
}

pub fn build(environment: &Environment<'_>) -> Result<Outcome> {
    let Some((rustc, library)) = toolchain() else {
        return Ok(Outcome::skipped(
            "device",
            format!("no toolchain on this machine can build for {TARGET}"),
            format!("rustup target add {TARGET}"),
        ));
    };
    let mut outcome = Outcome::default();
    for package in CRATES {
        let name = package[0];
        let mut command = cargo();
        command
            .args(["build", "--locked", "--target", TARGET, "--package"])
            .args(package)
            .env("RUSTC", &rustc)
            // Apart, so that another compiler does not make the other steps build anew.
            .env("CARGO_TARGET_DIR", environment.target.join("device"));
        if let Library::FromSource = library {
            command.arg("-Zbuild-std=core,alloc,compiler_builtins").env("RUSTC_BOOTSTRAP", "1");
        }
        let run = exec::run(environment, command)?;
        if run.status.success() {
            outcome.passed += 1;
        } else {
            outcome.fail(name, run.tail());
        }
    }
    panics(environment, &mut outcome)?;
    Ok(outcome)
}

/// Whether an image holds a panic that nobody has looked at.
fn panics(environment: &Environment<'_>, outcome: &mut Outcome) -> Result<()> {
    let mut python = Command::new("python3");
    python.arg("--version");
    if !exec::succeeds(python) {
        outcome.skip("panics", "there is no Python", "install python3");
        return Ok(());
    }
    let mut command = Command::new("python3");
    command.arg("-u").args(PANICS);
    command.arg("--target-dir").arg(environment.target.join("footprint"));
    let run = exec::run(environment, command)?;
    let found = verdicts::read(&run.lines);
    let silent = found.passed + found.failures.len() + found.skips.len() == 0;
    outcome.passed += found.passed;
    outcome.failures.extend(found.failures);
    outcome.skips.extend(found.skips);
    if silent {
        outcome.fail("panics", run.tail());
    }
    Ok(())
}

/// The first toolchain that has the target's library, else the first that can build it.
fn toolchain() -> Option<(PathBuf, Library)> {
    let own = std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from);
    let found: Vec<(PathBuf, PathBuf)> = [own, SYSTEM_RUSTC.into()]
        .into_iter()
        .filter(|rustc| version(rustc) >= parse(OLDEST))
        .filter_map(|rustc| {
            let libraries = sysroot(&rustc)?.join("lib/rustlib");
            Some((rustc, libraries))
        })
        .collect();
    let with = |part: PathBuf| {
        let (rustc, _) = found.iter().find(|(_, libraries)| libraries.join(&part).is_dir())?;
        Some(rustc.clone())
    };
    with(Path::new(TARGET).join("lib"))
        .map(|rustc| (rustc, Library::Installed))
        .or_else(|| Some((with("src/rust/library/core".into())?, Library::FromSource)))
}

fn sysroot(rustc: &Path) -> Option<PathBuf> {
    let sysroot = ask(rustc, &["--print", "sysroot"])?;
    Some(PathBuf::from(sysroot.trim()))
}

/// Major and minor version; none if there is no such compiler.
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
