//! Bundles several files into one HTML file: styles and scripts replace marks in the page, and the
//! module is compressed by gzip and encoded in base64. `main.js` defines `start`, and gets the module
//! from `wasm`.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::module::Module;

const SOURCE: &str = "web/src";
const STYLE: &str = "/* STYLE */";
const SCRIPT: &str = "/* SCRIPT */";
const MODULE: &str = "const wasm = () => \"";
const LICENSE: &str =
    "<!-- SPDX-License-Identifier: Apache-2.0. Built by `cargo xtask web`: do not edit.";

/// Assembles the page.
pub fn page(root: &Path, module: &Module) -> Result<String> {
    let folder = root.join(SOURCE);
    let mut script = String::from("\"use strict\";(() => {\n");
    let mut seen = Vec::new();
    add(&folder, "main.js", &mut seen, &mut script)?;
    // At the end, so that all text is compressed in one piece.
    script.push_str(&format!("{MODULE}{}\";\n", BASE64_STANDARD.encode(&module.zipped)));
    script.push_str("start();\n})();");
    let style = read(&folder, "style.css")?;
    let style: Vec<_> = style.lines().map(|line| squeeze(line.trim(), "{}:;,")).collect();
    let html = read(&folder, "page.html")?;
    ensure!(html.contains(STYLE) && html.contains(SCRIPT), "page.html lacks a mark");
    let html = html.replace(STYLE, &style.join("\n")).replace(SCRIPT, &script);
    let (doctype, rest) = html.split_once('\n').context("page.html is empty")?;
    let Module { compiler, sources, .. } = module;
    Ok(format!("{doctype}\n{LICENSE}\nclient {sources}, by {compiler} -->\n{rest}"))
}

/// Returns the module of an assembled page.
pub fn module_of(page: &str) -> Result<Module> {
    const BROKEN: &str = "the page was not built by `cargo xtask web`: run it";
    let made = page.split_once("\nclient ").and_then(|(_, rest)| rest.split_once(" -->"));
    let (sources, compiler) =
        made.and_then(|(made, _)| made.split_once(", by ")).context(BROKEN)?;
    let (_, rest) = page.split_once(MODULE).context(BROKEN)?;
    let (text, _) = rest.split_once('"').context(BROKEN)?;
    let zipped = BASE64_STANDARD.decode(text).context(BROKEN)?;
    Ok(Module { zipped, compiler: compiler.into(), sources: sources.into() })
}

/// Adds a script after the scripts that it imports, without `import`, `export`, comments and
/// indentation. All scripts share one scope, so the names in them must differ.
fn add(folder: &Path, name: &str, seen: &mut Vec<String>, out: &mut String) -> Result<()> {
    if seen.iter().any(|other| other == name) {
        return Ok(());
    }
    seen.push(name.to_owned());
    let source = read(folder, name)?;
    let mut importing = false;
    let mut own = String::new();
    for line in source.lines().map(str::trim) {
        importing |= line.starts_with("import ");
        if importing {
            if let Some((_, rest)) = line.split_once("from \"./") {
                let import = rest.split('"').next().unwrap_or_default();
                add(folder, import, seen, out)?;
                importing = false;
            }
        } else if !line.is_empty() && !line.starts_with("//") {
            let line = line.strip_prefix("export ").unwrap_or(line);
            // Keep spaces in strings and regular expressions.
            let is_plain = !line.contains(['"', '\'', '`', '/']);
            own.push_str(&squeeze(line, if is_plain { "{}:;,()[]=?&|<>" } else { "" }));
            own.push('\n');
        }
    }
    ensure!(!importing, "{name} has an unterminated import");
    ensure!(!own.contains("</"), "{name} would end the page's script");
    out.push_str(&own);
    Ok(())
}

/// Returns a line without the spaces next to these characters.
fn squeeze(line: &str, marks: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let after = out.chars().last().is_some_and(|last| marks.contains(last));
        let before = rest.peek().is_some_and(|next| marks.contains(*next));
        if c != ' ' || !(after || before) {
            out.push(c);
        }
    }
    out
}

fn read(folder: &Path, name: &str) -> Result<String> {
    let path = folder.join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_is_found_in_its_page() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let zipped = (0..=255).collect();
        let module = Module { zipped, compiler: "rustc 1.2".into(), sources: "abc".into() };
        let found = module_of(&page(&root, &module).unwrap()).unwrap();
        assert_eq!(found.zipped, module.zipped);
        assert_eq!((&*found.sources, &*found.compiler), ("abc", "rustc 1.2"));
    }

    #[test]
    fn spaces_next_to_marks_are_removed() {
        assert_eq!(squeeze("if (a === b) c = [d, e];", "()=,;[]"), "if(a===b)c=[d,e];");
        assert_eq!(squeeze("return a in b", "()="), "return a in b");
    }

    #[test]
    fn scripts_come_after_the_scripts_that_they_import() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/src");
        let (mut seen, mut script) = (Vec::new(), String::new());
        add(&folder, "main.js", &mut seen, &mut script).unwrap();
        let scripts = fs::read_dir(&folder).unwrap().filter_map(|entry| {
            Some(entry.ok()?.file_name().into_string().ok()?).filter(|name| name.ends_with(".js"))
        });
        for name in scripts {
            assert!(seen.contains(&name), "nothing imports {name}");
        }
        assert!(!script.contains("import ") && !script.contains("\nexport "));
        assert!(script.find("class Session") < script.find("async function start"));
    }
}
