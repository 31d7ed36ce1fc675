//! What is left of a run's secrets in the memory of the manager: nothing, once its session has ended
//! and its service has stopped.

use std::collections::BTreeSet;
use std::mem::size_of_val;
use std::ptr;

use netprov_messages::{Message, SessionData, sec1_payload, session_data};
use protocomm::security::Scheme;
use protocomm::security::sec1::Sec1;
use protocomm::security::sec2::Sec2;
use provisioning::State;
use rand_core::TryRng as _;
use sha2::{Digest as _, Sha256};
use sim::client::sec2::verifier;
use sim::device::{Setup, SimRng};
use sim::{Client, Device, Phone};

use crate::support::{HOME, LONG, PASSPHRASE, POP, home, is_home};

const SALT: [u8; 16] = [7; 16];
const CLIENT_PRIVATE: [u8; 32] = [9; 32];

/// As much of a secret in one place is a copy of it. Less, up to half a key, can be in bytes that no field
/// uses: what was on the stack when a value was moved from there.
const PART: usize = 17;

/// Secrets by name.
type Secrets = Vec<(&'static str, Vec<u8>)>;

/// The bytes that the manager's value consists of.
fn memory(device: &Device) -> Vec<u8> {
    let manager = device.manager();
    let start = ptr::from_ref(manager).cast::<u8>();
    (0..size_of_val(manager))
        // SAFETY: within a value that is borrowed. Volatile, because some bytes are of no field.
        .map(|at| unsafe { start.wrapping_add(at).read_volatile() })
        .collect()
}

/// The names of the secrets of which a part is in the manager's memory.
fn found(device: &Device, secrets: &Secrets) -> Vec<&'static str> {
    let memory = memory(device);
    let is_there = |secret: &[u8]| {
        let length = PART.min(secret.len());
        secret.windows(length).any(|part| memory.windows(length).any(|bytes| bytes == part))
    };
    secrets.iter().filter(|(_, secret)| is_there(secret)).map(|(name, _)| *name).collect()
}

/// The device's private key or exponent: what it draws first.
fn device_private() -> [u8; 32] {
    let mut bytes = [0; 32];
    SimRng::new(0).try_fill_bytes(&mut bytes).expect("it was not told to fail");
    bytes
}

fn boot(scheme: Scheme) -> Device {
    let mut device = Device::boot(Setup { world: home(), ..Setup::default() });
    device.start(scheme).unwrap();
    device
}

/// The rest of a run: credentials that work, until the service has ended by itself. `kept` are in use
/// as long as the service runs, `agreed` as long as the session is established.
fn ends_without_a_trace(mut device: Device, mut phone: Phone, kept: &Secrets, agreed: &Secrets) {
    assert!(
        !found(&device, agreed).is_empty(),
        "the session's keys are not where they are looked for"
    );
    assert!(!found(&device, kept).is_empty(), "nor is the service's secret");
    let wifi = vec![("passphrase", PASSPHRASE.to_vec())];
    phone.set_and_apply(&mut device, HOME, PASSPHRASE).unwrap();
    assert_eq!(found(&device, &wifi), ["passphrase"]);

    device.close_session(phone.session());
    assert_eq!(found(&device, agreed), [""; 0], "after the end of the session");
    device.advance(LONG);
    assert!(is_home(device.store()));
    assert_eq!(device.manager().state(), State::Idle);
    for secrets in [kept, agreed, &wifi] {
        assert_eq!(found(&device, secrets), [""; 0], "after the end of the service");
    }
    device.deinit();
    for secrets in [kept, agreed, &wifi] {
        assert_eq!(found(&device, secrets), [""; 0], "after the end of the manager");
    }
}

#[test]
fn security_1_leaves_nothing() {
    let mut device = boot(Scheme::Sec1(Sec1::new(POP)));
    let mut client = Client::sec1(POP, CLIENT_PRIVATE);
    let mut phone = Phone::new(1, Client::sec1(POP, CLIENT_PRIVATE));
    let private = vec![("private key", device_private().to_vec())];

    // The key agreement, computed by another implementation from what is on the air.
    let first = client.handshake_message().unwrap();
    let response = device.request(phone.session(), "prov-session", first).unwrap();
    assert_eq!(found(&device, &private), ["private key"], "until the handshake has completed");
    let Some(session_data::Proto::Sec1(payload)) = SessionData::decode(&*response).unwrap().proto
    else {
        panic!("no response of security 1");
    };
    let Some(sec1_payload::Payload::Sr0(response)) = payload.payload else {
        panic!("no first response");
    };
    phone.handshake(&mut device).unwrap();
    let public: [u8; 32] = response.device_pubkey.try_into().unwrap();
    let shared = x25519_dalek::x25519(CLIENT_PRIVATE, public);
    let digest = Sha256::digest(POP);
    let key: Vec<u8> = shared.iter().zip(&digest).map(|(a, b)| a ^ b).collect();
    assert_eq!(found(&device, &private), [""; 0], "the private key outlives the handshake");

    let kept = vec![("proof", POP.to_vec()), ("its digest", digest.to_vec())];
    let agreed = vec![("shared secret", shared.to_vec()), ("session key", key)];
    ends_without_a_trace(device, phone, &kept, &agreed);
}

#[test]
fn security_2_leaves_nothing() {
    let verifier = verifier(&SALT, b"owner", b"a password");
    let mut device = boot(Scheme::Sec2(Sec2::new(&SALT, &verifier).unwrap()));
    let mut phone = Phone::new(1, Client::sec2(b"owner", b"a password", CLIENT_PRIVATE));
    // In the form that the arithmetic has it in, which is what the device keeps.
    let before = memory(&Device::boot(Setup { world: home(), ..Setup::default() }));
    let running = memory(&device);
    let variety = |bytes: &&[u8]| bytes.iter().collect::<BTreeSet<_>>().len();
    let number = running.windows(verifier.len()).max_by_key(variety).unwrap();
    // Its middle: how the ends look is not known.
    let internal = number[128..256].to_vec();
    assert!(!before.windows(PART).any(|bytes| bytes == &internal[..PART]), "it was there before");

    let private = vec![("exponent", device_private().to_vec())];
    while let Some(message) = phone.client().handshake_message() {
        let response = device.request(phone.session(), "prov-session", message).unwrap();
        if phone.client().sec2_values().is_none() {
            assert_eq!(found(&device, &private), ["exponent"], "until the handshake has completed");
        } else {
            let values = phone.client().sec2_values().unwrap().clone();
            phone.client().handle(&response).unwrap();
            assert_eq!(found(&device, &private), [""; 0], "the exponent outlives the handshake");
            let kept = vec![("verifier", verifier.to_vec()), ("its internal form", internal)];
            let agreed = vec![("S", values.secret), ("K", values.key.to_vec())];
            return ends_without_a_trace(device, phone, &kept, &agreed);
        }
        phone.client().handle(&response).unwrap();
    }
}
