//! From a thread of the application to the provisioning thread, and back.

use core::ffi::c_void;
use core::time::Duration;

use protocomm::Instant;

use crate::{port, progress, service, stack};

/// Runs `f` on the provisioning thread, does what comes of it, and returns its result; `absent`
/// if the thread does not run.
pub(crate) fn on_thread<T, F: FnOnce() -> T>(absent: T, f: F) -> T {
    struct Job<T, F> {
        f: Option<F>,
        result: T,
    }
    unsafe extern "C" fn run<T, F: FnOnce() -> T>(argument: *mut c_void) {
        // SAFETY: the argument is the job below, whose owner waits for the end of this function.
        let job = unsafe { &mut *argument.cast::<Job<T, F>>() };
        if let Some(f) = job.f.take() {
            job.result = stack::apart(f);
            service::run();
        }
    }
    let mut job = Job { f: Some(f), result: absent };
    port::run(run::<T, F>, (&raw mut job).cast());
    job.result
}

/// Waits until `look`, which runs on the provisioning thread after each change, finds something.
/// Nothing if that takes longer than `timeout` (none is for ever), or the thread does not run.
///
/// Not for the provisioning thread.
pub(crate) fn wait_for<T>(
    timeout: Option<Duration>,
    mut look: impl FnMut() -> Option<T>,
) -> Option<T> {
    enum Seen<T> {
        Found(T),
        Nothing { change: u32, left: Option<Duration> },
        TooLate,
    }
    let mut end = None;
    loop {
        let seen = on_thread(Seen::TooLate, || {
            if let Some(found) = look() {
                return Seen::Found(found);
            }
            let now = port::now();
            let left = timeout.map(|timeout| {
                let end: Instant = *end.get_or_insert_with(|| now.after(timeout));
                now.until(end)
            });
            if left == Some(Duration::ZERO) {
                return Seen::TooLate;
            }
            Seen::Nothing { change: progress::change(), left }
        });
        match seen {
            Seen::Found(found) => return Some(found),
            Seen::Nothing { change, left } => port::wait(change, left),
            Seen::TooLate => return None,
        }
    }
}
