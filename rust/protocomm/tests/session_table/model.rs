//! The rules of `session.rs` and of the limiter, written a second time, without any cryptography.

use protocomm::limiter::Policy;
use protocomm::limits::{HANDSHAKE_GRACE, HANDSHAKE_TIMEOUT, PENDING_HANDSHAKES};
use protocomm::{Error, HandshakeError, Instant, Millis, Peer, SessionId};

/// A session, and the peer that uses its number.
pub type From = (SessionId, Peer);

/// What a peer sends, and what else happens.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// The first command of a handshake.
    First(From),
    /// The second one, with the proof for the last response to a first one.
    Proof(From),
    /// The second one, with a wrong proof.
    Guess(From),
    /// A request, which the device responds to.
    Request(From),
    /// A request that is dropped without a response.
    Abandoned(From),
    /// The connection ends.
    Close(SessionId),
    /// The service ends all sessions.
    EndAll,
    /// Time passes.
    Wait(Millis),
}

/// The outcome of an event that the device accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    Started,
    Established { displaced: Option<SessionId> },
    Opened,
    Nothing,
}

pub type Outcome = Result<Accepted, Error>;

struct Pending {
    from: From,
    since: Instant,
    begun: Instant,
}

pub struct Model {
    pub now: Instant,
    policy: Policy,
    /// The oldest first.
    pending: Vec<Pending>,
    established: Option<From>,
    failures: u32,
    locked_until: Option<Instant>,
}

impl Model {
    pub fn new(policy: Policy, now: Instant) -> Self {
        let (pending, established) = (Vec::new(), None);
        Self { now, policy, pending, established, failures: 0, locked_until: None }
    }

    pub fn established(&self) -> Option<From> {
        self.established
    }

    pub fn knows(&self, id: SessionId) -> bool {
        self.established.is_some_and(|(other, _)| other == id)
            || self.pending.iter().any(|other| other.from.0 == id)
    }

    pub fn locked_out(&self) -> Option<Instant> {
        self.locked_until.filter(|until| self.now < *until)
    }

    pub fn apply(&mut self, event: Event) -> Outcome {
        match event {
            Event::First(from) => self.first(from),
            Event::Proof(from) => self.second(from, true),
            Event::Guess(from) => self.second(from, false),
            Event::Request(from) | Event::Abandoned(from) => match self.established {
                Some(owner) if owner == from => Ok(Accepted::Opened),
                _ => Err(Error::NoSession),
            },
            Event::Close(id) => {
                self.pending.retain(|other| other.from.0 != id);
                self.established = self.established.filter(|(other, _)| *other != id);
                Ok(Accepted::Nothing)
            }
            Event::EndAll => {
                self.pending.clear();
                self.established = None;
                Ok(Accepted::Nothing)
            }
            Event::Wait(time) => {
                self.now = self.now.after(time);
                Ok(Accepted::Nothing)
            }
        }
    }

    fn first(&mut self, from: From) -> Outcome {
        let now = self.now;
        if self.locked_out().is_some() {
            return Err(HandshakeError::LockedOut.into());
        }
        if let Some(own) = self.pending.iter_mut().find(|other| other.from == from) {
            own.begun = now;
            return Ok(Accepted::Started);
        }
        if self.pending.len() == PENDING_HANDSHAKES {
            let at = self.gives_way(from).ok_or(HandshakeError::TooMany)?;
            self.pending.remove(at);
        }
        self.pending.push(Pending { from, since: now, begun: now });
        Ok(Accepted::Started)
    }

    /// The three rules at the top of `session.rs`.
    fn gives_way(&self, newcomer: From) -> Option<usize> {
        let has = |of: From| self.pending.iter().filter(|slot| are_one(slot.from, of)).count();
        let own = has(newcomer);
        let most = self.pending.iter().map(|slot| has(slot.from)).max()?;
        if most >= own + 2 {
            return self.pending.iter().position(|slot| has(slot.from) == most);
        }
        let is_older = |at: usize, graces: u32| {
            self.pending[at].since.after(HANDSHAKE_GRACE.saturating_mul(graces)) <= self.now
        };
        if own == 0 {
            return Some(0).filter(|at| is_older(*at, 1));
        }
        let at = self.pending.iter().position(|slot| are_one(slot.from, newcomer))?;
        Some(at).filter(|at| is_older(*at, 2))
    }

    fn second(&mut self, from: From, is_right: bool) -> Outcome {
        if self.locked_out().is_some() {
            return Err(HandshakeError::LockedOut.into());
        }
        let now = self.now;
        let at = self.pending.iter().position(|slot| slot.from == from);
        let at = at.filter(|at| now < self.pending[*at].begun.after(HANDSHAKE_TIMEOUT));
        let at = at.ok_or(HandshakeError::OutOfOrder)?;
        self.pending.remove(at);
        if !is_right {
            self.failures += 1;
            let excess = self.failures.checked_sub(self.policy.max_failures);
            if let Some(excess) = excess.filter(|_| self.policy.max_failures > 0) {
                let time = self.policy.first_lockout.saturating_mul(1 << excess);
                self.locked_until = Some(now.after(time.min(self.policy.max_lockout)));
                self.pending.clear();
            }
            return Err(HandshakeError::ProofMismatch.into());
        }
        self.failures = 0;
        self.locked_until = None;
        self.pending.clear();
        let former = self.established.replace(from).map(|(id, _)| id);
        Ok(Accepted::Established { displaced: former.filter(|id| *id != from.0) })
    }
}

/// Whether two sessions count as one peer's.
fn are_one(one: From, other: From) -> bool {
    if one.1 == Peer::UNKNOWN {
        one.0 == other.0
    } else {
        one.1 == other.1 && one.0.transport == other.0.transport
    }
}
