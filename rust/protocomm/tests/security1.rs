//! The handshake of security 1, and every mistake of a client that must be refused.

mod common;

use common::{Handled, REPLY_MAX, SESSION, Script, handle, handle_within, seal, service, unhex};
use netprov_messages::{
    Message, S0SessionCmd, Sec0Payload, Sec1MsgType, Sec1Payload, SessionCmd0, SessionCmd1,
    sec0_payload, sec1_payload::Payload, session_data::Proto,
};
use proptest::prelude::*;
use protocomm::limiter::Policy;
use protocomm::security::{Scheme, sec1::Sec1};
use protocomm::{Error, HandshakeError, Instant, Millis, Peer, Protocomm, Request};
use sim::client::Client;

const POP: &[u8] = b"abcd1234";

fn device() -> Protocomm {
    service(Scheme::Sec1(Sec1::new(POP)))
}

fn client() -> Client {
    Client::sec1(POP, [7; 32])
}

/// The device's response to a handshake message.
fn say(device: &mut Protocomm, message: Vec<u8>) -> Result<Handled, Error> {
    handle(device, &mut Script::new([]), "prov-session", message)
}

fn error_of(device: &mut Protocomm, message: Vec<u8>) -> HandshakeError {
    match say(device, message) {
        Err(Error::Handshake(error)) => error,
        Err(other) => panic!("another error: {other}"),
        Ok(_) => panic!("the message was taken"),
    }
}

fn begin(device: &mut Protocomm, client: &mut Client) {
    let Ok(Handled::HandshakeStarted(reply)) = say(device, client.handshake_message().unwrap())
    else {
        panic!("the first command was refused")
    };
    client.handle(&reply).unwrap();
}

fn shake_hands(device: &mut Protocomm, client: &mut Client) {
    begin(device, client);
    let Ok(Handled::Established { reply, .. }) = say(device, client.handshake_message().unwrap())
    else {
        panic!("the second command was refused")
    };
    client.handle(&reply).unwrap();
}

fn sec1(msg: i32, payload: Option<Payload>) -> Vec<u8> {
    let payload = Sec1Payload { msg, payload };
    netprov_messages::SessionData { sec_ver: 1, proto: Some(Proto::Sec1(payload)) }.encode_to_vec()
}

fn first(client_pubkey: &[u8]) -> Vec<u8> {
    sec1(0, Some(Payload::Sc0(SessionCmd0 { client_pubkey: client_pubkey.into() })))
}

fn second(client_verify_data: &[u8]) -> Vec<u8> {
    sec1(2, Some(Payload::Sc1(SessionCmd1 { client_verify_data: client_verify_data.into() })))
}

/// Sends `message` and expects `payload` in plain text, which shows that both ends are in step.
fn exchange(device: &mut Protocomm, client: &mut Client, message: &[u8]) {
    let sealed = client.seal(message.into());
    let Ok(Handled::Open(open)) = handle(device, &mut Script::new([]), "echo", sealed) else {
        panic!("the request was refused")
    };
    assert_eq!(open.payload, message);
    let answer = seal(device, open.ticket, b"answer").unwrap();
    assert_eq!(client.open(answer).unwrap(), b"answer");
}

#[test]
fn low_order_public_keys_are_refused() {
    for key in [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        // The same, with the bit set that X25519 ignores.
        "0000000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    ] {
        let mut device = device();
        let error = error_of(&mut device, first(&unhex(key)));
        assert_eq!(error, HandshakeError::WeakKey, "{key}");
    }
}

#[test]
fn the_member_must_be_the_announced_one() {
    let cmd0 = Payload::Sc0(SessionCmd0 { client_pubkey: vec![9; 32] });
    let cmd1 = Payload::Sc1(SessionCmd1 { client_verify_data: vec![9; 32] });
    for message in [
        sec1(0, None),
        sec1(0, Some(cmd1.clone())),
        sec1(2, None),
        sec1(2, Some(cmd0.clone())),
        sec1(Sec1MsgType::SessionResponse0 as i32, Some(cmd0.clone())),
        sec1(Sec1MsgType::SessionResponse1 as i32, Some(cmd1)),
        sec1(99, Some(cmd0)),
        sec1(-1, None),
    ] {
        let mut device = device();
        let mut client = client();
        begin(&mut device, &mut client);
        assert_eq!(error_of(&mut device, message), HandshakeError::MissingCommand);
        // The handshake in progress is not affected.
        let proof = client.handshake_message().unwrap();
        assert!(matches!(say(&mut device, proof), Ok(Handled::Established { .. })));
    }
}

#[test]
fn other_schemes_are_refused() {
    let sec0 = Proto::Sec0(Sec0Payload {
        msg: 0,
        payload: Some(sec0_payload::Payload::Sc(S0SessionCmd {})),
    });
    let sec1_proto = Proto::Sec1(Sec1Payload {
        msg: 0,
        payload: Some(Payload::Sc0(SessionCmd0 { client_pubkey: vec![9; 32] })),
    });
    let sec2 = Proto::Sec2(netprov_messages::Sec2Payload::default());
    for (sec_ver, proto) in [
        (0, Some(sec0.clone())),
        (1, Some(sec0)),
        (0, Some(sec1_proto.clone())),
        (2, Some(sec1_proto)),
        (1, Some(sec2.clone())),
        (2, Some(sec2)),
        (1, None),
    ] {
        let message = netprov_messages::SessionData { sec_ver, proto }.encode_to_vec();
        assert_eq!(error_of(&mut device(), message), HandshakeError::WrongScheme);
    }
}

#[test]
fn lengths_are_checked() {
    for length in [0, 1, 31, 33, 64, 900] {
        let mut device = device();
        assert_eq!(error_of(&mut device, first(&vec![9; length])), HandshakeError::BadLength);
        begin(&mut device, &mut client());
        assert_eq!(error_of(&mut device, second(&vec![9; length])), HandshakeError::BadLength);
    }
    let long = first(&[9; protocomm::limits::SECURITY_REQUEST_MAX]);
    assert!(matches!(say(&mut device(), long), Err(Error::RequestTooLarge)));
}

#[test]
fn rubbish_is_refused() {
    for message in [&b""[..], b"\xff", b"\x10", b"\x10\x01\x5a\x7f", b"\x13\x14"] {
        let error = error_of(&mut device(), message.into());
        assert!(
            matches!(error, HandshakeError::Undecodable | HandshakeError::WrongScheme),
            "{message:?}: {error}"
        );
    }
}

#[test]
fn the_second_command_needs_a_first() {
    let mut device = device();
    assert_eq!(error_of(&mut device, second(&[9; 32])), HandshakeError::OutOfOrder);
    let mut client = client();
    shake_hands(&mut device, &mut client);
    assert_eq!(error_of(&mut device, second(&[9; 32])), HandshakeError::OutOfOrder);
    exchange(&mut device, &mut client, b"still there");
}

#[test]
fn a_wrong_proof_uses_the_handshake_up() {
    // Upstream allows any number of guesses within one handshake.
    let mut device = device();
    begin(&mut device, &mut client());
    assert_eq!(error_of(&mut device, second(&[9; 32])), HandshakeError::ProofMismatch);
    assert_eq!(error_of(&mut device, second(&[9; 32])), HandshakeError::OutOfOrder);
}

#[test]
fn guessing_locks_handshakes_for_a_growing_time() {
    let policy = Policy::default();
    let mut device = device();
    let mut now = Instant::from_millis(0);
    let at = |device: &mut Protocomm, now, message: Vec<u8>| {
        let mut rng = Script::new([]);
        handle_within(device, &mut rng, now, SESSION, "prov-session", message, REPLY_MAX)
    };
    let guess = |device: &mut Protocomm, now| {
        let mut wrong = Client::sec1(b"wrong", [8; 32]);
        let Handled::HandshakeStarted(reply) = at(device, now, wrong.handshake_message().unwrap())?
        else {
            panic!("not an answer to a first command")
        };
        wrong.handle(&reply).unwrap();
        at(device, now, wrong.handshake_message().unwrap()).map(|_| ())
    };
    let mismatch = Err(Error::Handshake(HandshakeError::ProofMismatch));
    for _ in 0..policy.max_failures {
        assert_eq!(guess(&mut device, now), mismatch);
    }
    let mut lockout = policy.first_lockout;
    for _ in 0..8 {
        let until = now.after(lockout);
        assert_eq!(device.locked_out(now), Some(until));
        let last = Instant::from_millis(until.as_millis() - 1);
        let refused = Err(Error::Handshake(HandshakeError::LockedOut));
        assert_eq!(guess(&mut device, last), refused);
        now = until;
        assert_eq!(guess(&mut device, now), mismatch);
        lockout = lockout.saturating_mul(2).min(policy.max_lockout);
    }
    assert_eq!(lockout, Millis::from_secs(15 * 60));
    // The owner gets in after the lock-out, and the count is cleared.
    now = now.after(lockout);
    let mut owner = client();
    for _ in 0..2 {
        let Ok(Handled::HandshakeStarted(reply) | Handled::Established { reply, .. }) =
            at(&mut device, now, owner.handshake_message().unwrap())
        else {
            panic!("the owner was refused")
        };
        owner.handle(&reply).unwrap();
    }
    assert_eq!(guess(&mut device, now), mismatch);
    assert_eq!(device.locked_out(now), None);
}

#[test]
fn a_lockout_does_not_affect_the_established_session() {
    let mut device = device();
    let mut owner = client();
    shake_hands(&mut device, &mut owner);
    for _ in 0..Policy::default().max_failures {
        begin(&mut device, &mut client());
        error_of(&mut device, second(&[9; 32]));
    }
    assert!(device.locked_out(Instant::from_millis(0)).is_some());
    exchange(&mut device, &mut owner, b"still there");
}

#[test]
fn each_handshake_has_fresh_keys() {
    let mut device = device();
    let mut rng = Script::new([]);
    let mut answers = Vec::new();
    for _ in 0..100 {
        let message = first(&[9; 32]);
        let Ok(Handled::HandshakeStarted(reply)) =
            handle(&mut device, &mut rng, "prov-session", message)
        else {
            panic!("the first command was refused")
        };
        answers.push(reply);
    }
    answers.sort();
    answers.dedup();
    assert_eq!(answers.len(), 100);
}

#[test]
fn a_client_may_shake_hands_again_in_its_session() {
    // esp_prov's console session is always number 0.
    let mut device = device();
    let mut client = client();
    shake_hands(&mut device, &mut client);
    exchange(&mut device, &mut client, b"one");
    client.restart();
    shake_hands(&mut device, &mut client);
    exchange(&mut device, &mut client, b"two");
}

#[test]
fn a_failing_source_of_randomness_fails_the_handshake() {
    struct Broken;
    impl rand_core::TryRng for Broken {
        type Error = std::fmt::Error;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Err(std::fmt::Error)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Err(std::fmt::Error)
        }
        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
            Err(std::fmt::Error)
        }
    }
    impl rand_core::TryCryptoRng for Broken {}

    let mut device = device();
    let mut buffer = client().handshake_message().unwrap();
    let length = buffer.len();
    let request = Request {
        session: SESSION,
        peer: Peer::UNKNOWN,
        endpoint: "prov-session",
        buffer: &mut buffer,
        length,
    };
    let result = device.handle(Instant::default(), request, &mut Broken);
    assert!(matches!(result, Err(Error::Handshake(HandshakeError::Rng))));
}

#[test]
fn no_secret_is_in_debug_output() {
    let scheme = Scheme::Sec1(Sec1::new(POP));
    assert_eq!(format!("{scheme:?}"), "Sec1(Sec1 { has_pop: true })");
}

proptest! {
    /// A proof of possession may have any length and any bytes.
    #[test]
    fn a_proof_of_possession_has_any_length(pop in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut device = service(Scheme::Sec1(Sec1::new(&pop)));
        let mut client = Client::sec1(&pop, [7; 32]);
        shake_hands(&mut device, &mut client);
        exchange(&mut device, &mut client, b"hello");
    }

    /// The keystream continues where it was, whatever the lengths of messages.
    #[test]
    fn messages_of_any_length_stay_in_step(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..8),
    ) {
        let mut device = device();
        let mut client = client();
        shake_hands(&mut device, &mut client);
        for message in &messages {
            exchange(&mut device, &mut client, message);
        }
    }

    #[test]
    fn no_bytes_harm_the_security_endpoint(message in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut device = device();
        let mut owner = client();
        shake_hands(&mut device, &mut owner);
        let _ = say(&mut device, message);
        exchange(&mut device, &mut owner, b"still there");
    }
}
