//! Builds the module's Rust for a device and links it without Zephyr.
//!
//! The settings are those of `zephyr/rust.cmake`. Functions of the C library and the compiler, which
//! a Zephyr image contains anyway, are not counted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::toolchain::Toolchain;

/// The headers that declare the functions that C calls.
const HEADERS: [&str; 2] =
    ["include/network_provisioning/network_prov_mgr.h", "zephyr/src/netprov_core.h"];

/// Packages with opt-level `s` instead of `z`: they take most of the time, and `z` saves nothing.
const FAST: [&str; 4] = ["aes", "cipher", "protocomm", "sha2"];

/// Selects the small implementations of ciphers and digests.
const CFGS: [&str; 3] =
    [r#"aes_backend_soft="compact""#, r#"sha2_backend_soft="compact""#, r#"cpubits="16""#];

/// Functions that an image contains even without the module.
const OF_THE_IMAGE: [&str; 5] = ["memcpy", "memmove", "memset", "memcmp", "strlen"];
const OF_THE_IMAGE_ARM: [&str; 3] = ["__aeabi_memcpy", "__aeabi_memmove", "__aeabi_memclr"];
const ARITHMETIC_ARM: [&str; 10] = [
    "__aeabi_lmul",
    "__aeabi_ldivmod",
    "__aeabi_uldivmod",
    "__aeabi_idiv",
    "__aeabi_uidiv",
    "__aeabi_idivmod",
    "__aeabi_uidivmod",
    "__aeabi_llsl",
    "__aeabi_llsr",
    "__aeabi_lasr",
];
const ARITHMETIC_RISCV: [&str; 8] = [
    "__muldi3",
    "__divdi3",
    "__udivdi3",
    "__moddi3",
    "__umoddi3",
    "__ashldi3",
    "__lshrdi3",
    "__ashrdi3",
];

/// The type of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    Wifi,
    Thread,
}

/// The transport whose functions are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    Bluetooth,
    SoftAp,
    Console,
}

/// Options of a build of the library.
#[derive(Clone, Copy, Debug)]
pub struct Build<'a> {
    pub target: &'a str,
    pub security: &'a [&'a str],
    pub network: Network,
}

/// Builds the static library. Returns its path.
pub fn build(
    root: &Path,
    folder: &Path,
    toolchain: &Toolchain,
    build: Build<'_>,
) -> Result<PathBuf> {
    let mut features = format!("connect,{}", build.security.join(","));
    if build.network == Network::Thread {
        features += ",thread";
    }
    fs::create_dir_all(folder)?;
    let config = folder.join(format!("{}.toml", build.target));
    fs::write(&config, configuration(build.target))?;
    let mut command = Command::new(env!("CARGO"));
    command
        .args(["build", "--quiet", "--locked", "--release", "--package", "netprov-staticlib"])
        .args(["--lib", "--no-default-features", "--features", &features])
        .args(["--target", build.target, "--config"])
        .arg(&config)
        .current_dir(root)
        .env("CARGO_TARGET_DIR", folder)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    toolchain.apply(&mut command);
    let done = command.status().context("cannot run cargo")?;
    ensure!(done.success(), "{} does not build with {features}", build.target);
    Ok(folder.join(build.target).join("release/libnetprov.a"))
}

/// Links the functions that a transport's glue and an application call. Returns the program's path.
pub fn link(
    root: &Path,
    linker: &Path,
    archive: &Path,
    build: Build<'_>,
    transport: Transport,
) -> Result<PathBuf> {
    let program = archive.with_file_name("program");
    let mut command = Command::new(linker);
    if linker.ends_with("rust-lld") {
        command.args(["-flavor", "gnu"]);
    }
    command.args(["--gc-sections", "--entry=0", "--unresolved-symbols=ignore-all"]);
    for name in of_the_image(build.target) {
        command.arg(format!("--wrap={name}"));
    }
    for name in exports(root, build.network)? {
        if transport.calls(&name) {
            command.arg("--undefined").arg(name);
        }
    }
    command.arg("-o").arg(&program).arg(archive).stdin(Stdio::null());
    let output = command.output().with_context(|| format!("cannot run {}", linker.display()))?;
    if !output.status.success() {
        bail!("{} does not link:\n{}", build.target, String::from_utf8_lossy(&output.stderr));
    }
    Ok(program)
}

impl Transport {
    /// Whether an image with only this transport may call a function.
    fn calls(self, function: &str) -> bool {
        let of = |transport: &str| function.starts_with(&format!("netprov_core_{transport}_"));
        match self {
            Self::Bluetooth => !of("http") && !of("console"),
            Self::SoftAp => !of("console"),
            Self::Console => !of("http"),
        }
    }
}

/// Cargo's configuration, as `zephyr/rust.cmake` writes it, but with line numbers.
fn configuration(target: &str) -> String {
    let cfgs = CFGS.map(|cfg| format!("'--cfg={cfg}'")).join(", ");
    let fast: String = FAST.iter().map(|name| format!("{name}.opt-level = \"s\"\n")).collect();
    format!(
        "[profile.release]\n\
         opt-level = \"z\"\n\
         debug = \"line-tables-only\"\n\
         lto = \"fat\"\n\
         codegen-units = 1\n\
         panic = \"abort\"\n\
         [profile.release.package]\n{fast}\
         [target.{target}]\n\
         rustflags = [{cfgs}]\n"
    )
}

fn of_the_image(target: &str) -> Vec<String> {
    let mut names: Vec<String> = OF_THE_IMAGE.map(str::to_owned).to_vec();
    if target.starts_with("thumb") {
        for name in OF_THE_IMAGE_ARM {
            names.extend(["", "4", "8"].map(|alignment| format!("{name}{alignment}")));
        }
        names.extend(ARITHMETIC_ARM.map(str::to_owned));
    } else {
        names.extend(ARITHMETIC_RISCV.map(str::to_owned));
    }
    names
}

/// Returns the functions that C may call in a build for this type of network.
fn exports(root: &Path, network: Network) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for header in HEADERS {
        let path = root.join(header);
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        names.extend(text.lines().filter_map(declared).filter(|name| network.has(name)));
    }
    ensure!(names.len() > 10, "no declarations found in {HEADERS:?}");
    Ok(names)
}

/// Returns the function that a line declares, if it belongs to this project.
fn declared(line: &str) -> Option<String> {
    if !line.starts_with(|c: char| c.is_ascii_lowercase())
        || line.starts_with("extern ")
        || line.starts_with("typedef ")
    {
        return None;
    }
    let name = line.split('(').next()?.rsplit([' ', '*']).next()?;
    let ours = name.starts_with("network_prov_mgr_") || name.starts_with("netprov_core_");
    (ours && line.contains('(')).then(|| name.to_owned())
}

impl Network {
    fn has(self, function: &str) -> bool {
        let radio = ["scan_result", "link_up", "link_down", "got_address", "connect_failed"];
        let of_wifi = function.contains("_wifi_")
            || radio.iter().any(|name| function == format!("netprov_core_{name}"));
        let of_thread = function.contains("_thread_") || function.ends_with("_thread");
        match self {
            Self::Wifi => !of_thread,
            Self::Thread => !of_wifi,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zephyr_build_and_the_emulated_build_have_the_same_settings() {
        let read = |path: &str| fs::read_to_string(crate::root().join(path)).unwrap();
        let cmake = read("zephyr/rust.cmake");
        assert!(cmake.contains(&format!("foreach(package {})", FAST.join(" "))));
        let emulator =
            read("tests/footprint/Cargo.toml") + &read("tests/footprint/.cargo/config.toml");
        for name in FAST {
            assert!(emulator.contains(&format!("\n{name}.opt-level = \"s\"\n")), "{name}");
        }
        for cfg in CFGS {
            let escaped = cfg.replace('"', "\\\"");
            assert!(cmake.contains(&format!("--cfg={escaped}")), "{cfg}");
            assert!(emulator.contains(&format!("\"--cfg\", \"{escaped}\"")), "{cfg}");
        }
        for name in OF_THE_IMAGE.iter().chain(&OF_THE_IMAGE_ARM) {
            assert!(cmake.contains(&format!("{name}=")), "{name}");
        }
        for name in ARITHMETIC_ARM.iter().chain(&ARITHMETIC_RISCV) {
            assert!(cmake.contains(name), "{name}");
        }
    }

    #[test]
    fn declarations_are_found() {
        assert_eq!(
            declared("int network_prov_mgr_deinit(void);").as_deref(),
            Some("network_prov_mgr_deinit")
        );
        assert_eq!(
            declared("const char *netprov_core_console_request(uint32_t request,").as_deref(),
            Some("netprov_core_console_request")
        );
        assert_eq!(declared("extern int netprov_core_x(void);"), None);
        assert_eq!(declared(" * network_prov_mgr_deinit(void)"), None);
        let names = exports(crate::root(), Network::Wifi).unwrap();
        assert!(names.iter().any(|name| name == "netprov_core_link_up"));
        assert!(!names.iter().any(|name| name.contains("thread")));
    }
}
