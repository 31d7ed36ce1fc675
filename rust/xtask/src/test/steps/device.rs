//! Builds the device's crates for a real target, with whatever toolchain can do it, and looks for
//! panics in the result.

use std::process::Command;

use anyhow::Result;

use super::cargo::cargo;
use super::verdicts;
use crate::test::{Environment, Outcome, exec};
use crate::toolchain::Toolchain;

const TARGET: &str = "thumbv7em-none-eabi";

/// The packages, each with its options. The core of the client takes no operating system either.
const CRATES: [&[&str]; 3] =
    [&["protocomm"], &["provisioning"], &["netprov-client", "--no-default-features"]];

/// Looks at the linked code, and prints verdicts; what it takes and does not find, it names.
const PANICS: [&str; 2] = ["tests/footprint/measure.py", "--panics"];

pub fn build(environment: &Environment<'_>) -> Result<Outcome> {
    let Some(toolchain) = Toolchain::find(TARGET) else {
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
            // Apart, so that another compiler does not make the other steps build anew.
            .env("CARGO_TARGET_DIR", environment.target.join("device"));
        toolchain.apply(&mut command);
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
