//! Runs the tests that are Python scripts, and reads their verdicts.

use std::process::Command;

use anyhow::Result;

use super::verdicts;
use crate::test::{Environment, Outcome, exec};

const PYTHON: &str = "python3";

/// Tests other projects' clients with the virtual device.
pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    script(environment, "interop", "tests/interop/run.py")
}

/// Tests the page in a real browser.
pub fn browser(environment: &Environment<'_>) -> Result<Outcome> {
    script(environment, "browser", "tests/browser/run.py")
}

/// Runs a script that creates its own Python environment and prints `PASS name`, `FAIL name: reason`
/// and `SKIP name: reason`, where the reason names what is missing. Indented lines belong to the line
/// above them.
fn script(environment: &Environment<'_>, name: &str, script: &str) -> Result<Outcome> {
    if !can_import("sys") {
        return Ok(Outcome::skipped(
            name,
            "Python is not installed",
            "install python3 with the venv module; on Debian: apt install python3-venv",
        ));
    }
    if !can_import("venv, ensurepip") {
        return Ok(Outcome::skipped(
            name,
            "Python cannot create virtual environments",
            "install the venv module; on Debian: apt install python3-venv",
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
