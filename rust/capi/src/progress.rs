//! What threads of the application wait for: services and managers, numbered, and how they end.

use crate::{owner, port};

/// What threads wait for. The numbers count from 0 and run over at the end.
#[derive(Clone, Copy)]
pub(crate) struct Progress {
    /// How often something has changed.
    pub(crate) change: u32,
    /// Services that were started, and those that have ended, the application having been told.
    pub(crate) started: u32,
    pub(crate) ended: u32,
    /// How often a service has succeeded or ended.
    pub(crate) outcomes: u32,
    /// Managers that are gone, the application having been told.
    pub(crate) deinits: u32,
    /// How often the application has wanted an end, of the service or of the manager.
    pub(crate) ends_wanted: u32,
    /// The last service that succeeded, and was not reset after that.
    pub(crate) succeeded: Option<u32>,
}

impl Progress {
    pub(crate) const NEW: Self = Self {
        change: 0,
        started: 0,
        ended: 0,
        outcomes: 0,
        deinits: 0,
        ends_wanted: 0,
        succeeded: None,
    };

    /// Whether this service has ended, and the application knows.
    pub(crate) fn has_ended(&self, service: u32) -> bool {
        !is_before(self.ended, service)
    }

    /// Whether this service, or one after it, has succeeded.
    pub(crate) fn has_succeeded(&self, service: u32) -> bool {
        self.succeeded.is_some_and(|last| !is_before(last, service))
    }

    /// Forgets the success of the service that runs: it awaits credentials anew.
    pub(crate) fn forget_success(&mut self) {
        if self.succeeded == Some(self.started) {
            self.succeeded = None;
        }
    }
}

/// One more.
pub(crate) fn count(number: &mut u32) {
    *number = number.wrapping_add(1);
}

/// Whether one number was counted before another one.
fn is_before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other) > u32::MAX / 2
}

/// How it stands.
pub(crate) fn get() -> Progress {
    owner::with(|owner| owner.progress)
}

/// Changes it, and releases whoever waits.
#[inline(always)]
pub(crate) fn update(f: impl FnOnce(&mut Progress)) {
    owner::with(|owner| f(&mut owner.progress));
    announce();
}

/// Something has changed: releases whoever waits.
#[inline(never)]
pub(crate) fn announce() {
    let change = owner::with(|owner| {
        count(&mut owner.progress.change);
        owner.progress.change
    });
    port::announce(change);
}
