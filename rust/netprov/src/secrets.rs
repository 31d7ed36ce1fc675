//! Where secrets come from: files, the environment, the terminal. Never from the list of processes,
//! but for what the command line says is.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _};
use std::path::Path;

use netprov_client::qr::Payload;
use netprov_client::{Proof, Scheme, Secret, Version};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::cli;
use crate::exit::Failure;
use crate::text::unhex;

/// Most that is read of a file with a secret, in bytes.
const FILE_MAX: u64 = 64 * 1024;

/// What the file of a device's credentials says, as `netprov-cred` writes it.
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

/// The proof, as far as it was given, and the scheme that is demanded.
pub fn proof(options: &cli::Secret) -> Result<(Proof, Option<u32>), Failure> {
    let demand = |own: Option<u32>| match (options.security, own) {
        (Some(demanded), Some(own)) if demanded != own => Err(Failure::usage(format!(
            "the secret is for security {own}, and --security is {demanded}: leave that out"
        ))),
        (demanded, own) => Ok(demanded.or(own)),
    };
    if let Some(path) = &options.qr {
        let payload = Payload::parse(&read(path)?)
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        return Ok((payload.proof(), demand(payload.security)?));
    }
    if let Some(path) = &options.credentials {
        let (proof, security) = credential(path)?;
        return Ok((proof, demand(Some(security))?));
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
    Ok((proof, demand(None)?))
}

/// The proof and the scheme of a file of `netprov-cred`.
pub fn credential(path: &Path) -> Result<(Proof, u32), Failure> {
    let wrong = |reason: &str| Failure::usage(format!("{}: {reason}", path.display()));
    let text = read(path)?;
    // The parser's own message could quote the file.
    let file: CredentialFile = serde_json::from_str(&text)
        .map_err(|_| wrong("this is no file of netprov-cred: JSON with `security`"))?;
    let proof = match (file.security, file.pop, file.username, file.password) {
        (1, Some(pop), ..) => Proof::Pop(Secret::from(pop)),
        (2, _, Some(username), Some(password)) => {
            Proof::Account { username, password: Secret::from(password) }
        }
        (1, ..) => return Err(wrong("`pop` is missing")),
        (2, ..) => return Err(wrong("`username` or `password` is missing")),
        _ => return Err(wrong("`security` is neither 1 nor 2")),
    };
    Ok((proof, file.security))
}

/// Asks for what the device wants and was not given.
pub fn complete(
    proof: Proof,
    version: &Version,
    username: Option<&str>,
    demanded: Option<u32>,
) -> Result<Proof, Failure> {
    if proof != Proof::None || demanded.is_some_and(|demanded| demanded != version.security()) {
        return Ok(proof);
    }
    match version.security() {
        1 if !version.has("no_pop") => match ask("Proof of possession: ")? {
            Some(pop) => Ok(Proof::Pop(pop)),
            None => Ok(Proof::None),
        },
        2 => {
            let username = username.unwrap_or_else(|| Scheme::usual_username(version));
            match ask(&format!("Password of {username}: "))? {
                Some(password) => Ok(Proof::Account { username: username.into(), password }),
                None => Ok(Proof::None),
            }
        }
        _ => Ok(proof),
    }
}

/// The passphrase of a network, from a file, the environment or the terminal.
pub fn passphrase(file: Option<&Path>, ssid: &str) -> Result<Secret, Failure> {
    if let Some(given) = given_passphrase(file)? {
        return Ok(given);
    }
    let question =
        format!("Passphrase of {} (none: Enter): ", crate::text::printable(ssid.as_bytes()));
    ask(&question)?.ok_or_else(|| {
        Failure::usage(
            "the passphrase is missing: give --passphrase-file or NETPROV_PASSPHRASE, or --open",
        )
    })
}

/// The passphrase, as far as it was given without being asked for.
pub fn given_passphrase(file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    match file {
        Some(path) => first_line(path).map(Some),
        None => Ok(environment("NETPROV_PASSPHRASE")),
    }
}

/// A Thread dataset in hexadecimal.
pub fn dataset(text: &str) -> Result<Secret, Failure> {
    let bytes = unhex(text).ok_or_else(|| Failure::usage("the dataset is not hexadecimal"))?;
    match bytes.len() {
        1..=254 => Ok(Secret::from(bytes)),
        other => Err(Failure::usage(format!("the dataset has {other} bytes, and 1 to 254 fit"))),
    }
}

/// A Thread dataset from a file.
pub fn dataset_file(path: &Path) -> Result<Secret, Failure> {
    dataset(&read(path)?)
}

/// Asks at the terminal without showing what is typed; `None` if there is no terminal.
fn ask(question: &str) -> Result<Option<Secret>, Failure> {
    if !io::stdin().is_terminal() {
        return Ok(None);
    }
    match rpassword::prompt_password(question) {
        Ok(answer) => Ok(Some(Secret::from(answer))),
        Err(error) => Err(Failure::usage(format!("cannot ask at the terminal: {error}"))),
    }
}

fn environment(name: &str) -> Option<Secret> {
    std::env::var(name).ok().map(Secret::from)
}

/// The first line of a file, without its end.
fn first_line(path: &Path) -> Result<Secret, Failure> {
    let text = read(path)?;
    Ok(Secret::from(text.lines().next().unwrap_or_default()))
}

/// A file, or standard input for `-`.
pub fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    let read = if path.as_os_str() == "-" {
        io::stdin().lock().take(FILE_MAX).read_to_string(&mut text)
    } else {
        fs::File::open(path).and_then(|file| file.take(FILE_MAX).read_to_string(&mut text))
    };
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::usage(format!("cannot read {}: {error}", path.display()))),
    }
}
