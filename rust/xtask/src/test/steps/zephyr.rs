//! Runs the Zephyr suites and reads their verdicts.

use std::process::Command;

use anyhow::Result;

use super::verdicts;
use crate::test::{Environment, Outcome, exec};

/// Finds the exported Zephyr, and prints `PASS name`, `FAIL name: reason` and `SKIP name: reason`.
const SCRIPT: &str = "tests/zephyr.py";

pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    let mut command = Command::new("python3");
    command.arg("-u").arg(SCRIPT);
    command.arg("--out").arg(environment.target.join("zephyr"));
    let run = exec::run(environment, command)?;
    let mut outcome = verdicts::read(&run.lines);
    let silent = outcome.passed == 0 && outcome.skips.is_empty();
    if outcome.failures.is_empty() && (silent || !run.status.success()) {
        outcome.fail("zephyr", run.tail());
    }
    Ok(outcome)
}
