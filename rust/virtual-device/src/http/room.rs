//! Decides which connection gives way to a new one.

use std::collections::HashMap;
use std::sync::Arc;

use protocomm::Peer;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

/// The state of a connection.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    /// Idle since then.
    Idle(Instant),
    /// A request has been arriving since then.
    Receiving(Instant),
    /// The client waits for its response, through no fault of its own.
    Answering,
}

/// What a connection reports about itself.
pub(super) struct Seat {
    pub(super) stage: watch::Sender<Stage>,
    /// Its last response was one of the established session.
    in_session: watch::Sender<bool>,
}

impl Seat {
    pub(super) fn set_in_session(&self, in_session: bool) {
        self.in_session.send_replace(in_session);
    }
}

/// The server's connections.
#[derive(Default)]
pub(super) struct Room {
    taken: Vec<Taken>,
}

struct Taken {
    peer: Peer,
    seat: Arc<Seat>,
    leave: oneshot::Sender<()>,
}

impl Taken {
    /// Since when the connection has been waiting for its peer, if it may be closed for another
    /// one.
    fn waits_since(&self) -> Option<Instant> {
        if *self.seat.in_session.borrow() {
            return None;
        }
        match *self.seat.stage.borrow() {
            Stage::Idle(since) | Stage::Receiving(since) => Some(since),
            Stage::Answering => None,
        }
    }
}

impl Room {
    /// Adds a connection of a peer. The receiver tells the connection to give way.
    pub(super) fn add(&mut self, peer: Peer) -> (Arc<Seat>, oneshot::Receiver<()>) {
        self.forget_ended();
        let seat = Arc::new(Seat {
            stage: watch::Sender::new(Stage::Idle(Instant::now())),
            in_session: watch::Sender::new(false),
        });
        let (leave, left) = oneshot::channel();
        self.taken.push(Taken { peer, seat: seat.clone(), leave });
        (seat, left)
    }

    /// Makes room for a connection of this peer. Returns false if none gives way now.
    pub(super) fn make(&mut self, newcomer: Peer) -> bool {
        self.forget_ended();
        let Some(at) = self.giving_way(newcomer) else { return false };
        let taken = self.taken.swap_remove(at);
        // It may be ending right now.
        let _ = taken.leave.send(());
        true
    }

    /// Removes connections that have ended. Otherwise, each connection would take memory forever.
    fn forget_ended(&mut self) {
        self.taken.retain(|taken| !taken.leave.is_closed());
    }

    /// The connection that gives way to a newcomer: of those that wait for their peer, outside the
    /// established session, the one that has waited longest. If a peer has at least two more than
    /// the newcomer, one of the peer with the most connections gives way.
    pub(super) fn giving_way(&self, newcomer: Peer) -> Option<usize> {
        let mut counts: HashMap<Peer, usize> = HashMap::new();
        for taken in self.taken.iter().filter(|taken| taken.waits_since().is_some()) {
            *counts.entry(taken.peer).or_default() += 1;
        }
        let own = counts.get(&newcomer).copied().unwrap_or_default();
        let most = counts.values().copied().max()?;
        let may_stay = |taken: &Taken| {
            most >= own + 2 && counts.get(&taken.peer).is_none_or(|count| *count < most)
        };
        let waiting = self.taken.iter().enumerate().filter(|(_, taken)| !may_stay(taken));
        let waiting = waiting.filter_map(|(at, taken)| Some((taken.waits_since()?, at)));
        waiting.min().map(|(_, at)| at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Peer = Peer::new(1);
    const B: Peer = Peer::new(2);
    const C: Peer = Peer::new(3);

    /// A room with connections of these peers. The first ones have waited longest.
    fn room(peers: &[Peer]) -> (Room, Vec<Arc<Seat>>, Vec<oneshot::Receiver<()>>) {
        let mut room = Room::default();
        let begin = Instant::now();
        let (seats, leave) = peers
            .iter()
            .zip(0..)
            .map(|(peer, n)| {
                let (seat, leave) = room.add(*peer);
                let since = begin + std::time::Duration::from_secs(n);
                seat.stage.send_replace(Stage::Idle(since));
                (seat, leave)
            })
            .unzip();
        (room, seats, leave)
    }

    #[test]
    fn the_one_that_has_waited_for_longest_gives_way() {
        let (room, seats, _leave) = room(&[A, B, C]);
        assert_eq!(room.giving_way(A), Some(0));
        let now = Instant::now();
        seats[0].stage.send_replace(Stage::Receiving(now + std::time::Duration::from_secs(9)));
        assert_eq!(room.giving_way(A), Some(1));
    }

    #[test]
    fn the_peer_with_most_connections_gives_way() {
        let (room, _seats, _leave) = room(&[A, B, B, C]);
        assert_eq!(room.giving_way(Peer::new(4)), Some(1));
        assert_eq!(room.giving_way(A), Some(0), "it has as many as are fair");
    }

    #[test]
    fn a_session_and_an_answer_in_progress_do_not() {
        let (mut room, seats, mut leave) = room(&[A, B]);
        seats[0].set_in_session(true);
        assert_eq!(room.giving_way(C), Some(1));
        seats[1].stage.send_replace(Stage::Answering);
        assert_eq!(room.giving_way(C), None);
        assert!(!room.make(C));
        seats[0].set_in_session(false);
        assert!(room.make(C));
        assert!(leave[0].try_recv().is_ok());
        // A connection that has ended takes no room.
        leave.clear();
        assert!(!room.make(C));
    }

    #[test]
    fn connections_that_have_ended_take_no_memory() {
        let mut room = Room::default();
        let stays = room.add(A);
        for _ in 0..1000 {
            drop(room.add(B));
        }
        assert!(room.taken.len() <= 2, "{} connections", room.taken.len());
        drop(stays);
    }
}
