//! Sets a cfg flag for each transport selected in Kconfig.
#![forbid(unsafe_code)]

use std::{env, fs};

/// The relevant options. The build of zephyr-lang-rust passes the path of the `.config` file.
const OPTIONS: [&str; 3] =
    ["CONFIG_NETWORK_PROV_BLE", "CONFIG_NETWORK_PROV_CONSOLE", "CONFIG_NETWORK_PROV_SOFTAP"];

fn main() {
    println!("cargo:rerun-if-env-changed=DOTCONFIG");
    for option in OPTIONS {
        println!("cargo:rustc-check-cfg=cfg({option})");
    }
    let Some(file) = env::var_os("DOTCONFIG") else {
        // Without Zephyr (documentation, doc tests), all transports are available.
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
