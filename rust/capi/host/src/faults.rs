//! Calls of the core that fail: each function of the platform that may fail counts its calls, and
//! the call that a test has chosen does.

use std::sync::Mutex;

use crate::inbox::lock;

struct Faults {
    /// The functions that were called, in order.
    calls: Vec<&'static str>,
    /// The place in that list of the call that fails.
    fails_at: Option<usize>,
}

static FAULTS: Mutex<Faults> = Mutex::new(Faults { calls: Vec::new(), fails_at: None });

/// Forgets everything.
pub(crate) fn clear() {
    let mut faults = lock(&FAULTS);
    faults.calls.clear();
    faults.fails_at = None;
}

/// Counts a call that may fail. Returns whether this one does.
pub(crate) fn fails(function: &'static str) -> bool {
    let mut faults = lock(&FAULTS);
    faults.calls.push(function);
    faults.fails_at == Some(faults.calls.len() - 1)
}

/// From now on, calls are counted from 1, and call `n` fails; no call if `n` is 0.
pub(crate) fn fail_call(n: usize) {
    let mut faults = lock(&FAULTS);
    faults.calls.clear();
    faults.fails_at = n.checked_sub(1);
}

/// Returns the functions that were called since then, in order.
pub(crate) fn calls() -> Vec<&'static str> {
    lock(&FAULTS).calls.clone()
}
