//! Runs work of the application's threads on the provisioning thread.

use core::ffi::c_void;

use protocomm::{Instant, Millis};

use crate::{owner, port, service};

/// Runs `f` on the provisioning thread, carries out the outputs, and returns the result; returns
/// `absent` if the caller cannot wait for that thread.
///
/// If the caller cannot wait for the outcome, `f` runs as in a callback: outputs are carried out
/// after this has returned.
#[inline(always)]
pub(crate) fn on_thread<T>(absent: T, mut f: impl FnMut() -> T) -> T {
    let mut result = absent;
    hand_over(&mut || result = f());
    result
}

/// Runs the job on the provisioning thread, once and in a stack frame of its own, and carries out the
/// outputs, at once or later. Does nothing if the caller cannot wait for that thread.
#[inline(never)]
pub(crate) fn hand_over(mut job: &mut dyn FnMut()) {
    unsafe extern "C" fn run(argument: *mut c_void) {
        // SAFETY: the argument is the job above, whose owner waits for the end of this function.
        let job = unsafe { &mut *argument.cast::<&mut dyn FnMut()>() };
        job();
        service::run();
    }
    unsafe extern "C" fn run_briefly(argument: *mut c_void) {
        // SAFETY: as above.
        let job = unsafe { &mut *argument.cast::<&mut dyn FnMut()>() };
        owner::as_callback(job);
    }
    let how = if port::may_wait() { run } else { run_briefly };
    port::run(how, (&raw mut job).cast());
}

/// Waits until `look`, which runs on the provisioning thread after each change, returns true. Returns
/// false after `timeout`, if one is given, or if the thread does not run.
///
/// Not for the provisioning thread.
pub(crate) fn wait_for(timeout: Option<Millis>, look: &mut dyn FnMut() -> bool) -> bool {
    enum Seen {
        Found,
        Nothing { change: u32, left: Option<Millis> },
        TooLate,
    }
    let mut end: Option<Instant> = None;
    loop {
        let seen = on_thread(Seen::TooLate, || {
            if look() {
                return Seen::Found;
            }
            let now = port::now();
            let left = timeout.map(|timeout| now.until(*end.get_or_insert(now.after(timeout))));
            if left == Some(Millis::ZERO) {
                return Seen::TooLate;
            }
            Seen::Nothing { change: owner::progress().change, left }
        });
        match seen {
            Seen::Found => return true,
            Seen::Nothing { change, left } => port::wait(change, left),
            Seen::TooLate => return false,
        }
    }
}
