//! Bodies of the fuzz targets.
//!
//! Each function is one target. It reads arbitrary bytes as a script of actions of peers, the radio
//! and time on a device, and asserts invariants. `fuzz/` runs the targets with coverage; the
//! ordinary tests replay the corpora.

mod script;
mod thread;

use protocomm::Millis;
use std::sync::LazyLock;

use protocomm::security::{Scheme, sec0::Sec0, sec2::Sec2};
use protocomm::transport::{console, http};
use protocomm::{Peer, SessionId, TransportId};
use provisioning::wifi::{AccessPoint, AuthMode, ConnectFailure, Link, Ssid, WifiEvent};
use provisioning::{Config, Event, State, endpoints};

pub use self::script::Script;
pub use self::thread::thread;
use crate::client::answers;
use crate::client::messages;
use crate::client::sec2::verifier;
use crate::device::{REPLY_MAX, Setup, SimRng};
use crate::radio::RadioEvent;
use crate::{Client, Device, Phone, SimulatedAp, World};

/// Limit for the length of a script. More steps find nothing new and take longer.
const STEPS_MAX: usize = 64;

const POP: &[u8] = b"pop";

/// Target `session`: handshakes and requests of an owner and of unauthenticated peers.
///
/// No peer without the proof establishes a session, ends the owner's, or reaches a handler.
pub fn session(data: &[u8]) {
    let mut script = Script(data);
    // A session that ends by its time-out would hide one that an unauthenticated peer has ended.
    let config = Config { session_timeout: Millis::ZERO, ..Config::default() };
    let mut device = Device::boot(Setup { world: home(), config, ..Setup::default() });
    let _ = device.call(|manager, _| manager.endpoint_create("custom"));
    device.handler("custom", |message, _| Some(message.to_vec()));
    let started = device.start(Scheme::Sec1(protocomm::security::sec1::Sec1::new(POP)));
    assert!(started.is_ok(), "a new device can be started");
    let _ = device.call(|manager, _| manager.endpoint_register("custom"));

    let mut owner = Phone::new(0, Client::sec1(POP, [1; 32]));
    assert_eq!(owner.handshake(&mut device), Ok(()));
    let mut strangers: Vec<Client> = (2..5).map(|n| Client::sec1(b"guess", [n; 32])).collect();

    for _ in 0..STEPS_MAX {
        let Some(step) = script.byte() else { break };
        let who = usize::from(step >> 4) % strangers.len();
        let session = SessionId::new(TransportId(0), 1 + who as u32);
        match step & 0x0f {
            0..=3 => {
                let endpoint = script.endpoint();
                let message = script.bytes().to_vec();
                device.post(session, endpoint, message);
            }
            // A valid handshake, except for the proof or one changed byte.
            4..=8 => {
                let stranger = &mut strangers[who];
                let Some(mut message) = stranger.handshake_message() else { continue };
                let at = usize::from(script.byte().unwrap_or(0)) % message.len();
                message[at] ^= script.byte().unwrap_or(0);
                match device.request(session, endpoints::SESSION.name, message) {
                    Ok(reply) => {
                        let _ = stranger.handle(&reply);
                    }
                    Err(_) => stranger.restart(),
                }
            }
            9 => device.close_session(session),
            10 => {
                device.post(owner.session(), endpoints::SESSION.name, script.bytes().to_vec());
            }
            11 => device.advance(Millis::from_secs(script.byte().unwrap_or(0).into())),
            _ => {
                let message = script.bytes().to_vec();
                let reply = owner.request(&mut device, "custom", message.clone());
                assert_eq!(reply, Ok(message), "the owner's keys are out of step");
            }
        }
        let in_force = device.manager().protocomm().established();
        assert_eq!(
            in_force,
            Some(owner.session()),
            "an unauthenticated peer has ended the owner's session"
        );
        assert_eq!(device.unanswered(), 0, "an unauthenticated peer's request is waiting");
        assert_eq!(device.events().iter().filter(|e| established(e)).count(), 1);
    }
    always(&device);
}

/// Target `security2`: handshakes of security 2 by unauthenticated peers, with any values in any
/// order.
///
/// No peer without the password establishes a session, no computation exceeds the limits, and the
/// owner's keys stay in step. Only some scripts have an owner, since a handshake takes most of the
/// execution time.
pub fn security2(data: &[u8]) {
    const USERNAME: &[u8] = b"wifiprov";
    const PASSWORD: &[u8] = b"password";
    static VERIFIER: LazyLock<[u8; 384]> = LazyLock::new(|| verifier(b"salt", USERNAME, PASSWORD));

    let mut script = Script(data);
    let config = Config { session_timeout: Millis::ZERO, ..Config::default() };
    let mut device = Device::boot(Setup { world: home(), config, ..Setup::default() });
    let _ = device.call(|manager, _| manager.endpoint_create("custom"));
    device.handler("custom", |message, _| Some(message.to_vec()));
    let scheme = Sec2::new(b"salt", &*VERIFIER).map(Scheme::Sec2);
    let Ok(scheme) = scheme else { panic!("a generated verifier is valid") };
    assert!(device.start(scheme).is_ok(), "a new device can be started");
    let _ = device.call(|manager, _| manager.endpoint_register("custom"));
    let is_alone = script.flag();
    let mut owner = (!is_alone).then(|| {
        let mut owner = Phone::new(0, Client::sec2(USERNAME, PASSWORD, [1; 32]));
        assert_eq!(owner.handshake(&mut device), Ok(()));
        owner
    });
    let in_session = owner.as_ref().map(Phone::session);

    for _ in 0..STEPS_MAX {
        let Some(step) = script.byte() else { break };
        let session = SessionId::new(TransportId(0), 1 + u32::from(step >> 4) % 5);
        match step & 0x0f {
            0..=4 => {
                let (username, public) = (script.bytes().to_vec(), script.number());
                let message = messages::security2_first(username, public);
                device.post(session, endpoints::SESSION.name, message);
            }
            5..=7 => {
                let message = messages::security2_second(script.bytes().to_vec());
                let reply = device.request(session, endpoints::SESSION.name, message);
                assert!(
                    reply.is_err(),
                    "an unauthenticated peer has proved that it knows the password"
                );
            }
            8 => {
                let message = script.bytes().to_vec();
                device.post(session, endpoints::SESSION.name, message);
            }
            9 => device.close_session(session),
            10 => {
                // A forged request, in the owner's session if there is one.
                let message = script.bytes().to_vec();
                let reply = device.request(in_session.unwrap_or(session), "custom", message);
                assert!(reply.is_err(), "a forged request was opened");
            }
            11 => {
                let seconds = script.byte().unwrap_or(0).into();
                device.advance(Millis::from_secs(seconds));
            }
            _ => {
                let message = script.bytes().to_vec();
                let Some(owner) = &mut owner else { continue };
                let reply = owner.request(&mut device, "custom", message.clone());
                assert_eq!(reply, Ok(message), "the owner's keys are out of step");
            }
        }
        let in_force = device.manager().protocomm().established();
        assert_eq!(
            in_force, in_session,
            "an unauthenticated peer has a session or has ended the owner's"
        );
        let established = device.events().iter().filter(|event| established(event)).count();
        assert_eq!(established, usize::from(!is_alone));
    }
    always(&device);
}

/// Target `config`: arbitrary messages to the configuration and control endpoints, interleaved with
/// arbitrary radio events.
///
/// Failed credentials are never stored, and a client reads "connected" only from a connected
/// device.
pub fn config(data: &[u8]) {
    let mut script = Script(data);
    let attempts = u32::from(script.byte().unwrap_or(0) % 4);
    let (mut device, mut phone) = plain(home(), attempts);
    for _ in 0..STEPS_MAX {
        let Some(step) = script.byte() else { break };
        match step % 10 {
            0 | 1 => {
                let message = script.bytes().to_vec();
                let _ = phone.request(&mut device, endpoints::CONFIG.name, message);
            }
            2 => {
                let message = script.bytes().to_vec();
                let _ = phone.request(&mut device, endpoints::CTRL.name, message);
            }
            3 => {
                let ssid: &[u8] = if script.flag() { b"home" } else { script.bytes() };
                let passphrase: &[u8] = if script.flag() { b"passphrase" } else { script.bytes() };
                let _ = phone.set(&mut device, ssid, passphrase);
            }
            4 => {
                let _ = phone.apply(&mut device);
            }
            5 => {
                let event = script.wifi_event();
                device.radio_reports(RadioEvent::Wifi(event));
            }
            6 => device.faults.store_write = script.flag().then(|| device.store().writes() + 1),
            7 => device.drop_link(ConnectFailure::Other),
            8 => {
                let _ = phone.scan(&mut device);
            }
            _ => {
                let ms = u32::from(script.byte().unwrap_or(0)) * 200;
                device.advance(Millis::from_millis(ms));
            }
        }
        if let Ok(status) = phone.status(&mut device) {
            let succeeded = device.events().contains(&Event::CredSuccess);
            assert!(status.address().is_none() || succeeded, "connected without success");
        }
        assert_eq!(device.unanswered(), 0);
    }
    let stored = device.store().network();
    let succeeded = device.events().contains(&Event::CredSuccess);
    assert_eq!(stored.is_some(), succeeded, "the stored credentials do not match the outcome");
    always(&device);
}

/// Target `scan`: arbitrary messages to the scan endpoint, in an arbitrary world.
///
/// The list is sorted, without duplicates or hidden networks, and never shorter than announced.
pub fn scan(data: &[u8]) {
    let mut script = Script(data);
    let mut world = World::of((0..script.byte().unwrap_or(0) % 40).map(|_| script.access_point()));
    world.scan_fails = script.flag();
    world.scan_duration = Millis::from_millis(u32::from(script.byte().unwrap_or(0)) * 100);
    let (mut device, mut phone) = plain(world, 1);
    for _ in 0..STEPS_MAX {
        let Some(step) = script.byte() else { break };
        match step % 6 {
            0 => {
                let message = script.bytes().to_vec();
                let _ = phone.request(&mut device, endpoints::SCAN.name, message);
            }
            1 => {
                let message = messages::scan_start(script.flag());
                let _ = phone.request(&mut device, endpoints::SCAN.name, message);
            }
            2 => device.radio_reports(RadioEvent::ScanDone(Ok(()))),
            3 => {
                let found = script.access_point().seen;
                device.radio_reports(RadioEvent::ScanResult(found));
            }
            4 => {
                let ms = u32::from(script.byte().unwrap_or(0)) * 50;
                device.advance(Millis::from_millis(ms));
            }
            _ => {
                let page = script.byte().unwrap_or(1).max(1).into();
                check_list(&mut device, &mut phone, page);
            }
        }
        assert_eq!(device.unanswered(), 0);
    }
    always(&device);
}

/// Target `console_line`: an arbitrary line.
pub fn console_line(data: &[u8]) {
    let line = String::from_utf8_lossy(data);
    let mut message = [0; 64];
    let Some(Ok(parsed)) = console::parse_line(&line, &mut message) else { return };
    let message = &message[..parsed.length];
    let hex: String = console::encode_hex(message).collect();
    let again = format!("net_prov {} {} {hex}", parsed.endpoint, parsed.session);
    let mut message_again = [0; 64];
    let parsed_again = console::parse_line(again.trim_end(), &mut message_again);
    assert_eq!(parsed_again, Some(Ok(parsed)), "{again:?} means something else");
    assert!(message_again.starts_with(message), "{again:?} has another message");
}

/// Target `cookie`: arbitrary `Cookie` headers on several connections.
///
/// Only issued numbers are accepted as sessions.
pub fn cookie(data: &[u8]) {
    let mut script = Script(data);
    let mut rng = SimRng::new(1);
    let mut cookies = http::Cookies::default();
    let mut given = Vec::new();
    for _ in 0..STEPS_MAX {
        let Some(step) = script.byte() else { break };
        let connection = http::ConnectionId((step % 5).into());
        let text = String::from_utf8_lossy(script.bytes()).into_owned();
        let header = match step >> 4 {
            0 => None,
            1..=3 => given.last().map(|number| format!("{text}; session={number}")),
            4 => {
                cookies.connection_closed(connection);
                continue;
            }
            _ => Some(text),
        };
        let found =
            cookies.resolve(connection, Peer::UNKNOWN, header.as_deref(), |_| false, &mut rng);
        let Ok(found) = found else { continue };
        if found.set_cookie {
            given.push(found.session);
        }
        assert!(given.contains(&found.session), "{header:?} is accepted as a session");
    }
}

fn check_list(device: &mut Device, phone: &mut Phone, page: u32) {
    let Ok((finished, count)) = phone.scan_status(device) else { return };
    if !finished {
        assert_eq!(count, 0, "an incomplete list is announced");
        return;
    }
    let mut list = Vec::new();
    while (list.len() as u32) < count {
        let start = list.len() as u32;
        let message = messages::scan_result(start, page.min(count - start));
        let Ok(reply) = phone.request(device, endpoints::SCAN.name, message) else { return };
        assert!(reply.len() <= REPLY_MAX);
        let page = answers::scan_result(&reply).map(|page| page.entries).unwrap_or_default();
        assert!(
            !page.is_empty(),
            "an empty page at {start} of {count} crashes a phone (docs/traps.md, 51)"
        );
        list.extend(page);
    }
    assert!(list.is_sorted_by(|a, b| a.rssi >= b.rssi), "the strongest first");
    assert!(list.iter().all(|network| !network.ssid.is_empty()), "a hidden network");
    for (n, network) in list.iter().enumerate() {
        let twin = |other: &&_| {
            let other: &netprov_messages::WiFiScanResult = other;
            other.ssid == network.ssid && other.auth == network.auth
        };
        assert!(!list[..n].iter().any(|other| twin(&other)), "a network is listed twice");
    }
}

/// Invariants of every device.
fn always(device: &Device) {
    assert!(device.outputs_peak() <= provisioning::limits::OUTPUTS_MAX);
    let ends = device.events().iter().filter(|event| **event == Event::End).count();
    let ended = device.manager().state() == State::Idle;
    assert_eq!(ends, usize::from(ended), "the end is reported once");
}

fn established(event: &Event) -> bool {
    matches!(event, Event::SessionEstablished(_))
}

fn home() -> World {
    World::of([SimulatedAp::new("home", "passphrase"), SimulatedAp::new("open", "")])
}

/// Creates a running device with security 0 and a client with an established session.
fn plain(world: World, wifi_conn_attempts: u32) -> (Device, Phone) {
    let config = Config { wifi_conn_attempts, ..Config::default() };
    let mut device = Device::boot(Setup { world, config, ..Setup::default() });
    assert_eq!(device.start(Scheme::Sec0(Sec0)), Ok(()));
    let mut phone = Phone::new(1, Client::sec0());
    assert_eq!(phone.handshake(&mut device), Ok(()));
    (device, phone)
}

impl<'a> Script<'a> {
    /// Reads a public key: arbitrary bytes or an edge case.
    fn number(&mut self) -> Vec<u8> {
        match self.byte().unwrap_or(0) % 6 {
            0 => vec![0; 384],
            1 => vec![0xff; 384],
            2 => vec![self.byte().unwrap_or(0); 384],
            3 => vec![self.byte().unwrap_or(0); usize::from(self.byte().unwrap_or(0)) * 2],
            _ => self.bytes().to_vec(),
        }
    }

    fn endpoint(&mut self) -> &'static str {
        const ENDPOINTS: [&str; 7] = [
            endpoints::CTRL.name,
            endpoints::SCAN.name,
            endpoints::SESSION.name,
            endpoints::CONFIG.name,
            endpoints::VERSION.name,
            "custom",
            "nonsense",
        ];
        ENDPOINTS[usize::from(self.byte().unwrap_or(0)) % ENDPOINTS.len()]
    }

    fn failure(&mut self) -> ConnectFailure {
        match self.byte() {
            Some(0) => ConnectFailure::WrongPassword,
            Some(1) => ConnectFailure::NotFound,
            Some(2) => ConnectFailure::Timeout,
            _ => ConnectFailure::Other,
        }
    }

    fn wifi_event(&mut self) -> WifiEvent {
        match self.byte().unwrap_or(0) % 4 {
            0 => WifiEvent::LinkUp(Link { bssid: [1; 6], channel: 1, auth: AuthMode::Wpa2Psk }),
            1 => WifiEvent::GotAddress([192, 168, 1, 7].into()),
            2 => WifiEvent::ConnectFailed(self.failure()),
            _ => WifiEvent::LinkDown(self.failure()),
        }
    }

    fn access_point(&mut self) -> SimulatedAp {
        let auth = AuthMode::try_from(i32::from(self.byte().unwrap_or(0) % 8));
        let rssi = self.byte().unwrap_or(0) as i8;
        let channel = self.byte().unwrap_or(0);
        // A small alphabet makes duplicate names likely; few lengths make long names likely.
        let length = [0, 1, 2, 31, 32, 33][usize::from(self.byte().unwrap_or(0)) % 6];
        let ssid = vec![b'a' + self.byte().unwrap_or(0) % 3; length];
        let seen = AccessPoint {
            ssid: Ssid::new(&ssid).ok(),
            bssid: [channel; 6],
            channel,
            rssi,
            auth: auth.unwrap_or(AuthMode::Open),
        };
        SimulatedAp { seen, ..SimulatedAp::new(&ssid, "passphrase") }
    }
}
