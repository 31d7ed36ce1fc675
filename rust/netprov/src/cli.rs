//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  netprov provision --http 192.168.4.1 --pop abcd1234 --ssid HomeNet
      The computer has joined the device's access point. Asks for the passphrase.
  netprov provision --http 127.0.0.1:8080 --qr payload.json --ssid HomeNet --passphrase-file pass
      Takes the secrets from the text of the device's QR code and from a file.
  netprov provision --console /dev/ttyUSB0 --baud 115200 --pop abcd1234 --dataset-file thread.hex
      A Thread device, over its serial console.
  netprov scan --child --security 0 -- virtual-device --no-http --console --security 0
      A program whose standard input and output are the device's console.
  netprov fleet devices.csv --credentials made/ --ssid Line1 --journal line1.journal
      A production line: many devices at a time. Run it again to continue.

Secrets:
  --pop is visible in the process list; --pop-file and the environment variable NETPROV_POP are not.
  Passphrases come from --passphrase-file, NETPROV_PASSPHRASE or the terminal. The file name - means
  standard input.

Exit codes:
  0  success
  1  the device accepted the credentials but could not connect; fleet: some devices failed
  2  invalid command line, or missing input
  3  the device is unreachable or has stopped responding
  4  the device rejected the proof of possession, or the user name and password
  5  the device failed to authenticate and may be fake; no credentials were sent
  6  the device rejected a request
  7  the device sent a malformed response
  8  timeout: the device did not connect, or a scan did not finish
  9  the device offers another security version than required; security 0 needs --security 0";

/// Longest time that an option accepts, in seconds: a year. A moment that is much later cannot be
/// represented.
const SECONDS_MAX: u64 = 365 * 24 * 60 * 60;

/// Whether this program has Bluetooth LE. Without it, the options for it exist, and their error says
/// how to build a program that has it.
pub const HAS_BLE: bool = cfg!(feature = "ble");

/// Sends devices their Wi-Fi credentials or a Thread dataset.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// Write JSON to standard output, one object per line
    #[arg(long, global = true)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Send credentials and wait until the device has connected
    Provision(Provision),
    /// List the networks in range of the device
    Scan(Scan),
    /// Show the connection state of the device
    Status(DeviceArgs),
    /// Make the device accept new credentials
    Reset(Reset),
    /// Send a message to a custom endpoint and print the response
    Send(Send),
    /// Show the version and capabilities of the device; needs no secret
    Info(Info),
    /// Provision many devices from a table
    Fleet(Box<Fleet>),
    /// List devices that advertise over Bluetooth LE
    #[command(hide = !HAS_BLE)]
    Discover(Discover),
    /// Print shell completions
    Completions {
        /// Name of the shell
        shell: clap_complete::Shell,
    },
}

/// How to reach a device.
#[derive(Args, Clone, Default)]
pub struct TransportArgs {
    /// Use HTTP: address of the device, with a port other than 80 if needed
    #[arg(long, value_name = "HOST[:PORT]", group = "link", help_heading = "Device")]
    pub http: Option<String>,

    /// Use a console: a serial port, a pseudo-terminal, or another file
    #[arg(long, value_name = "PATH", group = "link", help_heading = "Device")]
    pub console: Option<PathBuf>,

    /// Baud rate of the serial port
    #[arg(long, value_name = "N", default_value_t = 115_200, help_heading = "Device")]
    pub baud: u32,

    /// Use the standard input and output of a program, given after --
    #[arg(long, group = "link", requires = "program", help_heading = "Device")]
    pub child: bool,

    /// Use Bluetooth LE: the name that the device advertises
    #[arg(long, value_name = "NAME", group = "link", help_heading = "Device", hide = !HAS_BLE)]
    pub ble: Option<String>,

    /// Console command before the endpoint name; empty if each endpoint is a command
    #[arg(long, value_name = "WORD", default_value = "net_prov", help_heading = "Device")]
    pub console_command: String,

    /// Pause after each 16 characters written to the console
    #[arg(long, value_name = "MS", help_heading = "Device")]
    pub pace_ms: Option<u64>,

    /// Time to wait for the device to appear
    #[arg(long, value_name = "SECONDS", default_value_t = 0, help_heading = "Device",
        value_parser = clap::value_parser!(u64).range(..=SECONDS_MAX))]
    pub wait: u64,

    /// Time limit for each request
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Device",
        value_parser = clap::value_parser!(u64).range(1..=SECONDS_MAX))]
    pub request_time: u64,

    /// Time to try again while the device is busy with other clients; 0 tries once
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Device",
        value_parser = clap::value_parser!(u64).range(..=SECONDS_MAX))]
    pub retry_time: u64,

    /// Program for --child, with its arguments
    #[arg(last = true, value_name = "PROGRAM", num_args = 1.., id = "program", requires = "child",
        conflicts_with_all = ["http", "console", "ble"])]
    pub program: Vec<OsString>,
}

impl TransportArgs {
    /// Whether the options say how to reach the device.
    pub fn is_given(&self) -> bool {
        self.http.is_some() || self.console.is_some() || self.ble.is_some() || self.child
    }
}

/// How client and device authenticate to each other.
#[derive(Args, Clone, Default)]
pub struct Secret {
    /// Require this security version; by default the device's is used, but never 0
    #[arg(long, value_name = "0|1|2", help_heading = "Secret",
        value_parser = clap::value_parser!(u32).range(0..=2))]
    pub security: Option<u32>,

    /// Proof of possession, or password for security 2
    #[arg(long, value_name = "POP", group = "pops", help_heading = "Secret")]
    pub pop: Option<String>,

    /// Read it from the first line of a file
    #[arg(long, value_name = "FILE", group = "pops", help_heading = "Secret")]
    pub pop_file: Option<PathBuf>,

    /// User name for security 2 [default: wifiprov, or threadprov]
    #[arg(long, value_name = "NAME", help_heading = "Secret")]
    pub username: Option<String>,

    /// Read the secret, security version and Bluetooth name from a file with the text of the
    /// device's QR code
    #[arg(
        long,
        value_name = "FILE",
        group = "pops",
        conflicts_with = "username",
        help_heading = "Secret"
    )]
    pub qr: Option<PathBuf>,

    /// Read the secret and security version from a file written by netprov-cred
    #[arg(
        long,
        value_name = "FILE.json",
        group = "pops",
        conflicts_with = "username",
        help_heading = "Secret"
    )]
    pub credentials: Option<PathBuf>,
}

/// A device and its secret.
#[derive(Args, Clone, Default)]
pub struct DeviceArgs {
    #[command(flatten)]
    pub secret: Secret,
    #[command(flatten)]
    pub link: TransportArgs,
}

/// The network for the device to join.
#[derive(Args, Clone, Default)]
pub struct Credentials {
    /// SSID of the Wi-Fi network
    #[arg(long, value_name = "SSID", conflicts_with_all = ["dataset", "dataset_file"],
        help_heading = "Network")]
    pub ssid: Option<String>,

    /// Read the passphrase from the first line of a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["open", "dataset", "dataset_file"],
        help_heading = "Network")]
    pub passphrase_file: Option<PathBuf>,

    /// The network has no passphrase
    #[arg(long, conflicts_with_all = ["dataset", "dataset_file"], help_heading = "Network")]
    pub open: bool,

    /// Thread dataset in hexadecimal; note that it contains the network key and is visible in the
    /// process list
    #[arg(long, value_name = "HEX", conflicts_with = "dataset_file", help_heading = "Network")]
    pub dataset: Option<String>,

    /// Read the dataset, in hexadecimal, from a file
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub dataset_file: Option<PathBuf>,

    /// Time limit for the device to connect
    #[arg(long, value_name = "SECONDS", default_value_t = 120, help_heading = "Network",
        value_parser = clap::value_parser!(u64).range(1..=SECONDS_MAX))]
    pub timeout: u64,
}

#[derive(Args)]
pub struct Provision {
    #[command(flatten)]
    pub credentials: Credentials,
    #[command(flatten)]
    pub reach: DeviceArgs,
}

#[derive(Args)]
pub struct Scan {
    /// Scan passively: the device only listens
    #[arg(long)]
    pub passive: bool,

    /// Scan this many channels at a time, and serve the access point in between; 0 means all
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub group_channels: u32,

    #[command(flatten)]
    pub reach: DeviceArgs,
}

#[derive(Args)]
pub struct Reset {
    /// Reset after credentials that worked, instead of after a failure
    #[arg(long)]
    pub reprovision: bool,

    #[command(flatten)]
    pub reach: DeviceArgs,
}

#[derive(Args)]
pub struct Send {
    /// Name of the endpoint
    pub endpoint: String,

    /// Message as text
    #[arg(long, value_name = "TEXT", group = "message")]
    pub text: Option<String>,

    /// Message in hexadecimal
    #[arg(long, value_name = "HEX", group = "message")]
    pub hex: Option<String>,

    /// Read the message from a file
    #[arg(long, value_name = "FILE", group = "message")]
    pub file: Option<PathBuf>,

    #[command(flatten)]
    pub reach: DeviceArgs,
}

#[derive(Args)]
pub struct Info {
    #[command(flatten)]
    pub link: TransportArgs,
}

#[derive(Args)]
pub struct Fleet {
    /// Table of devices, in CSV; its first line names the columns
    #[arg(long_help = "Table of devices, in CSV, or - for standard input. The first line names \
        the columns. `http` or `console` is required; `name`, `baud`, `security`, `pop`, \
        `username`, `ssid`, `passphrase` and `dataset` are optional; other columns are copied to \
        the journal")]
    pub table: PathBuf,

    /// Folder with files written by netprov-cred: NAME.json for the row with that `name`
    #[arg(long, value_name = "FOLDER")]
    pub credentials: Option<PathBuf>,

    /// SSID of the Wi-Fi network, for rows without `ssid`
    #[arg(long, value_name = "SSID")]
    pub ssid: Option<String>,

    /// Read the passphrase, for rows without `passphrase`, from the first line of a file
    #[arg(long, value_name = "FILE", conflicts_with = "open")]
    pub passphrase_file: Option<PathBuf>,

    /// The network has no passphrase
    #[arg(long)]
    pub open: bool,

    /// Read the Thread dataset, for rows without `dataset`, from a file
    #[arg(long, value_name = "FILE", conflicts_with = "ssid")]
    pub dataset_file: Option<PathBuf>,

    /// Record the outcome of each device in this file, and skip the devices that it lists as done
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// Also provision devices that the journal lists as done
    #[arg(long, requires = "journal")]
    pub again: bool,

    /// Number of devices provisioned at the same time
    #[arg(long, short, value_name = "N", default_value_t = 64,
        value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,

    /// Number of retries after a failure that may be temporary
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub retries: u32,

    /// Time limit for each try
    #[arg(long, value_name = "SECONDS", default_value_t = 120,
        value_parser = clap::value_parser!(u64).range(1..=SECONDS_MAX))]
    pub timeout: u64,

    /// Time limit for each request
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=SECONDS_MAX))]
    pub request_time: u64,

    /// Within a try, time to try again while the device is busy with other clients; 0 tries once
    #[arg(long, value_name = "SECONDS", default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(..=SECONDS_MAX))]
    pub retry_time: u64,

    /// Require this security version, for rows without `security`
    #[arg(long, value_name = "0|1|2", value_parser = clap::value_parser!(u32).range(0..=2))]
    pub security: Option<u32>,
}

#[derive(Args)]
pub struct Discover {
    /// List only names that begin with this prefix
    #[arg(long, default_value = "PROV_")]
    pub prefix: String,

    /// Time to listen
    #[arg(long, value_name = "SECONDS", default_value_t = 6,
        value_parser = clap::value_parser!(u64).range(..=SECONDS_MAX))]
    pub time: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_definition_is_valid() {
        Cli::command().debug_assert();
    }

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn conflicting_options_are_refused() {
        for bad in [
            "netprov provision --http a --console b",
            "netprov provision --child",
            "netprov provision --http a -- program",
            "netprov provision --pop a --pop-file b",
            "netprov provision --qr a --username b",
            "netprov provision --ssid a --dataset 00",
            "netprov provision --open --passphrase-file a",
            "netprov provision --security 3",
            "netprov provision --passphrase a",
            "netprov send",
            "netprov send e --text a --hex 00",
            "netprov fleet t.csv --again",
            "netprov fleet t.csv --jobs 0",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn times_have_a_limit() {
        let parse = |command: &str, option: &str, seconds: u64| {
            parse(&format!("netprov {command} --{option} {seconds}"))
        };
        for (command, option) in [
            ("info", "wait"),
            ("info", "request-time"),
            ("info", "retry-time"),
            ("provision", "timeout"),
            ("fleet t.csv", "timeout"),
            ("fleet t.csv", "request-time"),
            ("fleet t.csv", "retry-time"),
            ("discover", "time"),
        ] {
            assert!(parse(command, option, SECONDS_MAX).is_ok(), "{command} --{option}");
            for bad in [SECONDS_MAX + 1, u64::MAX] {
                assert!(parse(command, option, bad).is_err(), "{command} --{option} {bad}");
            }
        }
    }

    #[test]
    fn arguments_after_two_dashes_belong_to_the_program() {
        let cli = parse("netprov provision --child --pop x -- virtual-device --pop y").unwrap();
        let Command::Provision(options) = cli.command else { panic!() };
        assert_eq!(options.reach.link.program, ["virtual-device", "--pop", "y"]);
        assert_eq!(options.reach.secret.pop.as_deref(), Some("x"));
    }
}
