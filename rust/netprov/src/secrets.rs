//! Reads secrets from files, the environment or the terminal. Only options documented as visible in
//! the process list take secrets on the command line.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::{Arc, OnceLock};

use netprov_client::qr::Payload;
use netprov_client::{Proof, Scheme, Secret, Version};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::cli;
use crate::exit::Failure;
use crate::text::unhex;

/// Limit for reading a file, in bytes.
const FILE_MAX: u64 = 64 * 1024;

/// A device's credential file, as written by `netprov-cred`.
#[derive(Deserialize)]
struct CredentialFile {
    security: u32,
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    pop: Option<String>,
}

/// What the options say about a device.
pub struct Given {
    /// The proof, which may be incomplete.
    pub proof: Proof,
    /// The required security version.
    pub security: Option<u32>,
    /// The QR code.
    pub payload: Option<Payload>,
}

/// Returns what the options say about the device.
pub fn given(options: &cli::Secret) -> Result<Given, Failure> {
    let demand = |own: Option<u32>| match (options.security, own) {
        (Some(required), Some(own)) if required != own => Err(Failure::usage(format!(
            "the secret is for security {own}, but --security is {required}: omit --security"
        ))),
        (required, own) => Ok(required.or(own)),
    };
    if let Some(path) = &options.qr {
        let payload = Payload::parse(&read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        let (proof, security) = (payload.proof(), demand(payload.security)?);
        return Ok(Given { proof, security, payload: Some(payload) });
    }
    if let Some(path) = &options.credentials {
        let (proof, security) = credential(path)?;
        return Ok(Given { proof, security: demand(Some(security))?, payload: None });
    }
    let pop = match (&options.pop, &options.pop_file) {
        (Some(pop), _) => Some(Secret::from(pop.as_str())),
        (None, Some(path)) => Some(first_line(path)?),
        (None, None) => environment("NETPROV_POP"),
    };
    let proof = match (pop, &options.username) {
        (Some(password), Some(username)) => Proof::Account { username: username.clone(), password },
        (Some(pop), None) => Proof::Pop(pop),
        (None, _) => Proof::None,
    };
    Ok(Given { proof, security: demand(None)?, payload: None })
}

/// Reads the proof and security version from a file written by `netprov-cred`.
pub fn credential(path: &Path) -> Result<(Proof, u32), Failure> {
    let wrong = |reason: &str| Failure::usage(format!("{}: {reason}", path.display()));
    let text = read(path)?;
    // Do not pass on the parser's message, which could quote the file.
    let file: CredentialFile = serde_json::from_str(&text)
        .map_err(|_| wrong("not a file written by netprov-cred: expected JSON with `security`"))?;
    let proof = match (file.security, file.pop, file.username, file.password) {
        (1, Some(pop), ..) => Proof::Pop(Secret::from(pop)),
        (2, _, Some(username), Some(password)) => {
            Proof::Account { username, password: Secret::from(password) }
        }
        (1, ..) => return Err(wrong("`pop` is missing")),
        (2, ..) => return Err(wrong("`username` or `password` is missing")),
        _ => return Err(wrong("`security` must be 1 or 2")),
    };
    Ok((proof, file.security))
}

/// Prompts for the secrets that the device requires and that are missing.
pub fn complete(
    proof: Proof,
    version: &Version,
    username: Option<&str>,
    required: Option<u32>,
) -> Result<Proof, Failure> {
    if proof != Proof::None || required.is_some_and(|required| required != version.security()) {
        return Ok(proof);
    }
    match version.security() {
        1 if !version.has("no_pop") => match ask_proof("Proof of possession: ")? {
            Some(pop) => Ok(Proof::Pop(pop)),
            None => Ok(Proof::None),
        },
        2 => {
            let username = username.unwrap_or_else(|| Scheme::default_username(version));
            match ask_proof(&format!("Password of {username}: "))? {
                Some(password) => Ok(Proof::Account { username: username.into(), password }),
                None => Ok(Proof::None),
            }
        }
        _ => Ok(proof),
    }
}

/// Reads the passphrase of a network from a file, the environment or the terminal.
pub fn passphrase(file: Option<&Path>, ssid: &str) -> Result<Secret, Failure> {
    if let Some(given) = given_passphrase(file)? {
        return Ok(given);
    }
    let question =
        format!("Passphrase of {} (Enter for none): ", crate::text::printable(ssid.as_bytes()));
    ask(&question)?.ok_or_else(|| {
        Failure::usage("no passphrase given: use --passphrase-file, NETPROV_PASSPHRASE or --open")
    })
}

/// Reads the passphrase if it was given, without prompting.
pub fn given_passphrase(file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    match file {
        Some(path) => first_line(path).map(Some),
        None => Ok(environment("NETPROV_PASSPHRASE")),
    }
}

/// Parses a Thread dataset in hexadecimal.
pub fn dataset(text: &str) -> Result<Secret, Failure> {
    let bytes =
        unhex(text).ok_or_else(|| Failure::usage("the dataset is not valid hexadecimal"))?;
    match bytes.len() {
        1..=254 => Ok(Secret::from(bytes)),
        other => {
            Err(Failure::usage(format!("the dataset has {other} bytes, but must have 1 to 254")))
        }
    }
}

/// Reads a Thread dataset from a file.
pub fn dataset_file(path: &Path) -> Result<Secret, Failure> {
    dataset(&read(path)?)
}

/// Prompts for a proof. An empty one counts as none, because the device counts each guess.
fn ask_proof(question: &str) -> Result<Option<Secret>, Failure> {
    Ok(ask(question)?.filter(|answer| !answer.expose().is_empty()))
}

/// Prompts at the terminal without echo; returns `None` without a terminal.
fn ask(question: &str) -> Result<Option<Secret>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    match prompt(question) {
        Ok(answer) => Ok(Some(Secret::from(answer))),
        Err(error) => Err(Failure::usage(format!("cannot prompt at the terminal: {error}"))),
    }
}

/// Prompts without echo. Ctrl-C ends the program as usual, after the terminal was restored: rpassword
/// takes that key itself and sends a signal, and restores the terminal only if that returns.
#[cfg(unix)]
fn prompt(question: &str) -> io::Result<String> {
    use signal_hook::consts::SIGINT;

    /// Whether the signal ends the program. Its handler stays for good.
    static ENDS: OnceLock<Arc<AtomicBool>> = OnceLock::new();
    let ends = match ENDS.get() {
        Some(ends) => ends,
        None => {
            let ends = Arc::default();
            signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&ends))?;
            ENDS.get_or_init(|| ends)
        }
    };
    ends.store(false, Ordering::SeqCst);
    let answer = rpassword::prompt_password(question);
    ends.store(true, Ordering::SeqCst);
    if answer.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
        signal_hook::low_level::emulate_default_handler(SIGINT)?;
    }
    answer
}

#[cfg(not(unix))]
fn prompt(question: &str) -> io::Result<String> {
    rpassword::prompt_password(question)
}

fn environment(name: &str) -> Option<Secret> {
    std::env::var(name).ok().map(Secret::from)
}

/// Returns the first line of a file without its line terminator.
fn first_line(path: &Path) -> Result<Secret, Failure> {
    let text = read(path)?;
    Ok(Secret::from(text.lines().next().unwrap_or_default()))
}

/// Reads a text file, or standard input for `-`. Some editors begin a file with a byte order mark,
/// which is omitted.
pub fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = read_bytes(path)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Failure::usage(format!(
            "{} is not text in UTF-8: save it as UTF-8",
            path.display()
        ))),
    }
}

/// Reads a file of up to 64 KiB, or standard input for `-`.
pub fn read_bytes(path: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(FILE_MAX + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(path).and_then(|file| file.take(FILE_MAX + 1).read_to_end(&mut bytes))
    };
    match read {
        Ok(length) if length as u64 > FILE_MAX => {
            let shown = path.display();
            Err(Failure::usage(format!("{shown} is longer than {FILE_MAX} bytes")))
        }
        Ok(_) => Ok(bytes),
        Err(error) => Err(Failure::usage(format!("cannot read {}: {error}", path.display()))),
    }
}
