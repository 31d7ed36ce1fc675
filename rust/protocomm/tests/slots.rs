//! Which handshake gives way when all slots are in use, and what a peer can do to another peer's
//! session.

mod common;

use common::{Script, service};
use protocomm::limits::{HANDSHAKE_GRACE, HANDSHAKE_TIMEOUT, PENDING_HANDSHAKES};
use protocomm::security::{Scheme, sec1::Sec1};
use protocomm::{
    Error, Handled, HandshakeError, Instant, Millis, Peer, Protocomm, Request, SessionId,
    TransportId,
};
use sim::client::Client;

const OWNER: Peer = Peer::new(1000);

/// A device and the time.
struct Device {
    protocomm: Protocomm,
    rng: Script,
    now: Instant,
}

fn session(number: u32) -> SessionId {
    SessionId::new(TransportId(0), number)
}

fn client() -> Client {
    Client::sec1(b"pop", [7; 32])
}

impl Device {
    fn new() -> Self {
        let protocomm = service(Scheme::Sec1(Sec1::new(b"pop")));
        Self { protocomm, rng: Script::new([]), now: Instant::from_millis(0) }
    }

    fn say(
        &mut self,
        (number, peer): (u32, Peer),
        endpoint: &str,
        message: Vec<u8>,
    ) -> Result<Vec<u8>, Error> {
        let length = message.len();
        let mut buffer = message;
        buffer.resize(512, 0);
        let request =
            Request { session: session(number), peer, endpoint, buffer: &mut buffer, length };
        let length = match self.protocomm.handle(self.now, request, &mut self.rng)? {
            Handled::HandshakeStarted(length) | Handled::Established { length, .. } => length,
            Handled::Open(open) => {
                let length = open.length;
                self.protocomm.seal(open.ticket, &mut buffer, length)?
            }
            Handled::Version => 0,
        };
        buffer.truncate(length);
        Ok(buffer)
    }

    /// The next command of a handshake.
    fn step(&mut self, from: (u32, Peer), client: &mut Client) -> Result<(), HandshakeError> {
        match self.say(from, "prov-session", client.handshake_message().unwrap()) {
            Ok(reply) => {
                client.handle(&reply).unwrap();
                Ok(())
            }
            Err(Error::Handshake(error)) => Err(error),
            Err(error) => panic!("{error}"),
        }
    }

    fn begin(&mut self, from: (u32, Peer)) -> Result<(), HandshakeError> {
        self.step(from, &mut client())
    }

    fn echo(&mut self, from: (u32, Peer), client: &mut Client) -> Result<(), Error> {
        let reply = self.say(from, "echo", client.seal(b"hello".to_vec()))?;
        assert_eq!(client.open(reply).unwrap(), b"hello");
        Ok(())
    }
}

/// These peers send ten first commands a second, each in a new session, while the owner takes
/// `thinks` between its commands.
fn flood(peers: &[Peer], thinks: Millis) -> Result<(), HandshakeError> {
    let mut device = Device::new();
    let mut number = 0;
    let mut storm = |device: &mut Device, time: Millis| {
        for _ in 0..time.as_millis() / 100 {
            device.now = device.now.after(Millis::from_millis(100));
            number += 1;
            let _ = device.begin((number, peers[number as usize % peers.len()]));
        }
    };
    storm(&mut device, Millis::from_secs(10));
    let mut owner = client();
    device.step((0, OWNER), &mut owner)?;
    storm(&mut device, thinks);
    device.step((0, OWNER), &mut owner)
}

/// A peer cannot renew its slot at once, neither with a repetition in the same session nor with
/// another session.
#[test]
fn as_many_peers_as_slots_leave_time_for_a_newcomer() {
    for same_session in [true, false] {
        let mut device = Device::new();
        let mut number = 0;
        let mut waited = 0;
        loop {
            // Twenty first commands a second; the owner tries once a second.
            number += 1;
            device.now = device.now.after(Millis::from_millis(50));
            let peer = number % PENDING_HANDSHAKES as u32;
            let session = if same_session { peer } else { number };
            let _ = device.begin((1 + session, Peer::new(1 + peer)));
            if number % 20 == 0 && number > 200 {
                waited += 1;
                assert!(waited < 60, "the owner gets no slot");
                if device.begin((0, OWNER)).is_ok() {
                    break;
                }
            }
        }
        assert!(waited <= 5, "{waited} s");
    }
}

#[test]
fn a_flood_of_fewer_peers_than_slots_locks_nobody_out() {
    let peers: Vec<_> = (1..PENDING_HANDSHAKES as u32).map(Peer::new).collect();
    for count in 1..=peers.len() {
        // However long the owner takes.
        assert_eq!(flood(&peers[..count], Millis::from_secs(30)), Ok(()), "{count} peers");
    }
}

#[test]
fn a_handshake_does_not_give_way_in_its_first_seconds() {
    let mut device = Device::new();
    let mut owner = client();
    device.step((0, OWNER), &mut owner).unwrap();
    for number in 1..1000 {
        // Each from another peer.
        let _ = device.begin((number, Peer::new(number)));
    }
    device.now = Instant::from_millis(HANDSHAKE_GRACE.as_millis().into());
    assert_eq!(device.step((0, OWNER), &mut owner), Ok(()));
}

#[test]
fn when_all_are_young_the_newcomer_is_refused_and_may_try_again() {
    let mut device = Device::new();
    for number in 1..=PENDING_HANDSHAKES as u32 {
        assert_eq!(device.begin((number, Peer::new(number))), Ok(()));
    }
    assert_eq!(device.begin((0, OWNER)), Err(HandshakeError::TooMany));
    device.now = Instant::default().after(HANDSHAKE_GRACE);
    let mut owner = client();
    assert_eq!(device.step((0, OWNER), &mut owner), Ok(()));
    assert_eq!(device.step((0, OWNER), &mut owner), Ok(()));
}

#[test]
fn a_session_of_an_unknown_peer_counts_as_a_peer() {
    let mut device = Device::new();
    // A link that repeats its command has one slot.
    for _ in 0..100 {
        assert_eq!(device.begin((1, Peer::UNKNOWN)), Ok(()));
    }
    for number in 2..=PENDING_HANDSHAKES as u32 {
        assert_eq!(device.begin((number, Peer::UNKNOWN)), Ok(()));
    }
    assert_eq!(device.begin((100, Peer::UNKNOWN)), Err(HandshakeError::TooMany));
    // A link that ends frees its slot.
    device.protocomm.close(session(1));
    assert_eq!(device.begin((100, Peer::UNKNOWN)), Ok(()));
}

#[test]
fn peers_of_two_transports_are_not_the_same() {
    let mut device = Device::new();
    let other = SessionId::new(TransportId(1), 1);
    let mut buffer = client().handshake_message().unwrap();
    let length = buffer.len();
    buffer.resize(512, 0);
    let (endpoint, buffer) = ("prov-session", &mut buffer[..]);
    let request = Request { session: other, peer: OWNER, endpoint, buffer, length };
    device.protocomm.handle(device.now, request, &mut device.rng).ok().unwrap();
    // Otherwise the other handshake would be one of this peer's two, and give way to a newcomer's.
    for number in 1..PENDING_HANDSHAKES as u32 {
        device.begin((number, OWNER)).unwrap();
    }
    let newcomer = device.begin((50, Peer::new(50)));
    assert_eq!(newcomer.is_ok(), PENDING_HANDSHAKES > 2);
    assert!(device.protocomm.knows(other));
}

#[test]
fn the_second_command_may_come_too_late() {
    let mut device = Device::new();
    let mut owner = client();
    device.step((0, OWNER), &mut owner).unwrap();
    device.now = Instant::default().after(HANDSHAKE_TIMEOUT);
    assert_eq!(device.step((0, OWNER), &mut owner), Err(HandshakeError::OutOfOrder));
}

/// A session's number can be overheard: under HTTP, it is a cookie.
#[test]
fn the_number_of_a_session_is_of_no_use_to_another_peer() {
    let mut device = Device::new();
    let (mut owner, thief) = (client(), (0, Peer::new(5)));
    device.step((0, OWNER), &mut owner).unwrap();
    // Neither a first command nor a wrong proof of the thief affects the owner's handshake.
    let mut client = Client::sec1(b"guess", [9; 32]);
    device.step(thief, &mut client).unwrap();
    assert_eq!(device.step(thief, &mut client), Err(HandshakeError::ProofMismatch));
    device.step((0, OWNER), &mut owner).unwrap();
    device.echo((0, OWNER), &mut owner).unwrap();
    // Security 1 has no integrity, so whatever is opened is accepted. It must not be opened.
    for _ in 0..10 {
        let refused = device.say(thief, "echo", b"garbage".to_vec());
        assert_eq!(refused, Err(Error::NoSession));
        device.echo((0, OWNER), &mut owner).unwrap();
    }
}

/// A transport that tells no peers apart, as Bluetooth does: each session is one. A newcomer gets the
/// slot that was taken first, once that is as old as any handshake may take.
#[test]
fn without_peers_each_session_is_one() {
    let mut device = Device::new();
    for number in 1..=PENDING_HANDSHAKES as u32 {
        device.now = Instant::from_millis(u64::from(number));
        device.begin((number, Peer::UNKNOWN)).unwrap();
    }
    let first = Instant::from_millis(1);
    device.now = first.after(Millis::from_millis(HANDSHAKE_GRACE.as_millis() - 1));
    assert_eq!(device.begin((100, Peer::UNKNOWN)), Err(HandshakeError::TooMany));
    // A session that has a slot uses it again, as if it had begun before.
    assert_eq!(device.begin((2, Peer::UNKNOWN)), Ok(()));
    device.now = first.after(HANDSHAKE_GRACE);
    assert_eq!(device.begin((100, Peer::UNKNOWN)), Ok(()));
    assert!(!device.protocomm.knows(session(1)), "the first one has given way");
    for number in [2, 3, 100] {
        assert!(device.protocomm.knows(session(number)), "{number}");
    }
    assert_eq!(device.begin((101, Peer::UNKNOWN)), Err(HandshakeError::TooMany));
}

#[test]
fn closing_a_session_forgets_its_handshake_and_no_other() {
    let mut device = Device::new();
    let (mut one, mut two) = (client(), client());
    device.step((1, Peer::new(1)), &mut one).unwrap();
    device.step((2, Peer::new(2)), &mut two).unwrap();
    device.protocomm.close(session(1));
    assert_eq!(device.step((1, Peer::new(1)), &mut one), Err(HandshakeError::OutOfOrder));
    assert_eq!(device.step((2, Peer::new(2)), &mut two), Ok(()));
}

/// A lock-out ends the handshakes in progress: afterwards, none of them is another guess.
#[test]
fn a_lock_out_ends_the_handshakes_in_progress() {
    let mut device = Device::new();
    let mut early = client();
    device.step((0, OWNER), &mut early).unwrap();
    for number in 1.. {
        let mut stranger = Client::sec1(b"guess", [9; 32]);
        let peer = Peer::new(number);
        device.step((number, peer), &mut stranger).unwrap();
        let outcome = device.step((number, peer), &mut stranger);
        assert_eq!(outcome, Err(HandshakeError::ProofMismatch));
        if device.protocomm.locked_out(device.now).is_some() {
            break;
        }
        assert!(number < 10, "no lock-out");
    }
    device.now = device.protocomm.locked_out(device.now).unwrap();
    // Another handshake draws another key.
    device.begin((100, Peer::new(100))).unwrap();
    assert_eq!(device.step((0, OWNER), &mut early), Err(HandshakeError::OutOfOrder));
}
