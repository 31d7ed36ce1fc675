//! A crowd: unauthenticated peers that do everything they can, generated from a seed.
//!
//! A [`Crowd`] is an endless list of [`Act`]s. It is independent of the transport: the code that
//! drives it, over sockets or in simulated time ([`Siege`]), decides what a connection is and
//! whether its end is reported.

mod siege;

use netprov_messages::{
    Message as _, Sec1Payload, SessionCmd0, SessionData, sec1_payload, session_data,
};
use protocomm::Millis;
use provisioning::endpoints;
use rand_core::TryRng as _;

pub use self::siege::{Owner, Siege, Telling};
use crate::client::messages;
use crate::device::SimRng;

/// What a crowd does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    /// Connects and sends nothing.
    Silent,
    /// Connects and sends a request byte by byte, without end.
    Drip,
    /// Sends first commands of a handshake, each in a new session.
    FirstCommands,
    /// Sends first commands in one session of each peer.
    Repeat,
    /// Sends the beginning of a request.
    HalfSend,
    /// Sends random bytes to every endpoint.
    Junk,
    /// Connects and closes the connection at once.
    Reconnect,
    /// Opens as many connections as it can, holds them, and sends first commands on them.
    Hold,
    /// Sends a first command and closes the connection.
    Abandon,
    /// Sends requests and does not read the responses.
    Drain,
    /// All of these in turn.
    Mixed,
}

impl Attack {
    /// All attacks.
    pub const ALL: [Self; 11] = [
        Self::Silent,
        Self::Drip,
        Self::FirstCommands,
        Self::Repeat,
        Self::HalfSend,
        Self::Junk,
        Self::Reconnect,
        Self::Hold,
        Self::Abandon,
        Self::Drain,
        Self::Mixed,
    ];
}

/// How large a crowd is, and how fast it acts.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Number of peers, each with its own address.
    pub peers: u32,
    /// Number of connections open at a time. Another one closes the oldest.
    pub connections: usize,
    /// Acts per second, 1 to 1000.
    pub rate: u32,
}

/// An action of the crowd after a pause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Time since the previous act.
    pub wait: Millis,
    /// The peer, from 0.
    pub peer: u32,
    /// The peer's connection, counted from 1.
    pub connection: u32,
    /// The action.
    pub what: Move,
}

/// The action of a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move {
    /// Opens the connection. Other moves come between this and [`Move::Close`].
    Connect,
    /// Sends a whole request.
    Request {
        /// The endpoint.
        endpoint: &'static str,
        /// The message.
        message: Vec<u8>,
        /// Whether the peer reads the response.
        reads: bool,
    },
    /// Sends the beginning of a request, or this many further bytes of it.
    Part(usize),
    /// Closes the connection.
    Close,
}

/// The crowd.
pub struct Crowd {
    attack: Attack,
    size: Size,
    /// The device's security version: 0, 1 or 2.
    security: u32,
    rng: SimRng,
    connections: u32,
    /// The open connections with their peers, the oldest first.
    open: Vec<(u32, u32)>,
    /// The next acts, in this order.
    plan: std::collections::VecDeque<(u32, u32, Move)>,
}

impl Crowd {
    /// Creates a crowd against a device with this security version. The seed determines every act.
    pub fn new(attack: Attack, size: Size, security: u32, seed: u64) -> Self {
        let rng = SimRng::new(seed);
        Self {
            attack,
            size,
            security,
            rng,
            connections: 0,
            open: Vec::new(),
            plan: Default::default(),
        }
    }

    fn number(&mut self, below: u32) -> u32 {
        self.rng.try_next_u32().unwrap_or_default() % below.max(1)
    }

    /// Returns an open connection or, with `is_new`, a new one.
    fn connection(&mut self, is_new: bool) -> (u32, u32) {
        let peer = self.number(self.size.peers);
        if !is_new && let Some(open) = self.open.iter().find(|(_, other)| *other == peer) {
            return *open;
        }
        if self.open.len() >= self.size.connections.max(1) {
            let (connection, peer) = self.open.remove(0);
            self.plan.push_back((connection, peer, Move::Close));
        }
        self.connections += 1;
        self.open.push((self.connections, peer));
        self.plan.push_back((self.connections, peer, Move::Connect));
        (self.connections, peer)
    }

    fn close(&mut self, (connection, peer): (u32, u32)) {
        self.open.retain(|open| open.0 != connection);
        self.plan.push_back((connection, peer, Move::Close));
    }

    fn first_command(&mut self) -> Vec<u8> {
        let mut key = [0; 32];
        let _ = self.rng.try_fill_bytes(&mut key);
        if self.security == 2 {
            return messages::security2_first(b"wifiprov".to_vec(), key.repeat(12));
        }
        let command = SessionCmd0 { client_pubkey: key.to_vec() };
        let payload = Sec1Payload { msg: 0, payload: Some(sec1_payload::Payload::Sc0(command)) };
        SessionData { sec_ver: 1, proto: Some(session_data::Proto::Sec1(payload)) }.encode_to_vec()
    }

    fn request(&mut self, (connection, peer): (u32, u32), endpoint: &'static str, reads: bool) {
        let message = if endpoint == endpoints::SESSION.name {
            self.first_command()
        } else {
            let length = 1 + self.number(200) as usize;
            let mut junk = vec![0; length];
            let _ = self.rng.try_fill_bytes(&mut junk);
            junk
        };
        let what = Move::Request { endpoint, message, reads };
        self.plan.push_back((connection, peer, what));
    }

    fn junk(&mut self, from: (u32, u32), reads: bool) {
        let all = [
            endpoints::CTRL.name,
            endpoints::SCAN.name,
            endpoints::SESSION.name,
            endpoints::CONFIG.name,
            endpoints::VERSION.name,
            "no-such-endpoint",
        ];
        let turn = self.number(all.len() as u32) as usize;
        let endpoint = all[turn];
        self.request(from, endpoint, reads);
        if let Some((_, _, Move::Request { message, .. })) = self.plan.back_mut()
            && endpoint == endpoints::SESSION.name
        {
            // A first command with one wrong byte.
            let at = message.len() / 2;
            message[at] ^= 0x55;
        }
    }

    fn plan(&mut self, attack: Attack) {
        let session = endpoints::SESSION.name;
        match attack {
            Attack::Silent => drop(self.connection(true)),
            Attack::Drip => {
                let (connection, peer) = self.connection(false);
                self.plan.push_back((connection, peer, Move::Part(1)));
            }
            Attack::HalfSend => {
                let (connection, peer) = self.connection(true);
                let length = 1 + self.number(60) as usize;
                self.plan.push_back((connection, peer, Move::Part(length)));
            }
            Attack::FirstCommands => {
                let from = self.connection(true);
                self.request(from, session, true);
            }
            Attack::Repeat => {
                let from = self.connection(false);
                self.request(from, session, true);
            }
            Attack::Junk => {
                let from = self.connection(false);
                self.junk(from, true);
            }
            Attack::Reconnect => {
                let from = self.connection(true);
                self.close(from);
            }
            Attack::Hold => {
                let is_new = self.open.len() < self.size.connections;
                let from = self.connection(is_new);
                self.request(from, session, true);
            }
            Attack::Abandon => {
                let from = self.connection(true);
                self.request(from, session, true);
                self.close(from);
            }
            Attack::Drain => {
                let from = self.connection(false);
                self.junk(from, false);
            }
            Attack::Mixed => {
                let others = Attack::ALL.len() - 1;
                let turn = self.number(others as u32) as usize;
                self.plan(Attack::ALL[turn]);
            }
        }
    }
}

impl Iterator for Crowd {
    type Item = Act;

    fn next(&mut self) -> Option<Act> {
        let mut wait = Millis::ZERO;
        while self.plan.is_empty() {
            // Half to one and a half times the average, because an attack is not regular.
            let pause = 1000 / self.size.rate.clamp(1, 1000);
            wait = Millis::from_millis(wait.as_millis() + pause / 2 + self.number(pause.max(1)));
            self.plan(self.attack);
        }
        let (connection, peer, what) = self.plan.pop_front()?;
        Some(Act { wait, peer, connection, what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { peers: 3, connections: 4, rate: 10 };

    #[test]
    fn a_seed_makes_a_crowd() {
        let acts = |seed| Crowd::new(Attack::Mixed, SIZE, 1, seed).take(300).collect::<Vec<_>>();
        assert_eq!(acts(1), acts(1));
        assert_ne!(acts(1), acts(2));
    }

    #[test]
    fn a_crowd_keeps_to_its_size() {
        for attack in Attack::ALL {
            let mut open = std::collections::BTreeMap::new();
            let mut time = 0;
            for act in Crowd::new(attack, SIZE, 2, 7).take(1000) {
                time += act.wait.as_millis();
                assert!(act.peer < SIZE.peers);
                match act.what {
                    Move::Connect => assert!(open.insert(act.connection, act.peer).is_none()),
                    Move::Close => assert_eq!(open.remove(&act.connection), Some(act.peer)),
                    _ => assert_eq!(open.get(&act.connection), Some(&act.peer)),
                }
                assert!(open.len() <= SIZE.connections);
            }
            assert!((25_000..220_000).contains(&time), "{attack:?}: {time} ms");
        }
    }
}
