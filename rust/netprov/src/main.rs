//! `netprov`: sends devices their Wi-Fi credentials or a Thread dataset.
#![forbid(unsafe_code)]

mod cli;
mod command;
mod exit;
mod fleet;
mod link;
mod report;
mod secrets;
mod text;

use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let Cli { json, command } = Cli::parse();
    let mut report = report::Report::new(json);
    let done = match command {
        Command::Provision(options) => command::provision::run(&options, &mut report),
        Command::Scan(options) => command::scan::run(&options, &mut report),
        Command::Status(options) => command::status::run(&options, &mut report),
        Command::Reset(options) => command::reset::run(&options, &mut report),
        Command::Send(options) => command::send::run(&options, &mut report),
        Command::Info(options) => command::info::run(&options, &mut report),
        Command::Fleet(options) => fleet::run(&options, &mut report),
        Command::Completions { shell } => {
            command::completions(shell);
            Ok(())
        }
        #[cfg(feature = "ble")]
        Command::Discover(options) => command::discover::run(&options, &mut report),
        #[cfg(not(feature = "ble"))]
        Command::Discover(_) => Err(link::without_ble("discover")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report.failure(&failure);
            failure.code()
        }
    }
}
