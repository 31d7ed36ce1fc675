//! `cargo xtask coverage`: which lines and branches of the core the tests reach.
//!
//! The crates of the workspace are instrumented by this program itself, which cargo calls in place
//! of the compiler; their dependencies are those of any other build. Branches are a feature of
//! nightly compilers, which a variable of the environment turns on in a stable one, for these crates
//! alone.

mod lcov;

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::test::capi_sources;
use lcov::{File, Totals};

/// Set while this program stands in for the compiler.
const IS_COMPILER: &str = "NETPROV_COVERAGE";

/// What is measured.
const CRATES: [&str; 3] = ["rust/protocomm/src", "rust/provisioning/src", "rust/capi/src"];

/// The least that `--check` accepts of each of them, in percent of lines and of branches.
const LEAST: Totals<f64> = Totals { lines: 98.0, branches: 90.0 };

/// Tests that repeat the same lines for minutes: of how long an owner waits among unauthenticated
/// peers, of the arithmetic with millions of operands, and of every short sequence of events. And
/// those that search the memory: what is instrumented leaves other copies on the stack than the code
/// itself.
const SKIPPED: [&str; 5] =
    ["_an_owner", "group::tests", "memory::security_", "every_sequence", "every_order"];

/// Tests in Rust that reach the core.
const TESTS: [&[&str]; 3] = [
    &[
        "--package",
        "protocomm",
        "--package",
        "provisioning",
        "--package",
        "sim",
        "--features",
        "protocomm/sec2-patch0",
        "--tests",
    ],
    &["--package", "netprov-app", "--package", "capi-host", "--tests"],
    &["--package", "netprov-app", "--features", "thread", "--tests"],
];

/// The C program is built for each type of network.
const VARIANTS: [&str; 2] = ["wifi", "thread"];

/// The programs whose counts are read, one in a line.
const PROGRAMS: &str = "programs.txt";

/// What to measure, and how to tell about it.
#[derive(Args)]
pub struct Options {
    /// Fail if fewer than 98 % of the lines or 90 % of the branches of a crate are reached
    #[arg(long)]
    check: bool,
    /// Print each line that is not reached, or whose branch is not
    #[arg(long)]
    uncovered: bool,
    /// Print one JSON object for each file, for each crate and for all of them on stdout
    #[arg(long)]
    json: bool,
    /// Read what the last run has left, and run nothing
    #[arg(long)]
    again: bool,
    /// Run only one of five parts, for slow machines: part 1 discards earlier results, and parts 2
    /// to 5 add theirs
    #[arg(long, value_name = "NUMBER", conflicts_with = "again")]
    part: Option<usize>,
}

/// Compiles, if cargo has called this program for that.
pub fn compile() -> Option<ExitCode> {
    std::env::var_os(IS_COMPILER)?;
    let mut arguments = std::env::args_os().skip(1);
    let status = Command::new(arguments.next()?)
        .args(arguments)
        .args(["-Cinstrument-coverage", "-Zcoverage-options=branch"])
        .env("RUSTC_BOOTSTRAP", "1")
        .status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Runs the tests and reports. Returns whether enough is reached, if that is to be checked.
pub fn run(root: &Path, options: &Options) -> Result<bool> {
    let tools = tools()?;
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root.join("target"), |folder| root.join(folder));
    let folder = target.join("coverage");
    let last = TESTS.len() + VARIANTS.len();
    let parts = match options.part {
        Some(part) => part..=part,
        None => 1..=last,
    };
    for part in parts.filter(|_| !options.again) {
        run_part(root, &target, &folder, part).with_context(|| format!("part {part} of {last}"))?;
    }
    let programs = fs::read_to_string(folder.join(PROGRAMS)).context("there is no run to read")?;
    let files = lcov::read(&export(&tools, &folder, programs.lines())?, root, &CRATES)?;
    ensure!(!files.is_empty(), "no file of {CRATES:?} was measured");
    Ok(report(&files, options))
}

/// Runs a part and adds its programs to the list. Part 1 discards earlier results.
fn run_part(root: &Path, target: &Path, folder: &Path, part: usize) -> Result<()> {
    if part == 1 {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
    }
    let at = part.checked_sub(1).context("parts are numbered from 1")?;
    let programs = match (TESTS.get(at), VARIANTS.get(at.saturating_sub(TESTS.len()))) {
        (Some(packages), _) => test(root, folder, packages)?,
        (None, Some(variant)) => vec![c_program(root, target, folder, variant)?],
        (None, None) => bail!("there are not so many parts"),
    };
    let list = folder.join(PROGRAMS);
    let mut lines = if part == 1 { String::new() } else { fs::read_to_string(&list)? };
    programs.iter().for_each(|path| lines.push_str(&format!("{}\n", path.display())));
    Ok(fs::write(&list, lines)?)
}

/// The folder with LLVM's tools for this compiler.
fn tools() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "target-libdir"]).output()?;
    let libraries = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let folder = libraries.with_file_name("bin");
    ensure!(
        folder.join("llvm-cov").is_file() && folder.join("llvm-profdata").is_file(),
        "this toolchain has no llvm-cov: run `rustup component add llvm-tools`"
    );
    Ok(folder)
}

/// A command of cargo whose crates are instrumented.
fn cargo(root: &Path, folder: &Path) -> Result<Command> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .env("RUSTC_WORKSPACE_WRAPPER", std::env::current_exe()?)
        .env(IS_COMPILER, "1")
        .env("LLVM_PROFILE_FILE", profile(folder));
    Ok(command)
}

/// Where a program writes its counts: a file for each program, which runs share.
fn profile(folder: &Path) -> PathBuf {
    folder.join("%m.profraw")
}

/// Runs tests. Returns the programs.
fn test(root: &Path, folder: &Path, packages: &[&str]) -> Result<Vec<PathBuf>> {
    let mut command = cargo(root, folder)?;
    command
        .args(["test", "--locked", "--message-format=json-render-diagnostics"])
        .args(packages)
        .arg("--")
        .args(SKIPPED.iter().flat_map(|name| ["--skip", name]));
    eprintln!("cargo test {}", packages.join(" "));
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let output = child.stdout.take().context("its output is piped")?;
    let mut programs = Vec::new();
    for line in BufReader::new(output).lines() {
        let line = line?;
        match serde_json::from_str::<serde_json::Value>(&line) {
            Ok(message) => programs.extend(message["executable"].as_str().map(PathBuf::from)),
            Err(_) if line.starts_with("test result") => eprintln!("{line}"),
            Err(_) => {}
        }
    }
    if !child.wait()?.success() {
        bail!("the tests fail: run `cargo test {}`", packages.join(" "));
    }
    Ok(programs)
}

/// Builds and runs the C program on the C API. Returns the program.
fn c_program(root: &Path, target: &Path, folder: &Path, variant: &str) -> Result<PathBuf> {
    eprintln!("tests/capi, {variant}");
    let mut command = cargo(root, folder)?;
    command.args(["build", "--locked", "--package", "netprov-staticlib"]);
    if variant == "thread" {
        command.args(["--features", "thread"]);
    }
    ensure!(command.status()?.success(), "the static library cannot be built");
    let (files, options) = capi_sources(root, variant == "thread")?;
    let program = folder.join(variant);
    let mut command = Command::new("cc");
    command
        .current_dir(root)
        .args(options)
        .arg("-DUNOPTIMISED")
        .args(files)
        .arg(target.join("debug/libnetprov.a"))
        .args(["-Wl,-u,__llvm_profile_runtime", "-o"])
        .arg(&program);
    ensure!(command.status()?.success(), "the C program cannot be built");
    let run = Command::new(&program)
        .env("LLVM_PROFILE_FILE", profile(folder))
        .stdout(Stdio::null())
        .status()?;
    ensure!(run.success(), "the C program fails: run `cargo xtask test --only c-api`");
    Ok(program)
}

/// Returns the counts of all programs as text in the form of lcov: those of one after those of the
/// other, because a function that C can call has the same name in each, and would be counted once.
fn export<'a>(
    tools: &Path,
    folder: &Path,
    programs: impl Iterator<Item = &'a str>,
) -> Result<String> {
    let merged = folder.join("all.profdata");
    let mut command = Command::new(tools.join("llvm-profdata"));
    command.args(["merge", "-sparse", "-o"]).arg(&merged);
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "profraw") {
            command.arg(path);
        }
    }
    ensure!(command.status()?.success(), "llvm-profdata fails");
    let mut text = String::new();
    for program in programs {
        let mut command = Command::new(tools.join("llvm-cov"));
        command.args(["export", "-format=lcov", "-instr-profile"]).arg(&merged).arg(program);
        // It warns of functions that another program has with another content.
        let output = command.stderr(Stdio::null()).output()?;
        ensure!(output.status.success(), "llvm-cov fails");
        text.push_str(&String::from_utf8(output.stdout)?);
    }
    Ok(text)
}

/// Prints the figures. Returns whether enough of each crate is reached, if that is to be checked.
fn report(files: &[File], options: &Options) -> bool {
    let print = |name: &str, (reached, all)| {
        if options.json {
            println!("{}", json(name, reached, all));
        } else {
            println!("{}", line(name, reached, all));
        }
    };
    let mut total = Sum::default();
    let mut short = Vec::new();
    for folder in CRATES {
        let mut sum = Sum::default();
        for file in files.iter().filter(|file| file.name.starts_with(folder)) {
            let (reached, all) = (file.reached(), file.all());
            sum = (sum.0 + reached, sum.1 + all);
            print(&file.name, (reached, all));
            if options.uncovered {
                file.uncovered().for_each(|line| println!("    {line}"));
            }
        }
        let name = folder.trim_end_matches("/src");
        print(name, sum);
        let share = Totals::share(sum.0, sum.1);
        if share.lines < LEAST.lines || share.branches < LEAST.branches {
            short.push(name);
        }
        total = (total.0 + sum.0, total.1 + sum.1);
    }
    print("all", total);
    if options.check && !short.is_empty() {
        let Totals { lines, branches } = LEAST;
        let crates = short.join(" and ");
        eprintln!(
            "{crates}: too little, {lines} % of the lines and {branches} % of the branches are wanted"
        );
    }
    short.is_empty() || !options.check
}

/// What is reached, and all there is.
type Sum = (Totals<usize>, Totals<usize>);

fn line(name: &str, reached: Totals<usize>, all: Totals<usize>) -> String {
    let share = Totals::share(reached, all);
    format!(
        "{name:45} lines {:5}/{:5} {:6.2} %   branches {:4}/{:4} {:6.2} %",
        reached.lines, all.lines, share.lines, reached.branches, all.branches, share.branches
    )
}

fn json(name: &str, reached: Totals<usize>, all: Totals<usize>) -> serde_json::Value {
    serde_json::json!({
        "file": name,
        "lines": all.lines,
        "lines_reached": reached.lines,
        "branches": all.branches,
        "branches_reached": reached.branches,
    })
}
