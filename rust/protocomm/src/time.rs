//! Time as the owner counts it.

use core::time::Duration;

/// A moment, in milliseconds since an epoch of the owner's choice (boot, usually). It never runs
/// backwards.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The moment `ms` milliseconds after the epoch.
    pub const fn from_millis(ms: u64) -> Self {
        Self(ms)
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// This moment and `by` later; the end of time if that is beyond it. Parts of a millisecond
    /// are dropped.
    pub fn after(self, by: Duration) -> Self {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(ms))
    }

    /// How long it is from this moment until `later`; nothing if `later` has passed.
    pub fn until(self, later: Instant) -> Duration {
        Duration::from_millis(later.0.saturating_sub(self.0))
    }
}
