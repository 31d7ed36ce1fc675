//! The handshake of security 2: every mistake of a client is refused, and repeated handshakes are
//! not free.

mod common;

use common::{Handled, REPLY_MAX, SESSION, Script, handle, handle_from, seal, service};
use netprov_messages::{Message, Sec2MsgType};
use netprov_messages::{S2SessionCmd0, S2SessionCmd1, sec2_payload::Payload, session_data::Proto};
use netprov_messages::{S2SessionResp0, S2SessionResp1, SessionData};
use proptest::prelude::*;
use protocomm::limiter::Policy;
use protocomm::security::{Scheme, sec2::Sec2};
use protocomm::{Error, HandshakeError, Instant, Peer, Protocomm, Request, SessionId, TransportId};
use sim::client::Client;
use sim::client::sec2::verifier;

const USERNAME: &[u8] = b"wifiprov";
const PASSWORD: &[u8] = b"abcd1234";
const SALT: &[u8] = b"sixteen bytes ok";

/// N, big-endian, from the group's vectors, as a client would send it.
fn prime() -> Vec<u8> {
    let text = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22\
        514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9\
        A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05\
        98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E\
        4ABC9804F1746C08CA18217C32905E462E36CE3BE39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9\
        DE2BCBF6955817183995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33A85521AB\
        DF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7ABF5AE8CDB0933D71E8C94E04A25619D\
        CEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0\
        BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";
    common::unhex(&text.replace(char::is_whitespace, ""))
}

fn scheme() -> Scheme {
    Scheme::Sec2(Sec2::new(SALT, &verifier(SALT, USERNAME, PASSWORD)).unwrap())
}

fn device() -> Protocomm {
    service(scheme())
}

fn client() -> Client {
    Client::sec2(USERNAME, PASSWORD, [7; 32])
}

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

fn sec2(msg: i32, payload: Option<Payload>) -> Vec<u8> {
    let payload = netprov_messages::Sec2Payload { msg, payload };
    SessionData { sec_ver: 2, proto: Some(Proto::Sec2(payload)) }.encode_to_vec()
}

fn first_of(client_username: &[u8], client_pubkey: &[u8]) -> Vec<u8> {
    let command = S2SessionCmd0 {
        client_username: client_username.into(),
        client_pubkey: client_pubkey.into(),
    };
    sec2(0, Some(Payload::Sc0(command)))
}

fn first(client_pubkey: &[u8]) -> Vec<u8> {
    first_of(USERNAME, client_pubkey)
}

fn second(client_proof: &[u8]) -> Vec<u8> {
    sec2(2, Some(Payload::Sc1(S2SessionCmd1 { client_proof: client_proof.into() })))
}

fn answer(reply: &[u8]) -> Payload {
    let Ok(SessionData { proto: Some(proto), .. }) = SessionData::decode(reply) else { panic!() };
    let Proto::Sec2(payload) = proto else { panic!() };
    payload.payload.unwrap()
}

fn first_answer(reply: &[u8]) -> S2SessionResp0 {
    let Payload::Sr0(answer) = answer(reply) else { panic!() };
    answer
}

fn second_answer(reply: &[u8]) -> S2SessionResp1 {
    let Payload::Sr1(answer) = answer(reply) else { panic!() };
    answer
}

/// Sends `message` and expects the response `answer`, which shows that both ends are in step.
fn exchange(device: &mut Protocomm, client: &mut Client, message: &[u8], answer: &[u8]) {
    let sealed = client.seal(message.into());
    assert_eq!(sealed.len(), message.len() + 16);
    let Ok(Handled::Open(open)) = handle(device, &mut Script::new([]), "echo", sealed) else {
        panic!("the request was refused")
    };
    assert_eq!(open.payload, message);
    let sealed = seal(device, open.ticket, answer).unwrap();
    assert_eq!(client.open(sealed).unwrap(), answer);
}

#[test]
fn a_public_key_that_gives_the_secret_away_is_refused() {
    for key in [vec![0], vec![0; 384], prime()] {
        assert_eq!(error_of(&mut device(), first(&key)), HandshakeError::WeakKey, "{key:02x?}");
    }
    // N + 1 and N - 1 are accepted.
    let mut near = prime();
    near[383] ^= 1;
    assert!(say(&mut device(), first(&near)).is_ok());
    let mut near = [0; 384];
    near[383] = 1;
    assert!(say(&mut device(), first(&near)).is_ok());
}

#[test]
fn the_member_must_be_the_announced_one() {
    let cmd0 = Payload::Sc0(S2SessionCmd0 {
        client_username: USERNAME.into(),
        client_pubkey: vec![9; 384],
    });
    let cmd1 = Payload::Sc1(S2SessionCmd1 { client_proof: vec![9; 64] });
    for message in [
        sec2(0, None),
        sec2(0, Some(cmd1.clone())),
        sec2(2, None),
        sec2(2, Some(cmd0.clone())),
        sec2(Sec2MsgType::S2SessionResponse0 as i32, Some(cmd0.clone())),
        sec2(Sec2MsgType::S2SessionResponse1 as i32, Some(cmd1)),
        sec2(99, Some(cmd0)),
        sec2(-1, None),
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
    let sec0 = Proto::Sec0(netprov_messages::Sec0Payload::default());
    let sec1 = Proto::Sec1(netprov_messages::Sec1Payload::default());
    let payload = Payload::Sc0(S2SessionCmd0 {
        client_username: USERNAME.into(),
        client_pubkey: vec![9; 384],
    });
    let sec2 = Proto::Sec2(netprov_messages::Sec2Payload { msg: 0, payload: Some(payload) });
    for (sec_ver, proto) in [
        (0, Some(sec0.clone())),
        (2, Some(sec0)),
        (1, Some(sec1.clone())),
        (2, Some(sec1)),
        (0, Some(sec2.clone())),
        (1, Some(sec2)),
        (2, None),
    ] {
        let message = SessionData { sec_ver, proto }.encode_to_vec();
        assert_eq!(error_of(&mut device(), message), HandshakeError::WrongScheme);
    }
}

#[test]
fn lengths_are_checked() {
    for length in [0, 385, 400, 512] {
        assert_eq!(error_of(&mut device(), first(&vec![9; length])), HandshakeError::BadLength);
    }
    assert_eq!(error_of(&mut device(), first_of(b"", &[9; 384])), HandshakeError::BadLength);
    assert!(say(&mut device(), first_of(&[b'u'; 500], &[9; 384])).is_ok());
    for length in [0, 65, 66, 128, 900] {
        let mut device = device();
        begin(&mut device, &mut client());
        assert_eq!(error_of(&mut device, second(&vec![9; length])), HandshakeError::BadLength);
        assert_eq!(device.locked_out(Instant::default()), None);
    }
    let long = first_of(&[b'u'; protocomm::limits::SECURITY_REQUEST_MAX], &[9; 384]);
    assert!(matches!(say(&mut device(), long), Err(Error::RequestTooLarge)));
}

#[test]
fn the_second_command_needs_a_first() {
    let mut device = device();
    assert_eq!(error_of(&mut device, second(&[9; 64])), HandshakeError::OutOfOrder);
    let mut client = client();
    shake_hands(&mut device, &mut client);
    assert_eq!(error_of(&mut device, second(&[9; 64])), HandshakeError::OutOfOrder);
    exchange(&mut device, &mut client, b"still there", b"yes");
}

#[test]
fn name_and_password_count_and_a_wrong_proof_uses_the_handshake_up() {
    for (username, password) in
        [(USERNAME, &b"abcd1235"[..]), (b"wifiprow", PASSWORD), (b"WIFIPROV", PASSWORD)]
    {
        let mut device = device();
        let mut wrong = Client::sec2(username, password, [7; 32]);
        begin(&mut device, &mut wrong);
        let proof = wrong.handshake_message().unwrap();
        assert_eq!(error_of(&mut device, proof.clone()), HandshakeError::ProofMismatch);
        assert_eq!(error_of(&mut device, proof), HandshakeError::OutOfOrder);
        assert!(matches!(
            handle(&mut device, &mut Script::new([]), "echo", vec![]),
            Err(Error::NoSession)
        ));
    }
}

/// Every byte of the proof matters.
#[test]
fn a_proof_that_is_wrong_in_any_byte_is_refused() {
    for byte in [0, 1, 31, 32, 62, 63] {
        let mut device = device();
        let mut client = client();
        begin(&mut device, &mut client);
        let mut message = client.handshake_message().unwrap();
        let at = message.len() - 64 + byte;
        message[at] ^= 0x10;
        assert_eq!(error_of(&mut device, message), HandshakeError::ProofMismatch, "{byte}");
    }
}

#[test]
fn guessing_locks_handshakes() {
    let mut device = device();
    for _ in 0..Policy::default().max_failures {
        begin(&mut device, &mut client());
        assert_eq!(error_of(&mut device, second(&[9; 64])), HandshakeError::ProofMismatch);
    }
    let message = client().handshake_message().unwrap();
    assert!(matches!(error_of(&mut device, message), HandshakeError::LockedOut));
}

#[test]
fn each_handshake_has_fresh_values() {
    let mut device = device();
    let mut rng = Script::new([]);
    let (mut publics, mut nonces) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let mut client = client();
        for _ in 0..2 {
            let message = client.handshake_message().unwrap();
            match handle(&mut device, &mut rng, "prov-session", message) {
                Ok(Handled::HandshakeStarted(reply)) => {
                    client.handle(&reply).unwrap();
                    publics.push(first_answer(&reply).device_pubkey);
                }
                Ok(Handled::Established { reply, .. }) => {
                    nonces.push(second_answer(&reply).device_nonce);
                }
                _ => panic!("the handshake was refused"),
            }
        }
    }
    assert!(nonces.iter().all(|nonce| nonce.len() == 12 && nonce[8..] == [0, 0, 0, 1]));
    for mut values in [publics, nonces] {
        values.sort();
        values.dedup();
        assert_eq!(values.len(), 4);
    }
}

#[test]
fn a_client_may_shake_hands_again_in_its_session() {
    let mut device = device();
    let mut client = client();
    shake_hands(&mut device, &mut client);
    exchange(&mut device, &mut client, b"one", b"1");
    client.restart();
    shake_hands(&mut device, &mut client);
    exchange(&mut device, &mut client, b"two", b"2");
}

/// A response and its tag must fit what the transport carries. An empty response is sealed like any
/// other. A forged request leaves the session unchanged.
#[test]
fn the_ends_stay_in_step() {
    let mut device = device();
    let mut client = client();
    shake_hands(&mut device, &mut client);
    exchange(&mut device, &mut client, b"", b"");
    exchange(&mut device, &mut client, b"question", &[7; 512 - 16]);

    for forged in [&[0; 40][..], &[0; 16], &[0; 15], b""] {
        let result = handle(&mut device, &mut Script::new([]), "echo", forged.to_vec());
        assert!(matches!(result, Err(Error::Unauthentic)));
    }
    exchange(&mut device, &mut client, b"still there", b"yes");

    let sealed = client.seal(b"question".to_vec());
    let Ok(Handled::Open(open)) = handle(&mut device, &mut Script::new([]), "echo", sealed) else {
        panic!("the request was refused")
    };
    assert_eq!(open.ticket.overhead(), 16);
    let refused = seal(&mut device, open.ticket, &[7; 512 - 15]);
    assert_eq!(refused, Err(Error::ResponseTooLarge));
}

/// Whichever bytes of the count are zeros, only all of them end the session.
#[test]
fn the_count_of_messages_takes_more_than_a_byte() {
    let (mut device, mut client) = (device(), client());
    shake_hands(&mut device, &mut client);
    for _ in 0..300 {
        exchange(&mut device, &mut client, b"question", b"answer");
    }
}

#[test]
fn a_message_is_accepted_once() {
    let mut device = device();
    let mut client = client();
    shake_hands(&mut device, &mut client);
    let sealed = client.seal(b"question".to_vec());
    let Ok(Handled::Open(open)) = handle(&mut device, &mut Script::new([]), "echo", sealed.clone())
    else {
        panic!("the request was refused")
    };
    seal(&mut device, open.ticket, b"answer").unwrap();
    let again = handle(&mut device, &mut Script::new([]), "echo", sealed);
    assert!(matches!(again, Err(Error::Unauthentic)));
}

/// A first command computes no power of a large number: the device's half is computed once, until a
/// handshake completes.
#[test]
fn first_commands_share_the_devices_half_of_the_key_agreement() {
    let mut device = device();
    let mut rng = Script::new([]);
    let mut say = |message: Vec<u8>| match handle(&mut device, &mut rng, "prov-session", message) {
        Ok(Handled::HandshakeStarted(reply) | Handled::Established { reply, .. }) => reply,
        _ => panic!("the command was refused"),
    };
    let before = first_answer(&say(first(&[9; 384]))).device_pubkey;
    for _ in 0..50 {
        assert_eq!(first_answer(&say(first(&[9; 384]))).device_pubkey, before);
    }
    let mut owner = client();
    while let Some(message) = owner.handshake_message() {
        owner.handle(&say(message)).unwrap();
    }
    assert_ne!(first_answer(&say(first(&[9; 384]))).device_pubkey, before);
}

/// A peer that has recorded a whole handshake cannot complete one with the same messages, neither
/// at the same time nor later.
#[test]
fn a_recorded_handshake_cannot_be_replayed() {
    let mut device = device();
    let mut owner = client();
    let other = SessionId::new(TransportId(0), 9);
    let mut rng = Script::new([]);
    let mut say = |from, message: &[u8]| match handle_from(
        &mut device,
        &mut rng,
        from,
        "prov-session",
        message.to_vec(),
    ) {
        Ok(Handled::HandshakeStarted(reply) | Handled::Established { reply, .. }) => Ok(reply),
        Err(error) => Err(error),
        Ok(_) => panic!("not an answer of a handshake"),
    };
    let command = owner.handshake_message().unwrap();
    owner.handle(&say(SESSION, &command).unwrap()).unwrap();
    assert!(say(other, &command).is_ok());
    let proof = owner.handshake_message().unwrap();
    owner.handle(&say(SESSION, &proof).unwrap()).unwrap();
    assert_eq!(say(other, &proof), Err(Error::Handshake(HandshakeError::OutOfOrder)));
    assert!(say(other, &command).is_ok());
    assert_eq!(say(other, &proof), Err(Error::Handshake(HandshakeError::ProofMismatch)));
    exchange(&mut device, &mut owner, b"still there", b"yes");
}

#[test]
fn a_refused_command_takes_no_slot() {
    let mut device = device();
    for _ in 0..50 {
        assert_eq!(error_of(&mut device, first(&[0; 384])), HandshakeError::WeakKey);
        assert_eq!(error_of(&mut device, first(&[9; 385])), HandshakeError::BadLength);
        assert!(!device.knows(SESSION));
    }
    shake_hands(&mut device, &mut client());
}

#[test]
fn a_failing_source_of_randomness_fails_the_handshake() {
    struct FailsAfter(u32);
    impl rand_core::TryRng for FailsAfter {
        type Error = std::fmt::Error;
        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Err(std::fmt::Error)
        }
        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Err(std::fmt::Error)
        }
        fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> {
            self.0 = self.0.checked_sub(1).ok_or(std::fmt::Error)?;
            to.fill(3);
            Ok(())
        }
    }
    impl rand_core::TryCryptoRng for FailsAfter {}

    for draws in 0..2 {
        let (mut device, mut client) = (device(), client());
        let mut rng = FailsAfter(draws);
        let mut last = None;
        while let Some(message) = client.handshake_message() {
            let length = message.len();
            let mut buffer = message;
            buffer.resize(REPLY_MAX.max(length), 0);
            let endpoint = "prov-session";
            let request = Request {
                session: SESSION,
                peer: Peer::UNKNOWN,
                endpoint,
                buffer: &mut buffer,
                length,
            };
            match device.handle(Instant::default(), request, &mut rng) {
                Ok(protocomm::Handled::HandshakeStarted(length)) => {
                    client.handle(&buffer[..length]).unwrap();
                }
                other => {
                    last = other.err();
                    break;
                }
            }
        }
        assert_eq!(last, Some(Error::Handshake(HandshakeError::Rng)), "after {draws} draws");
        assert_eq!(device.established(), None);
    }
}

/// A pending handshake of one scheme means nothing to another scheme.
#[test]
fn a_new_scheme_starts_without_handshakes() {
    let mut device = device();
    let mut client = client();
    begin(&mut device, &mut client);
    device.set_security(Some(scheme()));
    let proof = client.handshake_message().unwrap();
    assert_eq!(error_of(&mut device, proof), HandshakeError::OutOfOrder);
}

/// An unauthenticated peer that starts a handshake does not affect one that is in progress.
#[test]
fn handshakes_of_several_sessions_are_kept_apart() {
    let mut device = device();
    let (mut one, mut two) = (client(), Client::sec2(USERNAME, PASSWORD, [8; 32]));
    let sessions = [SESSION, SessionId::new(TransportId(1), 1)];
    let mut rng = Script::new([]);
    let mut step = |device: &mut Protocomm, client: &mut Client, session| {
        let message = client.handshake_message().unwrap();
        let (Handled::HandshakeStarted(reply) | Handled::Established { reply, .. }) =
            handle_from(device, &mut rng, session, "prov-session", message)?
        else {
            panic!("not an answer of a handshake")
        };
        client.handle(&reply).unwrap();
        Ok(())
    };
    assert_eq!(step(&mut device, &mut one, sessions[0]), Ok(()));
    assert_eq!(step(&mut device, &mut two, sessions[1]), Ok(()));
    assert_eq!(step(&mut device, &mut one, sessions[0]), Ok(()));
    // The first to complete has used up the key, so the other must start again.
    let out_of_order = Err(Error::Handshake(HandshakeError::OutOfOrder));
    assert_eq!(step(&mut device, &mut two, sessions[1]), out_of_order);
    two.restart();
    assert_eq!(step(&mut device, &mut two, sessions[1]), Ok(()));
    assert_eq!(step(&mut device, &mut two, sessions[1]), Ok(()));
    assert_eq!(device.established(), Some(sessions[1]), "the last to complete");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn messages_of_any_length_stay_in_step(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..8),
    ) {
        let mut device = device();
        let mut client = client();
        shake_hands(&mut device, &mut client);
        for message in &messages {
            exchange(&mut device, &mut client, message, message);
        }
    }

    #[test]
    fn no_bytes_harm_the_security_endpoint(message in prop::collection::vec(any::<u8>(), 0..500)) {
        let mut device = device();
        let _ = say(&mut device, message.clone());
        let _ = say(&mut device, first(&message));
        let _ = say(&mut device, second(&message));
        shake_hands(&mut device, &mut client());
    }
}
