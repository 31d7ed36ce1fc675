//! Records the runs that the firmware replays, and tells the linker about the machine.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The longest message that Bluetooth carries, in bytes.
const BLUETOOTH: usize = 512;

/// The longest message that HTTP carries, in bytes.
const HTTP: usize = 4096;

fn main() -> io::Result<()> {
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(out.join("session.run"), recorder::session())?;
    fs::write(out.join("session-2.run"), recorder::session_of_security_2())?;
    fs::write(out.join("bluetooth.run"), recorder::worst(BLUETOOTH))?;
    fs::write(out.join("http.run"), recorder::worst(HTTP))?;
    fs::write(out.join("secrets.run"), recorder::secrets())?;
    fs::write(out.join("secrets-2.run"), recorder::secrets_of_security_2())?;
    fs::write(out.join("proof-2-first.run"), recorder::proof_of_security_2(true))?;
    fs::write(out.join("proof-2-last.run"), recorder::proof_of_security_2(false))?;

    fs::copy(Path::new("memory.x"), out.join("memory.x"))?;
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rustc-link-arg-bins=-Tlink.x");
    println!("cargo::rerun-if-changed=memory.x");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
