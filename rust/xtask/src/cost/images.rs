//! Measures whole images of the samples with `tests/footprint/module.py`, if Zephyr is available.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::tables::Table;

/// A build of the Wi-Fi sample with a transport's snippet for a board.
pub struct Image {
    snippet: &'static str,
    board: &'static str,
    /// How it differs from the unmodified sample, for the title; empty if it does not.
    variant: &'static str,
    options: &'static [&'static str],
}

const NRF52840: &str = "nrf52840dk/nrf52840";
const MPS2: &str = "mps2/an385";

/// For emulators, which have no radio.
const FAKE_WIFI: &str = "-DCONFIG_NETWORK_PROV_FAKE_WIFI=y";
/// For emulators, which have no source of entropy.
const ENTROPY: &str = "-DCONFIG_TEST_RANDOM_GENERATOR=y";
const NO_QR: &str = "-DCONFIG_NETWORK_PROV_QR=n";

/// The unmodified sample, and variants that leave out or add parts, as a product may.
pub const IMAGES: [Image; 8] = [
    Image { snippet: "netprov-ble", board: NRF52840, variant: "", options: &[] },
    Image {
        snippet: "netprov-ble",
        board: NRF52840,
        variant: "security 1 and 2, no QR code",
        options: &[NO_QR],
    },
    Image {
        snippet: "netprov-ble",
        board: NRF52840,
        variant: "security 1, no QR code",
        options: &["-DCONFIG_SAMPLE_SECURITY_1=y", "-DCONFIG_NETWORK_PROV_SECURITY_2=n", NO_QR],
    },
    Image {
        snippet: "netprov-ble",
        board: NRF52840,
        variant: "smallest build",
        options: &["-DEXTRA_CONF_FILE=minimal.conf"],
    },
    Image { snippet: "netprov-softap", board: MPS2, variant: "", options: &[FAKE_WIFI, ENTROPY] },
    Image {
        snippet: "netprov-softap",
        board: MPS2,
        variant: "no QR code",
        options: &[FAKE_WIFI, ENTROPY, NO_QR],
    },
    Image {
        snippet: "netprov-softap",
        board: MPS2,
        variant: "no QR code, with the page",
        options: &[FAKE_WIFI, ENTROPY, NO_QR, "-DCONFIG_NETWORK_PROV_SOFTAP_PAGE=y"],
    },
    Image { snippet: "netprov-console", board: MPS2, variant: "", options: &[FAKE_WIFI, ENTROPY] },
];

impl Image {
    /// Returns the title of its table.
    pub fn title(&self) -> String {
        let Self { snippet, board, variant, .. } = self;
        let separator = if variant.is_empty() { "" } else { ": " };
        format!("`samples/wifi_prov` with `{snippet}` on {board}{separator}{variant}")
    }

    /// Returns the name of its build folder.
    fn folder(&self) -> String {
        let variant = self.variant.replace([' ', ','], "_");
        format!("{}_{variant}", self.snippet)
    }
}

/// Returns why no image can be built here, or `None` if images can be built.
pub fn missing() -> Option<&'static str> {
    let has = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let west = Command::new("west").arg("--version").stdout(Stdio::null()).status();
    if !has("ZEPHYR_BASE") {
        Some("ZEPHYR_BASE is not set")
    } else if !west.is_ok_and(|status| status.success()) {
        Some("west is not installed")
    } else if !has("ZEPHYR_SDK_INSTALL_DIR") && !has("ZEPHYR_TOOLCHAIN_VARIANT") {
        Some("no compiler for Arm: set ZEPHYR_SDK_INSTALL_DIR or ZEPHYR_TOOLCHAIN_VARIANT")
    } else {
        None
    }
}

/// Builds and measures the sample. Returns a table of the module's objects and the totals.
pub fn measure(root: &Path, folder: &Path, image: &Image) -> Result<Table> {
    let Image { snippet, board, options, .. } = image;
    let build = folder.join(image.folder());
    let status = Command::new("west")
        .args(["build", "--pristine=auto", "--board", *board, "--snippet", *snippet, "--build-dir"])
        .arg(&build)
        .arg(root.join("samples/wifi_prov"))
        .arg("--")
        .arg(format!("-DEXTRA_ZEPHYR_MODULES={}", root.display()))
        .arg(format!("-DNETWORK_PROV_BUILD_CACHE={}", folder.join("cargo").display()))
        .args(*options)
        .current_dir(root)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .context("cannot run west")?;
    ensure!(status.success(), "{} does not build", image.title());
    let output = Command::new("python3")
        .arg(root.join("tests/footprint/module.py"))
        .arg("--json")
        .arg(&build)
        .output()
        .context("cannot run python3")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shares: Value = serde_json::from_slice(&output.stdout)?;
    let mut table = Table::new(
        image.title(),
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_image_has_a_title_and_a_folder_of_its_own() {
        let titles: BTreeSet<_> = IMAGES.iter().map(Image::title).collect();
        let folders: BTreeSet<_> = IMAGES.iter().map(Image::folder).collect();
        assert_eq!((titles.len(), folders.len()), (IMAGES.len(), IMAGES.len()));
    }
}
