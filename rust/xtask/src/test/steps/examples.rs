//! Every item of the API for applications in Rust has an example.
//!
//! Rustdoc has a lint for that, not stable yet, which passes over what a private module defines and
//! the crate's root exports; that is all of this API.

use std::fs;

use anyhow::{Context as _, Result};
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, TraitItem, Visibility};

use super::source::entries;
use crate::test::{Environment, Outcome};

/// The crates of that API. Whatever is `pub` in them is exported.
const CRATES: [&str; 2] = ["rust/app", ZEPHYR_APP];

/// The crate that takes a build of Zephyr. Its examples are files of their own, for a test that is
/// built there to name them.
const ZEPHYR_APP: &str = "rust/zephyr-app";
const COMPILED_BY: &str = "tests/rust_app/src/documentation.rs";

pub fn check(environment: &Environment<'_>) -> Result<Outcome> {
    let mut outcome = Outcome::default();
    for name in CRATES {
        for path in entries(&environment.root.join(name).join("src"))? {
            let file = path.strip_prefix(environment.root).unwrap_or(&path).to_owned();
            let source = fs::read_to_string(&path)?;
            for line in without_example(&source).with_context(|| file.display().to_string())? {
                let place = format!("{}:{line}", file.display());
                outcome.fail(&place, "this item's documentation shows no example of its use");
            }
        }
    }
    let compiled = fs::read_to_string(environment.root.join(COMPILED_BY))?;
    for path in entries(&environment.root.join(ZEPHYR_APP).join("doc"))? {
        let path = path.strip_prefix(environment.root).unwrap_or(&path).display().to_string();
        if !compiled.contains(&format!("/{path}\"")) {
            outcome.fail(&path, format!("nothing compiles this example: name it in {COMPILED_BY}"));
        }
    }
    if outcome.failures.is_empty() {
        outcome.passed = 1;
    }
    Ok(outcome)
}

/// The lines of a file's public items whose documentation has no block of code.
fn without_example(source: &str) -> Result<Vec<usize>> {
    let mut lines = Vec::new();
    for item in syn::parse_file(source)?.items {
        look(&item, &mut lines);
    }
    Ok(lines)
}

fn look(item: &Item, lines: &mut Vec<usize>) {
    let mut want = |visibility: &Visibility, attributes: &[Attribute], span: proc_macro2::Span| {
        if matches!(visibility, Visibility::Public(_)) && !has_example(attributes) {
            lines.push(span.start().line);
        }
    };
    match item {
        Item::Const(item) => want(&item.vis, &item.attrs, item.ident.span()),
        Item::Enum(item) => want(&item.vis, &item.attrs, item.ident.span()),
        Item::Fn(item) => want(&item.vis, &item.attrs, item.sig.ident.span()),
        Item::Static(item) => want(&item.vis, &item.attrs, item.ident.span()),
        Item::Struct(item) => want(&item.vis, &item.attrs, item.ident.span()),
        Item::Type(item) => want(&item.vis, &item.attrs, item.ident.span()),
        // What it is for is its methods' to show.
        Item::Trait(item) => {
            for method in &item.items {
                if let TraitItem::Fn(method) = method {
                    want(&item.vis, &method.attrs, method.sig.ident.span());
                }
            }
        }
        Item::Impl(item) if item.trait_.is_none() => {
            for method in &item.items {
                match method {
                    ImplItem::Const(item) => want(&item.vis, &item.attrs, item.ident.span()),
                    ImplItem::Fn(item) => want(&item.vis, &item.attrs, item.sig.ident.span()),
                    _ => {}
                }
            }
        }
        Item::Mod(item) => {
            if let Some((_, items)) = &item.content {
                for item in items {
                    look(item, lines);
                }
            }
        }
        _ => {}
    }
}

/// Whether there is a block of code in the text that is compiled somewhere.
fn has_example(attributes: &[Attribute]) -> bool {
    let text = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(doc) if doc.path.is_ident("doc") => match &doc.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    });
    text.filter_map(|line| line.trim().strip_prefix("```").map(str::to_owned))
        .step_by(2)
        .any(|info| info.is_empty() || info == "no_run")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_example_is_named() {
        let source = "/// Text.\npub struct Bare;\nimpl Bare {\n/// ```\n/// a\n/// ```\npub fn a() {}\n\
                      /// Text.\npub fn b() {}\nfn private() {}\n}\n\
                      pub trait T {\n/// Text.\nfn c();\n}\npub(crate) struct Inner;\n";
        assert_eq!(without_example(source).unwrap(), [2, 9, 14]);
    }

    #[test]
    fn a_file_of_code_counts() {
        let source =
            "#[doc = \"```\"]\n#[doc = include_str!(\"a.rs\")]\n#[doc = \"```\"]\npub struct A;";
        assert!(without_example(source).unwrap().is_empty());
    }

    #[test]
    fn what_nobody_compiles_is_no_example() {
        for info in ["ignore", "text", "c"] {
            let source = format!("/// ```{info}\n/// a\n/// ```\npub struct A;");
            assert_eq!(without_example(&source).unwrap(), [4], "{info}");
        }
    }
}
