//! The limit on how often a handshake may begin, for schemes whose first command is dear.
//!
//! A bucket holds [`HANDSHAKE_BURST`] tokens, and one more each [`HANDSHAKE_INTERVAL`]; a first
//! command takes one, whichever session it came by, and a handshake that is completed gives it
//! back. So whoever knows the password is never slowed down, and all others together take up a
//! known part of the processor.
//!
//! The last [`HANDSHAKE_RESERVE`] tokens are for sessions that have not begun a handshake lately:
//! a peer that repeats its first command on one connection cannot take them, and a newcomer finds
//! one. Somebody who opens a new session for each command can empty the bucket, until he stops.

use crate::limits::{HANDSHAKE_BURST, HANDSHAKE_INTERVAL, HANDSHAKE_RESERVE};
use crate::session::SessionId;
use crate::time::Instant;

/// How many sessions are remembered to have begun a handshake.
const REMEMBERED: usize = 4;

/// [`HANDSHAKE_INTERVAL`] in milliseconds.
const INTERVAL: u64 = HANDSHAKE_INTERVAL.as_millis() as u64;

/// Counts the beginnings of handshakes.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    /// When the bucket is full again, in milliseconds: an interval later for each token taken.
    full: u64,
    /// Who has taken a token and not given it back.
    /// The last one first.
    begun: [Option<SessionId>; REMEMBERED],
}

impl Pace {
    /// Takes a token for a session; if there is none for it, tells when there will be.
    pub fn begin(&mut self, now: Instant, session: SessionId) -> Result<(), Instant> {
        let now = now.as_millis();
        let repeated = self.begun.contains(&Some(session));
        let usable = HANDSHAKE_BURST.saturating_sub(if repeated { HANDSHAKE_RESERVE } else { 0 });
        let full = self.full.max(now).saturating_add(INTERVAL);
        let earliest = full.saturating_sub(INTERVAL.saturating_mul(usable.into()));
        if now < earliest {
            return Err(Instant::from_millis(earliest));
        }
        self.full = full;
        if !repeated {
            self.begun.copy_within(..REMEMBERED - 1, 1);
            self.begun[0] = Some(session);
        }
        Ok(())
    }

    /// Gives the token of a session's last beginning back: it has completed the handshake.
    pub fn completed(&mut self, session: SessionId) {
        if let Some(place) = self.begun.iter_mut().find(|other| **other == Some(session)) {
            *place = None;
            self.full = self.full.saturating_sub(INTERVAL);
        }
    }
}

const _: () = assert!(HANDSHAKE_RESERVE < HANDSHAKE_BURST);
const _: () = assert!(INTERVAL > 0);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::TransportId;

    fn session(number: u32) -> SessionId {
        SessionId::new(TransportId(0), number)
    }

    /// How many of these beginnings are let through.
    fn let_through(pace: &mut Pace, now: Instant, sessions: impl IntoIterator<Item = u32>) -> u32 {
        sessions.into_iter().filter(|number| pace.begin(now, session(*number)).is_ok()).count()
            as u32
    }

    #[test]
    fn a_peer_that_repeats_itself_leaves_the_reserve_to_others() {
        let mut pace = Pace::default();
        let now = Instant::from_millis(7);
        let taken = let_through(&mut pace, now, [1; 100]);
        assert_eq!(taken, HANDSHAKE_BURST - HANDSHAKE_RESERVE);
        assert_eq!(let_through(&mut pace, now, 2..100), HANDSHAKE_RESERVE);
    }

    #[test]
    fn tokens_come_back_with_time_and_no_more_than_fit() {
        let mut pace = Pace::default();
        let mut now = Instant::from_millis(7);
        assert_eq!(let_through(&mut pace, now, 0..100), HANDSHAKE_BURST);
        let until = pace.begin(now, session(200)).unwrap_err();
        assert_eq!(now.until(until), HANDSHAKE_INTERVAL);
        assert!(pace.begin(Instant::from_millis(until.as_millis() - 1), session(200)).is_err());
        assert_eq!(let_through(&mut pace, until, 300..400), 1);
        now = until.after(HANDSHAKE_INTERVAL.saturating_mul(1000));
        assert_eq!(let_through(&mut pace, now, 500..600), HANDSHAKE_BURST);
    }

    #[test]
    fn one_that_repeats_itself_is_told_when_its_turn_comes() {
        let mut pace = Pace::default();
        let now = Instant::from_millis(0);
        let_through(&mut pace, now, 0..100);
        let_through(&mut pace, now, [99; 2]);
        let last = session(HANDSHAKE_BURST - 1);
        let until = pace.begin(now, last).unwrap_err();
        assert_eq!(now.until(until), HANDSHAKE_INTERVAL.saturating_mul(HANDSHAKE_RESERVE + 1));
        assert!(pace.begin(Instant::from_millis(until.as_millis() - 1), last).is_err());
        assert!(pace.begin(until, last).is_ok());
    }

    #[test]
    fn who_completes_its_handshakes_is_never_slowed_down() {
        let mut pace = Pace::default();
        let now = Instant::from_millis(0);
        for number in 0..1000 {
            assert!(pace.begin(now, session(number % 2)).is_ok());
            pace.completed(session(number % 2));
        }
        // Nor is anything to be had by completing what was not begun.
        (0..100).for_each(|_| pace.completed(session(1)));
        assert_eq!(let_through(&mut pace, now, 10..100), HANDSHAKE_BURST);
    }
}
