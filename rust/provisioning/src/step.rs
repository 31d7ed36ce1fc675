//! Where a device is on its way from credentials to a network.

use protocomm::Instant;

/// A step of that way, which is the same for every type of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing has been tried.
    Idle,
    /// An attempt begins then.
    Waiting { until: Instant },
    /// The radio is at a scan; an attempt begins at its end, then at the latest.
    Held { until: Instant },
    /// An attempt is under way and fails then.
    Trying { until: Instant },
    /// The device got there.
    There,
}

impl Step {
    /// When something is due.
    pub fn next_timeout(self) -> Option<Instant> {
        match self {
            Self::Waiting { until } | Self::Held { until } | Self::Trying { until } => Some(until),
            Self::Idle | Self::There => None,
        }
    }

    /// Whether an attempt is under way.
    pub fn is_trying(self) -> bool {
        matches!(self, Self::Trying { .. })
    }

    /// Puts off an attempt that is due, but not twice. Tells whether it did.
    pub fn hold(&mut self, now: Instant, until: Instant) -> bool {
        let held = matches!(*self, Self::Waiting { until } if until <= now);
        if held {
            *self = Self::Held { until };
        }
        held
    }

    /// An attempt that was put off is due.
    pub fn release(&mut self, now: Instant) {
        if let Self::Held { .. } = *self {
            *self = Self::Waiting { until: now };
        }
    }
}
