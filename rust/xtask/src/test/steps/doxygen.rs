//! Builds the reference of the C API, if Doxygen is installed.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::test::{Environment, Outcome, exec};

/// The settings; they contain the output folder below.
const SETTINGS: &str = "docs/Doxyfile";
const OUTPUT: &str = "target/doxygen";

pub fn check(environment: &Environment<'_>) -> Result<Outcome> {
    let mut version = Command::new("doxygen");
    version.arg("--version");
    if !exec::succeeds(version) {
        let remedy = "on Debian: apt install doxygen";
        return Ok(Outcome::skipped("doxygen", "Doxygen is not installed", remedy));
    }
    fs::create_dir_all(environment.root.join(OUTPUT))?;
    let mut command = Command::new("doxygen");
    command.arg(SETTINGS);
    let run = exec::run(environment, command)?;
    // Doxygen prints nothing but warnings, and these do not change the exit status.
    let is_clean = run.status.success() && run.lines.iter().all(|line| line.trim().is_empty());
    Ok(if is_clean { Outcome::passed() } else { Outcome::failed("doxygen", run.tail()) })
}
