//! Opens the connection to a device.

use std::io::ErrorKind;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use netprov_client::qr::Payload;
use netprov_client::transport::console::{Console, Style};
use netprov_client::transport::{Http, Transport, TransportError};
use netprov_client::{Device, DeviceError, Scheme, Version};

use crate::cli::{DeviceArgs, TransportArgs};
use crate::exit::{Failure, FailureKind};
use crate::report::Report;
use crate::retry::{Progress, Retries, Watched};
use crate::secrets::{self, Given};
use crate::text::printable;

/// A device with any transport.
pub type AnyDevice = Device<Box<dyn Transport + Send>>;

/// Interval between tries to reach a device while waiting for it.
const INTERVAL: Duration = Duration::from_millis(500);

/// Characters per write with `--pace-ms`.
const PIECE: usize = 16;

/// Opens the transport. Also returns the progress of handshakes over it.
pub fn open(link: &TransportArgs) -> Result<(AnyDevice, Arc<Progress>), Failure> {
    let transport: Box<dyn Transport + Send> = if let Some(address) = &link.http {
        Box::new(Http::new(address).map_err(|error| Failure::usage(error.to_string()))?)
    } else if let Some(path) = &link.console {
        let console = Console::open(path, link.baud).map_err(|error| {
            Failure::new(
                FailureKind::Unreachable,
                format!("cannot open {}: {error}{}", path.display(), console_advice(error.kind())),
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

/// What to check if a console cannot be opened.
fn console_advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::NotFound => ": check the path, and that the device is plugged in",
        ErrorKind::PermissionDenied => {
            ": allow your user to use serial ports; on many systems, members of the group that owns \
             the port may"
        }
        ErrorKind::InvalidInput | ErrorKind::IsADirectory => {
            ": name a serial port or a pseudo-terminal"
        }
        _ => "",
    }
}

/// The failure of an option for Bluetooth LE in a program without it.
#[cfg(not(feature = "ble"))]
pub fn without_ble(what: &str) -> Failure {
    Failure::usage(format!(
        "{what} needs Bluetooth LE, which this netprov was built without: build it with \
         --features ble"
    ))
}

#[cfg(not(feature = "ble"))]
fn other(link: &TransportArgs) -> Result<(AnyDevice, Arc<Progress>), Failure> {
    if link.ble.is_some() {
        return Err(without_ble("--ble"));
    }
    Err(Failure::usage("no device given: use --http HOST, --console PATH or --child -- PROGRAM"))
}

#[cfg(feature = "ble")]
fn other(link: &TransportArgs) -> Result<(AnyDevice, Arc<Progress>), Failure> {
    let Some(name) = &link.ble else {
        return Err(Failure::usage(
            "no device given: use --http HOST, --console PATH, --ble NAME or --child -- PROGRAM",
        ));
    };
    let found = netprov_client::transport::ble::Ble::connect(name, Duration::from_secs(10));
    let transport = found.map_err(DeviceError::from)?;
    Ok(device(Box::new(transport), link))
}

fn device(
    transport: Box<dyn Transport + Send>,
    link: &TransportArgs,
) -> (AnyDevice, Arc<Progress>) {
    let (watched, progress) = Watched::new(transport);
    let mut device: AnyDevice = Device::new(Box::new(watched));
    device.set_request_time(Duration::from_secs(link.request_time));
    (device, progress)
}

fn styled(mut console: Console, link: &TransportArgs) -> Console {
    let pace = link.pace_ms.map(|pause| (PIECE, Duration::from_millis(pause)));
    let command = link.console_command.clone();
    let style = Style { command, pace, ..console.style().clone() };
    console.set_style(style);
    console
}

/// Prepares the retries of a session's start.
pub fn retries<'a>(
    progress: Arc<Progress>,
    link: &TransportArgs,
    report: &'a Report,
) -> Retries<'a> {
    Retries::new(progress, Duration::from_secs(link.retry_time), Some(report))
}

/// Requests the version. Waits for the device to appear if asked to, and while it is busy.
pub fn version(
    device: &mut AnyDevice,
    link: &TransportArgs,
    retries: &mut Retries<'_>,
) -> Result<Version, Failure> {
    let deadline = Instant::now() + Duration::from_secs(link.wait);
    loop {
        match retries.version(|| device.version()) {
            Err(DeviceError::Transport(TransportError::Unreachable(_)))
                if Instant::now() < deadline =>
            {
                sleep(INTERVAL);
            }
            Err(error) => return Err(version_advice(error, link)),
            Ok(version) => return Ok(version),
        }
    }
}

/// Takes the transport from the QR code if no option gives it. The QR code of a Bluetooth device
/// contains the name that the device advertises.
fn completed(link: &TransportArgs, payload: Option<&Payload>) -> Result<TransportArgs, Failure> {
    let Some(payload) = payload.filter(|_| !link.is_given()) else { return Ok(link.clone()) };
    let name = payload.name.as_deref().unwrap_or_default();
    match payload.transport.as_deref() {
        #[cfg(feature = "ble")]
        Some("ble") if !name.is_empty() => {
            Ok(TransportArgs { ble: Some(name.into()), ..link.clone() })
        }
        #[cfg(not(feature = "ble"))]
        Some("ble") => Err(without_ble("the device of this QR code")),
        Some("softap") => Err(Failure::usage(format!(
            "no device given: join the access point {} and use --http with the device's address, \
             by default 192.168.4.1",
            printable(name.as_bytes())
        ))),
        _ => Ok(link.clone()),
    }
}

/// Opens the transport and establishes a session.
pub fn connect(reach: &DeviceArgs, report: &mut Report) -> Result<(AnyDevice, Version), Failure> {
    // Report invalid options before contacting the device.
    let Given { proof, security: required, payload } = secrets::given(&reach.secret)?;
    let link = completed(&reach.link, payload.as_ref())?;
    let (mut device, progress) = open(&link)?;
    let version = version(&mut device, &link, &mut retries(progress.clone(), &link, report))?;
    report.version(&version);
    let proof = secrets::complete(proof, &version, reach.secret.username.as_deref(), required)?;
    let scheme = Scheme::choose(&version, &proof, required).map_err(advice)?;
    let number = scheme.number();
    // The user may have typed the proof meanwhile, so the time starts now.
    let mut retries = retries(progress, &link, report);
    retries
        .session(|| device.connect(scheme.clone()))
        .map_err(|error| handshake_advice(error, retries.count))?;
    report.session(number);
    Ok((device, version))
}

/// Adds what to check if nothing is at the address, or something that is not a device.
fn version_advice(error: DeviceError, link: &TransportArgs) -> Failure {
    let Some(address) = &link.http else { return error.into() };
    let advice = match &error {
        DeviceError::Transport(TransportError::Unreachable(_)) => format!(
            "check that the device at {address} is on, and that this computer has joined its \
             network; --wait SECONDS waits for it"
        ),
        DeviceError::Transport(TransportError::NoResponse(_))
        | DeviceError::Protocol(netprov_client::Error::Malformed { .. }) => format!(
            "check that {address} is the address of a device, and that it offers provisioning now"
        ),
        _ => return error.into(),
    };
    let failure = Failure::from(error);
    Failure { reason: format!("{failure}: {advice}"), ..failure }
}

/// Adds what a device that refuses a handshake may be waiting for. It cannot tell this itself: over
/// HTTP, a refusal is a closed connection.
fn handshake_advice(error: DeviceError, retries: u32) -> Failure {
    let is_refused = matches!(&error, DeviceError::Transport(TransportError::NoResponse(_)));
    let failure = Failure::from(error);
    if !is_refused {
        return failure;
    }
    let advice = "it may be busy with other clients, or refuse sessions for a time after wrong \
                  proofs (30 s and more): try again later, or for longer with --retry-time";
    let after = match retries {
        0 => String::new(),
        1 => " after 1 retry".to_owned(),
        _ => format!(" after {retries} retries"),
    };
    Failure { reason: format!("{failure}{after}: {advice}"), ..failure }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(transport: &str) -> Payload {
        let text = format!(r#"{{"ver":"v1","name":"PROV_1","transport":"{transport}"}}"#);
        Payload::parse(&text).unwrap()
    }

    #[cfg(feature = "ble")]
    #[test]
    fn a_qr_code_gives_the_bluetooth_name() {
        let link = completed(&TransportArgs::default(), Some(&payload("ble"))).unwrap();
        assert_eq!(link.ble.as_deref(), Some("PROV_1"));
    }

    #[cfg(not(feature = "ble"))]
    #[test]
    fn a_qr_code_for_bluetooth_names_the_feature() {
        let refused = completed(&TransportArgs::default(), Some(&payload("ble")));
        assert!(refused.err().unwrap().to_string().contains("--features ble"));
    }

    #[test]
    fn a_qr_code_names_the_access_point_to_join() {
        let refused = completed(&TransportArgs::default(), Some(&payload("softap")));
        assert!(refused.err().unwrap().to_string().contains("PROV_1"));
    }

    #[test]
    fn options_come_before_the_qr_code() {
        let link = TransportArgs { http: Some("10.0.0.1".into()), ..TransportArgs::default() };
        for transport in ["ble", "softap"] {
            let link = completed(&link, Some(&payload(transport))).unwrap();
            assert_eq!(link.http.as_deref(), Some("10.0.0.1"));
        }
    }
}
