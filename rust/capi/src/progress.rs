//! What threads of the application wait for: services and managers, numbered, and how they end.

use core::cell::Cell;

use crate::port;

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

struct Place(Cell<Progress>);

// SAFETY: only the provisioning thread uses it (crate documentation).
unsafe impl Sync for Place {}

static PROGRESS: Place = Place(Cell::new(Progress {
    change: 0,
    started: 0,
    ended: 0,
    outcomes: 0,
    deinits: 0,
    ends_wanted: 0,
    succeeded: None,
}));

/// How often something has changed.
pub(crate) fn change() -> u32 {
    PROGRESS.0.get().change
}

/// Changes it, and releases whoever waits.
pub(crate) fn update(f: impl FnOnce(&mut Progress)) {
    let mut progress = PROGRESS.0.get();
    f(&mut progress);
    progress.change = progress.change.wrapping_add(1);
    PROGRESS.0.set(progress);
    port::announce(progress.change);
}

/// Counts a start; tells the service's number.
pub(crate) fn count_start() -> u32 {
    update(|progress| progress.started = progress.started.wrapping_add(1));
    last_service()
}

/// The number of the service that was started last.
pub(crate) fn last_service() -> u32 {
    PROGRESS.0.get().started
}

/// Whether this service has ended, and the application knows.
pub(crate) fn has_ended(service: u32) -> bool {
    !is_before(PROGRESS.0.get().ended, service)
}

/// Whether this service, or one after it, has succeeded.
pub(crate) fn has_succeeded(service: u32) -> bool {
    PROGRESS.0.get().succeeded.is_some_and(|last| !is_before(last, service))
}

/// Whether one number was counted before another one.
fn is_before(one: u32, other: u32) -> bool {
    one.wrapping_sub(other) > u32::MAX / 2
}

/// How often a service has succeeded or ended.
pub(crate) fn outcomes() -> u32 {
    PROGRESS.0.get().outcomes
}

/// How many managers are gone, and the application knows.
pub(crate) fn deinits() -> u32 {
    PROGRESS.0.get().deinits
}

/// The application wants an end.
pub(crate) fn count_end_wanted() {
    let mut progress = PROGRESS.0.get();
    progress.ends_wanted = progress.ends_wanted.wrapping_add(1);
    PROGRESS.0.set(progress);
}

/// How often the application has wanted an end.
pub(crate) fn ends_wanted() -> u32 {
    PROGRESS.0.get().ends_wanted
}

/// Forgets the success of the service that runs: it awaits credentials anew.
pub(crate) fn forget_success() {
    let mut progress = PROGRESS.0.get();
    progress.succeeded = progress.succeeded.filter(|last| *last != progress.started);
    PROGRESS.0.set(progress);
}
