//! Checks that every item of the API for applications in Rust has an example.
//!
//! The corresponding lint of rustdoc is not stable yet, and ignores items that a private module
//! defines and the crate root exports, which are all items of this API.

use std::fs;

use anyhow::{Context as _, Result};
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, Lit, Meta, TraitItem, Visibility};

use super::source::entries;
use crate::test::{Environment, Outcome};

/// The crates of this API. They export every `pub` item.
const CRATES: [&str; 2] = ["rust/app", ZEPHYR_APP];

/// The crate that can be built only with Zephyr. Its examples are separate files, which a test that
/// is built with Zephyr includes.
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
                outcome.fail(&place, "the documentation of this item has no example");
            }
        }
    }
    let compiled = fs::read_to_string(environment.root.join(COMPILED_BY))?;
    for path in entries(&environment.root.join(ZEPHYR_APP).join("doc"))? {
        let path = path.strip_prefix(environment.root).unwrap_or(&path).display().to_string();
        if !compiled.contains(&format!("/{path}\"")) {
            outcome.fail(&path, format!("this example is not compiled: add it to {COMPILED_BY}"));
        }
    }
    if outcome.failures.is_empty() {
        outcome.passed = 1;
    }
    Ok(outcome)
}

/// Returns the lines of a file's public items whose documentation has no example.
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
        // The examples of its methods show its use.
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

/// Returns whether the documentation has a code block that is compiled.
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
    fn items_without_an_example_are_found() {
        let source = "/// Text.\npub struct Bare;\nimpl Bare {\n/// ```\n/// a\n/// ```\npub fn a() {}\n\
                      /// Text.\npub fn b() {}\nfn private() {}\n}\n\
                      pub trait T {\n/// Text.\nfn c();\n}\npub(crate) struct Inner;\n";
        assert_eq!(without_example(source).unwrap(), [2, 9, 14]);
    }

    #[test]
    fn an_included_file_counts_as_an_example() {
        let source =
            "#[doc = \"```\"]\n#[doc = include_str!(\"a.rs\")]\n#[doc = \"```\"]\npub struct A;";
        assert!(without_example(source).unwrap().is_empty());
    }

    #[test]
    fn code_that_is_not_compiled_is_no_example() {
        for info in ["ignore", "text", "c"] {
            let source = format!("/// ```{info}\n/// a\n/// ```\npub struct A;");
            assert_eq!(without_example(&source).unwrap(), [4], "{info}");
        }
    }
}
