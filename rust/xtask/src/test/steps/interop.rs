//! Runs the interoperability tests and reads their verdicts.

use std::process::Command;

use anyhow::Result;

use super::verdicts;
use crate::test::{Environment, Outcome, exec};

/// Makes its own Python environment, and prints `PASS name`, `FAIL name: reason` and
/// `SKIP name: reason`, which tells what is missing; what is indented below a line belongs to it.
const SCRIPT: &str = "tests/interop/run.py";

const PYTHON: &str = "python3";

pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    if !environment.root.join(SCRIPT).is_file() {
        return Ok(Outcome::skipped("interop", format!("{SCRIPT} does not exist yet"), ""));
    }
    if !can_import("sys") {
        return Ok(Outcome::skipped(
            "interop",
            "there is no Python",
            "install python3 and its venv module, on Debian: apt install python3-venv",
        ));
    }
    if !can_import("venv, ensurepip") {
        return Ok(Outcome::skipped(
            "interop",
            "this Python cannot make virtual environments",
            "install its venv module, on Debian: apt install python3-venv",
        ));
    }
    let mut command = Command::new(PYTHON);
    command.arg("-u").arg(SCRIPT);
    let run = exec::run(environment, command)?;
    let mut outcome = verdicts::read(&run.lines);
    let silent = outcome.passed == 0 && outcome.skips.is_empty();
    if outcome.failures.is_empty() && (silent || !run.status.success()) {
        outcome.fail("interop", run.tail());
    }
    Ok(outcome)
}

fn can_import(modules: &str) -> bool {
    let mut command = Command::new(PYTHON);
    command.args(["-c", &format!("import {modules}")]);
    exec::succeeds(command)
}
