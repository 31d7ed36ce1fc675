//! What the tests share: the network at home, the device, and who talks to it.

use protocomm::Millis;
use std::cell::RefCell;
use std::rc::Rc;

use netprov_messages::{Message, Sec1MsgType};
use netprov_messages::{Sec1Payload, SessionCmd0, SessionData, sec1_payload, session_data};
use protocomm::security::Scheme;
use protocomm::security::sec0::Sec0;
use protocomm::security::sec1::Sec1;
use provisioning::wifi::{Credentials, Passphrase, Ssid};
use provisioning::{Config, Event, State};
use sim::device::{Setup, Store};
use sim::{Client, Device, Phone, SimulatedAp, World};

pub const HOME: &[u8] = b"home";
pub const PASSPHRASE: &[u8] = b"correct-horse";
pub const POP: &[u8] = b"abcd1234";

/// The endpoint of the application in [`custom_device`].
pub const CUSTOM: &str = "custom-data";

/// Longer than any timer of the manager.
pub const LONG: Millis = Millis::from_secs(600);

pub const fn ms(ms: u64) -> Millis {
    Millis::from_millis(ms)
}

/// The network at home, and a café.
pub fn home() -> World {
    World::of([
        SimulatedAp::new(HOME, PASSPHRASE),
        SimulatedAp::new("cafe", "").at([2, 0, 0, 0, 0, 2], 11, -75),
    ])
}

pub fn config(attempts: u32) -> Config {
    Config { wifi_conn_attempts: attempts, ..Config::default() }
}

/// A device at home whose service runs.
pub fn device() -> Device {
    Device::running(home(), POP)
}

pub fn device_in(world: World, config: Config) -> Device {
    let mut device = Device::boot(Setup { world, config, ..Setup::default() });
    device.start(sec1()).unwrap();
    device
}

/// A device with an endpoint of its own, under this scheme, which notes what its handler gets.
pub fn custom_device(scheme: Scheme) -> (Device, Rc<RefCell<Vec<Vec<u8>>>>) {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.call(|manager, _| manager.endpoint_create(CUSTOM)).unwrap();
    device.start(scheme).unwrap();
    device.call(|manager, _| manager.endpoint_register(CUSTOM)).unwrap();
    let seen = Rc::new(RefCell::new(Vec::new()));
    let noted = seen.clone();
    device.handler(CUSTOM, move |payload, _| {
        noted.borrow_mut().push(payload.to_vec());
        Some([b"echo:", payload].concat())
    });
    (device, seen)
}

pub fn sec0() -> Scheme {
    Scheme::Sec0(Sec0)
}

pub fn sec1() -> Scheme {
    Scheme::Sec1(Sec1::new(POP))
}

/// A phone whose owner knows the proof of possession; `number` is its connection and its key.
pub fn phone(number: u32) -> Phone {
    Phone::new(number, Client::sec1(POP, [number as u8; 32]))
}

/// Such a phone, with a session.
pub fn paired(device: &mut Device, number: u32) -> Phone {
    let mut phone = phone(number);
    phone.handshake(device).unwrap();
    phone
}

/// A phone of somebody who does not know it.
pub fn stranger(number: u32) -> Phone {
    Phone::new(number, Client::sec1(b"guess", [number as u8; 32]))
}

/// The credentials that a device was given before.
pub fn old_credentials() -> Credentials {
    Credentials {
        ssid: Ssid::new(b"old network").unwrap(),
        passphrase: Passphrase::new(b"old passphrase").unwrap(),
        bssid: None,
        channel: None,
    }
}

pub fn old_store() -> Store {
    Store::of(old_credentials())
}

/// The credentials of the network at home.
pub fn is_home(store: &Store) -> bool {
    store.credentials().is_some_and(|credentials| {
        credentials.ssid.as_bytes() == HOME && credentials.passphrase.as_bytes() == PASSPHRASE
    })
}

/// The first command of security 1, of any client.
pub fn first_command(public: &[u8]) -> Vec<u8> {
    let command = SessionCmd0 { client_pubkey: public.to_vec() };
    let payload = Sec1Payload {
        msg: Sec1MsgType::SessionCommand0 as i32,
        payload: Some(sec1_payload::Payload::Sc0(command)),
    };
    SessionData { sec_ver: 1, proto: Some(session_data::Proto::Sec1(payload)) }.encode_to_vec()
}

/// The events that tell of credentials and of the service's life, without those of sessions,
/// scans and attempts.
pub fn milestones(device: &Device) -> Vec<Event> {
    let milestone = |event: &&Event| {
        matches!(
            event,
            Event::Init
                | Event::Start
                | Event::CredRecv(_)
                | Event::CredFail(_)
                | Event::CredSuccess
                | Event::End
                | Event::Deinit
        )
    };
    device.events().iter().filter(milestone).cloned().collect()
}

pub fn is_running(device: &Device) -> bool {
    !matches!(device.manager().state(), State::Idle | State::Starting | State::Stopping)
}
