//! Whole images of the samples, where a Zephyr is at hand: `tests/footprint/module.py`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::tables::Table;

/// The sample for Wi-Fi with a transport's snippet, the board that it is built for, and options: an
/// emulator has no source of entropy.
pub const SAMPLES: [(&str, &str, &[&str]); 3] = [
    ("netprov-ble", "nrf52840dk/nrf52840", &[]),
    ("netprov-softap", "mps2/an385", EMULATED),
    ("netprov-console", "mps2/an385", EMULATED),
];

const EMULATED: &[&str] =
    &["-DCONFIG_NETWORK_PROV_FAKE_WIFI=y", "-DCONFIG_TEST_RANDOM_GENERATOR=y"];

/// Why no image can be built here; none if they can.
pub fn missing() -> Option<&'static str> {
    let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let west = Command::new("west").arg("--version").stdout(Stdio::null()).status();
    if !has("ZEPHYR_BASE") {
        Some("ZEPHYR_BASE names no Zephyr")
    } else if !west.is_ok_and(|status| status.success()) {
        Some("there is no west")
    } else if !has("ZEPHYR_SDK_INSTALL_DIR") && !has("ZEPHYR_TOOLCHAIN_VARIANT") {
        Some("ZEPHYR_TOOLCHAIN_VARIANT names no compiler for Arm")
    } else {
        None
    }
}

/// Builds the sample and says what it takes. Returns a table of the module's parts and the total.
pub fn measure(
    root: &Path,
    folder: &Path,
    (snippet, board, options): (&str, &str, &[&str]),
) -> Result<Table> {
    let build = folder.join(snippet);
    let status = Command::new("west")
        .args(["build", "--pristine=auto", "--board", board, "--snippet", snippet, "--build-dir"])
        .arg(&build)
        .arg(root.join("samples/wifi_prov"))
        .arg("--")
        .arg(format!("-DEXTRA_ZEPHYR_MODULES={}", root.display()))
        .arg(format!("-DNETWORK_PROV_BUILD_CACHE={}", folder.join("cargo").display()))
        .args(options)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("cannot run west")?;
    ensure!(status.success(), "samples/wifi_prov with {snippet} does not build for {board}");
    let output = Command::new("python3")
        .arg(root.join("tests/footprint/module.py"))
        .arg("--json")
        .arg(&build)
        .output()
        .context("please install python3")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shares: Value = serde_json::from_slice(&output.stdout)?;
    let mut table = Table::new(
        format!("`samples/wifi_prov` with `{snippet}` on {board}"),
        &["flash", "RAM"],
        "In bytes: each object of the module, all of them, and the whole image.",
    );
    let mut rows: Vec<_> = shares.as_object().into_iter().flatten().collect();
    // Objects first, then the sums.
    rows.sort_by_key(|(name, _)| !name.contains('.'));
    for (name, share) in rows {
        let number = |what: &str| share[what].as_u64();
        table.row(name, vec![number("FLASH"), number("RAM")]);
    }
    Ok(table)
}
