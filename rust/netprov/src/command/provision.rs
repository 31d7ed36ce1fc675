//! Sends credentials.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::Duration;

use netprov_client::operation::{PollOptions, ScanOptions, ScanWifi, WifiNetwork};
use netprov_client::{Secret, Version};
use serde_json::json;

use crate::cli::{Credentials, Provision};
use crate::command::scan;
use crate::exit::{Failure, FailureKind};
use crate::link::{self, AnyDevice};
use crate::report::Report;
use crate::secrets;
use crate::text::{printable, ssid};

/// What to send.
pub enum Target {
    /// A Wi-Fi network and its passphrase.
    Wifi(String, Secret),
    /// A Thread dataset.
    Thread(Secret),
}

pub fn run(options: &Provision, report: &mut Report) -> Result<(), Failure> {
    let credentials = &options.credentials;
    let mut target = given(credentials)?;
    let (mut device, version) = link::connect(&options.reach, report)?;
    if target.is_none() {
        target = Some(ask(&mut device, &version, credentials, report)?);
    }
    let target =
        target.ok_or_else(|| Failure::usage("no network given: use --ssid or --dataset-file"))?;
    let limit = Duration::from_secs(credentials.timeout);
    send_credentials(&mut device, &version, &target, limit, report)
}

/// Sends the credentials and waits for the outcome.
pub fn send_credentials(
    device: &mut AnyDevice,
    version: &Version,
    target: &Target,
    limit: Duration,
    report: &Report,
) -> Result<(), Failure> {
    let poll_options = PollOptions { limit, ..PollOptions::default() };
    match target {
        Target::Wifi(..) if version.is_for_thread() => {
            Err(Failure::usage("the device needs a Thread dataset: use --dataset-file"))
        }
        Target::Thread(_) if !version.is_for_thread() => {
            Err(Failure::usage("the device needs Wi-Fi credentials: use --ssid"))
        }
        Target::Wifi(name, passphrase) => {
            device.send_wifi(name.as_bytes(), passphrase)?;
            let text = format!("credentials for {} sent", printable(name.as_bytes()));
            report.step("credentials_sent", &text, ssid(name.as_bytes()));
            let connection = device
                .wait_for_wifi(poll_options, |notice| report.notice(notice))?
                .map_err(|failure| Failure::new(FailureKind::NotConnected, failure.to_string()))?;
            report.connected(&connection);
            Ok(())
        }
        Target::Thread(dataset) => {
            device.send_thread(dataset)?;
            report.step("dataset_sent", "dataset sent", json!({}));
            let attachment = device
                .wait_for_thread(poll_options, |notice| report.notice(notice))?
                .map_err(|failure| Failure::new(FailureKind::NotConnected, failure.to_string()))?;
            report.attached(&attachment);
            Ok(())
        }
    }
}

/// Returns the credentials from the command line, or `None` if the device is needed to complete
/// them.
fn given(credentials: &Credentials) -> Result<Option<Target>, Failure> {
    if let Some(dataset) = &credentials.dataset {
        return Ok(Some(Target::Thread(secrets::dataset(dataset)?)));
    }
    if let Some(path) = &credentials.dataset_file {
        return Ok(Some(Target::Thread(secrets::dataset_file(path)?)));
    }
    let Some(ssid) = &credentials.ssid else { return Ok(None) };
    check_ssid(ssid)?;
    if credentials.open {
        return Ok(Some(Target::Wifi(ssid.clone(), Secret::default())));
    }
    let passphrase = secrets::passphrase(file(credentials), ssid)?;
    check_passphrase(&passphrase)?;
    Ok(Some(Target::Wifi(ssid.clone(), passphrase)))
}

fn file(credentials: &Credentials) -> Option<&Path> {
    credentials.passphrase_file.as_deref()
}

/// Refuses an SSID that no device accepts.
pub fn check_ssid(ssid: &str) -> Result<(), Failure> {
    match ssid.len() {
        1..=32 => Ok(()),
        other => Err(Failure::usage(format!("the SSID has {other} bytes, but must have 1 to 32"))),
    }
}

/// Refuses a passphrase that no network has. The error does not show it.
pub fn check_passphrase(passphrase: &Secret) -> Result<(), Failure> {
    let bytes = passphrase.expose();
    match bytes.len() {
        0 | 8..=63 => Ok(()),
        64 if bytes.iter().all(u8::is_ascii_hexdigit) => Ok(()),
        other => Err(Failure::usage(format!(
            "the passphrase has {other} bytes, but must have 8 to 63, or be 64 hexadecimal digits"
        ))),
    }
}

/// Prints the question and reads a line.
fn prompt(question: &str) -> Result<String, Failure> {
    eprint!("{question}");
    let _ = io::stderr().flush();
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|error| Failure::usage(format!("cannot prompt at the terminal: {error}")))?;
    Ok(answer.trim().to_owned())
}

/// What an answer stands for.
enum Choice<'a> {
    /// A network of the list, by its number or its name.
    Listed(&'a WifiNetwork),
    /// The name of a network that the device did not find.
    Named,
    /// A number for which there is no network.
    OutOfRange,
}

/// Interprets an answer: a number in the list before a name.
fn choose<'a>(answer: &str, networks: &'a [WifiNetwork]) -> Choice<'a> {
    let number: Option<usize> = answer.parse().ok();
    let numbered = number.and_then(|number| networks.get(number.checked_sub(1)?));
    let named = || networks.iter().find(|network| network.ssid == answer.as_bytes());
    match numbered.or_else(named) {
        Some(network) => Choice::Listed(network),
        None if number.is_some() && !networks.is_empty() => Choice::OutOfRange,
        None => Choice::Named,
    }
}

/// Prompts for the missing credentials.
fn ask(
    device: &mut AnyDevice,
    version: &Version,
    credentials: &Credentials,
    report: &Report,
) -> Result<Target, Failure> {
    if version.is_for_thread() {
        return Err(Failure::usage("the device needs a Thread dataset: use --dataset-file"));
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::usage("no network given: use --ssid"));
    }
    let mut networks =
        device.run(&mut ScanWifi::new(ScanOptions::default()), |notice| report.notice(notice))?;
    networks.retain(|network| !network.ssid.is_empty());
    for (number, network) in networks.iter().enumerate() {
        eprintln!("{:3}  {}", number + 1, scan::wifi_row(network));
    }
    let (name, is_open) = loop {
        let answer = prompt("Network (number or name): ")?;
        if answer.is_empty() {
            let what = "no network chosen: enter a number or a name, or use --ssid";
            return Err(Failure::usage(what));
        }
        match choose(&answer, &networks) {
            Choice::Listed(network) => {
                let name = String::from_utf8(network.ssid.clone()).map_err(|_| {
                    Failure::usage("the SSID of this network is not UTF-8, which is not supported")
                })?;
                break (name, network.auth.is_open());
            }
            Choice::Named => break (answer, credentials.open),
            Choice::OutOfRange => eprintln!(
                "The list ends with number {}. For a network that is named {answer}, use --ssid",
                networks.len()
            ),
        }
    };
    check_ssid(&name)?;
    if is_open {
        return Ok(Target::Wifi(name, Secret::default()));
    }
    let passphrase = secrets::passphrase(file(credentials), &name)?;
    check_passphrase(&passphrase)?;
    Ok(Target::Wifi(name, passphrase))
}
