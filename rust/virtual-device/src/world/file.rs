//! The world file.

use protocomm::Millis;
use std::fs::File;
use std::io::Read;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::path::Path;

use provisioning::wifi::AuthMode;
use serde::Deserialize;
use sim::radio::{SimulatedAp, World};
use toml::Spanned;

use super::{check_passphrase, check_ssid, unhex};
use crate::Fault;

/// A world is no longer than this, in bytes.
const LENGTH_MAX: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    radio: Radio,
    #[serde(default)]
    access_point: Vec<Spanned<Entry>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Radio {
    scan_ms: Option<u32>,
    #[serde(default)]
    scan_fails: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    ssid: Option<Spanned<String>>,
    ssid_hex: Option<Spanned<String>>,
    passphrase: Option<Spanned<String>>,
    rssi: Option<Spanned<i64>>,
    channel: Option<Spanned<i64>>,
    auth: Option<Auth>,
    bssid: Option<Spanned<String>>,
    address: Option<Ipv4Addr>,
    #[serde(default)]
    hidden: bool,
    join_ms: Option<u32>,
    dhcp_ms: Option<u32>,
    dhcp: Option<Spanned<Dhcp>>,
    #[serde(default)]
    flaky: u32,
}

#[derive(Clone, Copy, Deserialize)]
enum Auth {
    #[serde(rename = "open")]
    Open,
    #[serde(rename = "wep")]
    Wep,
    #[serde(rename = "wpa", alias = "wpa-psk")]
    Wpa,
    #[serde(rename = "wpa2", alias = "wpa2-psk")]
    Wpa2,
    #[serde(rename = "wpa-wpa2", alias = "wpa-wpa2-psk")]
    WpaWpa2,
    #[serde(rename = "wpa2-enterprise")]
    Wpa2Enterprise,
    #[serde(rename = "wpa3", alias = "wpa3-psk")]
    Wpa3,
    #[serde(rename = "wpa2-wpa3", alias = "wpa2-wpa3-psk")]
    Wpa2Wpa3,
}

#[derive(Deserialize)]
enum Dhcp {
    #[serde(rename = "never")]
    Never,
}

impl From<Auth> for AuthMode {
    fn from(auth: Auth) -> Self {
        match auth {
            Auth::Open => Self::Open,
            Auth::Wep => Self::Wep,
            Auth::Wpa => Self::WpaPsk,
            Auth::Wpa2 => Self::Wpa2Psk,
            Auth::WpaWpa2 => Self::WpaWpa2Psk,
            Auth::Wpa2Enterprise => Self::Wpa2Enterprise,
            Auth::Wpa3 => Self::Wpa3Psk,
            Auth::Wpa2Wpa3 => Self::Wpa2Wpa3Psk,
        }
    }
}

/// What is wrong with a world, and where in the text.
struct Mistake {
    at: Option<Range<usize>>,
    reason: String,
}

impl Mistake {
    fn at<T>(value: &Spanned<T>, reason: impl Into<String>) -> Self {
        Self { at: Some(value.span()), reason: reason.into() }
    }
}

impl From<toml::de::Error> for Mistake {
    fn from(error: toml::de::Error) -> Self {
        // Its message alone: the whole error quotes the line, with the passphrase that may be
        // in it.
        Self { at: error.span(), reason: error.message().to_owned() }
    }
}

/// Reads a world from its file.
pub fn load(path: &Path) -> Result<World, Fault> {
    let shown = path.display();
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LENGTH_MAX).read_to_string(&mut text));
    match read {
        Ok(length) if length as u64 == LENGTH_MAX => {
            return Err(Fault::new(format!("{shown} is longer than a megabyte: is it a world?")));
        }
        Ok(_) => {}
        Err(error) => {
            return Err(Fault::new(format!(
                "{shown} cannot be read: {error}: give --world a TOML file"
            )));
        }
    }
    parse(&text).map_err(|mistake| {
        let start = mistake.at.map_or(0, |span| span.start).min(text.len());
        let before = text.as_bytes().get(..start).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        // The parser's messages may have several lines.
        let reason = mistake.reason.lines().collect::<Vec<_>>().join(", ");
        Fault::new(format!("{shown}, line {line}: {reason}: correct it and start again"))
    })
}

fn parse(text: &str) -> Result<World, Mistake> {
    let document: Document = toml::from_str(text)?;
    let aps: Result<Vec<_>, _> =
        document.access_point.into_iter().enumerate().map(|(n, entry)| ap(n, entry)).collect();
    let scan = document.radio.scan_ms.map(millis).unwrap_or(super::SCAN);
    let scan_fails = document.radio.scan_fails;
    Ok(World { access_points: aps?, scan_duration: scan, scan_fails, join_fault: None })
}

fn ap(place: usize, entry: Spanned<Entry>) -> Result<SimulatedAp, Mistake> {
    let whole = entry.span();
    let of_whole = |reason: &str| Mistake { at: Some(whole.clone()), reason: reason.into() };
    let entry = entry.into_inner();

    let (ssid, at) = match (&entry.ssid, &entry.ssid_hex) {
        (Some(text), None) => (text.get_ref().clone().into_bytes(), text),
        (None, Some(hex)) => {
            let bytes = unhex(hex.get_ref());
            (bytes.ok_or_else(|| Mistake::at(hex, "ssid_hex is not pairs of hex digits"))?, hex)
        }
        (Some(_), Some(hex)) => {
            return Err(Mistake::at(hex, "there is an ssid already: ssid_hex takes its place"));
        }
        (None, None) => return Err(of_whole("the access point has neither ssid nor ssid_hex")),
    };
    check_ssid(&ssid, entry.hidden).map_err(|reason| Mistake::at(at, reason))?;

    let secret = entry.passphrase.as_ref().map(|text| text.get_ref().as_bytes());
    let auth = match (entry.auth, secret) {
        (Some(auth), _) => auth.into(),
        (None, None | Some([])) => AuthMode::Open,
        (None, Some(_)) => AuthMode::Wpa2Psk,
    };
    let secret = secret.unwrap_or_default();
    check_passphrase(auth, secret).map_err(|reason| match &entry.passphrase {
        Some(text) => Mistake::at(text, reason),
        None => of_whole("the access point has no passphrase, but its auth needs one"),
    })?;

    let rssi = number(entry.rssi.as_ref(), -120, 0, "rssi is not -120 to 0 dBm")?;
    let channel = number(entry.channel.as_ref(), 1, 233, "channel is not 1 to 233")?;
    let bssid = match &entry.bssid {
        None => None,
        Some(text) => Some(bssid(text.get_ref()).ok_or_else(|| {
            Mistake::at(text, "bssid is not six bytes in hex, as in 02:00:00:00:00:01")
        })?),
    };
    if let (Some(dhcp), Some(_)) = (&entry.dhcp, entry.dhcp_ms) {
        return Err(Mistake::at(dhcp, "dhcp = \"never\" and dhcp_ms contradict each other"));
    }

    let mut ap = super::ap(place, &ssid, secret, rssi.unwrap_or(-55)).auth(auth);
    if entry.hidden {
        ap = ap.hidden();
    }
    ap.seen.channel = channel.unwrap_or(ap.seen.channel);
    ap.seen.bssid = bssid.unwrap_or(ap.seen.bssid);
    ap.join_time = entry.join_ms.map_or(ap.join_time, millis);
    ap.dhcp_time = match (entry.dhcp.map(Spanned::into_inner), entry.dhcp_ms) {
        (Some(Dhcp::Never), _) => None,
        (None, Some(ms)) => Some(millis(ms)),
        (None, None) => ap.dhcp_time,
    };
    ap.address = entry.address.unwrap_or(ap.address);
    ap.flaky = entry.flaky;
    Ok(ap)
}

fn number<N: TryFrom<i64>>(
    value: Option<&Spanned<i64>>,
    min: i64,
    max: i64,
    reason: &str,
) -> Result<Option<N>, Mistake> {
    let Some(value) = value else { return Ok(None) };
    let in_range = Some(*value.get_ref()).filter(|n| (min..=max).contains(n));
    match in_range.and_then(|n| N::try_from(n).ok()) {
        None => Err(Mistake::at(value, reason)),
        number => Ok(number),
    }
}

fn bssid(text: &str) -> Option<[u8; 6]> {
    let bytes: Option<Vec<u8>> = text
        .split(':')
        .map(|part| match unhex(part)?.as_slice() {
            [byte] => Some(*byte),
            _ => None,
        })
        .collect();
    bytes?.try_into().ok()
}

fn millis(ms: u32) -> Millis {
    Millis::from_millis(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/worlds/example.toml");

    fn world(text: &str) -> World {
        parse(text).unwrap_or_else(|mistake| panic!("{}", mistake.reason))
    }

    fn error(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.toml");
        std::fs::write(&path, text).unwrap();
        let error = load(&path).unwrap_err().to_string();
        assert!(!error.contains('\n'), "{error}");
        error.rsplit_once("w.toml, line ").unwrap().1.to_owned()
    }

    #[test]
    fn the_example_shows_every_key() {
        let world = load(Path::new(EXAMPLE)).unwrap();
        assert!(world.access_points.len() >= 8);
        let text = std::fs::read_to_string(EXAMPLE).unwrap();
        for key in [
            "scan_ms",
            "scan_fails",
            "ssid",
            "ssid_hex",
            "passphrase",
            "rssi",
            "channel",
            "auth",
            "bssid",
            "address",
            "hidden",
            "join_ms",
            "dhcp_ms",
            "dhcp",
            "flaky",
        ] {
            let used = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} ="));
            assert!(text.lines().any(used), "{key}");
        }
        for auth in
            ["open", "wep", "wpa", "wpa2", "wpa-wpa2", "wpa2-enterprise", "wpa3", "wpa2-wpa3"]
        {
            assert!(text.contains(&format!("\"{auth}\"")), "{auth}");
        }
    }

    #[test]
    fn an_empty_world_is_one() {
        assert_eq!(world("").access_points.len(), 0);
    }

    #[test]
    fn every_key_arrives() {
        let world = world(
            r#"
            [radio]
            scan_ms = 7
            scan_fails = true
            [[access_point]]
            ssid_hex = "41ff"
            passphrase = "12345678"
            rssi = -33
            channel = 9
            auth = "wpa2-wpa3"
            bssid = "0a:0b:0c:0d:0e:0F"
            address = "10.0.0.7"
            hidden = true
            join_ms = 1
            dhcp_ms = 2
            flaky = 3
            [[access_point]]
            ssid = "é"
            dhcp = "never"
            "#,
        );
        assert!(world.scan_fails);
        assert_eq!(world.scan_duration, millis(7));
        let [first, second] = world.access_points.as_slice() else { panic!() };
        assert_eq!((&*first.ssid, &*first.passphrase), (&b"A\xff"[..], &b"12345678"[..]));
        assert_eq!((first.seen.rssi, first.seen.channel), (-33, 9));
        assert_eq!(first.seen.auth, AuthMode::Wpa2Wpa3Psk);
        assert_eq!(first.seen.bssid, [10, 11, 12, 13, 14, 15]);
        assert_eq!(first.address, Ipv4Addr::new(10, 0, 0, 7));
        assert_eq!(first.seen.ssid, None);
        assert_eq!((first.join_time, first.dhcp_time), (millis(1), Some(millis(2))));
        assert_eq!(first.flaky, 3);
        assert_eq!(second.ssid, "é".as_bytes());
        assert_eq!((second.seen.auth, second.dhcp_time), (AuthMode::Open, None));
    }

    #[test]
    fn both_spellings_of_a_security_are_known() {
        for auth in ["wpa", "wpa2", "wpa-wpa2", "wpa3", "wpa2-wpa3"] {
            for spelling in [auth.to_owned(), format!("{auth}-psk")] {
                world(&format!(
                    "[[access_point]]\nssid = 'a'\npassphrase = '12345678'\nauth = '{spelling}'"
                ));
            }
        }
    }

    #[test]
    fn mistakes_name_their_line() {
        let ap = |rest: &str| error(&format!("# world\n[[access_point]]\nssid = 'a'\n{rest}\n"));
        for (found, expected) in [
            (error("[[access_point]"), "1: "),
            (error("# 1\n# 2\nx = 1"), "3: unknown field `x`"),
            (error("[[access_point]]\nchannel = 1"), "1: the access point has neither"),
            (error("[[access_point]]\nssid = ''"), "2: the SSID is empty"),
            (error("[[access_point]]\nssid_hex = '4'"), "2: ssid_hex is not pairs"),
            (ap("ssid_hex = '41'"), "4: there is an ssid already"),
            (ap("\n\nrssi = 1"), "6: rssi is not"),
            (ap("channel = 0"), "4: channel is not"),
            (ap("channel = 'x'"), "4: invalid type"),
            (ap("auth = 'wpa4'"), "4: unknown variant `wpa4`"),
            (ap("auth = 'wpa2'"), "2: the access point has no passphrase"),
            (ap("auth = 'open'\npassphrase = '12345678'"), "5: an open network has no"),
            (ap("passphrase = 'short'"), "4: a passphrase has 8 to 63"),
            (ap("bssid = '02:00'"), "4: bssid is not six"),
            (ap("address = '1.2.3'"), "4: "),
            (ap("dhcp = 'sometimes'"), "4: unknown variant"),
            (ap("dhcp_ms = 1\ndhcp = 'never'"), "5: dhcp = \"never\" and"),
            (ap("join_ms = -1"), "4: "),
            (ap("ssid = 'b'"), "4: duplicate key"),
        ] {
            assert!(found.starts_with(expected), "expected {expected:?}, found {found:?}");
        }
    }

    #[test]
    fn no_passphrase_is_quoted() {
        for line in ["passphrase = 'hush-hush", "passphrase = 'hush'", "x = 'hush-hush'"] {
            let error = error(&format!("[[access_point]]\nssid = 'a'\n{line}\n"));
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
