//! What is in range of the simulated radio: the usual networks, those of `--wifi`, or a file's.
//!
//! `worlds/example.toml` in this crate's folder shows and explains every key.

mod file;

use protocomm::Millis;
use std::net::Ipv4Addr;

use provisioning::wifi::AuthMode;
use sim::radio::{SimulatedAp, World};

pub use self::file::load;

/// How long a scan takes unless a file says otherwise.
const SCAN: Millis = Millis::from_millis(700);
/// From the request to join to the link, likewise.
const JOIN: Millis = Millis::from_millis(500);
/// From the link to the address, likewise.
const DHCP: Millis = Millis::from_millis(300);

/// The passphrase of the usual home network.
pub const USUAL_PASSPHRASE: &str = "correct-horse-battery";

/// One `--wifi`: an open network, or one with WPA2.
#[derive(Clone, PartialEq, Eq)]
pub struct Network {
    ssid: String,
    passphrase: String,
}

impl std::str::FromStr for Network {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (ssid, passphrase) = match text.split_once(':') {
            Some((_, "")) => return Err("the passphrase after the colon is missing"),
            Some(parts) => parts,
            None => (text, ""),
        };
        check_ssid(ssid.as_bytes(), false)?;
        if !passphrase.is_empty() {
            check_passphrase(AuthMode::Wpa2Psk, passphrase.as_bytes())?;
        }
        Ok(Self { ssid: ssid.into(), passphrase: passphrase.into() })
    }
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Network").field("ssid", &self.ssid).finish_non_exhaustive()
    }
}

/// The networks of `--wifi`.
pub fn of(networks: &[Network]) -> World {
    let aps = networks.iter().enumerate().map(|(place, network)| {
        let strength = -40 - 5 * i8::try_from(place).unwrap_or(i8::MAX).min(10);
        ap(place, network.ssid.as_bytes(), network.passphrase.as_bytes(), strength)
    });
    with_usual_times(World::of(aps))
}

/// The networks that are there if nobody says which: one of each kind that people meet.
pub fn usual() -> World {
    with_usual_times(World::of([
        ap(0, b"HomeNet", USUAL_PASSPHRASE.as_bytes(), -45),
        ap(1, b"CoffeeShop", b"", -58),
        ap(2, b"Attic", b"sesame-open-the-door", -63).auth(AuthMode::Wpa3Psk),
        ap(3, b"BackOffice", b"behind-the-curtain", -67).hidden(),
        ap(4, b"Campus", b"", -71).auth(AuthMode::Wpa2Enterprise),
    ]))
}

fn with_usual_times(world: World) -> World {
    World { scan_duration: SCAN, ..world }
}

/// The access point at this place of the list, as it is unless something else is said.
fn ap(place: usize, ssid: &[u8], passphrase: &[u8], strength: i8) -> SimulatedAp {
    let number = u8::try_from(place % 250).unwrap_or(0) + 1;
    // The channels that do not overlap.
    let channel = [1, 6, 11][place % 3];
    SimulatedAp {
        join_time: JOIN,
        dhcp_time: Some(DHCP),
        address: Ipv4Addr::new(192, 168, number, 23),
        ..SimulatedAp::new(ssid, passphrase).at([2, 0, 0, 0, 0, number], channel, strength)
    }
}

/// An SSID has 1 to 32 bytes; an access point that hides may announce none at all.
fn check_ssid(ssid: &[u8], hidden: bool) -> Result<(), &'static str> {
    match ssid.len() {
        0 if !hidden => Err("the SSID is empty"),
        0..=32 => Ok(()),
        _ => Err("the SSID is longer than 32 bytes"),
    }
}

fn check_passphrase(auth: AuthMode, passphrase: &[u8]) -> Result<(), &'static str> {
    match (auth, passphrase.len()) {
        (AuthMode::Open, 0) | (AuthMode::Wep | AuthMode::Wpa2Enterprise, 0..=64) => Ok(()),
        (AuthMode::Open, _) => Err("an open network has no passphrase"),
        (_, 8..=63) => Ok(()),
        (_, 64) if passphrase.iter().all(u8::is_ascii_hexdigit) => Ok(()),
        _ => Err("a passphrase has 8 to 63 bytes, or is a key of 64 hex digits"),
    }
}

/// The bytes that a text of hexadecimal digits stands for.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_the_command_line_is_open_or_wpa2() {
        let networks = ["Cafe".parse().unwrap(), "Home:pass:word".parse().unwrap()];
        let world = of(&networks);
        let [cafe, home] = world.access_points.as_slice() else { panic!() };
        assert_eq!((cafe.seen.auth, &*cafe.passphrase), (AuthMode::Open, &b""[..]));
        assert_eq!((home.seen.auth, &*home.passphrase), (AuthMode::Wpa2Psk, &b"pass:word"[..]));
        assert!(cafe.seen.rssi > home.seen.rssi);
        assert_ne!(cafe.seen.bssid, home.seen.bssid);
    }

    #[test]
    fn a_bad_network_says_why() {
        for (text, part) in [
            ("", "empty"),
            (":passphrase", "empty"),
            ("Home:", "missing"),
            ("Home:short", "8 to 63"),
            (&"s".repeat(33), "32 bytes"),
            (&format!("Home:{}", "g".repeat(64)), "64 hex"),
        ] {
            let error = text.parse::<Network>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn a_hundred_networks_are_no_problem() {
        let network: Network = "Home:passphrase".parse().unwrap();
        assert_eq!(of(&vec![network; 1000]).access_points.len(), 1000);
    }

    #[test]
    fn the_usual_networks_can_be_what_they_say() {
        for ap in usual().access_points {
            check_ssid(&ap.ssid, false).unwrap();
            check_passphrase(ap.seen.auth, &ap.passphrase).unwrap();
        }
    }

    #[test]
    fn hex_is_pairs_of_digits() {
        assert_eq!(unhex("00fF"), Some(vec![0, 255]));
        assert_eq!(unhex(""), Some(vec![]));
        for bad in ["0", "0g", "é", "+1"] {
            assert_eq!(unhex(bad), None, "{bad}");
        }
    }
}
