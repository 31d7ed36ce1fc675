//! Whose handshakes are in progress, and whose session is established.
//!
//! At most one session is *established*. Any number of peers may try a handshake, each in a
//! place of its own; the established session is displaced only by a peer that **completes**
//! one. So neither a new connection nor a request without a cookie can end somebody's session,
//! and a client may shake hands again in the middle of its own.

use heapless::Vec;

use crate::limits::PENDING_HANDSHAKES;
use crate::security::{SchemeChannel, SchemePending, Slot};

/// Which transport a session came by, as the owner numbers them. Two transports may count their
/// sessions alike.
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

/// The sessions of one service under the scheme `S`.
// In this order, as `Protocomm` is.
#[repr(C)]
pub(crate) struct Sessions {
    epoch: u32,
    established: Option<Established>,
    /// Unfinished handshakes, the oldest first.
    pending: Vec<(SessionId, SchemePending), PENDING_HANDSHAKES>,
}

/// The place of one session's unfinished handshake among all of them.
pub(crate) struct PendingOf<'a> {
    places: &'a mut Vec<(SessionId, SchemePending), PENDING_HANDSHAKES>,
    id: SessionId,
}

impl Slot<SchemePending> for PendingOf<'_> {
    fn get(&mut self) -> Option<&mut SchemePending> {
        let id = self.id;
        self.places.iter_mut().find(|(other, _)| *other == id).map(|(_, pending)| pending)
    }

    /// If all places are taken, instead of the oldest.
    #[inline(never)]
    fn set(&mut self, pending: SchemePending) {
        self.clear();
        if self.places.is_full() {
            self.places.remove(0);
        }
        // There is room now.
        let _ = self.places.push((self.id, pending));
    }

    #[inline(never)]
    fn clear(&mut self) {
        if let Some(at) = self.places.iter().position(|(other, _)| *other == self.id) {
            self.places.remove(at);
        }
    }
}

/// The established session.
pub(crate) struct Established {
    pub(crate) id: SessionId,
    pub(crate) channel: SchemeChannel,
    /// Tells this session from all earlier ones.
    pub(crate) epoch: u32,
    /// A request has been opened and its response is not yet sealed.
    pub(crate) responding: bool,
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
        self.established() == Some(id) || self.pending.iter().any(|(other, _)| *other == id)
    }

    pub(crate) fn is_current(&self, epoch: u32) -> bool {
        self.established.as_ref().is_some_and(|session| session.epoch == epoch)
    }

    /// The established session, if it is still that of this epoch.
    pub(crate) fn current(&mut self, epoch: u32) -> Option<&mut Established> {
        self.established.as_mut().filter(|session| session.epoch == epoch)
    }

    pub(crate) fn session(&mut self, id: SessionId) -> Option<&mut Established> {
        self.established.as_mut().filter(|session| session.id == id)
    }

    /// The place of a session's unfinished handshake.
    pub(crate) fn pending(&mut self, id: SessionId) -> PendingOf<'_> {
        PendingOf { places: &mut self.pending, id }
    }

    /// Establishes a session. Returns the one it displaces, if that was somebody else's.
    pub(crate) fn establish(&mut self, id: SessionId, channel: SchemeChannel) -> Option<SessionId> {
        self.epoch = self.epoch.wrapping_add(1);
        let former = self.established().filter(|former| *former != id);
        self.established = Some(Established { id, channel, epoch: self.epoch, responding: false });
        former
    }

    /// Forgets all of a session; other sessions are not touched.
    pub(crate) fn close(&mut self, id: SessionId) {
        self.pending(id).clear();
        if self.established() == Some(id) {
            self.established = None;
        }
    }

    /// Forgets all sessions. The epochs go on: what an earlier session has left is for none to come.
    pub(crate) fn clear(&mut self) {
        self.established = None;
        self.pending.clear();
    }

    pub(crate) fn clear_pending(&mut self) {
        self.pending.clear();
    }
}
