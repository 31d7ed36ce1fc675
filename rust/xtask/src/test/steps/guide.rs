//! Checks the documentation: links have a target, code matches the files that it is taken from,
//! commands run, and the protocol's examples are in the test vectors.
//!
//! The first line of a fenced block says what to check: after the language, `from=FILE` marks text
//! from that file, and `runnable` marks commands to run.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

use super::cargo::cargo;
use crate::test::{Environment, Outcome, exec};

/// Folders with documents; `*` matches every folder.
const FOLDERS: [&str; 7] = ["", "docs", "tests", "rust/*", ".github", ".github/*", "proto"];
const TABLE_OF_CONTENTS: &str = "docs/SUMMARY.md";
const PROTOCOL: &str = "docs/protocol.md";
const VECTORS: &str = "rust/protocomm/tests/vectors.json";
const DIAGRAMS: &str = "docs/images/diagrams.py";
/// Minimum number of digits of an example; shorter ones are lengths, IDs and single fields.
const EXAMPLE_MIN: usize = 10;

/// The checked parts of a document.
#[derive(Default)]
struct Document {
    links: Vec<String>,
    anchors: Vec<String>,
    /// The first line and the text of each fenced block.
    blocks: Vec<(String, String)>,
    /// Inline code.
    codes: Vec<String>,
}

pub fn check(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    let mut documents = BTreeMap::new();
    for path in paths(environment.root)? {
        let text = fs::read_to_string(environment.root.join(&path))?;
        documents.insert(path, read(&text));
    }
    for (path, document) in &documents {
        let name = path.display().to_string();
        for link in &document.links {
            match broken(environment.root, path, link, &documents) {
                None => outcome.passed += 1,
                Some(why) => outcome.fail(&name, format!("link {link}: {why}")),
            }
        }
        for (info, text) in &document.blocks {
            block(environment, &mut outcome, &name, info, text)?;
        }
    }
    contents(&mut outcome, &documents);
    let vectors = fs::read_to_string(environment.root.join(VECTORS))?;
    match documents.get(Path::new(PROTOCOL)) {
        Some(protocol) => examples(&mut outcome, protocol, &vectors),
        None => outcome.fail(PROTOCOL, "missing"),
    }
    diagrams(environment, &mut outcome)?;
    site(environment, &mut outcome)?;
    Ok(outcome)
}

/// Checks that the diagrams match the output of their script.
fn diagrams(environment: &Environment<'_>, outcome: &mut Outcome) -> Result<()> {
    let mut python = Command::new("python3");
    python.arg("--version");
    if !exec::succeeds(python) {
        outcome.skip("diagrams", "Python is not installed", "install python3");
        return Ok(());
    }
    let mut command = Command::new("python3");
    command.args([DIAGRAMS, "--check"]);
    let run = exec::run(environment, command)?;
    if run.status.success() {
        outcome.passed += 1;
    } else {
        outcome.fail(DIAGRAMS, run.tail());
    }
    Ok(())
}

/// Returns the documents, as paths relative to the root.
fn paths(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for folder in FOLDERS {
        match folder.strip_suffix("/*") {
            None => folders.push(PathBuf::from(folder)),
            Some(parent) => {
                for entry in fs::read_dir(root.join(parent)).into_iter().flatten() {
                    folders.push(Path::new(parent).join(entry?.file_name()));
                }
            }
        }
    }
    let mut paths = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(root.join(&folder)).into_iter().flatten() {
            let path = folder.join(entry?.file_name());
            if path.extension().is_some_and(|extension| extension == "md") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    Ok(paths)
}

fn read(text: &str) -> Document {
    let mut document = Document::default();
    let mut heading: Option<String> = None;
    let mut block: Option<(String, String)> = None;
    for event in Parser::new_ext(text, pulldown_cmark::Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                document.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                document.anchors.extend(heading.take().map(|text| anchor(&text)));
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                block = Some((info.into_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => document.blocks.extend(block.take()),
            Event::Text(text) | Event::Code(text) if heading.is_some() => {
                heading.get_or_insert_default().push_str(&text);
            }
            Event::Text(text) => {
                if let Some((_, content)) = &mut block {
                    content.push_str(&text);
                }
            }
            Event::Code(code) => document.codes.push(code.into_string()),
            _ => {}
        }
    }
    document
}

/// Returns the anchor that GitHub and mdBook generate for a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' | '-' => Some('-'),
        '_' => Some('_'),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// Returns why a link is broken, or `None` if it is not. Does not follow links to other hosts.
fn broken(
    root: &Path,
    from: &Path,
    link: &str,
    documents: &BTreeMap<PathBuf, Document>,
) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, section) = link.split_once('#').unwrap_or((link, ""));
    let path = if file.is_empty() {
        from.to_owned()
    } else {
        flat(&from.parent().unwrap_or(Path::new("")).join(file))
    };
    if !root.join(&path).exists() {
        return Some(format!("{} is missing", path.display()));
    }
    let document = documents.get(&path)?;
    if section.is_empty() || document.anchors.iter().any(|anchor| anchor == section) {
        return None;
    }
    Some(format!("{} has no such section", path.display()))
}

/// Returns a path without `..`.
fn flat(path: &Path) -> PathBuf {
    let mut flat = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => {
                flat.pop();
            }
            other => flat.push(other),
        }
    }
    flat
}

/// Checks a fenced block as its first line says.
fn block(
    environment: &Environment<'_>,
    outcome: &mut Outcome,
    document: &str,
    info: &str,
    text: &str,
) -> Result<()> {
    let mut words = info.split([' ', ',']).skip(1);
    if let Some(file) = words.clone().find_map(|word| word.strip_prefix("from=")) {
        let source = fs::read_to_string(environment.root.join(file))
            .with_context(|| format!("{document}: from={file}"))?;
        if source.contains(text.trim()) {
            outcome.passed += 1;
        } else {
            outcome.fail(document, format!("{file} does not contain:\n{text}"));
        }
    }
    if words.any(|word| word == "runnable") {
        for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            let Some(arguments) = line.strip_prefix("cargo ") else {
                outcome.fail(
                    document,
                    format!("a `runnable` command must be a cargo command: {line}"),
                );
                continue;
            };
            let mut command = cargo();
            command.args(arguments.split_whitespace());
            let run = exec::run(environment, command)?;
            if run.status.success() {
                outcome.passed += 1;
            } else {
                outcome.fail(document, format!("$ {line}\n{}", run.tail()));
            }
        }
    }
    Ok(())
}

/// Checks that the table of contents lists every document of the guide.
fn contents(outcome: &mut Outcome, documents: &BTreeMap<PathBuf, Document>) {
    let Some(table) = documents.get(Path::new(TABLE_OF_CONTENTS)) else {
        outcome.fail(TABLE_OF_CONTENTS, "missing");
        return;
    };
    for path in documents.keys().filter(|path| path.starts_with("docs")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path != Path::new(TABLE_OF_CONTENTS) && !table.links.iter().any(|link| *link == name) {
            outcome.fail(TABLE_OF_CONTENTS, format!("{name} is not listed"));
        }
    }
}

/// Checks that the protocol's examples are in the core's test vectors.
fn examples(outcome: &mut Outcome, protocol: &Document, vectors: &str) {
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let in_text = protocol.codes.iter().cloned();
    let in_blocks = protocol.blocks.iter().map(|(_, text)| text.split_whitespace().collect());
    let mut count = 0;
    for example in in_text.chain(in_blocks).filter(|text: &String| text.len() >= EXAMPLE_MIN) {
        if !is_hex(&example) {
            continue;
        }
        count += 1;
        if vectors.contains(&example) {
            outcome.passed += 1;
        } else {
            outcome.fail(PROTOCOL, format!("{example} is not in {VECTORS}"));
        }
    }
    if count == 0 {
        outcome.fail(PROTOCOL, "no examples found");
    }
}

/// Builds the site, if mdBook is installed.
fn site(environment: &Environment<'_>, outcome: &mut Outcome) -> Result<()> {
    let mut version = Command::new("mdbook");
    version.arg("--version");
    if !exec::succeeds(version) {
        outcome.skip("mdbook build", "mdBook is not installed", "cargo install mdbook");
        return Ok(());
    }
    let mut command = Command::new("mdbook");
    command.args(["build", "--dest-dir"]).arg(environment.target.join("book"));
    let run = exec::run(environment, command)?;
    if run.status.success() {
        outcome.passed += 1;
    } else {
        outcome.fail("mdbook build", run.tail());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A heading: `code_1`, twice\n[a](b.md#c-d)\n\
        ```console runnable\n$ cargo --version\n```\n`08015a021001`\n";

    #[test]
    fn a_document_is_read() {
        let document = read(TEXT);
        assert_eq!(document.anchors, ["a-heading-code_1-twice"]);
        assert_eq!(document.links, ["b.md#c-d"]);
        assert_eq!(document.blocks[0].0, "console runnable");
        assert_eq!(document.codes, ["08015a021001"]);
    }

    #[test]
    fn broken_links_are_found() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut documents = BTreeMap::new();
        documents.insert(PathBuf::from("src/main.rs"), read("# One two\n"));
        let look = |link| broken(root, Path::new("src/lib.md"), link, &documents);
        assert_eq!(look("https://example.org/nowhere"), None);
        assert_eq!(look("main.rs"), None);
        assert_eq!(look("../src/main.rs#one-two"), None);
        assert!(look("main.rs#three").is_some());
        assert!(look("nowhere.md").is_some());
    }

    #[test]
    fn untested_examples_are_found() {
        let mut outcome = Outcome::default();
        examples(&mut outcome, &read(TEXT), "\"08015a021001\"");
        assert_eq!((outcome.passed, outcome.failures.len()), (1, 0));
        examples(&mut outcome, &read(TEXT), "\"08015a0210\"");
        assert_eq!(outcome.failures.len(), 1);
    }
}
