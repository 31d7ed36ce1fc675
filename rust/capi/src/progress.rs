//! State that threads of the application wait for: numbered services and managers, and their ends.

use provisioning::ConnectState;

/// State that threads wait for. The numbers count from 0 and wrap around.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    /// Number of changes.
    pub(crate) change: u32,
    /// Number of services that were started, and of those whose end was reported to the application.
    pub(crate) started: u32,
    pub(crate) ended: u32,
    /// Number of successes and ends of services.
    pub(crate) outcomes: u32,
    /// Number of managers whose end was reported to the application.
    pub(crate) deinits: u32,
    /// Number of the last service that has succeeded and was not reset since.
    pub(crate) succeeded: Option<u32>,
}

impl Progress {
    pub(crate) const NEW: Self =
        Self { change: 0, started: 0, ended: 0, outcomes: 0, deinits: 0, succeeded: None };

    /// Returns whether the end of this service was reported to the application.
    pub(crate) fn has_ended(&self, service: u32) -> bool {
        !is_before(self.ended, service)
    }

    /// Clears the success of the running service, which waits for credentials again.
    pub(crate) fn forget_success(&mut self) {
        if self.succeeded == Some(self.started) {
            self.succeeded = None;
        }
    }
}

/// The call that gets the device online. There is at most one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectCall {
    /// No call.
    None,
    /// A thread waits for the outcome.
    Waiting,
    /// The outcome, until that thread takes it.
    Over(ConnectState),
}

/// Increments a counter.
pub(crate) fn count(number: &mut u32) {
    *number = number.wrapping_add(1);
}

/// Returns whether `a` was counted before `b`.
fn is_before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other) > u32::MAX / 2
}
