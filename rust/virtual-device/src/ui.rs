//! Reports: to people on standard error, to scripts on standard output.

mod banner;
mod script;

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};
use std::time::Instant;

use provisioning::thread::NetworkName;

use self::script::Writer;
use crate::json;
use crate::report::{Report, Transport};

/// Tells what happens.
pub struct Ui {
    audience: Audience,
    start: Instant,
}

enum Audience {
    Script(Writer),
    Person(Terminal),
}

/// What a person sees it on.
#[derive(Clone, Copy, Debug)]
struct Terminal {
    /// It is one, not a file or a pipe.
    is_terminal: bool,
    /// It may show colours.
    colour: bool,
}

impl Ui {
    /// For a script, or for a person.
    pub fn new(json: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        // https://no-color.org: set to anything but nothing.
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let terminal = Terminal { is_terminal, colour: is_terminal && !no_color };
        let audience =
            if json { Audience::Script(Writer::start()) } else { Audience::Person(terminal) };
        Self { audience, start: Instant::now() }
    }

    /// Tells it.
    pub fn tell(&self, report: Report<'_>) {
        match (&self.audience, report) {
            (Audience::Script(writer), report) => writer.write(json::line(report)),
            (Audience::Person(terminal), Report::Ready(ready)) => {
                print(io::stderr(), &banner::text(ready, *terminal));
            }
            (Audience::Person(terminal), report) => {
                if let Some((mood, text)) = step(report) {
                    print(io::stderr(), &self.step_line(*terminal, mood, &text));
                }
            }
        }
    }

    fn step_line(&self, terminal: Terminal, mood: Mood, text: &str) -> String {
        let seconds = self.start.elapsed().as_secs_f32();
        let mut line = String::new();
        let (code, mark) = match mood {
            Mood::Plain => ("", " "),
            Mood::Good => ("\x1b[32m", "+"),
            Mood::Bad => ("\x1b[31m", "!"),
        };
        let (dim, code, off) =
            if terminal.colour { ("\x1b[2m", code, "\x1b[0m") } else { ("", "", "") };
        // A client chooses some of it, such as the names of endpoints and networks.
        let text = banner::printable(text);
        // Writing to a text does not fail.
        let _ = writeln!(line, "{dim}{seconds:7.1}s{off} {code}{mark} {text}{off}");
        line
    }
}

/// Writes an answer of the console.
pub fn answer(line: &str) {
    print(io::stdout(), &format!("{line}\n"));
}

/// Prints a warning to standard error.
pub fn warn(text: &str) {
    print(io::stderr(), &format!("warning: {text}\n"));
}

/// Writes all of it at once. The device goes on when nobody reads any more.
fn print(mut to: impl Write, text: &str) {
    let _ = to.write_all(text.as_bytes()).and_then(|()| to.flush());
}

#[derive(Clone, Copy)]
enum Mood {
    Plain,
    Good,
    Bad,
}

/// A step in a person's words.
fn step(report: Report<'_>) -> Option<(Mood, String)> {
    let plain = |text: String| Some((Mood::Plain, text));
    let good = |text: String| Some((Mood::Good, text));
    let bad = |text: String| Some((Mood::Bad, text));
    match report {
        // The banner says it.
        Report::Listening(_) | Report::ConsoleOpen | Report::Ready(_) => None,
        Report::ControlOpen(address) => {
            plain(format!("faults can be changed at http://{address}/faults"))
        }
        Report::LinkLost => bad("the link is lost".into()),
        Report::Connecting(ssid) => plain(format!(
            "provisioned before: connecting to {ssid} (--reprovision offers the service, Ctrl-C quits)"
        )),
        Report::Attaching(name) => plain(format!(
            "provisioned before: attaching to {} (--reprovision offers the service, Ctrl-C quits)",
            name.as_ref().map_or("its network", NetworkName::as_str)
        )),
        Report::ConnectFailed { reason, again: Some(again) } => {
            bad(format!("no connection: {reason}; trying again in {} s", again.as_secs()))
        }
        Report::ConnectFailed { reason, again: None } => {
            bad(format!("no connection: {reason}; offering provisioning, what is stored is kept"))
        }
        Report::SessionEstablished { transport, .. } => {
            good(format!("handshake complete over {}", spoken(transport)))
        }
        Report::ProofMismatch { .. } => bad("a client has a wrong proof of possession".into()),
        Report::HandshakeInvalid { .. } => {
            bad("a client uses another security version, or its handshake is malformed".into())
        }
        Report::LockedOut(time) => bad(format!(
            "too many wrong proofs of possession: refusing handshakes for {} s",
            time.as_millis().div_ceil(1000)
        )),
        Report::ScanStarted => plain("scanning".into()),
        Report::ScanDone(1) => plain("the scan found 1 network".into()),
        Report::ScanDone(count) => plain(format!("the scan found {count} networks")),
        Report::CredentialsReceived(ssid) => plain(format!("credentials received for {ssid}")),
        Report::DatasetReceived(Some(name)) => plain(format!("dataset received for {name}")),
        Report::DatasetReceived(None) => {
            plain("dataset received, of a network without a name".into())
        }
        Report::Attached(network) => good(format!(
            "attached to {}, PAN ID 0x{:04x}, channel {}",
            network.name, network.pan_id, network.channel
        )),
        Report::Attempt { number, of } => plain(format!("connecting, attempt {number} of {of}")),
        Report::AttemptFailed { reason, remaining } => {
            bad(format!("attempt failed: {reason}; {remaining} left"))
        }
        Report::Connected { ssid, address } => {
            good(format!("connected to {ssid} with address {address}"))
        }
        Report::Stored => good("stored".into()),
        Report::StoreFailed(error) => {
            bad(format!("it could not be stored: {error}; is the disk full, or read-only?"))
        }
        Report::Failed(reason) => bad(format!("failed: {reason}; awaiting other credentials")),
        Report::AwaitingAgain => plain("awaiting credentials again".into()),
        Report::RequestFailed { transport, endpoint, reason } => {
            bad(format!("request to {endpoint} over {} refused: {reason}", spoken(transport)))
        }
        Report::End { online: true } => {
            good("provisioning has ended; the device stays online (Ctrl-C quits)".into())
        }
        Report::End { online: false } => plain("provisioning has ended".into()),
    }
}

fn spoken(transport: Transport) -> &'static str {
    match transport {
        Transport::Http => "HTTP",
        Transport::Console => "the console",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_cannot_control_the_terminal() {
        let report = Report::RequestFailed {
            transport: Transport::Console,
            endpoint: "\x1b[2J\u{9b}x",
            reason: &"no such endpoint",
        };
        let (mood, text) = step(report).unwrap();
        for colour in [false, true] {
            let terminal = Terminal { is_terminal: colour, colour };
            let line = Ui::new(false).step_line(terminal, mood, &text);
            assert!(line.contains(r"request to \u{1b}[2J\u{9b}x over the console"), "{line:?}");
            assert_eq!(line.matches('\x1b').count(), if colour { 4 } else { 0 }, "{line:?}");
        }
    }
}
