//! Tells the code which transports the image has: those that Kconfig names.
#![forbid(unsafe_code)]

use std::{env, fs};

/// The options that are of interest here; zephyr-lang-rust's build names the file that has them.
const OPTIONS: [&str; 3] =
    ["CONFIG_NETWORK_PROV_BLE", "CONFIG_NETWORK_PROV_CONSOLE", "CONFIG_NETWORK_PROV_SOFTAP"];

fn main() {
    println!("cargo:rerun-if-env-changed=DOTCONFIG");
    for option in OPTIONS {
        println!("cargo:rustc-check-cfg=cfg({option})");
    }
    let Some(file) = env::var_os("DOTCONFIG") else {
        // Without Zephyr, for the documentation and its examples: all there is.
        for option in OPTIONS {
            println!("cargo:rustc-cfg={option}");
        }
        return;
    };
    println!("cargo:rerun-if-changed={}", file.to_string_lossy());
    let config = fs::read_to_string(&file).unwrap_or_default();
    for option in OPTIONS {
        if config.lines().any(|line| line.strip_suffix("=y") == Some(option)) {
            println!("cargo:rustc-cfg={option}");
        }
    }
}
