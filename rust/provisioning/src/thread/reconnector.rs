//! How a device that has a dataset gets into its network by itself.

use protocomm::{Instant, Millis};

use super::types::ThreadEvent;
use crate::output::FailReason;

/// How long and how often a [`Reconnector`] tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How many attempts; 0 is 1.
    pub attempts: u32,
    /// The pause after the first; each further one is twice as long.
    pub pause: Millis,
    /// One attempt.
    pub attempt_timeout: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self { attempts: 4, pause: Millis::from_secs(1), attempt_timeout: Millis::from_secs(20) }
    }
}

/// A device on its way into the network whose dataset it has stored: some attempts with growing
/// pauses between them, each with a watchdog.
///
/// Like the manager it does no I/O and has no clock, and it does not hold the dataset.
#[derive(Clone, Copy, Debug)]
pub struct Reconnector {
    policy: Policy,
    failed: u32,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Waiting { until: Instant },
    Attaching { until: Instant },
    Over,
}

/// What the owner has to do or to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Attach with the stored dataset. If that cannot be begun, tell it as [`ThreadEvent::Failed`].
    Attach,
    /// The attempt failed: give it up; the next one is so much later.
    Pause(FailReason, Millis),
    /// The attempt failed, and it was the last: give it up.
    GiveUp(FailReason),
    /// The device is attached.
    Attached,
}

impl Reconnector {
    /// Begins at once.
    pub fn new(now: Instant, policy: Policy) -> Self {
        Self { policy, failed: 0, step: Step::Waiting { until: now } }
    }

    /// Whether an attempt is under way: who ends it early must give it up.
    pub fn is_joining(&self) -> bool {
        matches!(self.step, Step::Attaching { .. })
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    pub fn next_timeout(&self) -> Option<Instant> {
        match self.step {
            Step::Waiting { until } | Step::Attaching { until } => Some(until),
            Step::Over => None,
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) -> Option<Action> {
        match self.step {
            Step::Waiting { until } if until <= now => {
                self.step = Step::Attaching { until: now.after(self.policy.attempt_timeout) };
                Some(Action::Attach)
            }
            Step::Attaching { until } if until <= now => {
                Some(self.failed(now, FailReason::NetworkNotFound))
            }
            _ => None,
        }
    }

    /// Takes what the Thread stack reports.
    pub fn handle_event(&mut self, now: Instant, event: ThreadEvent) -> Option<Action> {
        if !self.is_joining() {
            return None;
        }
        match event {
            ThreadEvent::Attached(_) => {
                self.step = Step::Over;
                Some(Action::Attached)
            }
            ThreadEvent::Detached => None,
            ThreadEvent::Refused => Some(self.failed(now, FailReason::DatasetInvalid)),
            ThreadEvent::Failed => Some(self.failed(now, FailReason::NetworkNotFound)),
        }
    }

    fn failed(&mut self, now: Instant, reason: FailReason) -> Action {
        self.failed = self.failed.saturating_add(1);
        if self.failed >= self.policy.attempts.max(1) {
            self.step = Step::Over;
            return Action::GiveUp(reason);
        }
        let doublings = self.failed.saturating_sub(1).min(7);
        let pause = self.policy.pause.saturating_mul(1 << doublings);
        self.step = Step::Waiting { until: now.after(pause) };
        Action::Pause(reason, pause)
    }
}
