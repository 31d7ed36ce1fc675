//! The workflows for people who clone the project run what a person can run by hand, and nothing that is
//! not in the repository any more.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Programs that a person has, or that an earlier command of the same workflow installs.
const PROGRAMS: [&str; 7] = ["apt-get", "cargo", "espup", "pip", "python3", "rustup", "west"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Names and texts of the workflows.
fn workflows() -> Vec<(String, String)> {
    let folder = root().join(".github/workflows");
    let entries = fs::read_dir(folder).expect("there are workflows");
    let names = entries.map(|entry| entry.expect("the folder can be read").file_name());
    let names = names.map(|name| name.into_string().expect("a name in ASCII"));
    names.map(|name| (name.clone(), read(&format!(".github/workflows/{name}")))).collect()
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The lines that a workflow gives to a shell.
fn commands(text: &str) -> Vec<&str> {
    let mut commands = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(command) = line.trim_start().trim_start_matches("- ").strip_prefix("run: ") else {
            continue;
        };
        if command != "|" {
            commands.push(command);
            continue;
        }
        while let Some(next) = lines.next_if(|next| indentation(next) > indentation(line)) {
            commands.push(next.trim());
        }
    }
    commands
}

/// The values of a key in a workflow, as in `board: esp32c3_devkitm`.
fn values<'a>(text: &'a str, key: &str) -> BTreeSet<&'a str> {
    let lines = text.lines().map(|line| line.trim_start().trim_start_matches("- "));
    lines.filter_map(|line| line.strip_prefix(key)?.strip_prefix(": ")).collect()
}

/// What the program `tests/zephyr.py` calls its parts.
fn parts_of_the_suites() -> BTreeSet<String> {
    let text = read("tests/zephyr.py");
    let (_, parts) = text.split_once("\nPARTS = {").expect("the parts");
    let (parts, _) = parts.split_once('}').expect("their end");
    parts.split('"').skip(1).step_by(2).map(String::from).collect()
}

#[test]
fn each_command_runs_by_hand() {
    let mut count = 0;
    for (name, text) in workflows() {
        for command in commands(&text) {
            count += 1;
            // Variables for later steps. A person exports them.
            if let Some(variable) = command.strip_prefix("echo \"") {
                assert!(variable.ends_with(">>\"$GITHUB_ENV\""), "{name}: {command}");
                continue;
            }
            assert!(!command.contains("GITHUB"), "{name}: only GitHub can run {command}");
            for expression in command.split("${{ ").skip(1) {
                assert!(expression.starts_with("matrix."), "{name}: {command} is not complete");
            }
            let mut words = command.trim_start_matches("sudo ").split(' ');
            let program = words.next().unwrap_or_default();
            let script =
                if program == "python3" { words.next().unwrap_or_default() } else { program };
            let is_known = PROGRAMS.contains(&script) || root().join(script).is_file();
            assert!(is_known, "{name}: there is no {script}");
        }
    }
    assert!(count > 20, "{count} commands");
}

#[test]
fn boards_take_samples_and_snippets_that_exist() {
    let text = read(".github/workflows/boards.yml");
    let options = read("Kconfig") + &read("zephyr/fake_wifi/Kconfig");
    for (folder, key) in [("samples", "sample"), ("snippets", "snippet")] {
        let names = values(&text, key);
        assert!(!names.is_empty(), "no {key}");
        for name in names {
            assert!(root().join(folder).join(name).is_dir(), "there is no {folder}/{name}");
        }
    }
    for argument in values(&text, "arguments") {
        if let Some(option) = argument.strip_prefix("-DCONFIG_NETWORK_PROV_") {
            let (option, _) = option.split_once('=').expect("a value");
            let definition = format!("config NETWORK_PROV_{option}\n");
            assert!(options.contains(&definition), "there is no option NETWORK_PROV_{option}");
        }
    }
}

/// The workflow for Zephyr runs parts that exist, and the document lists the same ones.
#[test]
fn the_document_names_what_runs_with_each_zephyr() {
    let text = read(".github/workflows/zephyr.yml");
    let (_, parts) = text.split_once(" part: [").expect("the parts");
    let (parts, _) = parts.split_once(']').expect("their end");
    let known = parts_of_the_suites();
    assert!(known.len() > 5, "{known:?}");
    for part in parts.split(", ") {
        assert!(known.contains(part), "tests/zephyr.py has no part {part}");
    }
    let listed = parts.split(", ").map(|part| format!("`{part}`")).collect::<Vec<_>>();
    let (last, others) = listed.split_last().expect("a part");
    let sentence = format!("in `.github` run {} and {last}", others.join(", "));
    let document = read("docs/zephyr.md").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(document.contains(&sentence), "docs/zephyr.md does not say: {sentence}");
}

/// Each Zephyr that the workflow names has a column in the support table. `main` and the pinned release
/// do not: neither is named.
#[test]
fn each_release_that_is_tested_has_a_column() {
    let text = read(".github/workflows/zephyr.yml");
    let document = read("docs/zephyr.md");
    let head = document.lines().find(|line| line.starts_with("| part |")).expect("the table");
    let releases: Vec<&str> = text
        .split('"')
        .filter_map(|word| word.strip_prefix('v'))
        .filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    assert!(!releases.is_empty(), "the workflow names no release");
    for release in releases {
        let minor = release.rsplit_once('.').map_or(release, |(minor, _)| minor);
        assert!(head.contains(&format!("| {minor} ")), "no column for {release}: {head}");
    }
}
