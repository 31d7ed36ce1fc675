//! Whole sessions under security 2.

use protocomm::Millis;
use protocomm::security::{Scheme, sec2::Sec2};
use protocomm::{Error, SessionId, TransportId};
use provisioning::{Event, RequestError, State, endpoints};
use sim::client::sec2::{Habits, verifier};
use sim::device::Setup;
use sim::{Client, Device, Phone};

use crate::order;
use crate::support::{CUSTOM, HOME, LONG, PASSPHRASE, custom_device, home, is_home};

const USERNAME: &[u8] = b"wifiprov";
const PASSWORD: &[u8] = b"abcd1234";
const SALT: &[u8] = b"sixteen bytes ok";

fn sec2() -> Scheme {
    Scheme::Sec2(Sec2::new(SALT, &verifier(SALT, USERNAME, PASSWORD)).unwrap())
}

fn device() -> Device {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.start(sec2()).unwrap();
    device
}

fn client(number: u32) -> Client {
    Client::sec2(USERNAME, PASSWORD, [number as u8; 32])
}

fn paired(device: &mut Device, number: u32) -> Phone {
    let mut phone = Phone::new(number, client(number));
    phone.handshake(device).unwrap();
    phone
}

#[test]
fn every_client_provisions_a_device() {
    for habits in [Habits::EspProv, Habits::Android, Habits::Padding] {
        let mut device = device();
        let mut phone = Phone::new(1, client(1).with_habits(habits));
        phone.handshake(&mut device).unwrap();
        assert_eq!(phone.scan(&mut device).unwrap().len(), 2);
        let status = phone.provision(&mut device, HOME, PASSPHRASE).unwrap();
        assert_eq!(status.address(), Some("192.168.1.42"));
        assert!(is_home(device.store()));
        device.advance(LONG);
        assert_eq!(device.manager().state(), State::Idle);
        order::check(device.events());
    }
}

#[test]
fn the_version_text_tells_scheme_and_revision() {
    let mut device = device();
    let session = SessionId::new(TransportId(0), 9);
    let text = device.request(session, endpoints::VERSION.name, b"ESP".to_vec()).unwrap();
    let text: serde_json::Value = serde_json::from_slice(&text).unwrap();
    assert_eq!(text["prov"]["sec_ver"], 2);
    assert_eq!(text["prov"]["sec_patch_ver"], 1);
    assert_eq!(text["prov"]["cap"], serde_json::json!(["wifi_prov", "wifi_scan"]));
}

/// An empty response is sealed, and a forged request changes nothing.
#[test]
fn the_keys_stay_in_step() {
    let (mut device, seen) = custom_device(sec2());
    let mut phone = paired(&mut device, 1);
    assert_eq!(phone.request(&mut device, CUSTOM, vec![]).unwrap(), b"echo:");
    for forged in [vec![], vec![0; 15], vec![0; 16], vec![0; 40]] {
        let reply = device.request(phone.session(), CUSTOM, forged);
        assert_eq!(reply, Err(RequestError::Protocol(Error::Unauthentic)));
    }
    assert_eq!(phone.request(&mut device, CUSTOM, b"one".to_vec()).unwrap(), b"echo:one");
    assert_eq!(*seen.borrow(), [&b""[..], b"one"]);
}

/// An unauthenticated peer's handshakes neither end the session nor lock the next owner out for
/// long.
#[test]
fn a_flood_of_first_commands_is_bounded() {
    let mut device = device();
    let mut owner = paired(&mut device, 1);
    let message = client(7).handshake_message().unwrap();
    let stranger = SessionId::new(TransportId(0), 77);
    for _ in 0..60 {
        assert!(device.request(stranger, endpoints::SESSION.name, message.clone()).is_ok());
    }
    assert!(owner.status(&mut device).is_ok(), "the session goes on");
    assert!(Phone::new(2, client(2)).handshake(&mut device).is_ok(), "and another can be opened");
}

/// Guesses are counted, reported, and then refused.
#[test]
fn guessing_is_limited_and_reported() {
    let mut device = device();
    for n in 0..5 {
        let mut guess = Phone::new(10 + n, Client::sec2(USERNAME, b"guess", [9; 32]));
        assert!(guess.handshake(&mut device).is_err());
    }
    assert!(device.events().iter().any(|event| matches!(event, Event::LockedOut(_))));
    assert!(Phone::new(2, client(2)).handshake(&mut device).is_err());
    device.advance(Millis::from_secs(31));
    assert!(Phone::new(2, client(2)).handshake(&mut device).is_ok());
}

#[test]
fn a_client_that_lost_its_keys_does_a_new_handshake() {
    let mut device = device();
    let mut phone = paired(&mut device, 1);
    phone.replace_client(client(9));
    assert!(phone.status(&mut device).is_err(), "these are not the session's keys");
    phone.handshake(&mut device).unwrap();
    assert!(phone.status(&mut device).is_ok());
}
