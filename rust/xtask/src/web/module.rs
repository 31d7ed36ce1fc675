//! Builds the client as a WebAssembly module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::toolchain::Toolchain;

const TARGET: &str = "wasm32-unknown-unknown";
const PACKAGE: &str = "netprov-web";

/// The crates of this workspace that the module contains.
const SOURCES: [&str; 3] = ["rust/web", "rust/client", "rust/messages"];

/// Selects the small implementations of ciphers and digests, as on a device.
const FLAGS: &str = "--cfg=aes_backend_soft=\"compact\" --cfg=sha2_backend_soft=\"compact\"";
/// Flags for builds that also compile the standard library: a panic is a trap without a message.
const SMALL_FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none";
/// Suffix of the compiler's name for such builds.
const SMALL: &str = ", with its own standard library";

/// A module, with its compiler and sources.
pub struct Module {
    /// Its code, compressed by gzip.
    pub zipped: Vec<u8>,
    /// The compiler that built it.
    pub compiler: String,
    /// The digest of its sources.
    pub sources: String,
}

impl Module {
    /// Returns whether the module was built with its own standard library, which makes it smallest.
    pub fn is_small_build(&self) -> bool {
        self.compiler.ends_with(SMALL)
    }
}

/// Returns a compiler with the sources of its library, which builds the smallest module, or else one
/// with the target.
fn toolchain() -> Result<Toolchain> {
    Toolchain::find_source().or_else(|| Toolchain::find(TARGET)).context(
        "no compiler for WebAssembly: run `rustup component add rust-src` (for the smallest page) \
         or `rustup target add wasm32-unknown-unknown`",
    )
}

/// Returns the compiler that would build the module.
pub fn compiler() -> Result<String> {
    let toolchain = toolchain()?;
    let library = if toolchain.from_source { SMALL } else { "" };
    Ok(toolchain.version() + library)
}

/// Compiles the module. Uses a separate target folder, because the flags differ from other builds.
pub fn build(root: &Path) -> Result<Module> {
    let toolchain = toolchain()?;
    let folder = root.join("target/web");
    let mut command = cargo(root);
    command.args(["build", "--release", "--locked", "--package", PACKAGE, "--target", TARGET]);
    command.arg("--target-dir").arg(&folder);
    command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "z").env("CARGO_PROFILE_RELEASE_STRIP", "true");
    command.env("RUSTC", &toolchain.rustc).env_remove("CARGO_ENCODED_RUSTFLAGS");
    let mut flags = FLAGS.to_owned();
    if toolchain.from_source {
        flags = format!("{flags} {SMALL_FLAGS}");
        command.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    command.env("RUSTFLAGS", flags);
    if let Some(linker) = toolchain.linker() {
        command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
    }
    ensure!(command.status().context("cannot run cargo")?.success(), "the client does not compile");
    let path = folder.join(TARGET).join("release/netprov_web.wasm");
    let code = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    // Compresses better than gzip itself. This takes some seconds, which do not matter here.
    let mut zipped = Vec::new();
    zopfli::compress(zopfli::Options::default(), zopfli::Format::Gzip, &*code, &mut zipped)?;
    Ok(Module { zipped, compiler: compiler()?, sources: sources(root)? })
}

/// Returns the digest of the crates' sources and of the versions of their dependencies.
pub fn sources(root: &Path) -> Result<String> {
    let mut files = Vec::new();
    for folder in SOURCES {
        files.push(root.join(folder).join("Cargo.toml"));
        collect(&root.join(folder).join("src"), &mut files)?;
    }
    files.sort();
    let mut digest = Sha256::new();
    for file in files {
        let name = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        let content = fs::read(&file).with_context(|| format!("cannot read {name}"))?;
        digest.update(format!("{name} {}\n", content.len()));
        digest.update(content);
    }
    let mut tree = cargo(root);
    tree.args(["tree", "--locked", "--package", PACKAGE, "--target", TARGET]);
    tree.args(["--edges", "normal,build", "--prefix", "none", "--no-dedupe"]);
    let output = tree.output().context("cannot run cargo")?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout)?;
    // Drop the paths of the workspace's own crates.
    let mut versions: Vec<_> = tree.lines().filter_map(|line| line.split(" (").next()).collect();
    versions.sort_unstable();
    versions.dedup();
    digest.update(versions.join("\n"));
    digest.update(FLAGS);
    Ok(digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries = fs::read_dir(folder);
    for entry in entries.with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}
