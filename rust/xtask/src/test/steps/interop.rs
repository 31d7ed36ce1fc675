//! Runs the tests that are Python scripts, and reads their verdicts.

use std::process::Command;

use anyhow::Result;

use super::verdicts;
use crate::test::{Environment, Outcome, exec};

const PYTHON: &str = "python3";

/// Clients by others against the virtual device.
pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    script(environment, "interop", "tests/interop/run.py")
}

/// The page in a real browser.
pub fn browser(environment: &Environment<'_>) -> Result<Outcome> {
    script(environment, "browser", "tests/browser/run.py")
}

/// Runs a script that makes its own Python environment, and prints `PASS name`, `FAIL name: reason`
/// and `SKIP name: reason`, which tells what is missing; what is indented below a line belongs to it.
fn script(environment: &Environment<'_>, name: &str, script: &str) -> Result<Outcome> {
    if !can_import("sys") {
        return Ok(Outcome::skipped(
            name,
            "there is no Python",
            "install python3 and its venv module, on Debian: apt install python3-venv",
        ));
    }
    if !can_import("venv, ensurepip") {
        return Ok(Outcome::skipped(
            name,
            "this Python cannot make virtual environments",
            "install its venv module, on Debian: apt install python3-venv",
        ));
    }
    let mut command = Command::new(PYTHON);
    command.arg("-u").arg(script);
    let run = exec::run(environment, command)?;
    let mut outcome = verdicts::read(&run.lines);
    let silent = outcome.passed == 0 && outcome.skips.is_empty();
    if outcome.failures.is_empty() && (silent || !run.status.success()) {
        outcome.fail(name, run.tail());
    }
    Ok(outcome)
}

fn can_import(modules: &str) -> bool {
    let mut command = Command::new(PYTHON);
    command.args(["-c", &format!("import {modules}")]);
    exec::succeeds(command)
}
