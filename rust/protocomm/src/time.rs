//! Time as the caller counts it.
//!
//! Durations are 32-bit milliseconds. No timer of the protocol comes near their limit of 49 days,
//! and the 128-bit arithmetic of `core::time::Duration` is costly on a small processor.

use core::fmt;

/// A duration in milliseconds, up to 49 days. Arithmetic saturates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Millis(u32);

impl Millis {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// The longest duration.
    pub const MAX: Self = Self(u32::MAX);

    /// A duration of `ms` milliseconds.
    pub const fn from_millis(ms: u32) -> Self {
        Self(ms)
    }

    /// A duration of `s` seconds.
    pub const fn from_secs(s: u32) -> Self {
        Self(s.saturating_mul(1000))
    }

    /// The duration in milliseconds.
    pub const fn as_millis(self) -> u32 {
        self.0
    }

    /// Whether the duration is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The duration times `factor`.
    pub const fn saturating_mul(self, factor: u32) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

impl From<Millis> for core::time::Duration {
    fn from(duration: Millis) -> Self {
        Self::from_millis(duration.0.into())
    }
}

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// A moment, in milliseconds since an epoch of the caller's choice, usually boot. It never runs
/// backwards.
// Aligned to a 32-bit word, so that telling whether an `Option` of it is set takes one word and
// not two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed(4))]
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

    /// The moment `by` after this one. The count overflows after 584 million years.
    pub const fn after(self, by: Millis) -> Self {
        Self(self.0.wrapping_add(by.0 as u64))
    }

    /// The time from this moment to `later`: zero if `later` has passed, [`Millis::MAX`] if it is
    /// further away.
    pub const fn until(self, later: Self) -> Millis {
        let ms = later.0.saturating_sub(self.0);
        Millis(if ms > u32::MAX as u64 { u32::MAX } else { ms as u32 })
    }

    /// The earlier of two optional moments.
    pub fn earlier(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(a), Some(b)) if b < a => Some(b),
            (Some(a), _) => Some(a),
            (None, b) => b,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_saturate() {
        assert_eq!(Millis::from_secs(u32::MAX), Millis::MAX);
        assert_eq!(Millis::from_secs(3).saturating_mul(4), Millis::from_millis(12_000));
        assert_eq!(Millis::from_secs(3).saturating_mul(u32::MAX), Millis::MAX);
        let longest = core::time::Duration::from_millis(u64::from(u32::MAX));
        assert_eq!(core::time::Duration::from(Millis::MAX), longest);
        assert_eq!(alloc::format!("{}", Millis::from_secs(2)), "2000 ms");
    }

    #[test]
    fn moments_before_now_and_far_away() {
        let now = Instant::from_millis(u64::from(u32::MAX));
        assert_eq!(now.until(Instant::from_millis(7)), Millis::ZERO);
        assert_eq!(now.until(now.after(Millis::MAX)), Millis::MAX);
        assert_eq!(now.until(Instant::from_millis(u64::MAX)), Millis::MAX);
    }

    #[test]
    fn the_earlier_of_two_moments() {
        let (a, b) = (Some(Instant::from_millis(1)), Some(Instant::from_millis(2)));
        assert_eq!(Instant::earlier(a, b), a);
        assert_eq!(Instant::earlier(b, a), a);
        assert_eq!(Instant::earlier(None, b), b);
        assert_eq!(Instant::earlier(b, None), b);
        assert_eq!(Instant::earlier(None, None), None);
    }
}
