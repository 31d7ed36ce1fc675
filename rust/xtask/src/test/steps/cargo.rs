//! The steps that run a cargo command.

use std::process::Command;

use anyhow::Result;

use super::libtest;
use crate::test::{Environment, Outcome, exec};

/// Returns a command for the cargo that runs this program.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.env("CARGO_TERM_COLOR", "never").env("CARGO_TERM_PROGRESS_WHEN", "never");
    command
}

pub fn format(environment: &Environment<'_>) -> Result<Outcome> {
    let arguments = ["fmt", "--all", "--check", "--", "--files-with-diff"];
    let mut outcome = check(environment, "format", Some("rustfmt"), &arguments)?;
    for failure in &mut outcome.failures {
        failure.detail.insert_str(0, "run `cargo fmt --all`; it changes\n");
    }
    Ok(outcome)
}

/// The library with its own panic handler. It cannot be built together with the host's programs:
/// their features add `std`, which has a panic handler too.
const NO_STD: &str = "netprov-staticlib";

pub fn clippy(environment: &Environment<'_>) -> Result<Outcome> {
    let options = ["--all-targets", "--locked", "--", "-D", "warnings"];
    all(environment, "clippy", Some("clippy"), &options)
}

pub fn docs(environment: &Environment<'_>) -> Result<Outcome> {
    all(environment, "doc", None, &["--no-deps", "--locked"])
}

/// Runs a cargo command on the whole workspace, in two parts.
fn all(
    environment: &Environment<'_>,
    command: &str,
    component: Option<&str>,
    options: &[&str],
) -> Result<Outcome> {
    let host = [&[command, "--workspace", "--exclude", NO_STD], options].concat();
    let outcome = check(environment, command, component, &host)?;
    if outcome.passed == 0 {
        return Ok(outcome);
    }
    check(environment, NO_STD, component, &[&[command, "--package", NO_STD], options].concat())
}

/// Checks the policy for dependencies in `deny.toml`, if cargo-deny is installed. Does not check
/// advisories, which need the network.
pub fn policy(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut version = cargo();
    version.args(["deny", "--version"]);
    if !exec::succeeds(version) {
        outcome.skip("cargo deny", "cargo-deny is not installed", "cargo install cargo-deny");
        return Ok(outcome);
    }
    let mut command = cargo();
    command.args(["deny", "--offline", "check", "licenses", "bans", "sources"]);
    let run = exec::run(environment, command)?;
    if run.status.success() {
        outcome.passed = 1;
    } else {
        outcome.fail("cargo deny", run.tail());
    }
    Ok(outcome)
}

/// The packages and features to test: the workspace, and the features that its build leaves out: a
/// build is for one network type, and only old clients need the old nonces.
const TESTED: [&[&str]; 3] = [
    &["--workspace"],
    &["--package", "netprov-app", "--features", "thread"],
    &["--package", "protocomm", "--features", "sec2-patch0", "--test", "security2_patch0"],
];

pub fn tests(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for what in TESTED {
        let mut command = cargo();
        command.args(["test", "--locked", "--no-fail-fast"]).args(what);
        let run = exec::run(environment, command)?;
        let found = libtest::read(&run.lines);
        if !run.status.success() && found.failures.is_empty() {
            // No test ran, or a test crashed its process.
            outcome.fail(&format!("cargo test {}", what.join(" ")), run.tail());
        }
        outcome.passed += found.passed;
        outcome.failures.extend(found.failures);
        outcome.skips.extend(found.skips);
    }
    Ok(outcome)
}

/// Runs a command that passes or fails as a whole, and may need a component of the toolchain.
fn check(
    environment: &Environment<'_>,
    name: &str,
    component: Option<&str>,
    arguments: &[&str],
) -> Result<Outcome> {
    if let Some(component) = component {
        let mut probe = cargo();
        probe.args([arguments[0], "--version"]);
        if !exec::succeeds(probe) {
            return Ok(Outcome::skipped(
                name,
                format!("this toolchain has no {component}"),
                format!("rustup component add {component}"),
            ));
        }
    }
    let mut command = cargo();
    command.args(arguments).env("RUSTDOCFLAGS", "-D warnings");
    let run = exec::run(environment, command)?;
    Ok(if run.status.success() { Outcome::passed() } else { Outcome::failed(name, run.tail()) })
}
