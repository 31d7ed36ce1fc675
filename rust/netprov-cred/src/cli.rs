//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  netprov-cred new --name PROV_0A1B2C
      Makes a salt, a verifier and a password for one device, and shows the QR code.
  netprov-cred new --name PROV_0A1B2C --header cred.h --json cred.json --png label.png
      Writes a C header for the firmware, a file for the factory, a picture for the label.
  netprov-cred batch devices.csv --out devices/
      Makes a credential for each row. The first line names the columns; one is `name`.
  netprov-cred batch devices.csv --out devices/ --resume
      Continues a run that was interrupted.

Exit codes: 0 everything was made; 1 some rows were refused, each reported with its line, and the
others were made; 2 the command could not start, or had to stop.";

const BATCH: &str = "\
The table is CSV in UTF-8, one device a line. Its first line names the columns: `name`, and if you
want to give them, `username`, `password` and `salt` (security 2), `pop` (security 1) and
`ap_password` (transport softap). Other columns are copied to the JSON.

Spaces around a field are dropped, unless the field is in quotes. A field cannot span lines.

With --out, either all files of a device are written or none, even if the power fails: what an
interrupted run has left behind is put in order by the next one in the same folder.";

/// Makes what a device and its owner need for network provisioning: salt and verifier for the
/// device; user name, password (or proof of possession) and QR code for the owner.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Make the credential of one device
    New(Box<New>),
    /// Make a credential for each row of a CSV file
    #[command(after_help = BATCH)]
    Batch(Batch),
}

#[derive(Args)]
pub(crate) struct Common {
    /// Security scheme: 2 is SRP-6a, 1 is a proof of possession
    #[arg(long, value_name = "1|2", default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=2))]
    pub(crate) security: u32,

    /// User name of security 2; the apps use the default unless told otherwise
    #[arg(long, value_name = "NAME", default_value = "wifiprov")]
    pub(crate) username: String,

    /// Transport in the QR code; Bluetooth takes service names of up to 29 bytes, an access point 32
    #[arg(long, default_value = "ble", value_parser = ["ble", "softap"])]
    pub(crate) transport: String,

    /// Kind of network in the QR code
    #[arg(long, value_parser = ["wifi", "thread"])]
    pub(crate) network: Option<String>,

    /// Prefix of the names in C headers
    #[arg(long, value_name = "WORD", default_value = "netprov")]
    pub(crate) prefix: String,

    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args)]
pub(crate) struct New {
    /// Service name: of the Bluetooth device or the access point
    #[arg(long)]
    pub(crate) name: String,

    #[command(flatten)]
    pub(crate) common: Common,

    /// Password of security 2 [default: 12 random characters]
    #[arg(long, conflicts_with = "pop")]
    pub(crate) password: Option<String>,

    /// Salt of security 2, in hexadecimal [default: 16 random bytes]
    #[arg(long, value_name = "HEX", conflicts_with = "pop")]
    pub(crate) salt: Option<String>,

    /// Proof of possession of security 1 [default: 12 random characters]
    #[arg(long)]
    pub(crate) pop: Option<String>,

    /// Password of the access point, 8 to 63 ASCII characters; needs --transport softap [default:
    /// the access point is open]
    #[arg(long, value_name = "PASSWORD")]
    pub(crate) ap_password: Option<String>,

    /// Mark the C header as known to everybody, and write user name and password into it
    #[arg(long)]
    pub(crate) development: bool,

    /// Write a C header; `-` is standard output, here and below
    #[arg(long, value_name = "FILE")]
    pub(crate) header: Option<PathBuf>,

    /// Write JSON, with the password
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,

    /// Write the bytes for a setting or an NVS record, in hexadecimal
    #[arg(long, value_name = "FILE")]
    pub(crate) blob: Option<PathBuf>,

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
    /// The table; `-` is standard input, whose rows are made as they come in
    pub(crate) table: PathBuf,

    #[command(flatten)]
    pub(crate) common: Common,

    /// Write each device's files here: NAME.json, .h, .hex, .svg and .png
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: Option<PathBuf>,

    /// Keep devices whose files exist in the folder, and make only the others
    #[arg(long, requires = "out", conflicts_with = "force")]
    pub(crate) resume: bool,

    /// Write one JSON object for each row to standard output, refused rows included
    #[arg(long)]
    pub(crate) json: bool,

    /// Character between the columns
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = separator)]
    pub(crate) separator: char,

    /// Report progress even if standard error is no terminal
    #[arg(long)]
    pub(crate) progress: bool,
}

fn separator(text: &str) -> Result<char, &'static str> {
    match text {
        "," => Ok(','),
        ";" => Ok(';'),
        "tab" | "\t" => Ok('\t'),
        _ => Err("give `,`, `;` or `tab`"),
    }
}
