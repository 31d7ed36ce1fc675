//! Builds the reference of the C API, where doxygen is installed.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::test::{Environment, Outcome, exec};

/// The settings, which name the output folder below.
const SETTINGS: &str = "docs/Doxyfile";
const OUTPUT: &str = "target/doxygen";

pub fn check(environment: &Environment<'_>) -> Result<Outcome> {
    let mut version = Command::new("doxygen");
    version.arg("--version");
    if !exec::succeeds(version) {
        let remedy = "install it, on Debian: apt install doxygen";
        return Ok(Outcome::skipped("doxygen", "there is no doxygen", remedy));
    }
    fs::create_dir_all(environment.root.join(OUTPUT))?;
    let mut command = Command::new("doxygen");
    command.arg(SETTINGS);
    let run = exec::run(environment, command)?;
    // A warning does not change the exit status. Nothing else is printed.
    let is_clean = run.status.success() && run.lines.iter().all(|line| line.trim().is_empty());
    Ok(if is_clean { Outcome::passed() } else { Outcome::failed("doxygen", run.tail()) })
}
