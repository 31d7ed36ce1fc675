//! Commands for a single device.

#[cfg(feature = "ble")]
pub mod discover;
pub mod info;
pub mod provision;
pub mod reset;
pub mod scan;
pub mod send;
pub mod status;

use clap::CommandFactory as _;

use crate::cli::Cli;

/// Prints shell completions.
pub fn completions(shell: clap_complete::Shell) {
    clap_complete::generate(shell, &mut Cli::command(), "netprov", &mut std::io::stdout());
}
