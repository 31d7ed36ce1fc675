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
      A device for Thread, over its serial console.
  netprov scan --child --security 0 -- virtual-device --no-http --console --security 0
      A program whose standard input and output is the console.
  netprov fleet devices.csv --credentials made/ --ssid Line1 --journal line1.journal
      A production line: many devices at a time; run it again to go on.

Secrets:
  --pop is visible in the list of processes; --pop-file and the environment variable NETPROV_POP are
  not. Passphrases come from --passphrase-file, NETPROV_PASSPHRASE or the terminal. A file of - is
  standard input.

Exit codes:
  0  done
  1  the device took the credentials and could not connect with them; fleet: some devices failed
  2  the command line is wrong, or something was not given
  3  the device cannot be reached, or has stopped responding
  4  the device refused the proof of possession, or user name and password
  5  the device could not prove itself: it is a false one; no credentials were sent
  6  the device refused a request
  7  a response of the device makes no sense
  8  the device did not connect in time, or a scan did not end
  9  the device offers another security scheme than the demanded one; 0 must be demanded";

/// Hands devices their Wi-Fi credentials or a Thread dataset.
#[derive(Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// Write JSON to standard output, one object a line
    #[arg(long, global = true)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Hand over credentials and wait until the device has connected
    Provision(Provision),
    /// List the networks in the device's range
    Scan(Scan),
    /// Show the state of the device's connection
    Status(Reach),
    /// Make the device await credentials again
    Reset(Reset),
    /// Send a message to an endpoint of the device's application and print the response
    Send(Send),
    /// Show the device's version and capabilities; takes no secret
    Info(Info),
    /// Provision many devices from a table
    Fleet(Box<Fleet>),
    /// List the devices that advertise over Bluetooth LE
    #[cfg(feature = "ble")]
    Discover(Discover),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How a device is reached.
#[derive(Args, Clone, Default)]
pub struct Link {
    /// Over HTTP: the device's address, with a port if that is not 80
    #[arg(long, value_name = "HOST[:PORT]", group = "link", help_heading = "Device")]
    pub http: Option<String>,

    /// Over a console: a serial port, a pseudo-terminal, or another file
    #[arg(long, value_name = "PATH", group = "link", help_heading = "Device")]
    pub console: Option<PathBuf>,

    /// Speed of the serial port
    #[arg(long, value_name = "N", default_value_t = 115_200, help_heading = "Device")]
    pub baud: u32,

    /// Over the standard input and output of a program, which is the rest of the line after --
    #[arg(long, group = "link", requires = "program", help_heading = "Device")]
    pub child: bool,

    /// Over Bluetooth LE: the name that the device advertises
    #[cfg(feature = "ble")]
    #[arg(long, value_name = "NAME", group = "link", help_heading = "Device")]
    pub ble: Option<String>,

    /// The console's command; empty if it has a command for each endpoint
    #[arg(long, value_name = "WORD", default_value = "net_prov", help_heading = "Device")]
    pub console_command: String,

    /// Write 16 characters at a time to the console, with this pause after them
    #[arg(long, value_name = "MS", help_heading = "Device")]
    pub pace_ms: Option<u64>,

    /// Wait this long for the device to appear
    #[arg(long, value_name = "SECONDS", default_value_t = 0, help_heading = "Device")]
    pub wait: u64,

    /// Time for each request
    #[arg(long, value_name = "SECONDS", default_value_t = 30, help_heading = "Device",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub request_time: u64,

    /// The program of --child and its arguments
    #[arg(last = true, value_name = "PROGRAM", num_args = 1.., id = "program", requires = "child",
        conflicts_with_all = ["http", "console"])]
    pub program: Vec<OsString>,
}

/// What proves to the device that this client may provision it, and the reverse.
#[derive(Args, Clone, Default)]
pub struct Secret {
    /// Demand this security scheme; without it the device's is taken, but never 0
    #[arg(long, value_name = "0|1|2", help_heading = "Secret",
        value_parser = clap::value_parser!(u32).range(0..=2))]
    pub security: Option<u32>,

    /// Proof of possession, or password of security 2
    #[arg(long, value_name = "POP", group = "pops", help_heading = "Secret")]
    pub pop: Option<String>,

    /// Take it from the first line of a file
    #[arg(long, value_name = "FILE", group = "pops", help_heading = "Secret")]
    pub pop_file: Option<PathBuf>,

    /// User name of security 2 [default: wifiprov, or threadprov]
    #[arg(long, value_name = "NAME", help_heading = "Secret")]
    pub username: Option<String>,

    /// Take secret and scheme from a file with the text of the device's QR code
    #[arg(
        long,
        value_name = "FILE",
        group = "pops",
        conflicts_with = "username",
        help_heading = "Secret"
    )]
    pub qr: Option<PathBuf>,

    /// Take secret and scheme from a file that netprov-cred has made
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
pub struct Reach {
    #[command(flatten)]
    pub secret: Secret,
    #[command(flatten)]
    pub link: Link,
}

/// What the device is to connect with.
#[derive(Args, Clone, Default)]
pub struct Credentials {
    /// Name of the Wi-Fi network
    #[arg(long, value_name = "SSID", conflicts_with_all = ["dataset", "dataset_file"],
        help_heading = "Network")]
    pub ssid: Option<String>,

    /// Take the passphrase from the first line of a file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["open", "dataset", "dataset_file"],
        help_heading = "Network")]
    pub passphrase_file: Option<PathBuf>,

    /// The network has no passphrase
    #[arg(long, conflicts_with_all = ["dataset", "dataset_file"], help_heading = "Network")]
    pub open: bool,

    /// Thread dataset in hexadecimal; it holds the network's key and is visible in the list of
    /// processes
    #[arg(long, value_name = "HEX", conflicts_with = "dataset_file", help_heading = "Network")]
    pub dataset: Option<String>,

    /// Take the dataset, in hexadecimal, from a file
    #[arg(long, value_name = "FILE", help_heading = "Network")]
    pub dataset_file: Option<PathBuf>,

    /// Time for the device to connect
    #[arg(long, value_name = "SECONDS", default_value_t = 120, help_heading = "Network",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,
}

#[derive(Args)]
pub struct Provision {
    #[command(flatten)]
    pub credentials: Credentials,
    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Args)]
pub struct Scan {
    /// Make the device listen only
    #[arg(long)]
    pub passive: bool,

    /// Scan this many channels at a time, with pauses for the access point; 0 is all
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub group_channels: u32,

    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Args)]
pub struct Reset {
    /// After credentials that worked, instead of such as did not
    #[arg(long)]
    pub reprovision: bool,

    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Args)]
pub struct Send {
    /// The endpoint's name
    pub endpoint: String,

    /// The message as text
    #[arg(long, value_name = "TEXT", group = "message")]
    pub text: Option<String>,

    /// The message in hexadecimal
    #[arg(long, value_name = "HEX", group = "message")]
    pub hex: Option<String>,

    /// Take the message from a file
    #[arg(long, value_name = "FILE", group = "message")]
    pub file: Option<PathBuf>,

    #[command(flatten)]
    pub reach: Reach,
}

#[derive(Args)]
pub struct Info {
    #[command(flatten)]
    pub link: Link,
}

#[derive(Args)]
pub struct Fleet {
    /// The table: its first line names the columns
    #[arg(long_help = "The table: its first line names the columns. `http` or `console` must be \
        there; `name`, `baud`, `security`, `pop`, `username`, `ssid`, `passphrase` and `dataset` \
        may be; others are kept in the journal as they are. - is standard input")]
    pub table: PathBuf,

    /// Folder with the files of netprov-cred: NAME.json for the row with that `name`
    #[arg(long, value_name = "FOLDER")]
    pub credentials: Option<PathBuf>,

    /// Name of the Wi-Fi network, for rows without `ssid`
    #[arg(long, value_name = "SSID")]
    pub ssid: Option<String>,

    /// Take the passphrase, for rows without `passphrase`, from the first line of a file
    #[arg(long, value_name = "FILE", conflicts_with = "open")]
    pub passphrase_file: Option<PathBuf>,

    /// The network has no passphrase
    #[arg(long)]
    pub open: bool,

    /// Take the Thread dataset, for rows without `dataset`, from a file
    #[arg(long, value_name = "FILE", conflicts_with = "ssid")]
    pub dataset_file: Option<PathBuf>,

    /// Write what became of each device to this file, and leave out those that it says are done
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,

    /// Provision devices again that the journal says are done
    #[arg(long, requires = "journal")]
    pub again: bool,

    /// Devices at a time
    #[arg(long, short, value_name = "N", default_value_t = 64,
        value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,

    /// Tries after one that failed for a reason that may pass
    #[arg(long, value_name = "N", default_value_t = 2)]
    pub retries: u32,

    /// Time for each try
    #[arg(long, value_name = "SECONDS", default_value_t = 120,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub timeout: u64,

    /// Time for each request
    #[arg(long, value_name = "SECONDS", default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..))]
    pub request_time: u64,

    /// Demand this security scheme, for rows without `security`
    #[arg(long, value_name = "0|1|2", value_parser = clap::value_parser!(u32).range(0..=2))]
    pub security: Option<u32>,
}

#[cfg(feature = "ble")]
#[derive(Args)]
pub struct Discover {
    /// Names begin with this
    #[arg(long, default_value = "PROV_")]
    pub prefix: String,

    /// Time to listen
    #[arg(long, value_name = "SECONDS", default_value_t = 6)]
    pub time: u64,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_options_are_consistent() {
        Cli::command().debug_assert();
    }

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn contradictions_are_refused() {
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
    fn a_program_is_the_rest_of_the_line() {
        let cli = parse("netprov provision --child --pop x -- virtual-device --pop y").unwrap();
        let Command::Provision(options) = cli.command else { panic!() };
        assert_eq!(options.reach.link.program, ["virtual-device", "--pop", "y"]);
        assert_eq!(options.reach.secret.pop.as_deref(), Some("x"));
    }
}
