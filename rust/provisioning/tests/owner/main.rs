//! The owner gets through, whatever unauthenticated peers do.

mod session_end;

use protocomm::limits::{HANDSHAKE_GRACE, PENDING_HANDSHAKES};
use protocomm::security::{Scheme, sec0::Sec0, sec1::Sec1, sec2::Sec2};
use protocomm::{Millis, Peer, SessionId, TransportId};
use provisioning::endpoints;
use sim::client::sec2::verifier;
use sim::crowd::{Attack, Crowd, Owner, Siege, Size, Telling};
use sim::device::Setup;
use sim::{Client, Device, SimulatedAp, World};

const NETWORK: (&[u8], &[u8]) = (b"home", b"correct-horse");
const POP: &[u8] = b"abcd1234";
const SALT: &[u8] = b"sixteen bytes ok";
const USERNAME: &[u8] = b"wifiprov";

/// Longer than any owner has to wait.
const LIMIT: Millis = Millis::from_secs(300);

fn scheme(security: u32) -> Scheme {
    match security {
        0 => Scheme::Sec0(Sec0),
        1 => Scheme::Sec1(Sec1::new(POP)),
        _ => Scheme::Sec2(Sec2::new(SALT, &verifier(SALT, USERNAME, POP)).unwrap()),
    }
}

fn client(security: u32) -> Client {
    match security {
        0 => Client::sec0(),
        1 => Client::sec1(POP, [7; 32]),
        _ => Client::sec2(USERNAME, POP, [7; 32]),
    }
}

/// A phone, which computes longer for security 2. Its user retries after a second.
fn owner(security: u32) -> Owner {
    let thinks = Millis::from_millis(if security == 2 { 1500 } else { 500 });
    Owner { thinks, rests: Millis::from_secs(1) }
}

fn device(security: u32) -> Device {
    let world = World::of([SimulatedAp::new("home", "correct-horse")]);
    let mut device = Device::boot(Setup { world, ..Setup::default() });
    device.start(scheme(security)).unwrap();
    device
}

/// The time that an owner takes beside a crowd that started ten seconds earlier.
fn run(attack: Attack, size: Size, telling: Telling, security: u32, seed: u64) -> Option<Millis> {
    let crowd = Crowd::new(attack, size, security, seed);
    let mut siege = Siege::new(device(security), crowd, telling);
    siege.advance(Millis::from_secs(10));
    let took = siege.provision(owner(security), client(security), NETWORK, LIMIT);
    all_slots_are_free_again(siege.end());
    took
}

/// When the crowd has gone, as many handshakes can start as before.
fn all_slots_are_free_again(mut device: Device) {
    device.advance(HANDSHAKE_GRACE);
    if device.manager().protocomm().security().is_none_or(|scheme| scheme.version() == 0) {
        return;
    }
    let security = device.manager().protocomm().security().unwrap().version();
    for number in 0..PENDING_HANDSHAKES as u32 {
        let session = SessionId::new(TransportId(7), number);
        device.set_peer(session, Peer::new(5_000_000 + number));
        let command = client(security).handshake_message().unwrap();
        assert!(device.request(session, endpoints::SESSION.name, command).is_ok(), "{number}");
    }
}

/// The time that an owner takes without a crowd.
fn alone(security: u32) -> Millis {
    let size = Size { peers: 1, connections: 1, rate: 1 };
    run(Attack::Silent, size, Telling::Links, security, 1).unwrap()
}

/// Runs all attacks. Prints the longest delay of each and returns the longest of all.
fn besieged(size: Size, telling: Telling, security: u32, attacks: &[Attack]) -> Millis {
    let alone = alone(security);
    let mut worst = Millis::ZERO;
    for attack in attacks {
        let took = (0..5).map(|seed| {
            let took = run(*attack, size, telling, security, seed);
            took.unwrap_or_else(|| panic!("{attack:?}, {telling:?}, seed {seed}: locked out"))
        });
        let took = took.max().unwrap_or_default();
        let delay = Millis::from_millis(took.as_millis().saturating_sub(alone.as_millis()));
        println!("| {attack:?} | {telling:?} | {security} | {} | {delay} |", size.peers);
        worst = worst.max(delay);
    }
    worst
}

/// Leaves one link for the owner.
const LINKS: Size = Size { peers: 2, connections: PENDING_HANDSHAKES - 1, rate: 20 };

/// As many addresses as possible without filling all slots.
const ADDRESSES: Size = Size { peers: PENDING_HANDSHAKES as u32 - 1, connections: 50, rate: 50 };

/// Attacks that establish no session under security 0.
const HARMLESS: [Attack; 5] =
    [Attack::Silent, Attack::Drip, Attack::HalfSend, Attack::Junk, Attack::Reconnect];

#[test]
fn links_do_not_delay_an_owner() {
    for security in [1, 2] {
        assert_eq!(besieged(LINKS, Telling::Links, security, &Attack::ALL), Millis::ZERO);
    }
    assert_eq!(besieged(LINKS, Telling::Links, 0, &HARMLESS), Millis::ZERO);
}

#[test]
fn fewer_addresses_than_slots_do_not_delay_an_owner() {
    for security in [1, 2] {
        assert_eq!(besieged(ADDRESSES, Telling::Addresses, security, &Attack::ALL), Millis::ZERO);
    }
    assert_eq!(besieged(ADDRESSES, Telling::Addresses, 0, &HARMLESS), Millis::ZERO);
}

/// With at least as many addresses as slots, an owner competes for a slot with each of them, but
/// keeps the slot that it has.
#[test]
fn more_addresses_than_slots_delay_an_owner_by_seconds() {
    let size = Size { peers: 200, connections: 50, rate: 10 };
    for security in [1, 2] {
        let worst = besieged(size, Telling::Addresses, security, &Attack::ALL);
        assert!(worst <= Millis::from_secs(60), "{worst}");
    }
}

/// The console has one peer. Abandoned sessions do not block others for long.
#[test]
fn sessions_left_on_the_console_delay_an_owner_by_seconds() {
    let size = Size { peers: 1, connections: 5, rate: 1 };
    for security in [1, 2] {
        let worst = besieged(size, Telling::Nothing, security, &Attack::ALL);
        assert!(worst <= Millis::from_secs(15), "{worst}");
    }
    assert_eq!(besieged(size, Telling::Nothing, 0, &HARMLESS), Millis::ZERO);
}
