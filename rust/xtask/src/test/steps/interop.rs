//! Runs the interoperability tests and reads their verdicts.

use std::process::Command;

use anyhow::Result;

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
    let mut outcome = read(&run.lines);
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

fn read(lines: &[String]) -> Outcome {
    let mut outcome = Outcome::default();
    let mut in_failure = false;
    for line in lines {
        let (verdict, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (name, reason) = rest.split_once(": ").unwrap_or((rest, "no reason given"));
        match (verdict, outcome.failures.last_mut()) {
            ("PASS", _) => outcome.passed += 1,
            ("FAIL", _) => outcome.fail(name, reason),
            ("SKIP", _) => outcome.skip(name, reason, ""),
            ("", Some(failure)) if in_failure => {
                failure.detail.push('\n');
                failure.detail.push_str(line);
            }
            _ => {}
        }
        in_failure = verdict == "FAIL" || (in_failure && verdict.is_empty());
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_counted_and_explained() {
        let text = "building\nPASS http/sec1\nFAIL http/sec2: no answer\n    sent 41 bytes\n\
                    SKIP ble/sec1: no radio\n    not part of a failure\n1 passed, 1 failed, 1 skipped";
        let outcome = read(&text.lines().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(outcome.passed, 1);
        assert_eq!(outcome.failures.len(), 1);
        assert_eq!(outcome.failures[0].name, "http/sec2");
        assert_eq!(outcome.failures[0].detail, "no answer\n    sent 41 bytes");
        assert_eq!(outcome.skips.len(), 1);
        assert_eq!(outcome.skips[0].reason, "no radio");
    }
}
