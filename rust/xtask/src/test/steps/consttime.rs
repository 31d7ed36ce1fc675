//! Constant time: whole sessions under valgrind, with the device's secrets marked as undefined, so
//! that it reports each branch and each address that depends on one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::cargo::cargo;
use crate::test::{Environment, Outcome, exec};

/// The branches that may depend on a secret: a file, and the line of it, each with the reason below it.
const EXPECTED: &str = "tests/consttime/expected.txt";
/// The implementations that a device has; others take instructions that it does not have.
const CFGS: &str = "--cfg=aes_backend=\"soft\" --cfg=aes_backend_soft=\"compact\" \
                    --cfg=sha2_backend=\"soft\" --cfg=sha2_backend_soft=\"compact\"";
/// As the device's crates are optimised, and as a host's release.
const LEVELS: [&str; 2] = ["s", "3"];
const SESSIONS: [&str; 2] = ["security-1", "security-2"];
/// What has to be reported, because it does depend on a secret.
const LEAK: (&str, &str) = ("leak", "tests/consttime/src/main.rs");

pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--version");
    if !cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        outcome.skip("consttime", "the requests to valgrind are written for Linux on x86-64", "");
        return Ok(outcome);
    }
    if !exec::succeeds(valgrind) {
        outcome.skip("consttime", "there is no valgrind", "apt install valgrind");
        return Ok(outcome);
    }
    let expected = Expected::read(&fs::read_to_string(environment.root.join(EXPECTED))?)?;
    let mut seen = BTreeSet::new();
    for level in LEVELS {
        seen.extend(check(environment, &mut outcome, level, &expected)?);
    }
    let gone: Vec<&str> = expected.sites.difference(&seen).map(String::as_str).collect();
    if outcome.failures.is_empty() && !gone.is_empty() {
        let detail = format!("{EXPECTED} has what was not reported:\n{}", gone.join("\n"));
        outcome.fail("expected", detail);
    }
    Ok(outcome)
}

/// Builds the program at this level, runs it, and compares. Returns what depends on a secret.
fn check(
    environment: &Environment<'_>,
    outcome: &mut Outcome,
    level: &str,
    expected: &Expected,
) -> Result<BTreeSet<String>> {
    let folder = environment.target.join("consttime").join(level);
    let mut build = cargo();
    build
        .args(["build", "--locked", "--package", "consttime", "--profile", "consttime"])
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", CFGS)
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("CARGO_PROFILE_CONSTTIME_OPT_LEVEL", level);
    let built = exec::run(environment, build)?;
    if !built.status.success() {
        outcome.fail(&format!("opt-level {level}"), built.tail());
        return Ok(BTreeSet::new());
    }
    let program = folder.join("consttime/consttime");
    let mut seen = BTreeSet::new();
    for session in SESSIONS {
        let name = format!("{session}, opt-level {level}");
        let Some(sites) = observe(environment, outcome, &name, &program, session, expected)? else {
            return Ok(seen);
        };
        let unexpected: Vec<&str> = sites.difference(&expected.sites).map(String::as_str).collect();
        if unexpected.is_empty() {
            outcome.passed += 1;
        } else {
            let detail = format!(
                "these depend on a secret, and are not in {EXPECTED}:\n{}",
                unexpected.join("\n")
            );
            outcome.fail(&name, detail);
        }
        seen.extend(sites);
    }
    let (mode, file) = LEAK;
    let name = format!("{mode}, opt-level {level}");
    let sites = observe(environment, outcome, &name, &program, mode, expected)?.unwrap_or_default();
    if sites.iter().any(|site| site.starts_with(file)) {
        outcome.passed += 1;
    } else {
        outcome.fail(&name, "valgrind does not report a comparison that ends early");
    }
    Ok(seen)
}

/// Runs the program under valgrind. Returns where it reports what depends on a secret.
fn observe(
    environment: &Environment<'_>,
    outcome: &mut Outcome,
    name: &str,
    program: &Path,
    mode: &str,
    expected: &Expected,
) -> Result<Option<BTreeSet<String>>> {
    let report = program.with_file_name(format!("{mode}.xml"));
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=memcheck", "--leak-check=no", "--read-inline-info=yes", "--xml=yes"])
        .arg(format!("--xml-file={}", report.display()))
        .arg(program)
        .arg(mode);
    let run = exec::run(environment, command)?;
    if !run.status.success() || !run.lines.iter().any(|line| line == "done") {
        outcome.fail(name, run.tail());
        return Ok(None);
    }
    let text =
        fs::read_to_string(&report).with_context(|| format!("cannot read {}", report.display()))?;
    let mut sites = BTreeSet::new();
    for frames in errors(&text) {
        sites.insert(site(&frames, environment.root, &expected.helpers));
    }
    Ok(Some(sites))
}

/// A place in the program: a function, its file and a line of that.
#[derive(Default)]
struct Frame<'a> {
    function: &'a str,
    folder: &'a str,
    file: &'a str,
    line: usize,
}

/// The frames of each error, the innermost first. An inlined function has one too.
fn errors(report: &str) -> Vec<Vec<Frame<'_>>> {
    let mut errors: Vec<Vec<Frame<'_>>> = Vec::new();
    let value = |line| -> Option<(&str, &str)> {
        let (tag, rest) = str::strip_prefix(line, "<")?.split_once('>')?;
        Some((tag, rest.split_once("</").map_or(rest, |(value, _)| value)))
    };
    for line in report.lines().map(str::trim) {
        if line == "<error>" {
            errors.push(Vec::new());
        }
        let Some(frames) = errors.last_mut() else { continue };
        if line == "<frame>" {
            frames.push(Frame::default());
        }
        let (Some(frame), Some((tag, value))) = (frames.last_mut(), value(line)) else { continue };
        match tag {
            "fn" => frame.function = value,
            "dir" => frame.folder = value,
            "file" => frame.file = value,
            "line" => frame.line = value.parse().unwrap_or(0),
            _ => {}
        }
    }
    errors
}

/// The innermost line of this project that is not in a helper: its file and its text. A number would
/// change with each edit.
fn site(frames: &[Frame<'_>], root: &Path, helpers: &BTreeSet<String>) -> String {
    for frame in frames {
        let path = root.join(frame.folder).join(frame.file);
        let Ok(name) = path.strip_prefix(root) else { continue };
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let line = frame.line.checked_sub(1).and_then(|line| text.lines().nth(line));
        let site = format!("{}: {}", name.display(), line.unwrap_or_default().trim());
        if !helpers.contains(&site) {
            return site;
        }
    }
    format!("outside of the project: {}", frames.first().map_or("?", |frame| frame.function))
}

/// The list of exceptions.
#[derive(Default)]
struct Expected {
    /// As [`site`] gives them.
    sites: BTreeSet<String>,
    /// Lines of functions whose callers are looked at instead.
    helpers: BTreeSet<String>,
}

impl Expected {
    /// Reads the list: lines of the form that [`site`] gives, each with indented reasons below it. A
    /// helper's has a word before it.
    fn read(text: &str) -> Result<Self> {
        let mut this = Self::default();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.is_empty() || line.starts_with([' ', '#']) {
                continue;
            }
            let has_reason = lines.peek().is_some_and(|next| next.starts_with("    "));
            ensure!(has_reason, "{EXPECTED}: {line:?} has no reason below it");
            match line.strip_prefix("helper ") {
                Some(line) => this.helpers.insert(line.to_owned()),
                None => this.sites.insert(line.to_owned()),
            };
        }
        Ok(this)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_the_innermost_line_of_the_project() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let report = "<error>\n <frame>\n <fn>eq</fn>\n <dir>/library</dir>\n <file>cmp.rs</file>\n \
             <line>1</line>\n </frame>\n <frame>\n <fn>main</fn>\n \
             <dir>src</dir>\n <file>main.rs</file>\n <line>1</line>\n </frame>\n</error>\n\
             <error>\n <frame>\n <fn>memcmp</fn>\n </frame>\n</error>\n";
        let errors = errors(report);
        let helpers = BTreeSet::new();
        let sites: Vec<String> = errors.iter().map(|frames| site(frames, root, &helpers)).collect();
        assert_eq!(
            sites,
            [
                "src/main.rs: //! Code generation and checks of this workspace: `cargo xtask`.",
                "outside of the project: memcmp"
            ]
        );
    }

    #[test]
    fn each_exception_has_a_reason() {
        let text = "# A comment.\n\nhelper a.rs: x\n    why\na.rs: if x {\n    public\n";
        let Expected { sites, helpers } = Expected::read(text).unwrap();
        assert_eq!(Vec::from_iter(sites), ["a.rs: if x {"]);
        assert_eq!(Vec::from_iter(helpers), ["a.rs: x"]);
        assert!(Expected::read("a.rs: if x {\nb.rs: if y {\n    public\n").is_err());
    }
}
