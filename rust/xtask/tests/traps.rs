//! Lists in documents are correct: the tests that `docs/traps.md`, `SECURITY.md` and
//! `docs/testing.md` name exist, and `docs/zephyr_interfaces.md` compares every Zephyr header in use.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Adds the names of the functions and modules in the Rust files, and of the Zephyr tests in the C
/// files, below a folder.
fn collect(folder: &Path, names: &mut BTreeSet<String>) {
    let entries = fs::read_dir(folder).expect("the folder can be read");
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            collect(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
            let text = fs::read_to_string(&path).expect("the file can be read");
            let functions = text.lines().filter_map(|line| line.trim().strip_prefix("fn "));
            names.extend(functions.filter_map(|rest| rest.split('(').next()).map(String::from));
        } else if path.extension().is_some_and(|extension| extension == "c") {
            let text = fs::read_to_string(&path).expect("the file can be read");
            let tests = text.lines().filter_map(|line| line.strip_prefix("ZTEST("));
            names.extend(
                tests.filter_map(|rest| Some(rest.split_once(", ")?.1.strip_suffix(')')?.into())),
            );
            // Those of the C program that links the library.
            let runs = text.lines().filter_map(|line| line.trim().strip_prefix("RUN("));
            names.extend(runs.filter_map(|rest| rest.strip_suffix(");").map(String::from)));
        }
    }
}

/// Returns the words in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn each_trap_names_tests_that_exist() {
    let mut names = BTreeSet::new();
    collect(&root().join("rust"), &mut names);
    collect(&root().join("tests"), &mut names);
    let text = fs::read_to_string(root().join("docs/traps.md")).expect("docs/traps.md exists");
    let mut expected = 1;
    for line in text.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [number, _, tests] = cells[..] else { continue };
        let Ok(number) = number.parse::<u32>() else { continue };
        assert_eq!(number, expected, "the traps are numbered without gaps");
        expected += 1;
        assert!(!tests.is_empty(), "trap {number} names no test");
        for word in quoted(tests) {
            if let Some(path) = word.strip_prefix("tests/") {
                assert!(root().join("tests").join(path).exists(), "trap {number}: no tests/{path}");
            } else if word.contains('_') {
                let name = word.trim_end_matches(".rs");
                assert!(names.contains(name), "trap {number}: no test `{name}`");
            }
        }
    }
    assert!(expected > 70, "traps are missing from docs/traps.md");
}

/// `SECURITY.md` promises nothing without a test: each item names tests that exist.
#[test]
fn each_promise_names_tests_that_exist() {
    let mut names = BTreeSet::new();
    collect(&root().join("rust"), &mut names);
    collect(&root().join("tests"), &mut names);
    let text = fs::read_to_string(root().join("SECURITY.md")).expect("SECURITY.md exists");
    let (_, promises) = text.split_once("## What the code promises").expect("the section");
    let (promises, _) = promises.split_once("\n## ").expect("the section after it");
    let mut tested = 0;
    for promise in promises.split("\n* ").skip(1) {
        let (_, tests) = promise.split_once('—').unwrap_or_else(|| panic!("no test: {promise}"));
        assert!(quoted(tests).next().is_some(), "no test: {promise}");
        tested += 1;
        for test in quoted(tests) {
            let exists = names.contains(test) || test.contains('/') && root().join(test).exists();
            assert!(exists, "no test {test}, which SECURITY.md names");
        }
    }
    assert!(tested >= 10, "only {tested} promises with tests");
}

/// `docs/testing.md` names tests, and files and folders of tests, that exist.
#[test]
fn the_page_about_tests_names_tests_that_exist() {
    let mut names = BTreeSet::new();
    for folder in ["rust", "tests", "fuzz/fuzz_targets"] {
        collect(&root().join(folder), &mut names);
    }
    let text = fs::read_to_string(root().join("docs/testing.md")).expect("docs/testing.md exists");
    let (_, promises) = text.split_once("\n## Promises\n").expect("the section");
    let (promises, _) = promises.split_once("\n## ").expect("the section after it");
    let mut rows = 0;
    for line in promises.lines().filter(|line| line.starts_with("| ")).skip(1) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
        let [promise, tests, _] = cells[..] else { panic!("not three cells: {line}") };
        assert!(quoted(tests).next().is_some(), "no test: {promise}");
        for test in quoted(tests).filter(|test| !test.starts_with("cargo ")) {
            let path = test.split(' ').next().unwrap_or_default();
            let exists = names.contains(test) || path.contains('/') && root().join(path).exists();
            assert!(exists, "{promise}: there is no {test}");
        }
        rows += 1;
    }
    assert!(rows > 20, "only {rows} promises");
    // Elsewhere, a name of several words is one of a test.
    let is_test = |word: &&str| {
        let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        word.chars().all(is_name) && word.matches('_').count() > 1
    };
    for test in quoted(&text).filter(is_test) {
        assert!(names.contains(test), "there is no test {test}");
    }
}

/// Adds the headers of other projects that C files below a folder include, with the names used in
/// `docs/zephyr_interfaces.md`.
fn included(folder: &Path, headers: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            included(&path, headers);
        } else if path.extension().is_some_and(|extension| extension == "c" || extension == "h") {
            let text = fs::read_to_string(&path).expect("the file can be read");
            let names =
                text.lines().filter_map(|line| line.strip_prefix("#include <")?.split('>').next());
            headers.extend(names.filter_map(|name| {
                let own = name.starts_with("openthread/") || name.starts_with("psa/");
                own.then_some(name).or_else(|| name.strip_prefix("zephyr/")).map(String::from)
            }));
        }
    }
}

/// Each Zephyr header that the glue, the C API or a sample includes has a row in the comparison;
/// `sys/*.h` stands for all headers of a folder.
#[test]
fn each_header_of_zephyr_is_compared() {
    let mut headers = BTreeSet::new();
    for folder in ["zephyr", "include", "samples"] {
        included(&root().join(folder), &mut headers);
    }
    let text = fs::read_to_string(root().join("docs/zephyr_interfaces.md"))
        .expect("docs/zephyr_interfaces.md exists");
    let (_, rows) = text.split_once("| header |").expect("the table of headers");
    let (rows, _) = rows.split_once("\n## ").expect("the section after it");
    let rows = rows.lines().filter_map(|row| row.strip_prefix("| ")?.split(" | ").next());
    let listed: BTreeSet<&str> = rows.flat_map(quoted).collect();
    assert!(headers.len() > 30, "only {} headers", headers.len());
    for header in headers {
        let folder = header.rsplit_once('/').map(|(folder, _)| format!("{folder}/*.h"));
        let is_listed = listed.contains(header.as_str())
            || folder.is_some_and(|folder| listed.contains(folder.as_str()));
        assert!(is_listed, "docs/zephyr_interfaces.md has no row for {header}");
    }
}
