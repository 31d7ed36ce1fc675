//! `netprov-cred`: creates credentials for single devices or from a table.
#![forbid(unsafe_code)]

mod batch;
mod cli;
mod folder;
mod new;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};
use crate::output::report;

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::New(options) => new::run(&options).map(|()| true),
        Command::Batch(options) => batch::run(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            report(format_args!("netprov-cred: {error:#}"));
            ExitCode::from(2)
        }
    }
}
