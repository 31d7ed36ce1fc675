//! How a device that has credentials connects by itself.

use core::net::Ipv4Addr;
use protocomm::{Instant, Millis};

use super::types::{ConnectFailure, WifiEvent};
use crate::output::FailReason;

/// How long and how often a [`Connector`] tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How often each network is tried; 0 is 1.
    pub rounds: u32,
    /// The pause after the first round; each further one is twice as long.
    pub pause: Millis,
    /// The pause between two networks of a round: a radio must have left the one before.
    pub between: Millis,
    /// One attempt, address included.
    pub attempt_timeout: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            rounds: 4,
            pause: Millis::from_secs(1),
            between: Millis::from_millis(250),
            attempt_timeout: Millis::from_secs(15),
        }
    }
}

/// A device on its way to a network that it knows: each in turn, in rounds with a growing pause
/// between them, each attempt with a watchdog.
///
/// Like the manager it does no I/O and has no clock. It does not hold the credentials either: it
/// names a network by its place in the owner's store.
#[derive(Clone, Copy, Debug)]
pub struct Connector {
    policy: Policy,
    networks: usize,
    /// The one of the next or the present attempt.
    network: usize,
    /// Rounds that have failed.
    failed: u32,
    linked: bool,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Waiting { until: Instant },
    Joining { until: Instant },
    Over,
}

/// What the owner has to do or to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Join the network at this place in the store. If that cannot be begun, tell it as
    /// [`WifiEvent::ConnectFailed`].
    Join(usize),
    /// The attempt failed: give it up; the next one is so much later.
    Pause(FailReason, Millis),
    /// The attempt failed, and it was the last: give it up.
    GiveUp(FailReason),
    /// The device has this address.
    Connected(Ipv4Addr),
}

impl Connector {
    /// Begins at once to try so many networks; there is nothing to begin with none.
    pub fn new(now: Instant, networks: usize, policy: Policy) -> Option<Self> {
        (networks > 0).then_some(Self {
            policy,
            networks,
            network: 0,
            failed: 0,
            linked: false,
            step: Step::Waiting { until: now },
        })
    }

    /// Whether an attempt is under way: who ends it early must give it up.
    pub fn is_joining(&self) -> bool {
        matches!(self.step, Step::Joining { .. })
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.step {
            Step::Waiting { until } | Step::Joining { until } => Some(until),
            Step::Over => None,
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Action> {
        match self.step {
            Step::Waiting { until } if until <= now => {
                self.linked = false;
                self.step = Step::Joining { until: now.after(self.policy.attempt_timeout) };
                Some(Action::Join(self.network))
            }
            Step::Joining { until } if until <= now => {
                let silent = FailReason::NetworkNotFound;
                Some(self.failed(now, if self.linked { FailReason::NoAddress } else { silent }))
            }
            _ => None,
        }
    }

    /// Takes what the radio reports.
    pub fn handle_event(&mut self, now: Instant, event: WifiEvent) -> Option<Action> {
        if !self.is_joining() {
            return None;
        }
        match event {
            WifiEvent::LinkUp(_) => {
                self.linked = true;
                None
            }
            // Without a link it is a late word of the network before, and so is its end.
            WifiEvent::GotAddress(_) | WifiEvent::LinkDown(_) if !self.linked => None,
            WifiEvent::GotAddress(address) => {
                self.step = Step::Over;
                Some(Action::Connected(address))
            }
            WifiEvent::ConnectFailed(failure) | WifiEvent::LinkDown(failure) => {
                Some(self.failed(now, reason(failure)))
            }
        }
    }

    fn failed(&mut self, now: Instant, reason: FailReason) -> Action {
        self.network = self.network.saturating_add(1);
        let mut pause = self.policy.between;
        if self.network >= self.networks {
            self.network = 0;
            let doubled = 1u32.checked_shl(self.failed).unwrap_or(u32::MAX);
            pause = self.policy.pause.saturating_mul(doubled);
            self.failed = self.failed.saturating_add(1);
            if self.failed >= self.policy.rounds {
                self.step = Step::Over;
                return Action::GiveUp(reason);
            }
        }
        self.step = Step::Waiting { until: now.after(pause) };
        Action::Pause(reason, pause)
    }
}

fn reason(failure: ConnectFailure) -> FailReason {
    match failure {
        ConnectFailure::NotFound => FailReason::NetworkNotFound,
        ConnectFailure::WrongPassword | ConnectFailure::Other => FailReason::AuthError,
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::wifi::{AuthMode, Link};

    const LINK: Link = Link { bssid: [0; 6], channel: 1, auth: AuthMode::Wpa2Psk };
    const ADDRESS: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 7);
    const NOT_FOUND: WifiEvent = WifiEvent::ConnectFailed(ConnectFailure::NotFound);

    fn connector(networks: usize) -> Connector {
        Connector::new(Instant::default(), networks, Policy::default()).unwrap()
    }

    /// Waits for what comes next, and tells when and what that was.
    fn next(connector: &mut Connector) -> (u64, Action) {
        let when = connector.next_timeout().unwrap();
        (when.as_millis(), connector.handle_timeout(when).unwrap())
    }

    /// Lets every attempt fail: which networks were tried after which pauses, and how it ended.
    fn all_attempts(connector: &mut Connector) -> (Vec<usize>, Vec<u64>, Action) {
        let (mut tried, mut pauses) = (Vec::new(), Vec::new());
        loop {
            let (when, Action::Join(network)) = next(connector) else { panic!() };
            tried.push(network);
            match connector.handle_event(Instant::from_millis(when), NOT_FOUND).unwrap() {
                Action::Pause(FailReason::NetworkNotFound, pause) => {
                    pauses.push(u64::try_from(pause.as_millis()).unwrap());
                }
                end => return (tried, pauses, end),
            }
        }
    }

    #[test]
    fn there_is_nothing_to_begin_without_a_network() {
        assert!(Connector::new(Instant::default(), 0, Policy::default()).is_none());
    }

    #[test]
    fn attempts_pause_longer_and_end() {
        let mut connector = connector(1);
        let (tried, pauses, end) = all_attempts(&mut connector);
        assert_eq!(tried, [0; 4]);
        assert_eq!(pauses, [1000, 2000, 4000]);
        assert_eq!(end, Action::GiveUp(FailReason::NetworkNotFound));
        assert_eq!(connector.next_timeout(), None);
        assert_eq!(connector.handle_event(Instant::default(), NOT_FOUND), None);
    }

    #[test]
    fn networks_take_turns() {
        let (tried, pauses, _) = all_attempts(&mut connector(3));
        assert_eq!(tried, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]);
        assert_eq!(pauses, [250, 250, 1000, 250, 250, 2000, 250, 250, 4000, 250, 250]);
    }

    #[test]
    fn an_address_is_the_end() {
        let mut connector = connector(2);
        next(&mut connector);
        assert!(connector.is_joining());
        let now = Instant::from_millis(5);
        let down = WifiEvent::LinkDown(ConnectFailure::Other);
        let address = WifiEvent::GotAddress(ADDRESS);
        assert_eq!(connector.handle_event(now, down), None, "of the network before");
        assert_eq!(connector.handle_event(now, address), None, "of the network before");
        assert_eq!(connector.handle_event(now, WifiEvent::LinkUp(LINK)), None);
        assert_eq!(connector.handle_event(now, address), Some(Action::Connected(ADDRESS)));
        assert_eq!(connector.handle_event(now, down), None);
        assert_eq!(connector.next_timeout(), None);
        assert!(!connector.is_joining());
    }

    #[test]
    fn a_link_that_is_lost_is_a_failed_attempt() {
        let mut connector = connector(1);
        next(&mut connector);
        let now = Instant::from_millis(5);
        assert_eq!(connector.handle_event(now, WifiEvent::LinkUp(LINK)), None);
        let lost = WifiEvent::LinkDown(ConnectFailure::WrongPassword);
        let pause = Millis::from_secs(1);
        let action = connector.handle_event(now, lost);
        assert_eq!(action, Some(Action::Pause(FailReason::AuthError, pause)));
        assert_eq!(connector.handle_event(now, lost), None, "it is told twice");
    }

    #[test]
    fn a_watchdog_tells_a_link_without_address_from_silence() {
        let mut connector = connector(1);
        next(&mut connector);
        let pause = Millis::from_secs(1);
        let silence = Action::Pause(FailReason::NetworkNotFound, pause);
        assert_eq!(next(&mut connector), (15_000, silence));
        next(&mut connector);
        connector.handle_event(Instant::from_millis(16_001), WifiEvent::LinkUp(LINK));
        assert_eq!(
            next(&mut connector),
            (31_000, Action::Pause(FailReason::NoAddress, pause.saturating_mul(2)))
        );
    }
}
