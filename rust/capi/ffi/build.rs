//! Sets a cfg flag for each transport selected in Kconfig, and for the type of network.
#![forbid(unsafe_code)]

use std::{env, fs};

/// The transports.
const TRANSPORTS: [&str; 3] =
    ["CONFIG_NETWORK_PROV_BLE", "CONFIG_NETWORK_PROV_CONSOLE", "CONFIG_NETWORK_PROV_SOFTAP"];
/// Thread instead of Wi-Fi.
const THREAD: &str = "CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD";

fn main() {
    println!("cargo:rerun-if-env-changed=DOTCONFIG");
    let options = TRANSPORTS.into_iter().chain([THREAD]);
    for option in options.clone() {
        println!("cargo:rustc-check-cfg=cfg({option})");
    }
    // The build of zephyr-lang-rust passes the path of the `.config` file. Without Zephyr
    // (documentation, tests), all transports are available, and a feature selects the network.
    let config = env::var_os("DOTCONFIG").map(|file| {
        println!("cargo:rerun-if-changed={}", file.to_string_lossy());
        fs::read_to_string(&file).unwrap_or_default()
    });
    for option in options {
        let is_set = match &config {
            Some(config) => config.lines().any(|line| line.strip_suffix("=y") == Some(option)),
            None => option != THREAD || env::var_os("CARGO_FEATURE_THREAD").is_some(),
        };
        if is_set {
            println!("cargo:rustc-cfg={option}");
        }
    }
}
