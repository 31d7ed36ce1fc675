//! Measures runs on an emulated Cortex-M4 with `tests/footprint/measure.py`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::tables::Table;

/// Exit code of the script if something must be installed first.
const MISSING: i32 = 2;

/// Measures. Returns `None` if the machine lacks a requirement, which the script has reported.
pub fn measure(root: &Path, target: &Path) -> Result<Option<Vec<Table>>> {
    let output = Command::new("python3")
        .args(["tests/footprint/measure.py", "--json", "--target-dir"])
        .arg(target)
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run python3")?;
    if output.status.code() == Some(MISSING) {
        return Ok(None);
    }
    ensure!(output.status.success(), "tests/footprint/measure.py failed; its output is above");
    let results: Value = serde_json::from_slice(&output.stdout)?;
    Ok(Some(vec![operations(&results), runs(&results), sizes(&results)]))
}

fn operations(results: &Value) -> Table {
    let mut table = Table::new(
        "Instructions and stack, one by one",
        &["security 1: instructions", "stack", "security 2: instructions", "stack of it"],
        "The cost of each call in an ordinary session of a phone, including its effects. The stack is \
         in bytes.",
    );
    let (first, second) = (&results["operations"], &results["operations_2"]);
    for name in names(results, "operation_names") {
        let number = |of: &Value, what: &str| of[name][what].as_u64().filter(|n| *n > 0);
        table.row(
            name,
            vec![
                number(first, "instructions"),
                number(first, "stack"),
                number(second, "instructions"),
                number(second, "stack"),
            ],
        );
    }
    table
}

fn runs(results: &Value) -> Table {
    let mut table = Table::new(
        "Whole runs",
        &["steps", "instructions", "stack"],
        "The stack is in bytes: that of the deepest call, without its caller's.",
    );
    for (name, run) in results["runs"].as_object().into_iter().flatten() {
        let number = |what: &str| run[what].as_u64();
        table.row(
            format!("`{name}`"),
            vec![number("steps"), number("instructions"), number("stack")],
        );
    }
    table
}

fn sizes(results: &Value) -> Table {
    let mut table = Table::new(
        "Values that live long",
        &["security 1", "with security 2"],
        "In bytes. The manager is in the static memory of the C API.",
    );
    for name in names(results, "size_names") {
        let of = |what: &str| results[what][name].as_u64();
        table.row(name, vec![of("sizes"), of("sizes_2")]);
    }
    table
}

fn names<'a>(results: &'a Value, what: &str) -> impl Iterator<Item = &'a str> {
    results[what].as_array().into_iter().flatten().filter_map(Value::as_str)
}
