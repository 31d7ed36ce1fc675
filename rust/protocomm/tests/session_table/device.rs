//! A device whose handshakes repeat, so that clients compute each proof once.

use std::collections::HashMap;
use std::convert::Infallible;
use std::rc::Rc;

use protocomm::limiter::Policy;
use protocomm::security::Scheme;
use protocomm::security::sec1::Sec1;
use protocomm::{Handled, Instant, Protocomm, Request, SessionId};
use sim::client::Client;

use crate::model::{Accepted, Event, From, Outcome};

const POP: &[u8] = b"pop";

/// A first command and, for each response that was seen, the right proof and a wrong one.
pub struct Clients {
    first: Vec<u8>,
    /// For a client that has had no response.
    early: Rc<[Vec<u8>; 2]>,
    proofs: HashMap<Vec<u8>, Rc<[Vec<u8>; 2]>>,
}

impl Clients {
    pub fn new() -> Self {
        let mut clients = Self {
            first: client(POP).handshake_message().unwrap(),
            early: Rc::default(),
            proofs: HashMap::new(),
        };
        let mut device = Device::new(Policy::default());
        let mut buffer = clients.first.clone();
        buffer.resize(512, 0);
        let from = (SessionId::new(protocomm::TransportId(0), 0), protocomm::Peer::UNKNOWN);
        let length = clients.first.len();
        match device.handle(Instant::default(), from, "prov-session", &mut buffer, length) {
            Ok(Handled::HandshakeStarted(length)) => {
                clients.early = clients.proofs(&buffer[..length]);
            }
            _ => panic!("the first command is refused"),
        }
        clients
    }

    fn proofs(&mut self, response: &[u8]) -> Rc<[Vec<u8>; 2]> {
        let proofs = self.proofs.entry(response.to_vec()).or_insert_with(|| {
            Rc::new([POP, b"guess"].map(|pop| {
                let mut client = client(pop);
                client.handshake_message().unwrap();
                client.handle(response).unwrap();
                client.handshake_message().unwrap()
            }))
        });
        Rc::clone(proofs)
    }
}

fn client(pop: &[u8]) -> Client {
    Client::sec1(pop, [7; 32])
}

pub struct Device {
    pub protocomm: Protocomm,
    draws: Draws,
    /// The proofs for the last response of each client.
    heard: Vec<(From, Rc<[Vec<u8>; 2]>)>,
}

impl Device {
    pub fn new(policy: Policy) -> Self {
        let protocomm = sim::echo::service(policy, Scheme::Sec1(Sec1::new(POP)));
        Self { protocomm, draws: Draws::default(), heard: Vec::new() }
    }

    /// What is in front of a sequence of events is forgotten by the clients, and closed.
    pub fn forget(&mut self, sessions: &[From]) {
        self.heard.clear();
        for (id, _) in sessions {
            self.protocomm.close(*id);
        }
    }

    fn handle(
        &mut self,
        now: Instant,
        (session, peer): From,
        endpoint: &str,
        buffer: &mut [u8],
        length: usize,
    ) -> Result<Handled, protocomm::Error> {
        let request = Request { session, peer, endpoint, buffer, length };
        self.protocomm.handle(now, request, &mut self.draws)
    }

    pub fn apply(&mut self, now: Instant, event: Event, clients: &mut Clients) -> Outcome {
        let (from, endpoint, message) = match event {
            Event::First(from) => (from, "prov-session", &clients.first[..]),
            Event::Proof(from) => (from, "prov-session", &self.proofs(from, clients)[0][..]),
            Event::Guess(from) => (from, "prov-session", &self.proofs(from, clients)[1][..]),
            Event::Request(from) | Event::Abandoned(from) => (from, "echo", &b"request"[..]),
            Event::Close(id) => {
                self.protocomm.close(id);
                return Ok(Accepted::Nothing);
            }
            Event::EndAll => {
                self.protocomm.end_sessions();
                return Ok(Accepted::Nothing);
            }
            Event::Wait(_) => return Ok(Accepted::Nothing),
        };
        let mut buffer = [0; 128];
        let length = message.len();
        buffer[..length].copy_from_slice(message);
        match self.handle(now, from, endpoint, &mut buffer, length)? {
            Handled::HandshakeStarted(length) => {
                self.heard.retain(|(other, _)| *other != from);
                self.heard.push((from, clients.proofs(&buffer[..length])));
                Ok(Accepted::Started)
            }
            Handled::Established { displaced, .. } => Ok(Accepted::Established { displaced }),
            Handled::Open(open) => {
                assert!(self.protocomm.is_responding());
                if matches!(event, Event::Abandoned(_)) {
                    self.protocomm.abandon(open.ticket);
                } else {
                    self.protocomm.seal(open.ticket, &mut buffer, open.length)?;
                }
                assert!(!self.protocomm.is_responding());
                Ok(Accepted::Opened)
            }
            Handled::Version => Ok(Accepted::Nothing),
        }
    }

    fn proofs<'a>(&'a self, from: From, clients: &'a Clients) -> &'a [Vec<u8>; 2] {
        let heard = self.heard.iter().find(|(other, _)| *other == from);
        heard.map_or(&clients.early, |(_, proofs)| proofs)
    }
}

/// Randomness that repeats soon. Two keys in a row differ, and two challenges.
#[derive(Default)]
struct Draws {
    keys: u8,
    challenges: u8,
}

impl rand_core::TryRng for Draws {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("keys and challenges are drawn as bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("keys and challenges are drawn as bytes")
    }

    fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Infallible> {
        let count = if to.len() == 32 { &mut self.keys } else { &mut self.challenges };
        *count = (*count + 1) % 5;
        to.fill(*count + 1);
        Ok(())
    }
}

impl rand_core::TryCryptoRng for Draws {}
