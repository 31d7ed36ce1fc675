//! `docs/architecture.md` matches the code: the files and functions that it names exist, and the
//! sizes are about right.

use std::fs;
use std::path::{Path, PathBuf};

/// Maximum deviation of a size from the documented one, in percent.
const TOLERANCE: usize = 15;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text() -> String {
    fs::read_to_string(root().join("docs/architecture.md")).expect("docs/architecture.md exists")
}

/// Returns the cells of each row of the tables in a section.
fn rows<'a>(text: &'a str, section: &str) -> Vec<Vec<&'a str>> {
    let (_, section) = text.split_once(section).unwrap_or_else(|| panic!("no section {section}"));
    let section = section.split("\n### ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    rows.map(|line| line.trim_matches('|').split('|').map(str::trim).collect()).collect()
}

/// Returns the words in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Returns whether a C or Rust file has a function with this name and a body.
fn has_function(file: &str, name: &str) -> bool {
    let text =
        fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines().any(|line| {
        let defines = !line.ends_with(';') && !line.contains('=');
        let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        let in_c = !line.starts_with([' ', '\t']) && line.contains(&format!("{name}("));
        let in_rust = words
            .zip(line.split(|c: char| !c.is_alphanumeric() && c != '_').skip(1))
            .any(|(fn_word, word)| fn_word == "fn" && word == name);
        defines && (in_c || in_rust)
    })
}

#[test]
fn documented_files_and_functions_exist() {
    let text = text();
    let mut steps = 0;
    for section in ["### The way of a request", "### The way of an address"] {
        for row in rows(&text, section) {
            let Some(at) = row.iter().position(|cell| cell.starts_with("`") && cell.contains('/'))
            else {
                continue;
            };
            let file = row[at].trim_matches('`');
            let function = row[at + 1].trim_matches('`');
            assert!(has_function(file, function), "{file} has no function {function}");
            steps += 1;
        }
    }
    assert!(steps > 45, "found only {steps} steps in the tables");
}

/// Returns the number of lines of the source files below a folder, without generated files.
fn lines(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"));
    let count = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default();
        if path.is_dir() {
            let skipped = name == "gen" || name == "tests" || name == "target";
            return if skipped { 0 } else { lines(&path) };
        }
        let is_source =
            ["rs", "c", "h"].iter().any(|it| path.extension().is_some_and(|e| e == *it));
        if !is_source || name == "gen" {
            return 0;
        }
        fs::read_to_string(&path).map_or(0, |text| text.lines().count())
    };
    entries.flatten().map(|entry| count(entry.path())).sum()
}

#[test]
fn the_sizes_are_about_right() {
    let text = text();
    let mut parts = 0;
    for row in rows(&text, "### Sizes") {
        let [_, folders, documented] = row[..] else { continue };
        let Ok(documented) = documented.replace(',', "").parse::<usize>() else { continue };
        let actual: usize = quoted(folders).map(|folder| lines(&root().join(folder))).sum();
        let deviation = actual.abs_diff(documented) * 100 / documented;
        assert!(deviation <= TOLERANCE, "{folders}: {actual} lines, documented as {documented}");
        parts += 1;
    }
    assert!(parts > 12, "found only {parts} parts in the table");
}

/// The table of log levels names every part, and each part has an option.
#[test]
fn each_part_has_a_log_level() {
    let text = text();
    let kconfig = fs::read_to_string(root().join("Kconfig")).expect("Kconfig exists");
    for part in ["BLE", "SOFTAP", "CONSOLE", "NETWORK", "STORAGE", "ENGINE"] {
        assert!(text.contains(&format!("`{part}`")), "docs/architecture.md does not name {part}");
        assert!(kconfig.contains(&format!("config NETWORK_PROV_{part}_LOG_LEVEL")), "{part}");
    }
}
