//! Security 2 with the nonces of before March 2025, for clients that support nothing else.

mod common;

use common::{Handled, SESSION, Script, handle, seal, service};
use protocomm::Protocomm;
use protocomm::security::Scheme;
use protocomm::security::sec2::{Patch, Sec2};
use sim::client::Client;
use sim::client::sec2::verifier;

const SALT: &[u8] = b"sixteen bytes ok";

fn device() -> Protocomm {
    let sec2 = Sec2::new(SALT, &verifier(SALT, b"wifiprov", b"abcd1234")).unwrap();
    service(Scheme::Sec2(sec2.with_patch(Patch::Zero)))
}

fn client(patch: u32) -> Client {
    Client::sec2(b"wifiprov", b"abcd1234", [7; 32]).with_patch(patch)
}

fn shake_hands(device: &mut Protocomm, rng: &mut Script, client: &mut Client) {
    while let Some(message) = client.handshake_message() {
        match handle(device, rng, "prov-session", message) {
            Ok(Handled::HandshakeStarted(reply) | Handled::Established { reply, .. }) => {
                client.handle(&reply).unwrap();
            }
            _ => panic!("a command is refused"),
        }
    }
}

/// Sends a sealed request. Returns the sealed response, which has the same plaintext.
fn echo(device: &mut Protocomm, sealed: Vec<u8>) -> Option<Vec<u8>> {
    match handle(device, &mut Script::new([]), "echo", sealed).ok()? {
        Handled::Open(open) => Some(seal(device, open.ticket, &open.payload).unwrap()),
        _ => None,
    }
}

#[test]
fn clients_are_told() {
    assert_eq!(device().security().map(Scheme::patch_version), Some(0));
    let sec2 = Sec2::new(SALT, &verifier(SALT, b"wifiprov", b"abcd1234")).unwrap();
    assert_eq!(Scheme::Sec2(sec2).patch_version(), 1, "it has to be asked for");
}

#[test]
fn all_messages_of_a_session_have_the_nonce_of_the_handshake() {
    let mut device = device();
    let mut client = client(0);
    shake_hands(&mut device, &mut Script::new([]), &mut client);
    let sealed = client.seal(b"hello".to_vec());
    for _ in 0..3 {
        assert_eq!(client.seal(b"hello".to_vec()), sealed);
        let response = echo(&mut device, sealed.clone()).expect("a response");
        assert_eq!(response, sealed, "both directions have it");
        assert_eq!(client.open(response).unwrap(), b"hello");
    }
    assert_eq!(device.established(), Some(SESSION));
}

/// Each handshake draws all 12 bytes of the nonce. Zeros at its end are no count that is used up.
#[test]
fn each_session_has_a_nonce_of_its_own() {
    let sealed = |last: u8| {
        let mut device = device();
        let mut client = client(0);
        let nonce = [&[0; 11][..], &[last]].concat();
        // The exponent, then what the second command draws.
        let mut rng = Script::new([vec![5; 32], nonce]);
        shake_hands(&mut device, &mut rng, &mut client);
        let sealed = client.seal(b"hello".to_vec());
        assert!(echo(&mut device, sealed.clone()).is_some());
        sealed
    };
    assert_ne!(sealed(0), sealed(2));
}

#[test]
fn a_client_that_counts_is_not_understood() {
    let mut device = device();
    let mut client = client(1);
    shake_hands(&mut device, &mut Script::new([]), &mut client);
    // The first message has the nonce as it was sent.
    let first = client.seal(b"hello".to_vec());
    assert!(echo(&mut device, first).is_some());
    let second = client.seal(b"hello".to_vec());
    assert_eq!(echo(&mut device, second), None);
}
