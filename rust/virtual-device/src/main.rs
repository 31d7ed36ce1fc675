//! The virtual device.
#![forbid(unsafe_code)]

use std::process::ExitCode;
use std::time::Duration;

use virtual_device::Fault;
use virtual_device::cli::Cli;
use virtual_device::device;
use virtual_device::settings::Settings;
use virtual_device::ui::Ui;

/// The exit code if the program could not start.
const CANNOT_START: u8 = 2;

/// How long the program waits at its end for an operation on a file, such as storing credentials. A
/// file of `--static` may never end, if it is a named pipe.
const STOP_TIME: Duration = Duration::from_secs(5);

fn main() -> ExitCode {
    let cli = Cli::of_program();
    match run(cli) {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::from(CANNOT_START)
        }
    }
}

fn run(cli: Cli) -> Result<u8, Fault> {
    let ui = Ui::new(cli.json);
    let settings = Settings::new(cli)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| Fault::new(format!("the system's I/O is not available: {error}")))?;
    let code = runtime.block_on(async { device::run(settings, ui).await });
    runtime.shutdown_timeout(STOP_TIME);
    code
}
