//! The steps that only examine source files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::generate;
use crate::test::{Environment, Outcome};
use crate::web;

/// The folders whose crates may contain unsafe code: both sides of the C API, and the interface to
/// JavaScript.
const UNSAFE_FOLDERS: [&str; 2] = ["rust/capi", "rust/web"];

/// Programs and libraries must forbid unsafe code; a test may need some, for example to count
/// allocations.
pub fn forbid_unsafe(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut folders = Vec::new();
    crates(&environment.root.join("rust"), &mut folders)?;
    for folder in folders {
        if UNSAFE_FOLDERS.iter().any(|own| folder.starts_with(environment.root.join(own))) {
            continue;
        }
        for root in crate_roots(&folder)? {
            if !forbids_unsafe(&fs::read_to_string(&root)?) {
                let name = root.strip_prefix(environment.root).unwrap_or(&root);
                let detail = "`#![forbid(unsafe_code)]` is missing at the top of this file";
                outcome.fail(&name.display().to_string(), detail);
            }
        }
    }
    if outcome.failures.is_empty() {
        outcome.passed = 1;
    }
    Ok(outcome)
}

/// The generator's own error names the file and the command.
pub fn generated(environment: &Environment<'_>) -> Result<Outcome> {
    generate::run(environment.root, true)?;
    Ok(Outcome::passed())
}

/// Does not report whether the module was compiled again; `cargo xtask web --check` prints that.
pub fn page(environment: &Environment<'_>) -> Result<Outcome> {
    web::check(environment.root)?;
    Ok(Outcome::passed())
}

/// Checks that each fuzz target has a corpus. Ordinary tests replay the corpora.
pub fn corpora(environment: &Environment<'_>) -> Result<Outcome> {
    let fuzz = environment.root.join("fuzz");
    let targets = fuzz.join("fuzz_targets");
    if !targets.is_dir() {
        return Ok(Outcome::skipped("corpora", "there are no fuzz targets yet", ""));
    }
    let mut outcome = Outcome::default();
    for target in entries(&targets)? {
        if target.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let name = target.file_stem().unwrap_or_default();
        let corpus = fuzz.join("corpus").join(name);
        if corpus.is_dir() && !entries(&corpus)?.is_empty() {
            outcome.passed += 1;
        } else {
            let name = name.to_string_lossy();
            outcome.fail(&name, format!("fuzz/corpus/{name} is missing or empty"));
        }
    }
    Ok(outcome)
}

/// Adds the folders of crates in a folder, at any depth.
fn crates(folder: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if folder.join("Cargo.toml").is_file() {
        found.push(folder.to_owned());
    }
    for entry in entries(folder)? {
        if entry.is_dir() && !entry.ends_with("src") && !entry.ends_with("target") {
            crates(&entry, found)?;
        }
    }
    Ok(())
}

fn crate_roots(folder: &Path) -> Result<Vec<PathBuf>> {
    let source = folder.join("src");
    let mut roots = vec![source.join("lib.rs"), source.join("main.rs"), folder.join("build.rs")];
    for more in [source.join("bin"), folder.join("examples")] {
        if more.is_dir() {
            roots.extend(entries(&more)?);
        }
    }
    roots.retain(|root| {
        root.is_file() && root.extension().is_some_and(|extension| extension == "rs")
    });
    Ok(roots)
}

fn forbids_unsafe(source: &str) -> bool {
    source.lines().any(|line| {
        line.strip_prefix("#![forbid(").is_some_and(|lints| lints.contains("unsafe_code"))
    })
}

/// Returns the entries of a folder, in a reproducible order.
pub fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let read = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in read {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_within_a_crate_is_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut found = Vec::new();
        crates(&root.join("capi"), &mut found).unwrap();
        let capi = root.join("capi");
        let within = ["ffi", "host", "staticlib", "sys"].map(|name| capi.join(name));
        assert_eq!(found[0], capi);
        assert_eq!(found[1..], within);
    }

    #[test]
    fn only_the_attribute_counts() {
        assert!(forbids_unsafe("//! A crate.\n#![no_std]\n#![forbid(unsafe_code)]\n"));
        assert!(!forbids_unsafe("// #![forbid(unsafe_code)]\n"));
        assert!(!forbids_unsafe("#![deny(unsafe_code)]\n"));
    }
}
