//! Opens the connection to a device.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use netprov_client::transport::console::{Console, Style};
use netprov_client::transport::{Http, Transport, TransportError};
use netprov_client::{Device, DeviceError, Scheme, Version};

use crate::cli::{DeviceArgs, TransportArgs};
use crate::exit::{Failure, FailureKind};
use crate::report::Report;
use crate::secrets;

/// A device with any transport.
pub type AnyDevice = Device<Box<dyn Transport + Send>>;

/// Interval between tries to reach a device while waiting for it.
const INTERVAL: Duration = Duration::from_millis(500);

/// Characters per write with `--pace-ms`.
const PIECE: usize = 16;

/// Opens the transport.
pub fn open(link: &TransportArgs) -> Result<AnyDevice, Failure> {
    let transport: Box<dyn Transport + Send> = if let Some(address) = &link.http {
        Box::new(Http::new(address).map_err(|error| Failure::usage(error.to_string()))?)
    } else if let Some(path) = &link.console {
        let console = Console::open(path, link.baud).map_err(|error| {
            Failure::new(
                FailureKind::Unreachable,
                format!("cannot open {}: {error}", path.display()),
            )
        })?;
        Box::new(styled(console, link))
    } else if let Some((program, arguments)) = link.program.split_first() {
        let mut command = Command::new(program);
        // Discard the program's standard error, which would mix with this program's.
        command.args(arguments).stderr(Stdio::null());
        let console = Console::spawn(&mut command).map_err(|error| {
            let program = program.to_string_lossy();
            Failure::new(FailureKind::Unreachable, format!("cannot start {program}: {error}"))
        })?;
        Box::new(styled(console, link))
    } else {
        return other(link);
    };
    Ok(device(transport, link))
}

#[cfg(not(feature = "ble"))]
fn other(_: &TransportArgs) -> Result<AnyDevice, Failure> {
    Err(Failure::usage("no device given: use --http HOST, --console PATH or --child -- PROGRAM"))
}

#[cfg(feature = "ble")]
fn other(link: &TransportArgs) -> Result<AnyDevice, Failure> {
    let Some(name) = &link.ble else {
        return Err(Failure::usage(
            "no device given: use --http HOST, --console PATH, --ble NAME or --child -- PROGRAM",
        ));
    };
    let found = netprov_client::transport::ble::Ble::connect(name, Duration::from_secs(10));
    let transport = found.map_err(DeviceError::from)?;
    Ok(device(Box::new(transport), link))
}

fn device(transport: Box<dyn Transport + Send>, link: &TransportArgs) -> AnyDevice {
    let mut device = Device::new(transport);
    device.set_request_time(Duration::from_secs(link.request_time));
    device
}

fn styled(mut console: Console, link: &TransportArgs) -> Console {
    let pace = link.pace_ms.map(|pause| (PIECE, Duration::from_millis(pause)));
    let command = link.console_command.clone();
    let style = Style { command, pace, ..console.style().clone() };
    console.set_style(style);
    console
}

/// Requests the version, waiting for the device to appear if asked to.
pub fn version(device: &mut AnyDevice, link: &TransportArgs) -> Result<Version, Failure> {
    let deadline = Instant::now() + Duration::from_secs(link.wait);
    loop {
        match device.version() {
            Err(DeviceError::Transport(TransportError::Unreachable(_)))
                if Instant::now() < deadline =>
            {
                sleep(INTERVAL);
            }
            other => return Ok(other?),
        }
    }
}

/// Opens the transport and establishes a session.
pub fn connect(reach: &DeviceArgs, report: &mut Report) -> Result<(AnyDevice, Version), Failure> {
    // Report invalid options before contacting the device.
    let (proof, required) = secrets::proof(&reach.secret)?;
    let mut device = open(&reach.link)?;
    let version = version(&mut device, &reach.link)?;
    report.version(&version);
    let proof = secrets::complete(proof, &version, reach.secret.username.as_deref(), required)?;
    let scheme = Scheme::choose(&version, &proof, required).map_err(advice)?;
    let number = scheme.number();
    device.connect(scheme)?;
    report.session(number);
    Ok((device, version))
}

/// Adds the option that solves the problem.
fn advice(error: netprov_client::Error) -> Failure {
    use netprov_client::Error;
    let advice = match &error {
        Error::Unprotected => " (--security 0)",
        Error::ProofMissing { .. } => ": use --pop, --pop-file, NETPROV_POP or --qr",
        _ => "",
    };
    let failure = Failure::from(error);
    Failure { reason: format!("{failure}{advice}"), ..failure }
}
