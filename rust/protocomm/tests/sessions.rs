//! Which session is established, and what other peers can do to it.

mod common;

use common::{Handled, SESSION, Script, handle_from, handle_within, seal, service};
use protocomm::limits::PENDING_HANDSHAKES;
use protocomm::security::{Scheme, sec0::Sec0, sec1::Sec1};
use protocomm::{Error, HandshakeError, Instant, Protocomm, SessionId, Ticket, TransportId};
use sim::client::Client;

const OTHER: SessionId = SessionId::new(TransportId(0), 2);

struct Pair {
    device: Protocomm,
    rng: Script,
}

impl Pair {
    fn new() -> Self {
        Self { device: service(Scheme::Sec1(Sec1::new(b"pop"))), rng: Script::new([]) }
    }

    fn say(&mut self, from: SessionId, endpoint: &str, message: Vec<u8>) -> Result<Handled, Error> {
        handle_from(&mut self.device, &mut self.rng, from, endpoint, message)
    }

    /// Sends a first command of the owner or of another peer.
    fn begin(&mut self, from: SessionId, client: &mut Client) {
        let message = client.handshake_message().unwrap();
        match self.say(from, "prov-session", message) {
            Ok(Handled::HandshakeStarted(reply)) => client.handle(&reply).unwrap(),
            _ => panic!("the first command was refused"),
        }
    }

    /// Sends a second command and returns the session that it displaced.
    fn complete(&mut self, from: SessionId, client: &mut Client) -> Option<SessionId> {
        let message = client.handshake_message().unwrap();
        match self.say(from, "prov-session", message) {
            Ok(Handled::Established { reply, displaced }) => {
                client.handle(&reply).unwrap();
                displaced
            }
            _ => panic!("the second command was refused"),
        }
    }

    fn establish(&mut self, from: SessionId) -> Client {
        let mut client = Client::sec1(b"pop", [from.number as u8; 32]);
        self.begin(from, &mut client);
        self.complete(from, &mut client);
        client
    }

    fn open(&mut self, from: SessionId, client: &mut Client, message: &[u8]) -> Ticket {
        match self.say(from, "echo", client.seal(message.into())) {
            Ok(Handled::Open(open)) if open.payload == message => open.ticket,
            _ => panic!("the request was refused or not understood"),
        }
    }

    fn exchange(&mut self, from: SessionId, client: &mut Client) {
        let ticket = self.open(from, client, b"question");
        let answer = seal(&mut self.device, ticket, b"answer").unwrap();
        assert_eq!(client.open(answer).unwrap(), b"answer");
    }

    fn refused(&mut self, from: SessionId, endpoint: &str, message: &[u8]) -> Error {
        match self.say(from, endpoint, message.into()) {
            Err(error) => error,
            Ok(_) => panic!("the request was taken"),
        }
    }
}

#[test]
fn no_request_is_opened_before_the_handshake() {
    for scheme in [Scheme::Sec0(Sec0), Scheme::Sec1(Sec1::new(b"pop"))] {
        let mut pair = Pair { device: service(scheme), rng: Script::new([]) };
        for message in [&b""[..], b"x", &[0; 500]] {
            assert_eq!(pair.refused(SESSION, "echo", message), Error::NoSession);
        }
    }
    let mut pair = Pair::new();
    pair.begin(SESSION, &mut Client::sec1(b"pop", [1; 32]));
    assert_eq!(pair.refused(SESSION, "echo", b""), Error::NoSession);
}

#[test]
fn a_newcomer_displaces_nobody_before_its_proof() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    let mut newcomer = Client::sec1(b"pop", [9; 32]);
    pair.begin(OTHER, &mut newcomer);
    pair.exchange(SESSION, &mut owner);
    assert_eq!(pair.refused(OTHER, "echo", b""), Error::NoSession);

    assert_eq!(pair.complete(OTHER, &mut newcomer), Some(SESSION));
    pair.exchange(OTHER, &mut newcomer);
    assert_eq!(pair.refused(SESSION, "echo", b""), Error::NoSession);
}

#[test]
fn a_newcomer_without_the_proof_displaces_nobody() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    for number in 10..110 {
        let mut stranger = Client::sec1(b"guess", [number as u8; 32]);
        let id = SessionId::new(TransportId(0), number);
        let Ok(Handled::HandshakeStarted(reply)) =
            pair.say(id, "prov-session", stranger.handshake_message().unwrap())
        else {
            // The newcomer is locked out by now; the owner is not.
            pair.exchange(SESSION, &mut owner);
            continue;
        };
        stranger.handle(&reply).unwrap();
        assert!(pair.say(id, "prov-session", stranger.handshake_message().unwrap()).is_err());
        pair.exchange(SESSION, &mut owner);
    }
}

#[test]
fn a_request_for_no_endpoint_affects_no_session() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    for from in [SESSION, OTHER] {
        assert_eq!(pair.refused(from, "nonsense", b"x"), Error::UnknownEndpoint);
        assert_eq!(pair.refused(from, "", b""), Error::UnknownEndpoint);
    }
    pair.exchange(SESSION, &mut owner);
}

#[test]
fn the_version_is_available_at_any_time_and_uses_no_keystream() {
    let mut pair = Pair::new();
    let ask = |pair: &mut Pair, from| {
        let answer = pair.say(from, "proto-ver", b"ESP".into());
        assert!(matches!(answer, Ok(Handled::Version)));
    };
    ask(&mut pair, SESSION);
    let mut owner = Client::sec1(b"pop", [1; 32]);
    pair.begin(SESSION, &mut owner);
    ask(&mut pair, SESSION);
    pair.complete(SESSION, &mut owner);
    ask(&mut pair, SESSION);
    ask(&mut pair, OTHER);
    pair.exchange(SESSION, &mut owner);
}

#[test]
fn handshakes_in_progress_have_slots_of_their_own() {
    for completing in 0..PENDING_HANDSHAKES {
        let mut pair = Pair::new();
        let ids = (0..PENDING_HANDSHAKES as u32).map(|n| SessionId::new(TransportId(0), n));
        let mut clients: Vec<_> = ids.map(|id| (id, Client::sec1(b"pop", [5; 32]))).collect();
        for (id, client) in &mut clients {
            pair.begin(*id, client);
        }
        let (id, client) = &mut clients[completing];
        pair.complete(*id, client);
        pair.exchange(*id, client);
        // The first to complete uses up the device's key, so the others start again.
        for (id, client) in &mut clients {
            if pair.device.established() != Some(*id) {
                let proof = client.handshake_message().unwrap();
                let error = pair.refused(*id, "prov-session", &proof);
                assert_eq!(error, Error::Handshake(HandshakeError::OutOfOrder));
            }
        }
    }
}

#[test]
fn closing_a_session_closes_that_one() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    pair.device.close(OTHER);
    pair.device.close(SessionId::new(TransportId(1), SESSION.number));
    pair.exchange(SESSION, &mut owner);
    pair.device.close(SESSION);
    assert_eq!(pair.refused(SESSION, "echo", b""), Error::NoSession);
}

#[test]
fn two_transports_may_use_the_same_numbers() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    let alike = SessionId::new(TransportId(1), SESSION.number);
    assert_eq!(pair.refused(alike, "echo", b""), Error::NoSession);
    pair.exchange(SESSION, &mut owner);
}

#[test]
fn a_response_that_is_too_long_is_refused_before_it_is_sealed() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    let ticket = pair.open(SESSION, &mut owner, b"question");
    assert_eq!(ticket.overhead(), 0);
    assert_eq!(seal(&mut pair.device, ticket, &[0; 513]), Err(Error::ResponseTooLarge));
    pair.exchange(SESSION, &mut owner);
    let ticket = pair.open(SESSION, &mut owner, b"question");
    let answer = seal(&mut pair.device, ticket, &[7; 512]).unwrap();
    assert_eq!(owner.open(answer).unwrap(), [7; 512]);
    pair.exchange(SESSION, &mut owner);
}

#[test]
fn a_handler_that_fails_leaves_the_ends_in_step() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    let ticket = pair.open(SESSION, &mut owner, b"question");
    pair.device.abandon(ticket);
    pair.exchange(SESSION, &mut owner);
}

#[test]
fn a_session_has_one_request_at_a_time() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    let ticket = pair.open(SESSION, &mut owner, b"question");
    assert!(pair.device.is_responding());
    assert_eq!(pair.refused(SESSION, "echo", b"another"), Error::Busy);
    let answer = seal(&mut pair.device, ticket, b"answer").unwrap();
    assert_eq!(owner.open(answer).unwrap(), b"answer");
    pair.exchange(SESSION, &mut owner);
}

#[test]
fn a_late_response_is_never_sealed_with_other_keys() {
    let mut pair = Pair::new();
    let mut owner = pair.establish(SESSION);
    let ticket = pair.open(SESSION, &mut owner, b"question");
    // The client does another handshake before its response is ready.
    let mut again = pair.establish(SESSION);
    assert!(!pair.device.is_waiting(&ticket));
    assert_eq!(seal(&mut pair.device, ticket, b"late"), Err(Error::NoSession));
    pair.exchange(SESSION, &mut again);
}

#[test]
fn a_ticket_of_a_service_that_has_ended_is_void_in_the_next() {
    let mut pair = Pair::new();
    let mut client = pair.establish(SESSION);
    let ticket = pair.open(SESSION, &mut client, b"question");
    pair.device.end_sessions();
    let mut next = pair.establish(SESSION);
    let waiting = pair.open(SESSION, &mut next, b"question");
    assert!(!pair.device.is_waiting(&ticket));
    assert_eq!(seal(&mut pair.device, ticket, b"late"), Err(Error::NoSession));
    assert!(seal(&mut pair.device, waiting, b"answer").is_ok());
}

#[test]
fn a_service_without_security_accepts_nothing() {
    let mut pair = Pair::new();
    pair.establish(SESSION);
    pair.device.set_security(None);
    let hello = Client::sec0().handshake_message().unwrap();
    assert_eq!(pair.refused(SESSION, "prov-session", &hello), Error::NoSecurity);
    assert_eq!(pair.refused(SESSION, "echo", b""), Error::NoSession);
}

#[test]
fn a_transport_gets_only_responses_that_it_can_carry() {
    let first = Client::sec1(b"pop", [1; 32]).handshake_message().unwrap();
    let length = 61;
    for (reply_max, carried) in [(length, true), (length - 1, false)] {
        let Pair { mut device, mut rng } = Pair::new();
        let (now, endpoint) = (Instant::default(), "prov-session");
        let message = first.clone();
        match handle_within(&mut device, &mut rng, now, SESSION, endpoint, message, reply_max) {
            Ok(Handled::HandshakeStarted(reply)) => assert!(carried && reply.len() == length),
            Err(error) => assert!(!carried && error == Error::ResponseTooLarge, "{error}"),
            Ok(_) => panic!("another kind of answer"),
        }
        // A client that got no response has no handshake in progress.
        assert_eq!(device.knows(SESSION), carried);
    }
}

#[test]
fn the_longest_handshake_message_is_read() {
    let mut pair = Pair::new();
    // Not a handshake message, but short enough for one.
    let longest = [0xff; protocomm::limits::SECURITY_REQUEST_MAX];
    let undecodable = Error::Handshake(HandshakeError::Undecodable);
    assert_eq!(pair.refused(SESSION, "prov-session", &longest), undecodable);
    let longer = [&longest[..], &[0]].concat();
    assert_eq!(pair.refused(SESSION, "prov-session", &longer), Error::RequestTooLarge);
}

#[test]
fn the_state_of_a_session_can_be_queried() {
    let mut pair = Pair::new();
    assert!(pair.device.security().is_some());
    assert_eq!(pair.device.established(), None);
    assert!(!pair.device.knows(SESSION));

    let mut owner = Client::sec1(b"pop", [1; 32]);
    pair.begin(SESSION, &mut owner);
    assert!(pair.device.knows(SESSION) && !pair.device.knows(OTHER));
    assert_eq!(pair.device.established(), None);

    pair.complete(SESSION, &mut owner);
    assert_eq!(pair.device.established(), Some(SESSION));
    assert!(pair.device.knows(SESSION) && !pair.device.knows(OTHER));

    assert!(!pair.device.is_responding());
    let ticket = pair.open(SESSION, &mut owner, b"question");
    assert!(pair.device.is_responding() && pair.device.is_waiting(&ticket));
    pair.device.abandon(ticket);
    assert!(!pair.device.is_responding());
}
