//! Code generation and checks of this workspace: `cargo xtask`.
#![forbid(unsafe_code)]

mod cost;
mod coverage;
mod generate;
mod test;
mod toolchain;
mod web;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate the Rust messages from `proto/`, and the C headers from `rust/capi`
    Generate {
        /// Write nothing; fail if a generated file is stale
        #[arg(long)]
        check: bool,
    },
    /// Measure flash, memory and instructions of the module
    Cost(cost::Options),
    /// Measure which lines and branches of the core the tests reach
    Coverage(coverage::Options),
    /// Build the page in `web/dist`, which provisions a device from a browser
    Web(web::Options),
    /// Run every check and test that works on this machine
    Test(test::Options),
}

fn main() -> ExitCode {
    if let Some(code) = coverage::compile() {
        return code;
    }
    let done = match Cli::parse().command {
        Command::Generate { check } => generate::run(root(), check).map(|()| true),
        Command::Cost(options) => cost::run(root(), &options),
        Command::Coverage(options) => coverage::run(root(), &options),
        Command::Web(options) => web::run(root(), &options).map(|()| true),
        Command::Test(options) => test::run(root(), &options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("this crate lies two folders below the root")
}
