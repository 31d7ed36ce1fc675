//! Bodies of the fuzz targets.
//!
//! Each function is one target: it treats arbitrary bytes as messages from a device, and asserts
//! what must hold for any input. `fuzz/` runs the targets with coverage; the ordinary tests replay
//! the corpora.

use core::time::Duration;

use alloc::vec::Vec;

use crate::operation::{
    ApplyThread, ApplyWifi, Control, Custom, GetThreadStatus, GetVersion, GetWifiStatus, Network,
    PollOptions, ScanOptions, ScanThread, ScanWifi, SetThread, SetWifi, WaitThread, WaitWifi,
};
use crate::qr::Payload;
use crate::{Channel, Client, Error, Handshake, Operation, Proof, Scheme, Secret, Step};

/// Limit for requests in one run. More find nothing new.
const REQUESTS_MAX: usize = 64;

/// Most networks that an operation may collect, whatever the device sends.
const NETWORKS_MAX: usize = 255;

/// Target `client_handshake`: responses to a handshake of any security version.
///
/// A peer without the secret must never get a session of security 1 or 2. The client's random
/// numbers are fixed, so that corpus entries can match them.
pub fn handshake(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let secret = || Secret::from("a secret that the corpus does not know");
    let scheme = match first % 4 {
        0 => Scheme::Security0,
        1 => Scheme::Security1 { pop: secret() },
        2 => Scheme::Security2 { username: "u".into(), password: secret(), nonce_counter: true },
        _ => Scheme::Security2 { username: "u".into(), password: secret(), nonce_counter: false },
    };
    let number = scheme.number();
    let mut handshake = Handshake::new(scheme, |bytes: &mut [u8]| {
        bytes.fill(0x42);
        Ok(())
    });
    let outcome = run(&mut Client::new(), &mut handshake, Script(data));
    assert!(
        number == 0 || outcome.is_err(),
        "session established with a device that lacks the secret"
    );
}

/// Target `client_responses`: responses to any operation, in a session of security 0, where
/// responses need no encryption.
pub fn responses(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let script = Script(data);
    let mut client = Client::new();
    client.establish(Channel::plain());
    let client = &mut client;
    let patience = PollOptions::default();
    match first % 14 {
        0 => {
            if let Ok(version) = run(client, &mut GetVersion::new(), script) {
                let proof = Proof::Account { username: "u".into(), password: Secret::from("p") };
                let scheme = Scheme::choose(&version, &proof, None);
                assert!(scheme.is_err() || version.security() == 2, "a weaker scheme was accepted");
            }
        }
        1 => drop(run(client, &mut SetWifi::new(b"n", &Secret::default()), script)),
        2 => drop(run(client, &mut ApplyWifi::new(), script)),
        3 => drop(run(client, &mut GetWifiStatus::new(), script)),
        4 => drop(run(client, &mut WaitWifi::new(patience), script)),
        5 => drop(run(client, &mut SetThread::new(&Secret::from([1])), script)),
        6 => drop(run(client, &mut ApplyThread::new(), script)),
        7 => drop(run(client, &mut GetThreadStatus::new(), script)),
        8 => drop(run(client, &mut WaitThread::new(patience), script)),
        9 => {
            let found = run(client, &mut ScanWifi::new(ScanOptions::default()), script);
            assert!(found.map_or(0, |found| found.len()) <= NETWORKS_MAX, "unbounded list");
        }
        10 => {
            let found = run(client, &mut ScanThread::new(ScanOptions::default()), script);
            assert!(found.map_or(0, |found| found.len()) <= NETWORKS_MAX, "unbounded list");
        }
        11 => drop(run(client, &mut Control::reset(Network::Wifi), script)),
        12 => drop(run(client, &mut Control::reprovision(Network::Thread), script)),
        _ => drop(run(client, &mut Custom::new("custom", Vec::new()), script)),
    }
}

/// Target `client_qr`: the text of a QR code.
pub fn qr(data: &[u8]) {
    if let Ok(text) = core::str::from_utf8(data)
        && let Ok(payload) = Payload::parse(text)
    {
        let shown = alloc::format!("{payload:?}");
        assert!(payload.pop.is_none() || shown.contains("redacted"), "Debug printed a secret");
    }
}

/// Target `client_console`: the output of a console.
///
/// The buffer never exceeds the longest response, and a response on its own line is found after any
/// complete lines, unless one of those is a response itself.
#[cfg(feature = "console")]
pub fn console(data: &[u8]) {
    use crate::transport::RESPONSE_MAX;
    use crate::transport::console::lines::{Found, Lines};

    let mut lines = Lines::new("net_prov prov-config 7 080a");
    let mut found = data.iter().find_map(|byte| lines.feed(*byte));
    if found.is_none() {
        // Ends any unfinished line; the response follows.
        let end = b"\n\n\x1b[m\n0aff\n";
        found = end.iter().find_map(|byte| lines.feed(*byte));
        assert!(found.is_some(), "the response was not found");
    }
    if let Some(Found::Response(response)) = found {
        assert!(!response.is_empty() && response.len() <= RESPONSE_MAX + 128);
    }
}

/// A sequence of responses, each preceded by its length in two bytes.
#[derive(Clone, Copy)]
struct Script<'a>(&'a [u8]);

impl<'a> Script<'a> {
    fn next(&mut self) -> Option<&'a [u8]> {
        let ([high, low], rest) = self.0.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        let (response, rest) = rest.split_at(length.min(rest.len()));
        self.0 = rest;
        Some(response)
    }
}

/// Runs an operation. After the end of the script, the device sends no response.
fn run<O: Operation>(
    client: &mut Client,
    operation: &mut O,
    mut script: Script<'_>,
) -> Result<O::Output, Error> {
    let mut now = Duration::ZERO;
    for _ in 0..REQUESTS_MAX * 4 {
        match client.poll(operation, now)? {
            Step::Send(_) => match script.next() {
                Some(response) => client.receive(operation, response)?,
                None => return Err(operation.no_response()),
            },
            Step::Wait(time) => now += time,
            Step::Notice(_) => {}
            Step::Done(output) => return Ok(output),
        }
    }
    Err(Error::Random)
}
