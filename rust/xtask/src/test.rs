//! `cargo xtask test`: every check and test, on any machine that has Rust.
//!
//! A step does its own set-up. What a machine cannot run is skipped, with the reason and the
//! command that would make it run; it never fails for a missing tool, and never passes for one.

pub use steps::capi_sources;

mod exec;
mod report;
mod steps;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;

use report::{Finished, Report};

/// What to run, and how to tell about it.
#[derive(Args)]
pub struct Options {
    /// Run only these steps
    #[arg(long, value_name = "STEP", value_delimiter = ',', value_parser = step_names())]
    only: Vec<String>,
    /// Run the Zephyr suites too, on the Zephyr that `west zephyr-export` has registered
    #[arg(long)]
    zephyr: bool,
    /// Name the steps and exit
    #[arg(long)]
    list: bool,
    /// Print one JSON object for each step on stdout; everything else goes to stderr
    #[arg(long)]
    json: bool,
}

/// A step: a check that the whole workspace passes, or a suite of tests.
struct Step {
    name: &'static str,
    about: &'static str,
    run: fn(&Environment<'_>) -> Result<Outcome>,
}

/// What every step needs to know.
struct Environment<'a> {
    root: &'a Path,
    /// Cargo's target folder.
    target: PathBuf,
    /// Where the step's full output goes.
    log: PathBuf,
    report: &'a Report,
}

/// What became of a step.
#[derive(Default)]
struct Outcome {
    passed: usize,
    failures: Vec<Failure>,
    skips: Vec<Skip>,
}

struct Failure {
    /// Which test failed; the step itself if it consists of one check.
    name: String,
    /// What there is to read about it.
    detail: String,
}

struct Skip {
    name: String,
    reason: String,
    /// What to do so that it runs; empty if the reason says it.
    remedy: String,
}

impl Outcome {
    fn passed() -> Self {
        Self { passed: 1, ..Self::default() }
    }

    fn failed(name: &str, detail: impl Into<String>) -> Self {
        let mut outcome = Self::default();
        outcome.fail(name, detail);
        outcome
    }

    fn skipped(name: &str, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        let mut outcome = Self::default();
        outcome.skip(name, reason, remedy);
        outcome
    }

    fn fail(&mut self, name: &str, detail: impl Into<String>) {
        self.failures.push(Failure { name: name.to_owned(), detail: detail.into() });
    }

    fn skip(&mut self, name: &str, reason: impl Into<String>, remedy: impl Into<String>) {
        self.skips.push(Skip {
            name: name.to_owned(),
            reason: reason.into(),
            remedy: remedy.into(),
        });
    }
}

/// Runs the steps; tells whether nothing failed.
pub fn run(root: &Path, options: &Options) -> Result<bool> {
    if options.list {
        for step in &steps::ALL {
            println!("{:10} {}", step.name, step.about);
        }
        return Ok(true);
    }

    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |folder| root.join(folder));
    let logs = target.join("xtask");
    std::fs::create_dir_all(&logs)
        .with_context(|| format!("cannot make the folder {}", logs.display()))?;

    let report = Report::new(options.json);
    let chosen = |step: &&Step| match step.name {
        name if options.only.iter().any(|only| only == name) => true,
        steps::ZEPHYR => options.zephyr,
        _ => options.only.is_empty(),
    };
    let mut finished = Vec::new();
    for step in steps::ALL.iter().filter(chosen) {
        let environment = Environment {
            root,
            target: target.clone(),
            log: logs.join(format!("{}.log", step.name)),
            report: &report,
        };
        // It is only there if the step runs a command, and then from this run.
        let _ = std::fs::remove_file(&environment.log);
        report.start(step);
        let start = Instant::now();
        // What keeps a step from running at all is a failure of that step, not the end of the run.
        let outcome = (step.run)(&environment)
            .unwrap_or_else(|error| Outcome::failed(step.name, format!("{error:#}")));
        let result =
            Finished { name: step.name, outcome, time: start.elapsed(), log: environment.log };
        report.finish(&result);
        finished.push(result);
    }
    Ok(report.close(&finished))
}

fn step_names() -> PossibleValuesParser {
    PossibleValuesParser::new(steps::ALL.iter().map(|step| step.name))
}
