//! The operations by number: their arguments, and how their results are written.

use core::time::Duration;

use netprov_client::operation::{
    ApplyWifi, Connection, Control, Custom, GetWifiStatus, Network, PollOptions, ScanOptions,
    ScanWifi, SetWifi, WaitWifi, WifiFailure, WifiStatus,
};
use netprov_client::{
    Client, Error, Handshake, Operation, Proof, RandomFailed, Scheme, Secret, Version,
};
use zeroize::Zeroizing;

use crate::bytes::{Reader, Truncated, Writer};
use crate::running::{Kept, Next, Run, Running, Write};

/// Why an operation does not start.
pub(crate) enum Refusal {
    /// The arguments do not fit the operation.
    Misused(Truncated),
    /// The device and what is known of it do not fit.
    Failed(Error),
}

impl From<Truncated> for Refusal {
    fn from(truncated: Truncated) -> Self {
        Self::Misused(truncated)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Starts the operation of this number.
pub(crate) fn start(
    number: u32,
    arguments: &[u8],
    kept: &mut Kept,
) -> Result<Box<dyn Run>, Refusal> {
    let mut read = Reader::new(arguments);
    let running = match number {
        // What the device's version says: security (255: it does not tell), revision, protocol,
        // capabilities → security, 1 if it is for Thread, usual user name.
        0 => told(&mut read, kept)?,
        // Demanded security (255: none), kind of proof, user name, secret, random bytes → security.
        1 => connect(&mut read, kept)?,
        // Networks in a page → the networks.
        2 => run(ScanWifi::new(scan_options(&mut read)?), |networks, _, _, out| {
            for network in networks {
                out.field(&network.ssid)
                    .u8(decibels(network.rssi))
                    .u8(u8::try_from(network.auth.0).unwrap_or(u8::MAX))
                    .u16(u16::try_from(network.channel).unwrap_or(0))
                    .field(&network.bssid);
            }
        }),
        // SSID, passphrase → nothing.
        3 => {
            let (ssid, passphrase) = (read.field()?, Secret::from(read.field()?));
            run(SetWifi::new(ssid, &passphrase), |(), _, _, _| {})
        }
        4 => run(ApplyWifi::new(), |(), _, _, _| {}),
        // Nothing → the state.
        5 => run(GetWifiStatus::new(), |status, _, _, out| match status {
            WifiStatus::Connected(connection) => connected(&connection, out),
            WifiStatus::Connecting => state(1, 0, out),
            WifiStatus::AttemptFailed { remaining } => state(2, remaining, out),
            WifiStatus::Failed(failure) => wifi_failed(failure, out),
            _ => state(3, 0, out),
        }),
        // Milliseconds between two requests, and in all → the state.
        6 => run(WaitWifi::new(patience(&mut read)?), |outcome, _, _, out| match outcome {
            Ok(connection) => connected(&connection, out),
            Err(failure) => wifi_failed(failure, out),
        }),
        // 0 after a failure, 1 after success → nothing.
        7 => {
            let control = match read.u8()? {
                0 => Control::reset(Network::Wifi),
                _ => Control::reprovision(Network::Wifi),
            };
            run(control, |(), _, _, _| {})
        }
        // Endpoint, message → the response.
        8 => {
            let name = String::from_utf8_lossy(read.field()?).into_owned();
            let message = read.field()?.to_vec();
            run(Custom::new(name, message), |response, _, _, out| {
                out.field(&response);
            })
        }
        _ => return Err(Truncated.into()),
    };
    Ok(running)
}

fn run<O: Operation + 'static>(operation: O, write: Write<O::Output>) -> Box<dyn Run> {
    Box::new(Running { operation, write })
}

/// The page has asked for the version, which is plain, and has read the JSON.
fn told(read: &mut Reader<'_>, kept: &mut Kept) -> Result<Box<dyn Run>, Refusal> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let security = Some(read.u8()?).filter(|security| *security != u8::MAX).map(u32::from);
    let patch = read.u8()?.into();
    let protocol = text(read.field()?);
    let mut capabilities = Vec::new();
    while !read.is_empty() {
        capabilities.push(text(read.field()?));
    }
    kept.version = Some(Version::of(protocol, security, patch, capabilities));
    Ok(Box::new(Told))
}

/// Ends at once.
struct Told;

impl Run for Told {
    fn poll(
        &mut self,
        _: &mut Client,
        kept: &mut Kept,
        _: Duration,
        out: &mut Writer,
    ) -> Result<Next, Error> {
        let version = kept.version.as_ref().ok_or(Error::NoSession)?;
        out.u8(u8::try_from(version.security()).unwrap_or(u8::MAX))
            .u8(version.is_for_thread().into())
            .field(Scheme::default_username(version).as_bytes());
        Ok(Next::Done)
    }

    fn receive(&mut self, _: &mut Client, _: &[u8]) -> Result<(), Error> {
        Err(Error::NoSession)
    }

    fn no_response(&mut self) -> Error {
        Error::NoSession
    }
}

fn connect(read: &mut Reader<'_>, kept: &Kept) -> Result<Box<dyn Run>, Refusal> {
    let demanded = Some(read.u8()?).filter(|demanded| *demanded != u8::MAX).map(u32::from);
    let kind = read.u8()?;
    let username = String::from_utf8_lossy(read.field()?).into_owned();
    let secret = Secret::from(read.field()?);
    let mut random = Pool { bytes: Zeroizing::new(read.field()?.to_vec()), used: 0 };
    let proof = match kind {
        0 => Proof::None,
        1 => Proof::Pop(secret),
        _ => Proof::Account { username, password: secret },
    };
    let version = kept.version.as_ref().ok_or(Error::NoSession)?;
    let scheme = Scheme::choose(version, &proof, demanded)?;
    let number = u8::try_from(scheme.number()).unwrap_or(u8::MAX);
    let handshake = Handshake::new(scheme, move |bytes: &mut [u8]| random.fill(bytes));
    let write: Write<_> = match number {
        0 => |channel, client, _, out| {
            client.establish(channel);
            out.u8(0);
        },
        1 => |channel, client, _, out| {
            client.establish(channel);
            out.u8(1);
        },
        _ => |channel, client, _, out| {
            client.establish(channel);
            out.u8(2);
        },
    };
    Ok(run(handshake, write))
}

/// Random bytes that the page has brought, each used once.
struct Pool {
    bytes: Zeroizing<Vec<u8>>,
    used: usize,
}

impl Pool {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), RandomFailed> {
        let rest = self.bytes.get(self.used..).unwrap_or_default();
        let bytes = rest.get(..buffer.len()).ok_or(RandomFailed)?;
        buffer.copy_from_slice(bytes);
        self.used = self.used.saturating_add(buffer.len());
        Ok(())
    }
}

fn scan_options(read: &mut Reader<'_>) -> Result<ScanOptions, Truncated> {
    Ok(ScanOptions { page: read.u8()?.into(), ..ScanOptions::default() })
}

fn patience(read: &mut Reader<'_>) -> Result<PollOptions, Truncated> {
    let interval = Duration::from_millis(read.u32()?.into());
    let limit = Duration::from_millis(read.u32()?.into());
    Ok(PollOptions { interval, limit })
}

fn decibels(rssi: i32) -> u8 {
    i8::try_from(rssi).unwrap_or(i8::MIN).to_le_bytes()[0]
}

fn connected(connection: &Connection, out: &mut Writer) {
    out.u8(0).field(connection.address.as_bytes()).field(&connection.ssid);
}

/// States: 1 connecting; 2 an attempt failed, with the number of attempts left; 3 nothing was tried.
fn state(state: u8, number: u32, out: &mut Writer) {
    out.u8(state).u32(number);
}

/// Reasons: 0 passphrase; 1 not in range; 2 not told; 3 another, by its number.
fn wifi_failed(failure: WifiFailure, out: &mut Writer) {
    match failure {
        WifiFailure::Authentication => failed(0, 0, out),
        WifiFailure::NotFound => failed(1, 0, out),
        WifiFailure::Other(number) => failed(3, number, out),
        _ => failed(2, 0, out),
    }
}

fn failed(reason: u8, number: i32, out: &mut Writer) {
    out.u8(4).u8(reason).u32(u32::try_from(number).unwrap_or(u32::MAX));
}
