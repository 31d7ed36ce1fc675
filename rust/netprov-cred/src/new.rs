//! `netprov-cred new`: creates the credential of one device.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use anyhow::{Result, bail};
use netprov_cred::table::Device;
use netprov_cred::{Credential, forms, hex, qr};

use crate::cli::New;
use crate::output::{FileArg, report};

pub(crate) fn run(options: &New) -> Result<()> {
    let common = &options.common;
    if common.security == 2 && options.pop.is_some() {
        bail!("--pop is for security 1; use --password for security 2");
    }
    if common.security == 1 && (options.password.is_some() || options.salt.is_some()) {
        bail!("--password and --salt are for security 2; use --pop for security 1");
    }
    let device = Device {
        name: options.name.clone(),
        username: None,
        password: options.password.clone(),
        salt: options.salt.clone(),
        pop: options.pop.clone(),
        ap_password: options.ap_password.clone(),
    };
    let credential = device.credential(common.security, &common.username)?;
    let payload = qr::payload(&credential, &common.transport, common.network.as_deref())?;
    if let Some(warning) = credential.warning() {
        report(format_args!("netprov-cred: warning: {warning}"));
    }

    // Generate everything before writing anything.
    let mut files: Vec<(&PathBuf, Vec<u8>)> = Vec::new();
    if let Some(path) = &options.header {
        let header = forms::c_header(&credential, &common.prefix, options.development)?;
        files.push((path, header.into_bytes()));
    }
    if let Some(path) = &options.json {
        files.push((path, forms::json(&credential).into_bytes()));
    }
    if let Some(path) = &options.rust {
        files.push((path, forms::rust_constants(&credential).into_bytes()));
    }
    if let Some(path) = &options.raw {
        files.push((path, forms::blob(&credential)));
    }
    if let Some(path) = &options.blob {
        files.push((path, (hex::encode(&forms::blob(&credential)) + "\n").into_bytes()));
    }
    if let Some(path) = &options.qr {
        files.push((path, format!("{payload}\n").into_bytes()));
    }
    if let Some(path) = &options.svg {
        files.push((path, qr::Code::new(&payload)?.to_svg().into_bytes()));
    }
    if let Some(path) = &options.png {
        files.push((path, qr::Code::new(&payload)?.to_png()?));
    }
    for (at, (path, _)) in files.iter().enumerate() {
        if files[..at].iter().any(|(other, _)| other == path) {
            bail!("two outputs go to {}: give each a file of its own", path.display());
        }
        FileArg::of(path).check(common.force)?;
    }
    for (at, (path, bytes)) in files.iter().enumerate() {
        if let Err(error) = FileArg::of(path).write(bytes, common.force) {
            // A part of a credential is of no use, and would be in the way of the next run.
            for (path, _) in files[..at].iter().filter(|_| !common.force) {
                FileArg::of(path).remove();
            }
            return Err(error);
        }
    }
    if !files.iter().any(|(path, _)| FileArg::of(path) == FileArg::Standard) {
        FileArg::Standard.write(text(&credential, &payload)?.as_bytes(), false)?;
    }
    Ok(())
}

/// Formats the credential for people.
fn text(credential: &Credential, payload: &str) -> Result<String> {
    let mut text = String::new();
    if io::stdout().is_terminal() {
        text += &qr::Code::new(payload)?.to_terminal(true, "");
    }
    let (salt, verifier) = (hex::encode(&credential.salt), hex::encode(&credential.verifier));
    for (what, value) in [
        ("service name", Some(credential.name.as_str())),
        ("user name", credential.username.as_deref()),
        ("password", credential.password.as_deref()),
        ("proof", credential.pop.as_deref()),
        ("AP password", credential.ap_password.as_deref()),
        ("QR payload", Some(payload)),
        ("salt", Some(salt.as_str()).filter(|salt| !salt.is_empty())),
        ("verifier", Some(verifier.as_str()).filter(|verifier| !verifier.is_empty())),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "{what:<13} {value}");
        }
    }
    Ok(text)
}
