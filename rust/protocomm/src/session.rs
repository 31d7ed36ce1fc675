//! Which handshakes are in progress, and which session is established.
//!
//! At most one session is *established*. Only a peer that **completes** a handshake displaces it.
//! So neither a new connection nor a request without a cookie can end a session, and a client may
//! do another handshake within its own session.
//!
//! # Who gives way
//!
//! Each handshake in progress has a slot. A peer's first command takes its session's slot, or else
//! a free one. If no slot is free, one of these gives way, in this order:
//!
//! 1. the oldest handshake of the peer that has the most, if that is at least two more than the
//!    newcomer has;
//! 2. if the newcomer has none, the oldest handshake, if it is older than [`HANDSHAKE_GRACE`];
//! 3. the newcomer's own oldest handshake, if it is older than twice [`HANDSHAKE_GRACE`].
//!
//! Otherwise, the newcomer is refused. Repeating the first command in a session does not make its
//! slot younger. So no flood ends a handshake in its first seconds, and a flood from at most as
//! many peers as there are slots locks nobody out: before such a peer can renew its slot, a
//! newcomer has as long to take it.

use heapless::Vec;
use zeroize::Zeroize;

use crate::error::HandshakeError;
use crate::limits::{HANDSHAKE_GRACE, HANDSHAKE_TIMEOUT, PENDING_HANDSHAKES};
use crate::security::{SchemeChannel, SchemePending, Slot};
use crate::time::{Instant, Millis};

/// The transport of a session, as the caller numbers them. Session numbers are unique within a
/// transport only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransportId(pub u8);

/// One session of one transport: a Bluetooth connection, an HTTP cookie, a console's session
/// number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId {
    /// The transport.
    pub transport: TransportId,
    /// The session's number on that transport.
    pub number: u32,
}

impl SessionId {
    /// Session `number` of `transport`.
    pub const fn new(transport: TransportId, number: u32) -> Self {
        Self { transport, number }
    }
}

/// The peer that sent a request: a number that the transport derives from the peer's address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Peer(u32);

impl Peer {
    /// The transport has no addresses, or its sessions already stand for peers, as Bluetooth links
    /// do. Each session then counts as a separate peer.
    pub const UNKNOWN: Self = Self(0);

    /// The peer with this number. 0 is [`Peer::UNKNOWN`].
    pub const fn new(number: u32) -> Self {
        Self(number)
    }
}

/// The sessions of one service.
// The order is by size, as in `Protocomm`.
#[repr(C)]
pub(crate) struct Sessions {
    epoch: u32,
    established: Option<Established>,
    /// The oldest first.
    pending: Slots,
}

type Slots = Vec<Pending, PENDING_HANDSHAKES>;

/// A handshake in progress.
struct Pending {
    id: SessionId,
    peer: Peer,
    /// When the slot was taken.
    since: Instant,
    /// When the last first command arrived.
    begun: Instant,
    state: SchemePending,
}

impl Pending {
    fn is_older_than(&self, age: Millis, now: Instant) -> bool {
        self.since.after(age) <= now
    }

    /// Whether a request of this session comes from the same peer.
    fn is_of(&self, id: SessionId, peer: Peer) -> bool {
        if peer == Peer::UNKNOWN {
            self.id == id
        } else {
            self.peer == peer && self.id.transport == id.transport
        }
    }
}

/// The slot of one session's handshake.
pub(crate) struct PendingOf<'a> {
    slots: &'a mut Slots,
    id: SessionId,
    peer: Peer,
    now: Instant,
}

impl PendingOf<'_> {
    fn position(&self) -> Option<usize> {
        self.slots.iter().position(|other| other.id == self.id && other.peer == self.peer)
    }

    fn count(&self, id: SessionId, peer: Peer) -> usize {
        self.slots.iter().filter(|other| other.is_of(id, peer)).count()
    }

    /// The handshake that gives way to a new one of this session, if all slots are in use.
    fn giving_way(&self) -> Option<usize> {
        let own = self.count(self.id, self.peer);
        let of_others = |other: &Pending| self.count(other.id, other.peer);
        let most = self.slots.iter().map(of_others).max()?;
        if most >= own.saturating_add(2) {
            return self.slots.iter().position(|other| of_others(other) == most);
        }
        let is_own = |other: &Pending| other.is_of(self.id, self.peer);
        let oldest = self.slots.iter().position(|other| own == 0 || is_own(other))?;
        let age = HANDSHAKE_GRACE.saturating_mul(if own == 0 { 1 } else { 2 });
        self.slots.get(oldest)?.is_older_than(age, self.now).then_some(oldest)
    }
}

impl Slot<SchemePending> for PendingOf<'_> {
    fn get(&mut self) -> Option<&mut SchemePending> {
        let at = self.position()?;
        let pending = self.slots.get_mut(at)?;
        (self.now < pending.begun.after(HANDSHAKE_TIMEOUT)).then_some(&mut pending.state)
    }

    #[inline(never)]
    fn set(&mut self, state: SchemePending) -> Result<(), HandshakeError> {
        let Self { id, peer, now, .. } = *self;
        if let Some(own) = self.position().and_then(|at| self.slots.get_mut(at)) {
            own.begun = now;
            own.state = state;
            return Ok(());
        }
        if self.slots.is_full() {
            let at = self.giving_way().ok_or(HandshakeError::TooMany)?;
            self.slots.remove(at);
        }
        let pending = Pending { id, peer, since: now, begun: now, state };
        self.slots.push(pending).map_err(|_| HandshakeError::TooMany)
    }

    #[inline(never)]
    fn clear(&mut self) {
        if let Some(at) = self.position() {
            self.slots.remove(at);
        }
    }
}

/// The established session.
pub(crate) struct Established {
    pub(crate) id: SessionId,
    pub(crate) peer: Peer,
    pub(crate) channel: SchemeChannel,
    /// Distinguishes this session from all earlier ones.
    pub(crate) epoch: u32,
    /// A request has been opened and its response is not sealed yet.
    pub(crate) responding: bool,
}

/// For `Option<Established>`, whose `zeroize` drops the value, which wipes its keys, and then wipes the gaps
/// between the fields too: a value that was moved into its place can bring bytes of the stack into them.
impl Zeroize for Established {
    fn zeroize(&mut self) {}
}

impl Default for Sessions {
    fn default() -> Self {
        Self { pending: Vec::new(), established: None, epoch: 0 }
    }
}

impl Sessions {
    pub(crate) fn established(&self) -> Option<SessionId> {
        self.established.as_ref().map(|session| session.id)
    }

    pub(crate) fn is_responding(&self) -> bool {
        self.established.as_ref().is_some_and(|session| session.responding)
    }

    /// Whether the session has a handshake in progress or is established.
    pub(crate) fn knows(&self, id: SessionId) -> bool {
        self.established() == Some(id) || self.pending.iter().any(|other| other.id == id)
    }

    pub(crate) fn is_current(&self, epoch: u32) -> bool {
        self.established.as_ref().is_some_and(|session| session.epoch == epoch)
    }

    /// The established session, if its epoch is still `epoch`.
    pub(crate) fn current(&mut self, epoch: u32) -> Option<&mut Established> {
        self.established.as_mut().filter(|session| session.epoch == epoch)
    }

    pub(crate) fn session(&mut self, id: SessionId) -> Option<&mut Established> {
        self.established.as_mut().filter(|session| session.id == id)
    }

    /// The slot of a session's handshake.
    pub(crate) fn pending(&mut self, now: Instant, id: SessionId, peer: Peer) -> PendingOf<'_> {
        PendingOf { slots: &mut self.pending, id, peer, now }
    }

    /// Establishes a session and ends all handshakes in progress, because this one has used up the
    /// key that they share. Returns the session that it displaces, if that is another one.
    pub(crate) fn establish(
        &mut self,
        id: SessionId,
        peer: Peer,
        channel: SchemeChannel,
    ) -> Option<SessionId> {
        self.pending.clear();
        self.epoch = self.epoch.wrapping_add(1);
        let former = self.established().filter(|former| *former != id);
        self.established.zeroize();
        self.established =
            Some(Established { id, peer, channel, epoch: self.epoch, responding: false });
        former
    }

    /// Forgets everything about a session. Other sessions are not affected.
    pub(crate) fn close(&mut self, id: SessionId) {
        while let Some(at) = self.pending.iter().position(|other| other.id == id) {
            self.pending.remove(at);
        }
        if self.established() == Some(id) {
            self.established.zeroize();
        }
    }

    /// Forgets all sessions. Epochs continue, so that no later session matches a ticket of an
    /// earlier one.
    pub(crate) fn clear(&mut self) {
        self.established.zeroize();
        self.pending.clear();
    }

    pub(crate) fn clear_pending(&mut self) {
        self.pending.clear();
    }
}
