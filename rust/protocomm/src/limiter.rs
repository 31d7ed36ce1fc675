//! The limit on guessing the proof of possession.
//!
//! After [`Policy::max_failures`] failed proofs in a row, no handshake is accepted for
//! [`Policy::first_lockout`]. Each further failure doubles that time, up to
//! [`Policy::max_lockout`]. A correct proof clears the count. The price is that anybody in range
//! can lock the owner out for a while, hence the cap and an event that the application can show.

use crate::time::{Instant, Millis};

/// How many failures are forgiven, and how long a lock-out lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Failed proofs before the first lock-out. 0 disables the limiter.
    pub max_failures: u32,
    /// Length of the first lock-out.
    pub first_lockout: Millis,
    /// Longest lock-out.
    pub max_lockout: Millis,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            max_failures: 5,
            first_lockout: Millis::from_secs(30),
            max_lockout: Millis::from_secs(15 * 60),
        }
    }
}

/// Counts failed proofs.
#[derive(Clone, Debug)]
pub struct Limiter {
    policy: Policy,
    failures: u32,
    locked_until: Option<Instant>,
}

impl Limiter {
    /// Creates a limiter with no failures counted.
    pub const fn new(policy: Policy) -> Self {
        Self { policy, failures: 0, locked_until: None }
    }

    /// If handshakes are refused, returns the time until which they are.
    pub fn locked(&self, now: Instant) -> Option<Instant> {
        self.locked_until.filter(|until| now < *until)
    }

    /// Counts a failed proof. If handshakes are now refused, returns the time until which they are.
    pub fn failed(&mut self, now: Instant) -> Option<Instant> {
        if self.policy.max_failures == 0 {
            return None;
        }
        self.failures = self.failures.saturating_add(1);
        let excess = self.failures.checked_sub(self.policy.max_failures)?;
        let doubled = 1u32.checked_shl(excess).unwrap_or(u32::MAX);
        let lockout = self.policy.first_lockout.saturating_mul(doubled);
        let until = now.after(lockout.min(self.policy.max_lockout));
        self.locked_until = Some(until);
        Some(until)
    }

    /// Clears the count after a correct proof.
    pub fn succeeded(&mut self) {
        self.failures = 0;
        self.locked_until = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: Policy = Policy {
        max_failures: 2,
        first_lockout: Millis::from_secs(30),
        max_lockout: Millis::from_secs(100),
    };

    fn lockouts(failures: usize) -> alloc::vec::Vec<Option<Millis>> {
        let mut limiter = Limiter::new(POLICY);
        let now = Instant::from_millis(5);
        (0..failures).map(|_| limiter.failed(now).map(|until| now.until(until))).collect()
    }

    #[test]
    fn a_lockout_grows_and_is_capped() {
        let seconds = |s| Some(Millis::from_secs(s));
        assert_eq!(lockouts(5), [None, seconds(30), seconds(60), seconds(100), seconds(100)]);
        assert_eq!(*lockouts(80).last().unwrap(), seconds(100));
    }

    #[test]
    fn a_lockout_ends_by_itself() {
        let mut limiter = Limiter::new(POLICY);
        limiter.failed(Instant::from_millis(0));
        limiter.failed(Instant::from_millis(0));
        assert!(limiter.locked(Instant::from_millis(29_999)).is_some());
        assert!(limiter.locked(Instant::from_millis(30_000)).is_none());
    }

    #[test]
    fn a_correct_proof_clears_the_count() {
        let mut limiter = Limiter::new(POLICY);
        limiter.failed(Instant::default());
        limiter.succeeded();
        assert_eq!(limiter.failed(Instant::default()), None);
    }

    #[test]
    fn zero_disables_the_limiter() {
        let mut limiter = Limiter::new(Policy { max_failures: 0, ..POLICY });
        assert!((0..100).all(|_| limiter.failed(Instant::default()).is_none()));
    }
}
