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
