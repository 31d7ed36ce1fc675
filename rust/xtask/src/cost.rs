//! `cargo xtask cost`: measures flash, memory and instructions, and compares them with
//! `docs/cost.md`.
//!
//! Names what cannot be measured on this machine, and compares the rest.

mod images;
mod library;
mod parts;
mod run;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use serde_json::{Map, Value};

use self::library::{Build, Network, Transport};
use self::tables::Table;
use crate::toolchain::Toolchain;

/// The document with the checked-in tables, between two marks.
const DOCUMENT: &str = "docs/cost.md";
const BEGIN: &str = "<!-- tables: `cargo xtask cost --write` -->\n\n";
const HEADING: &str = "### ";
const END: &str = "<!-- end of the tables -->\n";

/// The targets, and the processors that represent them.
const TARGETS: [(&str, &str); 4] = [
    ("thumbv7em-none-eabi", "Cortex-M4"),
    ("thumbv8m.main-none-eabi", "Cortex-M33"),
    ("thumbv6m-none-eabi", "Cortex-M0+"),
    ("riscv32imc-unknown-none-elf", "riscv32imc"),
];

/// The security schemes of a build.
const SECURITY: [(&str, &[&str]); 3] =
    [("security 1", &["sec1"]), ("security 2", &["sec2"]), ("1 and 2", &["sec1", "sec2"])];

const NETWORKS: [(&str, Network); 2] = [("Wi-Fi", Network::Wifi), ("Thread", Network::Thread)];

const TRANSPORTS: [(&str, Transport); 3] = [
    ("Bluetooth", Transport::Bluetooth),
    ("SoftAP", Transport::SoftAp),
    ("console", Transport::Console),
];

/// Options of `cargo xtask cost`.
#[derive(Args)]
pub struct Options {
    /// Print one JSON object to standard output
    #[arg(long)]
    json: bool,
    /// Fail if a number has grown by more than 1 % since `docs/cost.md` was written
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Write the tables to `docs/cost.md`
    #[arg(long)]
    write: bool,
    /// Measure only part: the library, the emulated runs, or the samples on Zephyr
    #[arg(long, value_name = "WHAT", value_delimiter = ',', value_enum)]
    only: Vec<What>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Library,
    Runs,
    Images,
}

/// What was measured, and what could not be measured.
#[derive(Default)]
struct Report {
    tables: Vec<Table>,
    skipped: Vec<String>,
}

/// Measures. With `--check`, returns whether no number has grown; otherwise `true`.
pub fn run(root: &Path, options: &Options) -> Result<bool> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("cost");
    let wanted = |what| options.only.is_empty() || options.only.contains(&what);
    let mut report = Report::default();
    if wanted(What::Library) {
        report.libraries(root, &folder)?;
    }
    if wanted(What::Runs) {
        match run::measure(root, &target.join("footprint"))? {
            Some(tables) => report.tables.extend(tables),
            None => {
                report.skipped.push("the emulated runs: see above for what is missing".to_owned())
            }
        }
    }
    if wanted(What::Images) {
        report.images(root, &folder)?;
    }

    let markdown: String = report.tables.iter().map(Table::markdown).collect();
    if options.json {
        println!("{:#}", report.json());
    } else if !options.check && !options.write {
        print!("{markdown}");
    }
    for skipped in &report.skipped {
        eprintln!("not measured: {skipped}");
    }
    let path = root.join(DOCUMENT);
    if options.write {
        fs::write(&path, updated(&read(&path)?, &report.tables)?)?;
    }
    Ok(!options.check || check(&read(&path)?, &markdown))
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Returns the document with these tables in place of those with the same titles. Tables that were
/// not measured stay.
fn updated(document: &str, tables: &[Table]) -> Result<String> {
    let parts = document.split_once(BEGIN).and_then(|(head, rest)| {
        let (before, tail) = rest.split_once(END)?;
        Some((head, before, tail))
    });
    let (head, before, tail) =
        parts.with_context(|| format!("{DOCUMENT} has no marks around the tables"))?;
    let mut sections: Vec<(String, String)> = before
        .split(HEADING)
        .skip(1)
        .map(|section| {
            let title = section.lines().next().unwrap_or_default().to_owned();
            (title, format!("{HEADING}{section}"))
        })
        .collect();
    for table in tables {
        match sections.iter_mut().find(|(title, _)| *title == table.title) {
            Some((_, section)) => *section = table.markdown(),
            None => sections.push((table.title.clone(), table.markdown())),
        }
    }
    let sections: String = sections.into_iter().map(|(_, section)| section).collect();
    Ok(format!("{head}{BEGIN}{sections}{END}{tail}"))
}

/// Compares the tables with the document. Returns whether no number has grown.
fn check(document: &str, tables: &str) -> bool {
    let (grown, others) = tables::compare(document, tables);
    for change in &others {
        println!("  {change}");
    }
    for change in &grown {
        println!("+ {change}");
    }
    if !grown.is_empty() {
        println!(
            "{} numbers have grown by more than 1 %; to accept this, run `cargo xtask cost --write`",
            grown.len()
        );
    }
    grown.is_empty()
}

impl Report {
    fn libraries(&mut self, root: &Path, folder: &Path) -> Result<()> {
        let columns: Vec<String> = NETWORKS
            .iter()
            .flat_map(|(network, _)| SECURITY.map(|(security, _)| format!("{network}, {security}")))
            .collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        let mut totals = Table::new(
            "The module's Rust, by processor",
            &columns,
            "Flash in bytes: code and constants of everything that Bluetooth's glue and an application \
             may call, without C files.",
        );
        let mut details = Vec::new();
        for (target, processor) in TARGETS {
            let toolchain = Toolchain::find(target);
            let linker = toolchain.as_ref().and_then(Toolchain::linker);
            let (Some(toolchain), Some(linker)) = (toolchain, linker) else {
                self.skipped.push(format!(
                    "{processor}: no compiler with LLVM's linker can build for {target} \
                     (`rustup target add {target}`)"
                ));
                continue;
            };
            let mut measured = Vec::new();
            for (name, network) in NETWORKS {
                for (_, security) in SECURITY {
                    eprintln!("{target}, {}, {name}", security.join("+"));
                    let build = Build { target, security, network };
                    let archive = library::build(root, folder, &toolchain, build)?;
                    let sizes = |transport| {
                        parts::measure(&library::link(root, &linker, &archive, build, transport)?)
                    };
                    measured.push(Some(sizes(Transport::Bluetooth)?));
                    if processor == "Cortex-M4" && network == Network::Wifi && security.len() == 2 {
                        details.push(by_transport(&sizes)?);
                    }
                }
            }
            let flash = measured.iter().map(|sizes| sizes.as_ref().map(parts::Sizes::flash));
            totals.row(processor, flash.collect());
            if processor == "Cortex-M4" {
                details.insert(0, by_part(&columns, &measured, &toolchain));
            }
        }
        self.tables.push(totals);
        self.tables.extend(details);
        Ok(())
    }

    fn images(&mut self, root: &Path, folder: &Path) -> Result<()> {
        if let Some(missing) = images::missing() {
            self.skipped.push(format!("the samples on Zephyr: {missing}"));
            return Ok(());
        }
        for image in &images::IMAGES {
            eprintln!("{}", image.title());
            self.tables.push(images::measure(root, folder, image)?);
        }
        Ok(())
    }

    fn json(&self) -> Value {
        let tables = self.tables.iter().map(|table| (table.title.clone(), table.json()));
        let mut object: Map<String, Value> = tables.collect();
        object.insert("not measured".to_owned(), self.skipped.clone().into());
        object.into()
    }
}

/// Sizes of the library's parts on a Cortex-M4.
fn by_part(columns: &[&str], measured: &[Option<parts::Sizes>], toolchain: &Toolchain) -> Table {
    let mut table = Table::new(
        "The module's Rust on a Cortex-M4, by part",
        columns,
        format!(
            "In bytes, by {}. Inlined code counts for the part in which it was written. RAM does not \
             include the provisioning thread's stack.",
            toolchain.version()
        ),
    );
    for (_, (name, numbers)) in parts::rows(measured) {
        table.row(name, numbers);
    }
    table
}

/// Sizes of the library by transport.
fn by_transport(sizes: &dyn Fn(Transport) -> Result<parts::Sizes>) -> Result<Table> {
    let mut table = Table::new(
        "The module's Rust on a Cortex-M4, by transport",
        &["flash", "RAM, static"],
        "In bytes, for Wi-Fi with security 1 and 2.",
    );
    for (name, transport) in TRANSPORTS {
        let sizes = sizes(transport)?;
        table.row(name, vec![Some(sizes.flash()), Some(sizes.variables)]);
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_a_place_for_the_tables() {
        let document = read(&crate::root().join(DOCUMENT)).unwrap();
        let (head, rest) = document.split_once(BEGIN).unwrap();
        let (_, tail) = rest.split_once(END).unwrap();
        assert!(head.starts_with("# Cost") && tail.contains("## How to read them"));
    }

    #[test]
    fn tables_that_were_not_measured_stay() {
        let table = |title: &str, number| {
            let mut table = Table::new(title, &["bytes"], "A note.");
            table.row("all", vec![Some(number)]);
            table
        };
        let [first, second, newer] = [table("first", 1), table("second", 2), table("second", 3)];
        let empty = format!("head\n{BEGIN}{END}tail\n");
        let both = updated(&empty, &[first.clone(), second]).unwrap();
        let expected = format!("head\n{BEGIN}{}{}{END}tail\n", first.markdown(), newer.markdown());
        assert_eq!(updated(&both, &[newer]).unwrap(), expected);
        assert!(updated("no marks", &[first]).is_err());
    }
}
