//! Tests the C API from C: the headers alone, then a program on the static library.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::cargo::cargo;
use super::verdicts;
use crate::test::{Environment, Outcome, exec};

/// The program, which prints `PASS name` and `FAIL name: reason`.
const SOURCE: &str = "tests/capi";
/// The same for a device for Thread, with these files of the other.
const THREAD_SOURCE: &str = "tests/capi/openthread";
const FRAME: [&str; 2] = ["port.c", "test.c"];
/// A program on the DNS messages of Zephyr's glue, which are plain C.
const DNS: [&str; 2] = ["tests/dns/messages.c", "zephyr/src/transport/softap/dns_message.c"];
/// The headers that applications include.
const PUBLIC: &str = "include/network_provisioning";
/// Programs that must not build; the first line of each says what the compiler has to say.
const REFUSED: &str = "tests/capi/refused";
const REFUSED_MARK: &str = "/* refused: ";
/// ESP-IDF's names for the API, which need no Zephyr.
const COMPATIBILITY: &str = "zephyr/src/esp_idf_compat.c";
/// The header of the glue.
const GLUE: &str = "zephyr/src";

const PLAIN: [&str; 4] = ["-std=c99", "-D_POSIX_C_SOURCE=200809L", "-g", "-pthread"];
const INCLUDES: [&str; 4] = ["include", PUBLIC, GLUE, SOURCE];
const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The sanitizers that find what is wrong with an access.
pub(super) const SANITIZERS: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover"];

/// How the program is built. The library itself is not instrumented: the sanitizers see every access
/// of the C side, what the library frees, and what it leaves in a request's buffer.
const VARIANTS: [(&str, &[&str]); 2] = [("asan", SANITIZERS), ("tsan", &["-fsanitize=thread"])];

pub fn run(environment: &Environment<'_>) -> Result<Outcome> {
    let folder = environment.target.join("capi");
    fs::create_dir_all(&folder)?;
    let mut outcome = Outcome::default();
    let c = works(&folder, "cc", "c", &[]);
    if !c {
        outcome.skip("c-api", "there is no C compiler", INSTALL);
        return Ok(outcome);
    }
    let cpp = works(&folder, "c++", "c++", &[]);
    for header in public_headers(environment.root)? {
        check_header(environment, &mut outcome, &header, "cc", "c", "-std=c99")?;
        if cpp {
            check_header(environment, &mut outcome, &header, "c++", "c++", "-std=c++11")?;
        }
    }
    if !cpp {
        outcome.skip("headers as C++", "there is no C++ compiler", INSTALL);
    }

    refused(environment, &mut outcome, &folder)?;
    dns(environment, &mut outcome, &folder)?;
    if !library(environment, &mut outcome, &[])? {
        return Ok(outcome);
    }
    for (name, sanitizers) in VARIANTS {
        if works(&folder, "cc", "c", sanitizers) {
            let library = environment.target.join("release/libnetprov.a");
            program(environment, &mut outcome, &folder.join(name), &library, sanitizers)?;
        } else {
            let reason = format!("this compiler does not link {}", sanitizers.join(" "));
            outcome.skip(name, reason, "install the compiler's sanitizer libraries");
        }
    }
    reduced(environment, &mut outcome, &folder.join("reduced"))?;
    thread(environment, &mut outcome, &folder.join("thread"))?;
    Ok(outcome)
}

/// Builds and runs the program on DNS messages, with the sanitizers if there are any.
fn dns(environment: &Environment<'_>, outcome: &mut Outcome, folder: &Path) -> Result<()> {
    let binary = folder.join("dns");
    let mut command = Command::new("cc");
    command.args(["-std=c11", "-g", "-O1"]).args(WARNINGS).arg(format!("-I{GLUE}"));
    if works(folder, "cc", "c", SANITIZERS) {
        command.args(SANITIZERS);
    }
    command.args(DNS).arg("-o").arg(&binary);
    for command in [command, Command::new(&binary)] {
        let run = exec::run(environment, command)?;
        if !run.status.success() {
            outcome.fail("dns messages", run.tail());
            return Ok(());
        }
    }
    outcome.passed += 1;
    Ok(())
}

/// Builds the library.
fn library(environment: &Environment<'_>, outcome: &mut Outcome, options: &[&str]) -> Result<bool> {
    let mut command = cargo();
    command
        .args(["build", "--locked", "--release", "--package", "netprov-staticlib"])
        .args(options);
    let built = exec::run(environment, command)?;
    if !built.status.success() {
        outcome.fail("libnetprov.a", built.tail());
    }
    Ok(built.status.success())
}

/// Builds the library with nothing but security 1, in a folder of its own, and a program that looks
/// at what is not there.
fn reduced(environment: &Environment<'_>, outcome: &mut Outcome, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let target = folder.to_string_lossy();
    let options = ["--no-default-features", "--features", "sec1", "--target-dir", &target];
    if !library(environment, outcome, &options)? {
        return Ok(());
    }
    let library = folder.join("release/libnetprov.a");
    program(environment, outcome, &folder.join("reduced"), &library, &["-DREDUCED"])
}

/// Builds the library for Thread, in a folder of its own, and a program with a Thread stack in the
/// place of the radio.
fn thread(environment: &Environment<'_>, outcome: &mut Outcome, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    let target = folder.to_string_lossy();
    if !library(environment, outcome, &["--features", "thread", "--target-dir", &target])? {
        return Ok(());
    }
    let library = folder.join("release/libnetprov.a");
    let mut options = vec!["-DTHREAD"];
    if works(folder, "cc", "c", SANITIZERS) {
        options.extend(SANITIZERS);
    }
    let files = program_sources(environment.root, true)?;
    build_and_run(environment, outcome, &folder.join("thread"), &library, &files, &options)
}

/// The files of the program for this type of network. What is there of the other would not link.
fn program_sources(root: &Path, thread: bool) -> Result<Vec<PathBuf>> {
    if thread {
        let mut files = sources(&root.join(THREAD_SOURCE))?;
        files.extend(FRAME.map(|file| root.join(SOURCE).join(file)));
        return Ok(files);
    }
    let mut files = sources(&root.join(SOURCE))?;
    files.push(root.join(COMPATIBILITY));
    Ok(files)
}

/// The same, with the compiler's options, for whoever builds the program otherwise.
pub fn sources_and_options(root: &Path, thread: bool) -> Result<(Vec<PathBuf>, Vec<String>)> {
    let mut options = PLAIN.map(str::to_owned).to_vec();
    options.extend(INCLUDES.map(|folder| format!("-I{folder}")));
    options.extend(thread.then(|| "-DTHREAD".to_owned()));
    Ok((program_sources(root, thread)?, options))
}

pub(super) const INSTALL: &str = "install one, on Debian: apt install build-essential";

/// Whether a compiler is there and links a program with these options.
pub(super) fn works(folder: &Path, compiler: &str, language: &str, options: &[&str]) -> bool {
    let source = folder.join("probe.c");
    if fs::write(&source, "int main(void) { return 0; }\n").is_err() {
        return false;
    }
    let mut command = Command::new(compiler);
    command.args(options).args(["-x", language]).arg(source).arg("-o").arg(folder.join("probe"));
    exec::succeeds(command)
}

fn public_headers(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(PUBLIC);
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {PUBLIC}/"))? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".h") {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A header must compile when it is all that a file includes.
fn check_header(
    environment: &Environment<'_>,
    outcome: &mut Outcome,
    header: &str,
    compiler: &str,
    language: &str,
    standard: &str,
) -> Result<()> {
    let source = environment.target.join("capi/header.c");
    fs::write(&source, format!("#include <network_provisioning/{header}>\n"))?;
    let mut command = Command::new(compiler);
    command.args([standard, "-fsyntax-only", "-Iinclude"]).args(WARNINGS);
    command.args(["-x", language]).arg(&source);
    let run = exec::run(environment, command)?;
    if run.status.success() {
        outcome.passed += 1;
    } else {
        outcome.fail(&format!("{header} {standard}"), run.tail());
    }
    Ok(())
}

/// What is easily got wrong must be an error of the compiler or the linker that says what to do.
fn refused(environment: &Environment<'_>, outcome: &mut Outcome, folder: &Path) -> Result<()> {
    for source in sources(&environment.root.join(REFUSED))? {
        let name = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&source)?;
        let wanted = text.strip_prefix(REFUSED_MARK).and_then(|rest| rest.split(" */").next());
        let wanted =
            wanted.with_context(|| format!("{name} does not begin with {REFUSED_MARK}"))?;
        let mut command = Command::new("cc");
        command.args(["-O1", "-Iinclude"]).arg(&source).arg("-o").arg(folder.join("refused"));
        let built = exec::run(environment, command)?;
        if built.status.success() {
            outcome.fail(&format!("refused/{name}"), "it builds");
        } else if built.lines.iter().any(|line| line.contains(wanted)) {
            outcome.passed += 1;
        } else {
            let detail = format!("it does not say {wanted:?}\n{}", built.tail());
            outcome.fail(&format!("refused/{name}"), detail);
        }
    }
    Ok(())
}

/// Builds the program for Wi-Fi and runs it.
fn program(
    environment: &Environment<'_>,
    outcome: &mut Outcome,
    binary: &Path,
    library: &Path,
    options: &[&str],
) -> Result<()> {
    let files = program_sources(environment.root, false)?;
    build_and_run(environment, outcome, binary, library, &files, options)
}

/// Builds a program and runs it.
fn build_and_run(
    environment: &Environment<'_>,
    outcome: &mut Outcome,
    binary: &Path,
    library: &Path,
    files: &[PathBuf],
    options: &[&str],
) -> Result<()> {
    let name = &*binary.file_name().unwrap_or_default().to_string_lossy();
    let mut command = Command::new("cc");
    command.args(PLAIN).args(WARNINGS);
    command.args(INCLUDES.map(|folder| format!("-I{folder}"))).args(options);
    command.args(files).arg(library).arg("-o").arg(binary);
    let built = exec::run(environment, command)?;
    if !built.status.success() {
        outcome.fail(name, built.tail());
        return Ok(());
    }
    let run = exec::run(environment, Command::new(binary))?;
    let found = verdicts::read(&run.lines);
    let silent = found.passed == 0;
    outcome.passed += found.passed;
    for failure in &found.failures {
        outcome.fail(&format!("{name}/{}", failure.name), failure.detail.clone());
    }
    // A sanitizer's report, or a crash, is no test's own verdict.
    if found.failures.is_empty() && (silent || !run.status.success()) {
        outcome.fail(name, run.tail());
    }
    Ok(())
}

/// The C files of a folder.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "c") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
