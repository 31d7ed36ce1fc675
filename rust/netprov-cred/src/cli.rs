//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  netprov-cred new --name PROV_0A1B2C
      Creates salt, verifier and password for one device, and shows the QR code.
  netprov-cred new --name PROV_0A1B2C --header cred.h --json cred.json --png label.png
      Writes a C header for the firmware, a file for the factory, and an image for the label.
  netprov-cred batch devices.csv --out devices/
      Creates a credential for each row. The first line names the columns, including `name`.
  netprov-cred batch devices.csv --out devices/ --resume
      Continues an interrupted run.

Exit codes: 0 all credentials were created; 1 some rows were refused and reported with their line
numbers, all others were processed; 2 the command could not start or had to stop.";

const BATCH: &str = "\
The table is CSV in UTF-8, one device per line. Its first line names the columns: `name`, and
optionally `username`, `password` and `salt` (security 2), `pop` (security 1) and `ap_password`
(transport softap). Other columns are copied to the JSON.

Spaces around a field are dropped, unless the field is in quotes. A field cannot span lines.

With --out, either all files of a device are written or none, even if the power fails. The next run
in the same folder recovers from an interrupted one.";

/// Creates credentials for network provisioning: salt and verifier for the device; user name,
/// password (or proof of possession) and QR code for its owner.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Create the credential of one device
    New(Box<New>),
    /// Create a credential for each row of a CSV file
    #[command(after_help = BATCH)]
    Batch(Batch),
}

#[derive(Args)]
pub(crate) struct Common {
    /// Security version: 2 is SRP-6a, 1 is proof of possession
    #[arg(long, value_name = "1|2", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=2))]
    pub(crate) security: u32,

    /// User name for security 2; the apps use the default unless configured otherwise
    #[arg(long, value_name = "NAME", default_value = "wifiprov")]
    pub(crate) username: String,

    /// Transport in the QR code; service names have up to 29 bytes over Bluetooth, 32 for an access
    /// point
    #[arg(long, default_value = "ble", value_parser = ["ble", "softap"])]
    pub(crate) transport: String,

    /// Network type in the QR code
    #[arg(long, value_parser = ["wifi", "thread"])]
    pub(crate) network: Option<String>,

    /// Prefix of identifiers in C headers
    #[arg(long, value_name = "WORD", default_value = "netprov")]
    pub(crate) prefix: String,

    /// Replace existing files
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args)]
pub(crate) struct New {
    /// Service name: Bluetooth device name, or SSID of the access point
    #[arg(long)]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) common: Common,

    /// Password for security 2 [default: 12 random characters]
    #[arg(long, conflicts_with = "pop")]
    pub(crate) password: Option<String>,

    /// Salt for security 2, in hexadecimal [default: 16 random bytes]
    #[arg(long, value_name = "HEX", conflicts_with = "pop")]
    pub(crate) salt: Option<String>,

    /// Proof of possession for security 1 [default: 12 random characters]
    #[arg(long)]
    pub(crate) pop: Option<String>,

    /// Password of the access point, 8 to 63 ASCII characters; requires --transport softap
    /// [default: open access point]
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) ap_password: Option<String>,

    /// Mark the C header as for development only, and include user name and password
    #[arg(long)]
    pub(crate) development: bool,

    /// Write a C header; `-` means standard output, here and below
    #[arg(long, value_name = "FILE")]
    pub(crate) header: Option<PathBuf>,

    /// Write JSON, including the password
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write Rust constants, for `include!()`: SALT and VERIFIER, or POP
    #[arg(long, value_name = "FILE")]
    pub(crate) rust: Option<PathBuf>,

    /// Write the bytes for a setting or NVS record, in hexadecimal
    #[arg(long, value_name = "FILE")]
    pub(crate) blob: Option<PathBuf>,

    /// Write the same bytes in binary, for `include_bytes!()` or a partition image
    #[arg(long, value_name = "FILE")]
    pub(crate) raw: Option<PathBuf>,

    /// Write the text of the QR code
    #[arg(long, value_name = "FILE")]
    pub(crate) qr: Option<PathBuf>,

    /// Write the QR code as SVG
    #[arg(long, value_name = "FILE")]
    pub(crate) svg: Option<PathBuf>,

    /// Write the QR code as PNG
    #[arg(long, value_name = "FILE")]
    pub(crate) png: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct Batch {
    /// CSV table; `-` means standard input, whose rows are processed as they arrive
    pub(crate) table: PathBuf,

    #[command(flatten)]
    pub(crate) common: Common,

    /// Write each device's files here: NAME.json, .h, .hex, .svg and .png
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,

    /// Keep devices whose files exist in the folder, and create only the others
    #[arg(long, requires = "out", conflicts_with = "force")]
    pub(crate) resume: bool,

    /// Write one JSON object per row to standard output, including refused rows
    #[arg(long)]
    pub(crate) json: bool,

    /// Column separator
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = separator)]
    pub(crate) separator: char,

    /// Report progress even if standard error is not a terminal
    #[arg(long)]
    pub(crate) progress: bool,
}

fn separator(text: &str) -> Result<char, &'static str> {
    match text {
        "," => Ok(','),
        ";" => Ok(';'),
        "tab" | "\t" => Ok('\t'),
        _ => Err("must be `,`, `;` or `tab`"),
    }
}
