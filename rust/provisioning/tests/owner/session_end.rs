//! A client that leaves without closing its session does not keep anything for good.

use protocomm::Millis;
use protocomm::security::{Scheme, sec1::Sec1};
use protocomm::{Peer, SessionId, TransportId};
use provisioning::wifi::{Credentials, Passphrase, Ssid};
use provisioning::{Config, Event, State, endpoints};
use sim::client::messages;
use sim::device::{Setup, Store};
use sim::{Client, Device, Phone, SimulatedAp, World};

use crate::POP;

/// A device whose stored network is out of range and which offers the service by itself.
fn stranded() -> Device {
    let stored = Credentials {
        ssid: Ssid::new(b"home").unwrap(),
        passphrase: Passphrase::new(b"correct-horse").unwrap(),
        bssid: None,
        channel: None,
    };
    let world = World::of([SimulatedAp::new("other", "")]);
    let mut device = Device::boot(Setup { world, store: Store::of(stored), ..Setup::default() });
    device.connect_or_provision(Scheme::Sec1(Sec1::new(POP))).unwrap();
    assert!(device.run_until(Millis::from_secs(600), |device| {
        device.manager().state() == State::Awaiting
    }));
    device
}

fn phone() -> Phone {
    Phone::new(1, Client::sec1(POP, [7; 32]))
}

/// Brings the network back. Returns whether it is found within the configured time.
fn comes_back(mut device: Device) -> bool {
    *device.world_mut() = World::of([SimulatedAp::new("home", "correct-horse")]);
    let retry = Config::default().retry_stored.as_millis();
    let limit = Millis::from_millis(retry + 60_000);
    device.run_until(limit, |device| device.events().contains(&Event::Online))
}

#[test]
fn a_client_that_came_once_and_left_does_not_end_the_retries() {
    // With a session, and with each request that a client may make before it leaves.
    let requests = [
        None,
        Some((endpoints::CONFIG.name, messages::get_status())),
        Some((endpoints::SCAN.name, messages::scan_start(false))),
        Some((endpoints::CONFIG.name, messages::set_wifi(b"other", b""))),
    ];
    for request in requests {
        let mut device = stranded();
        let mut phone = phone();
        phone.handshake(&mut device).unwrap();
        if let Some((endpoint, message)) = request {
            phone.request(&mut device, endpoint, message).unwrap();
        }
        assert!(comes_back(device));
    }
}

#[test]
fn a_client_that_left_while_a_response_was_due_does_not_end_the_retries() {
    let mut device = stranded();
    let mut phone = phone();
    phone.handshake(&mut device).unwrap();
    let message = phone.client().seal(messages::scan_start(true));
    device.post(phone.session(), endpoints::SCAN.name, message);
    assert!(comes_back(device));
}

/// A session's number can be overheard. A request with it from another address does not count as
/// the client's.
#[test]
fn a_peer_that_heard_a_session_does_not_end_the_retries() {
    let mut device = stranded();
    let mut phone = phone();
    let session = phone.session();
    device.set_peer(session, Peer::new(1));
    phone.handshake(&mut device).unwrap();
    device.set_peer(session, Peer::new(2));
    *device.world_mut() = World::of([SimulatedAp::new("home", "correct-horse")]);
    let retry = Config::default().retry_stored.as_millis();
    for _ in 0..retry / 10_000 + 6 {
        device.post(session, endpoints::CONFIG.name, vec![0; 8]);
        device.advance(Millis::from_secs(10));
    }
    assert!(device.events().contains(&Event::Online));
}

#[test]
fn a_silent_session_ends_and_its_keys_are_wiped() {
    let timeout = Config::default().session_timeout;
    let mut device = Device::running(World::default(), POP);
    let mut phone = phone();
    phone.handshake(&mut device).unwrap();
    // Each request postpones the end.
    for _ in 0..3 {
        device.advance(Millis::from_millis(timeout.as_millis() - 1));
        phone.status(&mut device).unwrap();
    }
    device.advance(Millis::from_millis(timeout.as_millis() - 1));
    assert!(device.manager().protocomm().established().is_some());
    device.advance(Millis::from_millis(1));
    assert_eq!(device.manager().protocomm().established(), None);
    assert!(phone.status(&mut device).is_err());
    // The client may start again.
    phone.handshake(&mut device).unwrap();
    assert!(phone.status(&mut device).is_ok());
}

#[test]
fn a_session_that_was_closed_takes_no_later_one_with_it() {
    let timeout = Config::default().session_timeout;
    let mut device = Device::running(World::default(), POP);
    let mut first = phone();
    first.handshake(&mut device).unwrap();
    device.advance(Millis::from_millis(timeout.as_millis() / 2));
    device.close_session(SessionId::new(TransportId(0), 1));
    let mut second = Phone::new(2, Client::sec1(POP, [8; 32]));
    second.handshake(&mut device).unwrap();
    device.advance(Millis::from_millis(timeout.as_millis() - 1));
    assert!(second.status(&mut device).is_ok());
}

/// A scan may last longer than a client may be silent. While the client waits, it is not silent.
#[test]
fn a_session_does_not_end_while_its_response_is_due() {
    let timeout = Millis::from_secs(2);
    let config =
        Config { session_timeout: timeout, scan_wait: Millis::from_secs(7), ..Config::default() };
    let mut world = World::of([SimulatedAp::new("home", "correct-horse")]);
    world.scan_duration = Millis::from_secs(60);
    let mut device = Device::boot(Setup { world, config, ..Setup::default() });
    device.start(Scheme::Sec1(Sec1::new(POP))).unwrap();
    let mut phone = phone();
    phone.handshake(&mut device).unwrap();
    let message = phone.client().seal(messages::scan_start(true));
    let waiting = device.post(phone.session(), endpoints::SCAN.name, message);

    device.advance(Millis::from_millis(6_999));
    assert!(device.reply(waiting).is_none());
    assert!(device.manager().protocomm().established().is_some());
    device.advance(Millis::from_millis(1));
    let response = device.reply(waiting).expect("a response").clone().unwrap();
    phone.client().open(response).unwrap();

    assert!(device.manager().protocomm().established().is_some());
    device.advance(timeout);
    assert_eq!(device.manager().protocomm().established(), None);
}
