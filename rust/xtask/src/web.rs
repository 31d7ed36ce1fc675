//! `cargo xtask web`: builds the page in `web/dist` from `web/src` and `rust/web`.
//!
//! The page is checked in, so that building or trying a device needs no WebAssembly toolchain.
//! [`module`] compiles the client; [`bundle`] puts everything into one file.

mod bundle;
mod module;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Path of the page.
pub const PAGE: &str = "web/dist/index.html";

/// Maximum size of the page in bytes, compressed by `gzip -9`: a device has to store it.
pub const PAGE_MAX: usize = 60 * 1024;

/// Options of `cargo xtask web`.
#[derive(Args)]
pub struct Options {
    /// Write nothing; fail if the page is stale
    #[arg(long)]
    check: bool,
    /// Keep the WebAssembly module of the existing page; for changes to web/src only
    #[arg(long, conflicts_with = "check")]
    page_only: bool,
}

/// Builds the page, or checks that it is fresh.
pub fn run(root: &Path, options: &Options) -> Result<()> {
    if options.check {
        let rebuilt = check(root)?;
        println!("{PAGE} is fresh{}", if rebuilt { ", its module too" } else { "" });
        return Ok(());
    }
    let module =
        if options.page_only { bundle::module_of(&read(root)?)? } else { module::build(root)? };
    let page = bundle::page(root, &module)?;
    let path = root.join(PAGE);
    fs::create_dir_all(path.parent().context("the page has a folder")?)?;
    fs::write(&path, &page).with_context(|| format!("cannot write {PAGE}"))?;
    let (size, part) = (zipped_size(page.as_bytes())?, module.zipped.len());
    println!(
        "wrote {PAGE}: {size} bytes of gzip, {part} of them WebAssembly ({})",
        module.compiler
    );
    if size > PAGE_MAX && module.is_small_build() {
        bail!("the page is larger than {PAGE_MAX} bytes of gzip");
    }
    Ok(())
}

/// Fails if the page is stale. Returns whether the module was compiled again to compare it.
pub fn check(root: &Path) -> Result<bool> {
    const REMEDY: &str = "run `cargo xtask web` and commit the result";
    let found = read(root)?;
    let module = bundle::module_of(&found)?;
    let size = zipped_size(found.as_bytes())?;
    ensure!(size <= PAGE_MAX, "{PAGE} has {size} bytes of gzip, more than {PAGE_MAX}: {REMEDY}");
    ensure!(bundle::page(root, &module)? == found, "{PAGE} does not match web/src: {REMEDY}");
    ensure!(
        module.sources == module::sources(root)?,
        "the client has changed since {PAGE} was built: {REMEDY}"
    );
    if module::compiler()? != module.compiler {
        return Ok(false);
    }
    let built = module::build(root)?;
    ensure!(
        built.zipped == module.zipped,
        "the module in {PAGE} does not match its sources: {REMEDY}"
    );
    Ok(true)
}

fn read(root: &Path) -> Result<String> {
    fs::read_to_string(root.join(PAGE))
        .with_context(|| format!("cannot read {PAGE}; `cargo xtask web` builds it"))
}

/// Returns the size of the page in bytes, compressed by `gzip -9`.
///
/// If gzip is not installed, a library compresses the page; the result is up to 3 % larger.
fn zipped_size(bytes: &[u8]) -> Result<usize> {
    if let Some(size) = size_by_gzip(bytes) {
        return Ok(size);
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

fn size_by_gzip(bytes: &[u8]) -> Option<usize> {
    let mut command = Command::new("gzip");
    command.args(["-9", "--no-name", "--stdout"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut gzip = command.spawn().ok()?;
    let mut input = gzip.stdin.take()?;
    // Write and read at the same time: a pipe holds less than the page.
    let written = std::thread::scope(|scope| {
        let writer = scope.spawn(move || input.write_all(bytes));
        let output = gzip.wait_with_output();
        writer.join().ok()?.ok()?;
        output.ok()
    })?;
    written.status.success().then_some(written.stdout.len())
}
