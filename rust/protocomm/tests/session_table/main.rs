//! The table of sessions, exhaustively over small bounds: every sequence of a few events, of up to
//! three peers. After each event, the device must be as a model of the rules says, and what no event
//! may change must hold.

mod device;
mod model;

use device::{Clients, Device};
use model::{Accepted, Event, From, Model};
use protocomm::limiter::Policy;
use protocomm::limits::{HANDSHAKE_GRACE, HANDSHAKE_TIMEOUT, PENDING_HANDSHAKES};
use protocomm::{Millis, Peer, SessionId, TransportId};

const OWNER: From = (session(1), Peer::new(1));
/// Another session of the same peer.
const AGAIN: From = (session(2), Peer::new(1));
const OTHER: From = (session(3), Peer::new(2));
/// Has heard the number of the owner's session.
const THIEF: From = (OWNER.0, Peer::new(2));

const POLICY: Policy = Policy {
    max_failures: 2,
    first_lockout: Millis::from_secs(5),
    max_lockout: Millis::from_secs(15),
};
const UNLIMITED: Policy = Policy { max_failures: 0, ..POLICY };

const fn session(number: u32) -> SessionId {
    SessionId::new(TransportId(0), number)
}

/// Runs every sequence of `depth` events after those of `start`. Returns how many there were.
fn run_all(policy: Policy, start: &[Event], events: &[Event], depth: u32) -> usize {
    let mut clients = Clients::new();
    let sessions: Vec<From> = events.iter().filter_map(|event| sender(*event)).collect();
    let count = events.len().pow(depth);
    // Without a limiter, sessions that are closed leave nothing: that is part of the test.
    let mut kept = (policy == UNLIMITED)
        .then(|| (Device::new(policy), Model::new(policy, Default::default())));
    for number in 0..count {
        let mut rest = number;
        let sequence = start.iter().copied().chain((0..depth).map(|_| {
            let event = events[rest % events.len()];
            rest /= events.len();
            event
        }));
        let fresh = || (Device::new(policy), Model::new(policy, Default::default()));
        let (mut device, model) = kept.take().unwrap_or_else(fresh);
        let mut model = Model::new(policy, model.now);
        let sequence: Vec<Event> = sequence.collect();
        check(&mut device, &mut model, &mut clients, &sequence, &sessions);
        device.forget(&sessions);
        assert!(sessions.iter().all(|(id, _)| !device.protocomm.knows(*id)), "{sequence:?}");
        if policy == UNLIMITED {
            kept = Some((device, model));
        }
    }
    count
}

fn sender(event: Event) -> Option<From> {
    match event {
        Event::First(from)
        | Event::Proof(from)
        | Event::Guess(from)
        | Event::Request(from)
        | Event::Abandoned(from) => Some(from),
        Event::Close(_) | Event::EndAll | Event::Wait(_) => None,
    }
}

fn check(
    device: &mut Device,
    model: &mut Model,
    clients: &mut Clients,
    sequence: &[Event],
    sessions: &[From],
) {
    let mut proved = None;
    for (at, event) in sequence.iter().enumerate() {
        let done = &sequence[..=at];
        let before = device.protocomm.established();
        let expected = model.apply(*event);
        let outcome = device.apply(model.now, *event, clients);
        assert_eq!(outcome, expected, "{done:?}");

        let protocomm = &device.protocomm;
        let established = protocomm.established();
        assert_eq!(established, model.established().map(|(id, _)| id), "{done:?}");
        assert_eq!(protocomm.locked_out(model.now), model.locked_out(), "{done:?}");
        for (id, _) in sessions {
            assert_eq!(protocomm.knows(*id), model.knows(*id), "{id:?} after {done:?}");
        }

        // What must hold whatever the model says.
        if established != before {
            let is_allowed = match event {
                Event::Proof((id, _)) => established == Some(*id),
                Event::Close(id) => before == Some(*id) && established.is_none(),
                Event::EndAll => established.is_none(),
                _ => false,
            };
            assert!(is_allowed, "{before:?} gives way to {established:?}: {done:?}");
        }
        match outcome {
            Ok(Accepted::Established { .. }) => proved = sender(*event),
            Ok(Accepted::Opened) => assert_eq!(proved, sender(*event), "{done:?}"),
            _ => {}
        }
        let mut known: Vec<_> = sessions.iter().map(|(id, _)| *id).collect();
        known.sort_unstable();
        known.dedup();
        let pending = known.iter().filter(|id| protocomm.knows(**id) && established != Some(**id));
        assert!(pending.count() <= PENDING_HANDSHAKES, "{done:?}");
    }
}

#[test]
fn every_sequence_of_an_owner_and_another_peer() {
    let events = [
        Event::First(OWNER),
        Event::Proof(OWNER),
        Event::Request(OWNER),
        Event::Close(OWNER.0),
        Event::First(OTHER),
        Event::Proof(OTHER),
        Event::Guess(OTHER),
        Event::Request(OTHER),
        Event::Wait(HANDSHAKE_TIMEOUT),
    ];
    assert_eq!(run_all(UNLIMITED, &[], &events, 5), 59_049);
}

/// Under HTTP, the number of a session is a cookie.
#[test]
fn every_sequence_of_an_owner_and_one_that_has_heard_its_number() {
    let events = [
        Event::First(OWNER),
        Event::Proof(OWNER),
        Event::Request(OWNER),
        Event::First(THIEF),
        Event::Guess(THIEF),
        Event::Proof(THIEF),
        Event::Request(THIEF),
        Event::Close(OWNER.0),
    ];
    assert_eq!(run_all(UNLIMITED, &[], &events, 5), 32_768);
}

#[test]
fn every_sequence_after_an_owner_has_its_session() {
    let start = [Event::First(OWNER), Event::Proof(OWNER)];
    let events = [
        Event::Request(OWNER),
        Event::Abandoned(OWNER),
        Event::First(OWNER),
        Event::First(AGAIN),
        Event::Proof(AGAIN),
        Event::First(OTHER),
        Event::Guess(OTHER),
        Event::Proof(OTHER),
        Event::Close(OTHER.0),
        Event::EndAll,
    ];
    assert_eq!(run_all(UNLIMITED, &start, &events, 4), 10_000);
}

#[test]
fn every_sequence_of_guesses() {
    let events = [
        Event::First(OWNER),
        Event::Proof(OWNER),
        Event::Request(OWNER),
        Event::First(OTHER),
        Event::Guess(OTHER),
        Event::Wait(POLICY.first_lockout),
    ];
    let guess = [Event::First(OTHER), Event::Guess(OTHER)];
    assert_eq!(run_all(POLICY, &guess, &events, 5), 7_776);
    // The third failure in a row doubles the time, and the fourth one meets the limit.
    let events = [guess[0], guess[1], Event::Wait(POLICY.first_lockout)];
    assert_eq!(run_all(POLICY, &[guess, guess].concat(), &events, 7), 2_187);
}

/// Three peers, two sessions of each of two: which handshake gives way.
#[test]
fn every_order_in_which_peers_take_slots() {
    let sessions = [
        OWNER,
        AGAIN,
        OTHER,
        (session(4), Peer::new(2)),
        (session(5), Peer::new(3)),
        (SessionId::new(TransportId(1), 1), Peer::new(1)),
    ];
    let mut events = sessions.map(Event::First).to_vec();
    events.push(Event::Wait(HANDSHAKE_GRACE));
    assert_eq!(run_all(UNLIMITED, &[], &events, 6), 117_649);
}

/// A transport without addresses of peers.
#[test]
fn every_order_in_which_unknown_peers_take_slots() {
    let sessions = [1, 2, 3, 4].map(|number| (session(number), Peer::UNKNOWN));
    let mut events = sessions.map(Event::First).to_vec();
    events.extend([Event::Wait(HANDSHAKE_GRACE), Event::Close(session(1))]);
    assert_eq!(run_all(UNLIMITED, &[], &events, 6), 46_656);
}
