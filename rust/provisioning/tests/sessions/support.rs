//! What the tests share: the network at home, the device, and its clients.

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

pub const fn ms(ms: u32) -> Millis {
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

/// A device with a custom endpoint under this scheme. Records what its handler receives.
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

/// A phone that knows the proof of possession. `number` is its connection and its key.
pub fn phone(number: u32) -> Phone {
    Phone::new(number, Client::sec1(POP, [number as u8; 32]))
}

/// The same phone with a session.
pub fn paired(device: &mut Device, number: u32) -> Phone {
    let mut phone = phone(number);
    phone.handshake(device).unwrap();
    phone
}

/// A phone that does not know the proof of possession.
pub fn stranger(number: u32) -> Phone {
    Phone::new(number, Client::sec1(b"guess", [number as u8; 32]))
}

/// The credentials from an earlier provisioning.
pub fn old_credentials() -> Credentials {
    credentials(b"old network", b"old passphrase")
}

pub fn old_store() -> Store {
    Store::of(old_credentials())
}

/// Credentials in the form of the store.
pub fn credentials(ssid: &[u8], passphrase: &[u8]) -> Credentials {
    Credentials {
        ssid: Ssid::new(ssid).unwrap(),
        passphrase: Passphrase::new(passphrase).unwrap(),
        bssid: None,
        channel: None,
    }
}

/// A store with the old network, the one at home, and another one.
pub fn three_networks() -> Store {
    Store::of_all([
        old_credentials(),
        credentials(HOME, PASSPHRASE),
        credentials(b"office", b"office-passphrase"),
    ])
}

/// A device with this store and nothing in range.
pub fn device_away(store: Store) -> Device {
    Device::boot(Setup { world: World::of([]), store, ..Setup::default() })
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

/// The events about credentials and the service, without those about sessions, scans and attempts.
pub fn milestones(device: &Device) -> Vec<Event> {
    let milestone = |event: &&Event| {
        matches!(
            event,
            Event::Init
                | Event::Start
                | Event::CredRecv
                | Event::CredFail(_)
                | Event::CredSuccess
                | Event::End
                | Event::Deinit
        )
    };
    device.events().iter().filter(milestone).copied().collect()
}

pub fn is_running(device: &Device) -> bool {
    use State::{Connecting, Idle, Starting, Stopping};
    !matches!(device.manager().state(), Idle | Connecting | Starting | Stopping)
}
