//! Compares the two sides of the C API in Rust: `rust/capi` defines the functions and `rust/capi/sys`
//! declares them. They meet only at link time, so the compiler cannot compare them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use crate::test::{Environment, Outcome};

const DEFINITIONS: &str = "rust/capi/src";
const DECLARATIONS: &str = "rust/capi/sys/src/functions.rs";
/// Prefix of the names of the C API.
const PREFIX: &str = "network_prov_mgr_";

pub fn check(environment: &Environment<'_>) -> Result<Outcome> {
    let mut definitions = BTreeMap::new();
    read(&environment.root.join(DEFINITIONS), &mut definitions)?;
    let declarations = signatures(&fs::read_to_string(environment.root.join(DECLARATIONS))?);
    let mut outcome = Outcome::default();
    if declarations.is_empty() {
        outcome.fail(DECLARATIONS, "no declarations found");
    }
    for (name, declared) in declarations {
        match definitions.get(&name) {
            Some(defined) if *defined == declared => outcome.passed += 1,
            Some(defined) => {
                outcome.fail(&name, format!("declared as\n{declared}\nbut defined as\n{defined}"))
            }
            None => outcome.fail(&name, "not defined"),
        }
    }
    Ok(outcome)
}

/// Adds the functions of all files in a folder and its subfolders.
fn read(folder: &Path, found: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {folder:?}"))? {
        let path = entry?.path();
        if path.is_dir() {
            read(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(signatures(&fs::read_to_string(path)?));
        }
    }
    Ok(())
}

/// Returns the functions of a file by name: whether they are safe, and their types.
fn signatures(source: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (start, _) in source.match_indices("fn ") {
        let text = &source[start + "fn ".len()..];
        let Some(end) = text.find(['{', ';']) else { continue };
        let signature = text[..end].split_whitespace().collect::<String>().replace(",)", ")");
        let Some((name, types)) = signature.split_once('(') else { continue };
        if !name.starts_with(PREFIX) {
            continue;
        }
        let line = source[..start].rsplit('\n').next().unwrap_or_default().trim();
        let is_safe = match line {
            // A definition, then a declaration.
            "pub extern \"C\"" | "pub safe" => true,
            "pub unsafe extern \"C\"" | "pub" => false,
            _ => continue,
        };
        let safety = if is_safe { "safe" } else { "unsafe" };
        found.insert(name.to_owned(), format!("{safety} ({types}"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::signatures;

    #[test]
    fn a_declaration_matches_its_definition() {
        let definition =
            "pub unsafe extern \"C\" fn network_prov_mgr_a(\n    x: u32,\n) -> c_int {";
        let declaration = "    pub fn network_prov_mgr_a(x: u32) -> c_int;";
        assert_eq!(signatures(definition), signatures(declaration));
        assert_eq!(signatures(definition)["network_prov_mgr_a"], "unsafe (x:u32)->c_int");
    }

    #[test]
    fn differences_are_found() {
        let of = |text: &str| signatures(text).remove("network_prov_mgr_a");
        let one = of("pub extern \"C\" fn network_prov_mgr_a(x: u32) {");
        assert_eq!(one, of("pub safe fn network_prov_mgr_a(x: u32);"));
        assert_ne!(one, of("pub fn network_prov_mgr_a(x: u32);"));
        assert_ne!(one, of("pub safe fn network_prov_mgr_a(x: i32);"));
        assert_ne!(one, of("pub safe fn network_prov_mgr_a(x: u32) -> c_int;"));
    }
}
