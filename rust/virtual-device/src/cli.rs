//! The command line: its options, and which of them contradict each other.

use protocomm::Millis;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::error::{ContextKind, ContextValue};
use clap::{ArgAction, Parser};
use hyper::header::HeaderValue;

use crate::Fault;
use crate::faults::{Change, Faults, check_reason};
use crate::http::Browser;
use crate::mesh;
use crate::world::Network;

const EXAMPLES: &str = "\
Examples:
  virtual-device
      Security 1 with a fresh proof of possession, some networks, HTTP on 127.0.0.1:8080.
  virtual-device --wifi HomeNet:correct-horse-battery --pop abcd1234
      One network and a proof of possession of your own.
  virtual-device --security 2 --username wifiprov --password abcd1234
      Security 2, which the phone apps take unless told otherwise.
  virtual-device --network thread --thread MyHome:0x1234:15
      A device for Thread, with one network in range.
  virtual-device --world worlds/example.toml --state device.state
      A world from a file; what was provisioned is still known the next time. The example is
      rust/virtual-device/worlds/example.toml in the repository.
  virtual-device --json --once --http 127.0.0.1:0 --no-pop
      For scripts: a free port, events as JSON, an exit code.

Exit codes: 0 ended as asked, 1 the credentials did not work (--once), 2 could not start.";

/// A virtual device: like a real one, it waits for a client to send it Wi-Fi credentials or a
/// Thread dataset, and connects to a simulated network with them.
#[derive(Clone, Parser)]
#[command(version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// Serve the endpoints over HTTP, as a device's access point does; a port without an address is
    /// one of 127.0.0.1, and port 0 takes a free port
    #[arg(
        long,
        value_name = "[ADDR:]PORT",
        default_value = "127.0.0.1:8080",
        value_parser = parse_http,
        help_heading = "Transports"
    )]
    pub http: SocketAddr,

    /// Serve no HTTP; for use with --console
    #[arg(long, help_heading = "Transports")]
    pub no_http: bool,

    /// Serve the page that provisions the device from a browser; `--page=false` serves none
    /// [default: on loopback addresses only]
    #[arg(long, value_name = "true|false", num_args = 0..=1, require_equals = true,
        default_missing_value = "true", hide_possible_values = true, help_heading = "Transports")]
    pub page: Option<bool>,

    /// Take `net_prov <endpoint> <session_id> <hex-request>` on standard input
    #[arg(long, help_heading = "Transports")]
    pub console: bool,

    /// Security scheme: 0 is no security, 1 is X25519 with a proof of possession and AES, 2 is
    /// SRP-6a with a user name and a password [default: 1, or the scheme of the options below]
    #[arg(
        long,
        value_name = "0|1|2",
        hide_possible_values = true,
        value_parser = PossibleValuesParser::new(["0", "1", "2"]),
        help_heading = "Security"
    )]
    pub security: Option<String>,

    /// Proof of possession that a client must know [default: a new one each time]
    #[arg(long, value_name = "POP", conflicts_with = "no_pop", help_heading = "Security")]
    pub pop: Option<String>,

    /// Require no proof of possession: anybody may provision the device
    #[arg(long, help_heading = "Security")]
    pub no_pop: bool,

    /// User name of security 2 [default: wifiprov, or threadprov]
    #[arg(long, value_name = "NAME", help_heading = "Security")]
    pub username: Option<String>,

    /// Password of security 2 [default: a new one each time]
    #[arg(long, value_name = "PASSWORD", help_heading = "Security")]
    pub password: Option<String>,

    /// Salt of security 2, in hexadecimal; used with --verifier, instead of name and password
    #[arg(long, value_name = "HEX", requires = "verifier", help_heading = "Security")]
    pub salt: Option<String>,

    /// Verifier of security 2, in hexadecimal
    #[arg(long, value_name = "HEX", requires = "salt", conflicts_with_all = ["username", "password"],
        help_heading = "Security")]
    pub verifier: Option<String>,

    /// Read the name and secrets from the JSON that netprov-cred has made
    #[arg(long, value_name = "FILE.json", help_heading = "Security",
        conflicts_with_all = ["username", "password", "salt", "pop", "no_pop", "name", "security"])]
    pub credentials: Option<PathBuf>,

    /// The type of network that the device is provisioned for
    #[arg(long, value_name = "wifi|thread", default_value = "wifi", hide_possible_values = true,
        value_parser = PossibleValuesParser::new(["wifi", "thread"]), help_heading = "Device")]
    pub network: String,

    /// Service name [default: PROV_ and six random digits]
    #[arg(long, value_name = "NAME", help_heading = "Device")]
    pub name: Option<String>,

    /// Keep credentials or a dataset that have worked in this file; without it, they are lost when
    /// the program ends
    #[arg(long, value_name = "FILE", help_heading = "Device")]
    pub state: Option<PathBuf>,

    /// Offer the service even if something is stored
    #[arg(long, requires = "state", help_heading = "Device")]
    pub reprovision: bool,

    /// How many attempts to connect there are before the credentials have failed
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Device")]
    pub wifi_conn_attempts: u32,

    /// Add an endpoint that responds with `echo:` and the request; repeatable
    #[arg(long, value_name = "NAME", help_heading = "Device")]
    pub endpoint: Vec<String>,

    /// Add the endpoint netprov-status, which says why credentials did not work
    #[arg(long, help_heading = "Device")]
    pub status: bool,

    /// Add an entry to the version text; repeatable
    #[arg(long, value_name = "LABEL:VERSION:CAP,CAP", help_heading = "Device")]
    pub app_info: Vec<AppInfo>,

    /// End the service this long after success if no client reads the result; 0 never ends it
    #[arg(long, value_name = "N", help_heading = "Device")]
    pub autostop_ms: Option<u32>,

    /// Put a network in range, instead of the usual ones; repeatable
    #[arg(long, value_name = "SSID[:PASSPHRASE]", help_heading = "Simulated Wi-Fi")]
    pub wifi: Vec<Network>,

    /// Read the networks in range, and how the radio behaves, from a file
    #[arg(long, value_name = "FILE.toml", help_heading = "Simulated Wi-Fi")]
    pub world: Option<PathBuf>,

    /// Put a Thread network in range, instead of the usual ones, with its PAN ID in hexadecimal;
    /// repeatable; for --network thread
    #[arg(long, value_name = "NAME:PANID:CHANNEL", help_heading = "Simulated Thread")]
    pub thread: Vec<mesh::Network>,

    /// Simulate a fault: link-lost[=MS], slow=MS, lost[=N], storage, reason=REASON or locked-out;
    /// repeatable; see the README
    #[arg(long, value_name = "FAULT", help_heading = "Tests of clients")]
    pub fault: Vec<Change>,

    /// Let faults be changed at run time, over HTTP on this port of a loopback address; 0 takes a
    /// free one
    #[arg(long, value_name = "[ADDR:]PORT", value_parser = parse_control,
        help_heading = "Tests of clients")]
    pub control: Option<SocketAddr>,

    /// Let pages of this origin, such as http://localhost:3000, talk to the device; * allows any
    /// origin
    #[arg(
        long,
        value_name = "ORIGIN",
        conflicts_with = "no_http",
        help_heading = "Tests of clients"
    )]
    pub cors: Option<String>,

    /// Serve the files of this folder next to the endpoints
    #[arg(
        long = "static",
        value_name = "DIR",
        conflicts_with = "no_http",
        help_heading = "Tests of clients"
    )]
    pub files: Option<PathBuf>,

    /// End after the first credentials: with exit code 0 if they worked, 1 if not
    #[arg(long, help_heading = "Running")]
    pub once: bool,

    /// Report what happens as JSON on standard output, one event a line
    #[arg(long, action = ArgAction::SetTrue, help_heading = "Running")]
    pub json: bool,
}

/// Drops a tip for an option of another kind, such as --app-info for --pin: the parser suggests
/// options that share letters.
fn without_far_tips(mut error: clap::Error) -> clap::Error {
    let initial = |kind| match error.get(kind) {
        Some(ContextValue::String(option)) => option.trim_start_matches('-').chars().next(),
        _ => None,
    };
    if initial(ContextKind::InvalidArg) != initial(ContextKind::SuggestedArg) {
        error.remove(ContextKind::SuggestedArg);
        // The tip is meant for that option.
        error.remove(ContextKind::Usage);
    }
    error
}

/// The address of `--http`: `8080`, `:8080`, `localhost:8080` or an address with its port.
fn parse_http(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| "expected PORT or ADDR:PORT, as in 8080 or 0.0.0.0:8080".into())
}

/// The address of `--control`: as for `--http`, but only this machine may reach it.
fn parse_control(text: &str) -> Result<SocketAddr, String> {
    match parse_http(text)? {
        address if address.ip().is_loopback() => Ok(address),
        _ => Err("it must be a loopback address, as in 8081 or 127.0.0.1:8081".into()),
    }
}

/// One `--app-info`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppInfo {
    /// The entry's name.
    pub label: String,
    /// The application's version.
    pub version: String,
    /// What the application supports.
    pub capabilities: Vec<String>,
}

impl std::str::FromStr for AppInfo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.splitn(3, ':');
        let (Some(label), Some(version)) = (parts.next(), parts.next()) else {
            return Err("expected LABEL:VERSION:CAP,CAP, as in my-app:1.0:led,button".into());
        };
        let capabilities = parts.next().unwrap_or_default().split(',').filter(|c| !c.is_empty());
        Ok(Self {
            label: label.into(),
            version: version.into(),
            capabilities: capabilities.map(Into::into).collect(),
        })
    }
}

/// How a client must prove itself.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// Security 0: not at all, and nothing is encrypted.
    Plain,
    /// Security 1 without a proof of possession.
    None,
    /// Security 1 with the proof given by `--pop`.
    Given(String),
    /// Security 1 with a proof to be generated.
    Generate,
    /// Security 2 with a user name, and a password to be generated if there is none.
    Account {
        /// The user name.
        username: String,
        /// The password.
        password: Option<String>,
    },
    /// Security 2 with what a device knows, and as much as is known of what its owner knows.
    Verifier(Box<Verifier>),
}

/// What a device and its owner know in security 2.
#[derive(Clone, PartialEq, Eq)]
pub struct Verifier {
    /// The salt.
    pub salt: Vec<u8>,
    /// The verifier.
    pub verifier: Vec<u8>,
    /// The user name.
    pub username: Option<String>,
    /// The password.
    pub password: Option<String>,
}

impl Proof {
    /// The proof of possession, or the password of security 2, if there is one.
    pub fn pop(&self) -> Option<&str> {
        match self {
            Self::Given(pop) => Some(pop),
            Self::Verifier(verifier) => verifier.password.as_deref(),
            _ => None,
        }
    }

    /// The user name of security 2, if it is known.
    pub fn username(&self) -> Option<&str> {
        match self {
            Self::Verifier(verifier) => verifier.username.as_deref(),
            _ => None,
        }
    }

    /// The number of the security scheme.
    pub fn security(&self) -> u32 {
        match self {
            Self::Plain => 0,
            Self::None | Self::Given(_) | Self::Generate => 1,
            Self::Account { .. } | Self::Verifier(_) => 2,
        }
    }
}

impl std::fmt::Debug for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Plain => "Plain",
            Self::None => "None",
            Self::Given(_) => "Given(secret)",
            Self::Generate => "Generate",
            Self::Account { .. } => "Account(secret)",
            Self::Verifier(_) => "Verifier(secret)",
        })
    }
}

impl Cli {
    /// Parses the program's own command line. Ends the program for `--help` and for invalid
    /// options.
    #[must_use]
    pub fn of_program() -> Self {
        Self::try_parse().unwrap_or_else(|error| without_far_tips(error).exit())
    }

    /// How a client must prove itself, or why the options contradict each other.
    pub fn proof(&self) -> Result<Proof, Fault> {
        let of_2 = self.username.is_some() || self.password.is_some() || self.salt.is_some();
        let of_1 = self.pop.is_some() || self.no_pop;
        let default = if of_2 { "2" } else { "1" };
        let security = self.security.as_deref().unwrap_or(default);
        if of_2 && security != "2" {
            return Err(Fault::new(format!(
                "user name, password, salt and verifier belong to security 2, not to {security}"
            )));
        }
        if security == "2" {
            if of_1 {
                return Err(Fault::new(
                    "--pop and --no-pop belong to security 1: security 2 has a --password",
                ));
            }
            return self.account();
        }
        if security == "0" {
            return match self.pop {
                Some(_) => Err(Fault::new(
                    "--pop has no effect with --security 0, which asks for no proof: omit one of them",
                )),
                None => Ok(Proof::Plain),
            };
        }
        match &self.pop {
            Some(pop) if pop.is_empty() => {
                Err(Fault::new("--pop is empty: for no proof of possession, use --no-pop"))
            }
            Some(pop) => Ok(Proof::Given(pop.clone())),
            None if self.no_pop => Ok(Proof::None),
            None => Ok(Proof::Generate),
        }
    }

    /// The user name that the apps use by default.
    fn default_username(&self) -> String {
        if self.is_for_thread() { "threadprov".into() } else { "wifiprov".into() }
    }

    /// Whether the device is for Thread.
    pub fn is_for_thread(&self) -> bool {
        self.network == "thread"
    }

    /// Refuses options for the other type of network.
    pub fn check_network(&self) -> Result<(), Fault> {
        let wifi = !self.wifi.is_empty() || self.world.is_some();
        match (self.is_for_thread(), self.thread.is_empty()) {
            (true, _) if wifi => Err(Fault::new(
                "--wifi and --world are for Wi-Fi: omit them, or omit --network thread",
            )),
            (false, false) => Err(Fault::new("--thread needs --network thread: add it")),
            _ => Ok(()),
        }
    }

    /// The faults to begin with, or why one is invalid.
    pub fn faults(&self) -> Result<Faults, Fault> {
        let mut faults = Faults::default();
        for change in &self.fault {
            faults.apply(*change);
        }
        if let Some(reason) = faults.reason {
            check_reason(reason, self.is_for_thread())
                .map_err(|reason| Fault::new(format!("--fault: {reason}")))?;
        }
        Ok(faults)
    }

    /// What the HTTP server does for browsers.
    pub fn browser(&self) -> Result<Browser, Fault> {
        let cors = self.cors.as_deref().map(|origin| {
            let origin = origin.trim_end_matches('/');
            // Browsers send a scheme and a host in lower case, and no path.
            let is_origin = origin.split_once("://").is_some_and(|(scheme, host)| {
                let is_plain = |c: char| !c.is_ascii_uppercase() && !c.is_whitespace();
                !scheme.is_empty()
                    && !host.is_empty()
                    && !host.contains('/')
                    && origin.chars().all(is_plain)
            });
            let is_origin = is_origin || origin == "*" || origin == "null";
            HeaderValue::from_str(origin).ok().filter(|_| is_origin).ok_or_else(|| {
                Fault::new(
                    "--cors is an origin as browsers send it, such as http://localhost:3000, \
                     without a path and in lower case, or *",
                )
            })
        });
        if let Some(folder) = self.files.as_ref().filter(|folder| !folder.is_dir()) {
            let folder = folder.display();
            return Err(Fault::new(format!("--static {folder}: there is no such folder")));
        }
        Ok(Browser { cors: cors.transpose()?, files: self.files.clone(), page: self.page() })
    }

    fn account(&self) -> Result<Proof, Fault> {
        let (Some(salt), Some(verifier)) = (&self.salt, &self.verifier) else {
            let username = self.username.clone().unwrap_or_else(|| self.default_username());
            return Ok(Proof::Account { username, password: self.password.clone() });
        };
        let bytes = |option: &str, text: &str| {
            netprov_cred::hex::decode(text).map_err(|error| {
                let made = "`netprov-cred new --json FILE` makes one, for --credentials FILE";
                Fault::new(format!("{option} is not hexadecimal: {error}: {made}"))
            })
        };
        let (salt, verifier) = (bytes("--salt", salt)?, bytes("--verifier", verifier)?);
        Ok(Proof::Verifier(Box::new(Verifier { salt, verifier, username: None, password: None })))
    }

    /// Where to serve HTTP, if at all; an error if there would be no transport.
    pub fn http_address(&self) -> Result<Option<SocketAddr>, Fault> {
        match (self.no_http, self.console) {
            (false, _) => Ok(Some(self.http)),
            (true, true) => Ok(None),
            (true, false) => Err(Fault::new(
                "--no-http leaves no way to reach the device: add --console, or omit --no-http",
            )),
        }
    }

    /// Whether the page is served.
    pub fn page(&self) -> bool {
        !self.no_http && self.page.unwrap_or(self.http.ip().is_loopback())
    }

    /// The service's name if one was given, or why it is invalid.
    pub fn given_name(&self) -> Result<Option<&str>, Fault> {
        match self.name.as_deref() {
            Some(name) if name.is_empty() || name.len() > 32 => {
                Err(Fault::new("--name must have 1 to 32 bytes: it is the name of an access point"))
            }
            name => Ok(name),
        }
    }

    /// When the service ends by itself after success, if that was given; `Some(None)` is never.
    pub fn auto_stop(&self) -> Option<Option<Millis>> {
        self.autostop_ms.map(|ms| (ms > 0).then(|| Millis::from_millis(ms)))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Cli {
        Cli::try_parse_from([&["virtual-device"], arguments].concat()).unwrap()
    }

    #[test]
    fn the_options_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn help_names_every_option_and_shows_examples() {
        let help = Cli::command().render_help().to_string();
        for option in [
            "--http",
            "--no-http",
            "--console",
            "--security",
            "--pop",
            "--no-pop",
            "--username",
            "--password",
            "--salt",
            "--verifier",
            "--credentials",
            "--name",
            "--wifi",
            "--world",
            "--state",
            "--wifi-conn-attempts",
            "--endpoint",
            "--app-info",
            "--once",
            "--json",
            "--autostop-ms",
            "--reprovision",
            "--fault",
            "--control",
            "--cors",
            "--static",
            "--help",
        ] {
            assert!(help.contains(&format!("{option} ")) || help.contains(&format!("{option}\n")));
        }
        assert!(help.contains("--page[=") && help.contains("Examples:"));
    }

    #[test]
    fn contradictions_are_refused() {
        assert!(Cli::try_parse_from(["", "--pop", "x", "--no-pop"]).is_err());
        assert!(Cli::try_parse_from(["", "--security", "3"]).is_err());
        assert!(Cli::try_parse_from(["", "--salt", "11"]).is_err());
        let both = ["", "--salt", "11", "--verifier", "22", "--password", "x"];
        assert!(Cli::try_parse_from(both).is_err());
        assert!(Cli::try_parse_from(["", "--credentials", "f", "--password", "x"]).is_err());
        for security in ["0", "1"] {
            assert!(parse(&["--password", "x", "--security", security]).proof().is_err());
        }
        assert!(parse(&["--pop", "x", "--security", "2"]).proof().is_err());
        assert!(parse(&["--salt", "0g", "--verifier", "22"]).proof().is_err());
        assert!(Cli::try_parse_from(["", "--wifi-conn-attempts", "-1"]).is_err());
        assert!(parse(&["--pop", "x", "--security", "0"]).proof().is_err());
        assert!(parse(&["--pop", ""]).proof().is_err());
        assert!(parse(&["--no-http"]).http_address().is_err());
        assert!(parse(&["--name", &"n".repeat(33)]).given_name().is_err());
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let cli = parse(&[]);
        assert_eq!(cli.proof().unwrap(), Proof::Generate);
        for arguments in [&["--security", "2"][..], &["--username", "wifiprov"]] {
            let account = Proof::Account { username: "wifiprov".into(), password: None };
            assert_eq!(parse(arguments).proof().unwrap(), account);
        }
        assert_eq!(cli.http_address().unwrap(), Some(SocketAddr::from(([127, 0, 0, 1], 8080))));
        assert!(cli.page() && parse(&["--http", "0.0.0.0:80", "--page"]).page());
        assert!(!parse(&["--page=false"]).page() && !parse(&["--http", "0.0.0.0:80"]).page());
        assert_eq!(cli.wifi_conn_attempts, 3);
        assert_eq!(cli.auto_stop(), None);
        assert_eq!(parse(&["--no-http", "--console"]).http_address().unwrap(), None);
        assert_eq!(parse(&["--autostop-ms", "0"]).auto_stop(), Some(None));
    }

    #[test]
    fn an_app_info_is_three_parts() {
        let info = |text: &str| text.parse::<AppInfo>();
        let expected = AppInfo {
            label: "app".into(),
            version: "1.0".into(),
            capabilities: vec!["a".into(), "b".into()],
        };
        assert_eq!(info("app:1.0:a,b"), Ok(expected));
        assert_eq!(info("app:1.0").unwrap().capabilities, Vec::<String>::new());
        assert_eq!(info("app:1:a:b").unwrap().capabilities, ["a:b"]);
        assert!(info("app").is_err());
    }

    #[test]
    fn a_tip_is_about_an_option_that_was_meant() {
        let text = |option| {
            let Err(error) = Cli::try_parse_from(["virtual-device", option]) else {
                panic!("{option} is an option");
            };
            without_far_tips(error).to_string()
        };
        assert!(text("--pin").contains("--pin") && !text("--pin").contains("--app-info"));
        assert!(text("--securty").contains("'--security'"), "{}", text("--securty"));
    }
}
