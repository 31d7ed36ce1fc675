//! Builds the device's crates for a real target, with any toolchain that supports it, checks the
//! result for panics, and compares the run times for different secrets.

use std::process::Command;

use anyhow::Result;

use super::cargo::cargo;
use super::verdicts;
use crate::test::{Environment, Outcome, exec};
use crate::toolchain::Toolchain;

const TARGET: &str = "thumbv7em-none-eabi";

/// The packages, each with its options. The core of the client needs no operating system either.
const CRATES: [&[&str]; 3] =
    [&["protocomm"], &["provisioning"], &["netprov-client", "--no-default-features"]];

/// A program that examines the linked code or runs it, and prints verdicts. It names missing
/// requirements.
const MEASURE: &str = "tests/footprint/measure.py";

/// The checks of this program, by option.
const CHECKS: [&str; 2] = ["panics", "secrets"];

pub fn build(environment: &Environment<'_>) -> Result<Outcome> {
    let Some(toolchain) = Toolchain::find(TARGET) else {
        return Ok(Outcome::skipped(
            "device",
            format!("no toolchain for {TARGET} is installed"),
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
            // A separate folder, so that a different compiler does not cause rebuilds in other steps.
            .env("CARGO_TARGET_DIR", environment.target.join("device"));
        toolchain.apply(&mut command);
        let run = exec::run(environment, command)?;
        if run.status.success() {
            outcome.passed += 1;
        } else {
            outcome.fail(name, run.tail());
        }
    }
    let mut python = Command::new("python3");
    python.arg("--version");
    if exec::succeeds(python) {
        for check in CHECKS {
            measure(environment, check, &mut outcome)?;
        }
    } else {
        outcome.skip("panics, secrets", "Python is not installed", "install python3");
    }
    Ok(outcome)
}

/// Runs one check of the measuring program.
fn measure(environment: &Environment<'_>, check: &str, outcome: &mut Outcome) -> Result<()> {
    let mut command = Command::new("python3");
    command.args(["-u", MEASURE]).arg(format!("--{check}"));
    command.arg("--target-dir").arg(environment.target.join("footprint"));
    let run = exec::run(environment, command)?;
    let found = verdicts::read(&run.lines);
    let silent = found.passed + found.skips.len() == 0;
    // A program that ends early has printed some verdicts.
    if found.failures.is_empty() && (silent || !run.status.success()) {
        outcome.fail(check, run.tail());
    }
    outcome.passed += found.passed;
    outcome.failures.extend(found.failures);
    outcome.skips.extend(found.skips);
    Ok(())
}
