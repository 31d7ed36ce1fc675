//! From the command line to the device's settings: reads files, generates missing values.

use std::net::SocketAddr;
use std::path::Path;

use netprov_cred::{Credential, forms};
use protocomm::security::{Scheme, sec0::Sec0, sec1::Sec1, sec2, sec2::Sec2};
use provisioning::Config;
use provisioning::thread::Dataset;
use provisioning::wifi::Credentials;
use sim::radio::World;

use crate::Fault;
use crate::cli::{AppInfo, Cli, Proof, Verifier};
use crate::faults::Faults;
use crate::http::Browser;
use crate::mesh::Mesh;
use crate::report::WifiInRange;
use crate::store::{Kept, Store};
use crate::world;

/// Name of the endpoint that reports the status.
pub const STATUS_ENDPOINT: &str = "netprov-status";

/// The settings of a device.
pub struct Settings {
    /// How the manager behaves.
    pub config: Config,
    /// Whether the service ends by itself after success.
    pub auto_stop: bool,
    /// The service's name.
    pub name: String,
    /// How a client must prove itself; never [`Proof::Generate`] nor [`Proof::Account`].
    pub proof: Proof,
    /// Whether the proof was generated.
    pub pop_is_new: bool,
    /// The custom endpoints.
    pub endpoints: Vec<String>,
    /// Whether there is the endpoint netprov-status.
    pub status: bool,
    /// The entries of the version text.
    pub app_info: Vec<AppInfo>,
    /// Where to serve HTTP.
    pub http: Option<SocketAddr>,
    /// What the HTTP server does for browsers.
    pub browser: Browser,
    /// Where faults can be changed, if at all.
    pub control: Option<SocketAddr>,
    /// The faults to begin with.
    pub faults: Faults,
    /// Whether the console takes lines.
    pub console: bool,
    /// The network type and its settings.
    pub network: NetworkSettings,
    /// Whether to end after the first credentials.
    pub once: bool,
}

/// Settings of the network type.
#[derive(Clone)]
pub enum NetworkSettings {
    /// For a Wi-Fi device.
    Wifi(WifiSettings),
    /// For a Thread device.
    Thread(ThreadSettings),
}

impl NetworkSettings {
    /// Whether the device is for Thread.
    pub fn is_thread(&self) -> bool {
        matches!(self, Self::Thread(_))
    }
}

/// Settings for Wi-Fi.
#[derive(Clone)]
pub struct WifiSettings {
    /// The networks in range.
    pub world: World,
    /// Whether everybody may know the networks' passphrases.
    pub world_is_public: bool,
    /// Where credentials are kept.
    pub store: Option<Store<Credentials>>,
    /// The credentials to connect with.
    pub stored: Option<Credentials>,
}

/// Settings for Thread.
#[derive(Clone)]
pub struct ThreadSettings {
    /// The networks in range.
    pub mesh: Mesh,
    /// Where the dataset is kept.
    pub store: Option<Store<Dataset>>,
    /// The dataset to attach with.
    pub stored: Option<Dataset>,
}

impl Settings {
    /// The settings that a command line asks for.
    pub fn new(cli: Cli) -> Result<Self, Fault> {
        // Cheap checks come first.
        let http = cli.http_address()?;
        cli.check_network()?;
        let (faults, browser) = (cli.faults()?, cli.browser()?);
        let (given, known_name) = match &cli.credentials {
            Some(path) => {
                let (proof, name) = read(path)?;
                (proof, Some(name))
            }
            None => (cli.proof()?, cli.given_name()?.map(Into::into)),
        };
        let name: String = match known_name {
            Some(name) => name,
            None => new_name()?,
        };
        let pop_is_new = matches!(given, Proof::Generate | Proof::Account { password: None, .. });
        let proof = match given {
            Proof::Generate => Proof::Given(new_pop()?),
            Proof::Account { username, password } => {
                let credential =
                    Credential::security_2(&name, &username, password.as_deref(), None);
                of_credential(credential.map_err(|fault| Fault::new(fault.0))?)
            }
            other => other,
        };
        if let Proof::Verifier(known) = &proof {
            sec2::check(&known.salt, &known.verifier).map_err(|bad| {
                Fault::new(match bad {
                    sec2::BadParameters::Salt => "the salt must have 1 to 64 bytes",
                    _ => "the verifier must be above 1 and below the prime of RFC 5054",
                })
            })?;
            if known.salt.first() == Some(&0) {
                crate::ui::warn("the salt begins with a zero byte: some apps will not get in");
            }
        }

        let network = if cli.is_for_thread() {
            let (store, stored) = open_store(&cli)?;
            let mesh = Mesh::of(cli.thread.clone());
            NetworkSettings::Thread(ThreadSettings { mesh, store, stored })
        } else {
            NetworkSettings::Wifi(WifiSettings::new(&cli)?)
        };
        let defaults = if cli.is_for_thread() { Config::thread() } else { Config::default() };
        let mut config = Config {
            wifi_conn_attempts: cli.wifi_conn_attempts,
            // As on a device: over Wi-Fi, HTTP would be on the radio that tries them.
            retry_beside: cli.is_for_thread(),
            ..defaults
        };
        let auto_stop = cli.auto_stop();
        if let Some(Some(timeout)) = auto_stop {
            config.auto_stop_timeout = timeout;
        }
        Ok(Self {
            config,
            auto_stop: auto_stop != Some(None),
            name,
            proof,
            pop_is_new,
            endpoints: cli.endpoint,
            status: cli.status,
            app_info: cli.app_info,
            http,
            browser,
            control: cli.control,
            faults,
            console: cli.console,
            network,
            once: cli.once,
        })
    }

    /// The names of the endpoints other than the protocol's own.
    pub fn all_endpoints(&self) -> impl Iterator<Item = &str> {
        let status = self.status.then_some(STATUS_ENDPOINT);
        status.into_iter().chain(self.endpoints.iter().map(String::as_str))
    }

    /// The scheme for the proof.
    pub fn scheme(&self) -> Scheme {
        match &self.proof {
            Proof::Plain => Scheme::Sec0(Sec0),
            Proof::Verifier(known) => match Sec2::new(&known.salt, &known.verifier) {
                Ok(scheme) => Scheme::Sec2(scheme),
                Err(_) => unreachable!("it was checked when the program started"),
            },
            proof => Scheme::Sec1(Sec1::new(proof.pop().unwrap_or_default().as_bytes())),
        }
    }
}

impl WifiSettings {
    fn new(cli: &Cli) -> Result<Self, Fault> {
        let mut world = match (&cli.world, cli.wifi.as_slice()) {
            (Some(path), _) => world::load(path)?,
            (None, []) => world::usual(),
            (None, networks) => world::of(networks),
        };
        if cli.world.is_some() {
            world.access_points.extend(world::of(&cli.wifi).access_points);
        }
        let (store, stored) = open_store(cli)?;
        let world_is_public = cli.world.is_none() && cli.wifi.is_empty();
        Ok(Self { world, world_is_public, store, stored })
    }

    /// The networks in range, for display.
    pub fn networks(&self) -> Vec<WifiInRange> {
        let shown = self.world.access_points.iter().filter_map(|ap| {
            let passphrase = str::from_utf8(&ap.passphrase).ok().filter(|text| !text.is_empty());
            Some(WifiInRange {
                // A network that announces no valid name cannot be joined.
                ssid: provisioning::wifi::Ssid::new(&ap.ssid).ok()?,
                auth: ap.seen.auth,
                rssi: ap.seen.rssi,
                hidden: ap.seen.ssid.is_none(),
                passphrase: passphrase.filter(|_| self.world_is_public).map(Into::into),
            })
        });
        shown.collect()
    }
}

/// The store of `--state`, and what it contains.
fn open_store<T: Kept>(cli: &Cli) -> Result<(Option<Store<T>>, Option<T>), Fault> {
    let Some(path) = &cli.state else { return Ok((None, None)) };
    let (store, stored) = Store::open(path)?;
    Ok((Some(store), stored.filter(|_| !cli.reprovision)))
}

/// The credentials in a file made by netprov-cred, and the service's name.
fn read(path: &Path) -> Result<(Proof, String), Fault> {
    let fault = |reason: String| {
        Fault::new(format!(
            "{}: {reason}. Create one with `cargo run -p netprov-cred -- new --name NAME --json FILE`",
            path.display()
        ))
    };
    let bytes = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
    let text = text_of(&bytes).map_err(|reason| fault(reason.into()))?;
    let credential = forms::from_json(text).map_err(|error| fault(error.to_string()))?;
    let name = credential.name.clone();
    Ok((of_credential(credential), name))
}

/// The text of a file that an editor may have saved with a byte order mark.
fn text_of(bytes: &[u8]) -> Result<&str, &'static str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err("it is UTF-16: save it as UTF-8");
    }
    str::from_utf8(bytes).map_err(|_| "it is not UTF-8")
}

fn of_credential(credential: Credential) -> Proof {
    match credential.pop {
        Some(pop) => Proof::Given(pop),
        None => Proof::Verifier(Box::new(Verifier {
            salt: credential.salt,
            verifier: credential.verifier,
            username: credential.username,
            password: credential.password,
        })),
    }
}

/// Without characters that are easily confused: 0 and O, 1 and I.
const POP_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// A proof of possession of eight characters, 40 random bits.
fn new_pop() -> Result<String, Fault> {
    let random: [u8; 8] = random()?;
    Ok(random.map(|byte| char::from(POP_ALPHABET[usize::from(byte % 32)])).iter().collect())
}

/// `PROV_` and six digits, as devices derive them from their hardware address.
fn new_name() -> Result<String, Fault> {
    let [a, b, c] = random()?;
    Ok(format!("PROV_{a:02X}{b:02X}{c:02X}"))
}

fn random<const N: usize>() -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Fault::new(format!("the system has no random numbers: {error}")))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    fn settings(arguments: &[&str]) -> Settings {
        let cli = Cli::try_parse_from([&["virtual-device"], arguments].concat()).unwrap();
        Settings::new(cli).unwrap()
    }

    fn wifi(arguments: &[&str]) -> WifiSettings {
        match settings(arguments).network {
            NetworkSettings::Wifi(settings) => settings,
            NetworkSettings::Thread(_) => panic!("it is for Thread"),
        }
    }

    #[test]
    fn a_device_is_for_one_type_of_network() {
        let thread = settings(&["--network", "thread", "--thread", "Home:0x1234:15"]);
        let NetworkSettings::Thread(network) = thread.network else { panic!("it is for Wi-Fi") };
        assert_eq!(network.mesh.networks().len(), 1);
        assert_eq!(thread.config.attempt_timeout, protocomm::Millis::from_secs(20));
        let account = settings(&["--network", "thread", "--security", "2"]);
        assert_eq!(account.proof.username(), Some("threadprov"));
        for (arguments, part) in [
            (&["--thread", "Home:0x1234:15"][..], "--network thread"),
            (&["--network", "thread", "--wifi", "Home"], "for Wi-Fi"),
        ] {
            let cli = Cli::try_parse_from([&["virtual-device"], arguments].concat()).unwrap();
            let Err(fault) = Settings::new(cli) else { panic!("{arguments:?}") };
            assert!(fault.to_string().contains(part), "{fault}");
        }
    }

    #[test]
    fn each_start_has_a_proof_of_its_own() {
        let pop = |settings: Settings| settings.proof.pop().unwrap().to_owned();
        let (one, other) = (settings(&[]), settings(&[]));
        assert!(one.pop_is_new);
        let (one, other) = (pop(one), pop(other));
        assert_ne!(one, other);
        assert_eq!(one.len(), 8);
        assert!(one.bytes().all(|byte| POP_ALPHABET.contains(&byte)), "{one}");
        assert!(!settings(&["--pop", "abcd1234"]).pop_is_new);
        assert_eq!(settings(&["--no-pop"]).proof.pop(), None);
    }

    #[test]
    fn security_2_takes_an_account_or_a_verifier_or_a_file() {
        let made = settings(&["--security", "2"]);
        assert!(made.pop_is_new && made.proof.pop().is_some());
        assert_eq!(made.proof.username(), Some("wifiprov"));
        let given = settings(&["--username", "me", "--password", "abcd1234"]);
        assert!(!given.pop_is_new);
        assert_eq!((given.proof.username(), given.proof.pop()), (Some("me"), Some("abcd1234")));
        let Proof::Verifier(known) = given.proof else { panic!() };
        let (salt, verifier) =
            (netprov_cred::hex::encode(&known.salt), netprov_cred::hex::encode(&known.verifier));
        let device = settings(&["--salt", &salt, "--verifier", &verifier]);
        assert_eq!((device.proof.username(), device.proof.pop()), (None, None));
        assert!(matches!(device.scheme(), Scheme::Sec2(_)));

        let credential = Credential::security_2("PROV_X", "me", Some("abcd1234"), None).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), forms::json(&credential)).unwrap();
        let device = settings(&["--credentials", file.path().to_str().unwrap()]);
        assert_eq!((device.name.as_str(), device.proof.username()), ("PROV_X", Some("me")));
    }

    #[test]
    fn a_file_of_credentials_may_have_a_mark_and_every_fault_says_where_files_come_from() {
        let fault = |bytes: &[u8]| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), bytes).unwrap();
            read(file.path()).map(|_| ()).unwrap_err().to_string()
        };
        let credential = Credential::security_1("PROV_X", Some("abcd1234")).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("\u{feff}{}", forms::json(&credential))).unwrap();
        assert_eq!(read(file.path()).map(|(_, name)| name).unwrap(), "PROV_X");
        for (bytes, part) in [
            (&b"{}"[..], "missing field"),
            (&b"\xff\xfe{\0}\0"[..], "save it as UTF-8"),
            (&b"\x80"[..], "not UTF-8"),
            (&b""[..], "EOF"),
        ] {
            let text = fault(bytes);
            assert!(text.contains(part) && text.contains("netprov-cred -- new"), "{text}");
        }
        let text = read(Path::new("/nowhere")).map(|_| ()).unwrap_err().to_string();
        assert!(text.contains("netprov-cred -- new"), "{text}");
    }

    #[test]
    fn http_takes_a_port_alone() {
        for text in ["8080", ":8080", "localhost:8080", "127.0.0.1:8080"] {
            let http = settings(&["--http", text]).http.unwrap();
            assert_eq!(http.to_string(), "127.0.0.1:8080", "{text}");
        }
        assert_eq!(settings(&["--http", "0.0.0.0:1"]).http.unwrap().to_string(), "0.0.0.0:1");
        let parsed = Cli::try_parse_from(["virtual-device", "--http", "here"]);
        let refused = parsed.err().expect("the address is refused");
        assert!(refused.to_string().contains("PORT or ADDR:PORT"), "{refused}");
    }

    #[test]
    fn what_cannot_work_is_refused_at_the_start() {
        for arguments in [
            ["--salt", "11", "--verifier", "01"],
            ["--salt", "", "--verifier", "1122"],
            ["--credentials", "/nowhere", "--http", "127.0.0.1:0"],
            ["--username", "a:b", "--password", "x"],
        ] {
            let cli = Cli::try_parse_from([&["virtual-device"][..], &arguments].concat()).unwrap();
            assert!(Settings::new(cli).is_err(), "{arguments:?}");
        }
    }

    #[test]
    fn a_name_is_as_devices_have_it() {
        let name = settings(&[]).name;
        let digits = name.strip_prefix("PROV_").unwrap();
        assert!(digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()), "{name}");
        assert_eq!(settings(&["--name", "mine"]).name, "mine");
    }

    #[test]
    fn only_the_usual_passphrases_are_shown() {
        let shown = |arguments| wifi(arguments).networks().remove(0).passphrase;
        assert_eq!(shown(&[]).as_deref(), Some(world::USUAL_PASSPHRASE));
        assert_eq!(shown(&["--wifi", "Home:passphrase"]), None);
    }

    #[test]
    fn networks_of_the_command_line_join_those_of_a_file() {
        let example = concat!(env!("CARGO_MANIFEST_DIR"), "/worlds/example.toml");
        let count = |arguments: &[&str]| wifi(arguments).world.access_points.len();
        let file = count(&["--world", example]);
        assert_eq!(count(&["--world", example, "--wifi", "One"]), file + 1);
        assert_eq!(count(&["--wifi", "One"]), 1);
    }

    #[test]
    fn auto_stop_is_a_time_or_never() {
        assert_eq!(settings(&["--autostop-ms", "1500"]).config.auto_stop_timeout.as_millis(), 1500);
        assert!(settings(&[]).auto_stop);
        assert!(!settings(&["--autostop-ms", "0"]).auto_stop);
    }
}
