//! Models of how the threads of the glue hand work over: Spin explores all orders of their steps.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::capi;
use crate::test::{Environment, Outcome, exec};

/// A model, and what it is explored with.
struct Model {
    /// Its file in [`FOLDER`], without the extension.
    name: &'static str,
    /// Sets of macros with which every check must hold.
    sound: &'static [&'static [&'static str]],
    /// Macros that remove a rule each. A check must fail, which shows that it can.
    broken: &'static [&'static str],
}

const FOLDER: &str = "tests/engine/model";
const MODELS: [Model; 2] = [
    Model {
        name: "exchange",
        sound: &[
            &["-DFIRST_SENDS=2", "-DSECOND_SENDS=1"],
            &["-DFIRST_SENDS=3", "-DSECOND_SENDS=0"],
        ],
        broken: &[
            "ANY_NUMBER",
            "NO_GIVEN_UP",
            "KEEP_DEFERRED",
            "STALE_WAIT",
            "GIVE_EARLY",
            "LATE_WIPE",
        ],
    },
    Model {
        name: "call",
        sound: &[&[]],
        broken: &["NO_FLUSH", "NO_CANCEL", "NO_LOOK", "BY_SEMAPHORE"],
    },
];
/// No search for cycles, compressed states.
const COMPILE: [&str; 3] = ["-O2", "-DSAFETY", "-DCOLLAPSE"];
/// The longest path in steps, and no list of statements that were not reached.
const EXPLORE: [&str; 2] = ["-m100000", "-n"];

pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let folder = environment.target.join("model");
    fs::create_dir_all(&folder)?;
    let mut spin = Command::new("spin");
    spin.arg("-V");
    if !exec::succeeds(spin) {
        outcome.skip("model", "Spin is not installed", "apt install spin");
        return Ok(outcome);
    }
    if !capi::works(&folder, "cc", "c", &[]) {
        outcome.skip("model", "there is no C compiler", capi::INSTALL);
        return Ok(outcome);
    }
    for model in &MODELS {
        let file = environment.root.join(FOLDER).join(model.name).with_extension("pml");
        for macros in model.sound {
            let name = format!("{} {}", model.name, macros.join(" "));
            match explore(environment, &folder, &file, macros)? {
                Verdict::Holds => outcome.passed += 1,
                Verdict::Fails(reason) => outcome.fail(name.trim_end(), reason),
            }
        }
        for rule in model.broken {
            let name = format!("{} without the rule of {rule}", model.name);
            match explore(environment, &folder, &file, &[&format!("-D{rule}")])? {
                Verdict::Holds => outcome.fail(&name, "no check has failed"),
                Verdict::Fails(_) => outcome.passed += 1,
            }
        }
    }
    Ok(outcome)
}

enum Verdict {
    Holds,
    /// A check has failed: the assertion.
    Fails(String),
}

/// Makes the explorer of a model and runs it.
fn explore(
    environment: &Environment<'_>,
    folder: &Path,
    file: &Path,
    macros: &[&str],
) -> Result<Verdict> {
    let mut generate = Command::new("spin");
    generate.current_dir(folder).args(macros).arg("-a").arg(file);
    let mut compile = Command::new("cc");
    compile.current_dir(folder).args(COMPILE).args(["-o", "pan", "pan.c"]);
    for command in [generate, compile] {
        let run = exec::run(environment, command)?;
        anyhow::ensure!(run.status.success(), "cannot build the model:\n{}", run.tail());
    }
    let mut explorer = Command::new(folder.join("pan"));
    explorer.current_dir(folder).args(EXPLORE);
    let run = exec::run(environment, explorer)?;
    // Its exit status is 0 either way.
    let errors = run
        .lines
        .iter()
        .find_map(|line| line.split_once("errors: ")?.1.trim().parse::<u32>().ok())
        .with_context(|| format!("the explorer of the model did not finish:\n{}", run.tail()))?;
    let is_complete = !run.lines.iter().any(|line| line.contains("max search depth too small"));
    anyhow::ensure!(is_complete, "a path of the model is longer than {}", EXPLORE[0]);
    if errors == 0 {
        return Ok(Verdict::Holds);
    }
    let reason = run.lines.iter().find(|line| line.starts_with("pan:1:"));
    Ok(Verdict::Fails(reason.map_or("a check has failed", |line| line.as_str()).to_owned()))
}
