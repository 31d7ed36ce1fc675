//! `netprov-cred`: credentials of devices, one by one or by the table.
#![forbid(unsafe_code)]

mod output;

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Parser, Subcommand};
use netprov_cred::batch::{self, Recipe};
use netprov_cred::{Credential, forms, qr};

use crate::output::{Folder, Place};

const EXAMPLES: &str = "\
Examples:
  netprov-cred new --name PROV_0A1B2C
      A salt, a verifier and a password for one device, and the QR code on the terminal.
  netprov-cred new --name PROV_0A1B2C --header cred.h --json cred.json --png label.png
      A C header for the firmware, a file for the factory, a picture for the label.
  netprov-cred batch devices.csv --out devices/
      One credential for each row; the first line names the columns, `name` among them.

Exit codes: 0 all was made, 1 some rows of a table were not, 2 nothing was.";

/// Makes what a device and its owner need to know for network provisioning: salt and verifier for
/// the device, user name and password (or proof of possession) and QR code for the owner.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the credential of one device
    New(New),
    /// Make a credential for each row of a CSV file
    Batch(Batch),
}

#[derive(Args)]
struct Common {
    /// Security scheme: 2 is SRP-6a, 1 a proof of possession
    #[arg(long, value_name = "1|2", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=2))]
    security: u32,

    /// User name of security 2; the apps take this one unless told otherwise
    #[arg(long, value_name = "NAME", default_value = "wifiprov")]
    username: String,

    /// Transport in the QR code
    #[arg(long, default_value = "ble", value_parser = ["ble", "softap"])]
    transport: String,

    /// Kind of network in the QR code
    #[arg(long, value_parser = ["wifi", "thread"])]
    network: Option<String>,

    /// Beginning of the names in C headers
    #[arg(long, value_name = "WORD", default_value = "netprov")]
    prefix: String,

    /// Write over files that are there
    #[arg(long)]
    force: bool,
}

#[derive(Args)]
struct New {
    /// Service name: of the Bluetooth device or the access point
    #[arg(long)]
    name: String,

    #[command(flatten)]
    common: Common,

    /// Password of security 2 [default: 12 random characters]
    #[arg(long, conflicts_with = "pop")]
    password: Option<String>,

    /// Salt of security 2, in hexadecimal [default: 16 random bytes]
    #[arg(long, value_name = "HEX", conflicts_with = "pop")]
    salt: Option<String>,

    /// Proof of possession of security 1 [default: 12 random characters]
    #[arg(long)]
    pop: Option<String>,

    /// Mark the C header as one that everybody knows, and write name and password into it
    #[arg(long)]
    development: bool,

    /// Write a C header; `-` is standard output, here and below
    #[arg(long, value_name = "FILE")]
    header: Option<PathBuf>,

    /// Write JSON, with the password
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Write the bytes for a setting or an NVS record, in hexadecimal
    #[arg(long, value_name = "FILE")]
    blob: Option<PathBuf>,

    /// Write the text of the QR code
    #[arg(long, value_name = "FILE")]
    qr: Option<PathBuf>,

    /// Write the QR code as SVG
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,

    /// Write the QR code as PNG
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
}

#[derive(Args)]
struct Batch {
    /// The table; `-` is standard input
    table: PathBuf,

    #[command(flatten)]
    common: Common,

    /// Write each device's files here: NAME.json, .h, .hex, .svg and .png
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,

    /// Write one JSON object a row to standard output, faults included
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::New(options) => new(&options).map(|()| true),
        Command::Batch(options) => batch(&options),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("netprov-cred: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn new(options: &New) -> Result<()> {
    let common = &options.common;
    let credential = if common.security == 2 {
        if options.pop.is_some() {
            bail!("--pop is of security 1; security 2 has a --password");
        }
        let salt = options.salt.as_deref().map(forms::unhex).transpose().context("--salt")?;
        let password = options.password.as_deref();
        Credential::security_2(&options.name, &common.username, password, salt.as_deref())?
    } else {
        if options.password.is_some() || options.salt.is_some() {
            bail!("--password and --salt are of security 2; security 1 has a --pop");
        }
        Credential::security_1(&options.name, options.pop.as_deref())?
    };
    let payload = qr::payload(&credential, &common.transport, common.network.as_deref());

    // All is made before anything is written.
    let mut files: Vec<(&PathBuf, Vec<u8>)> = Vec::new();
    if let Some(path) = &options.header {
        let header = forms::c_header(&credential, &common.prefix, options.development)?;
        files.push((path, header.into_bytes()));
    }
    if let Some(path) = &options.json {
        files.push((path, forms::json(&credential).into_bytes()));
    }
    if let Some(path) = &options.blob {
        files.push((path, (forms::hex(&forms::blob(&credential)) + "\n").into_bytes()));
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
    for (path, _) in &files {
        Place::of(path).check(common.force)?;
    }
    for (path, bytes) in &files {
        Place::of(path).write(bytes, common.force)?;
    }
    if !files.iter().any(|(path, _)| Place::of(path) == Place::Output) {
        show(&credential, &payload)?;
    }
    Ok(())
}

/// For a person.
fn show(credential: &Credential, payload: &str) -> Result<()> {
    if io::stdout().is_terminal() {
        print!("{}", qr::Code::new(payload)?.to_terminal());
    }
    println!("service name  {}", credential.name);
    if let Some(username) = &credential.username {
        println!("user name     {username}");
    }
    if let Some(password) = &credential.password {
        println!("password      {password}");
    }
    if let Some(pop) = &credential.pop {
        println!("proof         {pop}");
    }
    println!("QR payload    {payload}");
    if credential.security == 2 {
        println!("salt          {}", forms::hex(&credential.salt));
        println!("verifier      {}", forms::hex(&credential.verifier));
    }
    Ok(())
}

/// Whether every row has its credential.
fn batch(options: &Batch) -> Result<bool> {
    let common = &options.common;
    if options.out.is_none() && !options.json {
        bail!("where to? --out FOLDER writes files, --json writes to standard output");
    }
    let table: Box<dyn Read> = match Place::of(&options.table) {
        Place::Output => Box::new(io::stdin()),
        Place::File(path) => {
            Box::new(File::open(path).with_context(|| format!("cannot read {}", path.display()))?)
        }
    };
    let recipe = Recipe { security: common.security, username: &common.username };
    let rows = batch::read(table, &recipe)?;
    if rows.is_empty() {
        bail!("{} has no rows", options.table.display());
    }
    let folder = options.out.as_deref().map(|path| Folder::open(path, common.force)).transpose()?;
    let mut failed = 0;
    for row in rows {
        let made = row.result.as_ref().map_err(|fault| anyhow::Error::new(fault.clone()));
        let made = made.and_then(|credential| {
            let payload = qr::payload(credential, &common.transport, common.network.as_deref());
            if let Some(folder) = &folder {
                folder.write(credential, &payload, &common.prefix)?;
            }
            Ok((credential, payload))
        });
        if let Err(error) = &made {
            failed += 1;
            eprintln!("{}: line {}: {error:#}", options.table.display(), row.line);
        }
        if options.json {
            println!("{}", output::json_line(&row.kept, row.line, &made));
        }
    }
    if failed > 0 {
        eprintln!("netprov-cred: {failed} rows have no credential; the others have theirs");
    }
    Ok(failed == 0)
}
