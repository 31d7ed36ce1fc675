//! Security 2 with numbers and digests that begin with zeros, as one in 256 does, and with clients
//! that write them in different ways (protocol 1.15).

mod common;

use common::{Handled, Script, handle, seal, service};
use protocomm::Protocomm;
use protocomm::security::{Scheme, sec2::Sec2};
use sha2::{Digest, Sha512};
use sim::client::Client;
use sim::client::sec2::{Habits, Values, verifier};

const USERNAME: &[u8] = b"wifiprov";
const PASSWORD: &[u8] = b"abcd1234";
const SALT: &[u8] = b"sixteen bytes ok";

const ALL_HABITS: [Habits; 3] = [Habits::EspProv, Habits::Android, Habits::Padding];

/// The values of a handshake that can begin with a zero byte.
const NAMES: [&str; 6] = ["A", "B", "S", "K", "M1", "M2"];

/// For each of them, handshakes of [`random`] in which it begins with a zero byte for clients that
/// keep zeros. (Android's proofs differ from theirs if its key or its proof is shorter.)
const SHORT: [(&str, &[u32]); 6] = [
    ("A", &[12, 435]),
    ("B", &[500, 713]),
    ("S", &[120, 1259]),
    ("K", &[1392]),
    ("M1", &[73, 255]),
    ("M2", &[130, 170]),
];

fn device() -> Protocomm {
    service(Scheme::Sec2(Sec2::new(SALT, &verifier(SALT, USERNAME, PASSWORD)).unwrap()))
}

fn digest(who: &[u8], n: u32) -> [u8; 32] {
    let digest = Sha512::new().chain_update(who).chain_update(n.to_be_bytes()).finalize();
    *digest.first_chunk().unwrap()
}

/// Handshake `n`, whose ephemeral exponents depend only on `n`, and a message in each direction.
/// Returns what the client has computed.
fn random(device: &mut Protocomm, n: u32, habits: Habits) -> Values {
    let mut rng = Script::new([digest(b"device", n).to_vec(), digest(b"nonce", n)[..8].to_vec()]);
    let mut client = Client::sec2(USERNAME, PASSWORD, digest(b"client", n)).with_habits(habits);
    let mut values = None;
    while let Some(message) = client.handshake_message() {
        values = client.sec2_values().cloned().or(values);
        match handle(device, &mut rng, "prov-session", message) {
            Ok(Handled::HandshakeStarted(reply) | Handled::Established { reply, .. }) => {
                client.handle(&reply).unwrap_or_else(|e| panic!("{n}, {habits:?}: {e}"));
            }
            Err(error) => panic!("{n}, {habits:?}: {error}"),
            Ok(_) => panic!("{n}, {habits:?}: not an answer of a handshake"),
        }
    }
    let sealed = client.seal(b"question".to_vec());
    let Ok(Handled::Open(open)) = handle(device, &mut rng, "echo", sealed) else {
        panic!("{n}, {habits:?}: the keys are not the same")
    };
    let answer = seal(device, open.ticket, b"answer").unwrap();
    assert_eq!(client.open(answer).as_deref(), Ok(&b"answer"[..]), "{n}, {habits:?}");
    values.expect("the client has proved itself")
}

fn short(values: &Values) -> [bool; 6] {
    [
        values.public.len() < 384,
        values.device_public.len() < 384,
        values.secret.len() < 384,
        values.key[0] == 0,
        values.proof[0] == 0,
        values.device_proof[0] == 0,
    ]
}

#[test]
fn each_client_gets_in_whatever_begins_with_zeros() {
    let mut device = device();
    for (name, handshakes) in SHORT {
        let which = NAMES.iter().position(|other| *other == name).unwrap();
        assert!(!handshakes.is_empty());
        for n in handshakes {
            for habits in ALL_HABITS {
                let values = random(&mut device, *n, habits);
                let changed = habits == Habits::Android && which >= 4;
                assert!(short(&values)[which] || changed, "{n}: {name} is not short");
            }
        }
    }
}

#[test]
fn clients_of_any_habits_get_in() {
    let mut device = device();
    for n in 0..40 {
        random(&mut device, n, ALL_HABITS[n as usize % 3]);
    }
}

/// `cargo test --release -p protocomm two_thousand -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes"]
fn two_thousand_handshakes() {
    let mut device = device();
    let mut found: [Vec<(u32, Habits)>; 6] = Default::default();
    for n in 0..2000 {
        let habits = ALL_HABITS[n as usize % 3];
        let values = random(&mut device, n, habits);
        for (found, short) in found.iter_mut().zip(short(&values)) {
            if short {
                found.push((n, habits));
            }
        }
    }
    for (name, found) in NAMES.iter().zip(&found) {
        println!("{name}: {found:?}");
        assert!(!found.is_empty(), "{name} was never short");
    }
}
