//! The provisioning thread, its clock, and threads that wait for it.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use capi::glue::{
    netprov_core_catch_up, netprov_core_end, netprov_core_handle_timeouts,
    netprov_core_next_timeout,
};
use capi::port::netprov_job_t;

type Work = Box<dyn FnOnce() + Send>;

/// Far longer than all tests take together, which is about a second.
const STUCK_AFTER: Duration = Duration::from_secs(60);

/// The queue of the thread's work. It exists as long as the program.
static INBOX: OnceLock<Sender<Work>> = OnceLock::new();
/// Time since the start in milliseconds.
static CLOCK: AtomicU64 = AtomicU64::new(0);
/// Whether time passes while a thread waits without a limit.
static TIME_PASSES: AtomicBool = AtomicBool::new(false);
/// Number of the last change that was announced.
static CHANGE: Mutex<u32> = Mutex::new(0);
static CHANGED: Condvar = Condvar::new();

/// How many calls were refused because their thread cannot wait.
static REFUSED: AtomicU32 = AtomicU32::new(0);

thread_local! {
    static IS_HERE: Cell<bool> = const { Cell::new(false) };
    static MAY_WAIT: Cell<bool> = const { Cell::new(true) };
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Runs this as a thread that cannot wait for the provisioning thread, which is busy meanwhile or not.
pub(crate) fn without_waiting<T>(is_busy: bool, f: impl FnOnce() -> T) -> T {
    MAY_WAIT.set(false);
    IS_BUSY.set(is_busy);
    let result = f();
    IS_BUSY.set(false);
    MAY_WAIT.set(true);
    result
}

/// How many calls were refused because their thread cannot wait.
pub(crate) fn refused() -> u32 {
    REFUSED.load(Ordering::Relaxed)
}

/// Locks a mutex, even if a failed test has poisoned it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Queues work for the thread, after everything that is already queued.
pub(crate) fn post(work: impl FnOnce() + Send + 'static) {
    let inbox = INBOX.get_or_init(|| {
        let (sender, receiver) = mpsc::channel::<Work>();
        thread::spawn(move || {
            IS_HERE.set(true);
            receiver.into_iter().for_each(|work| work());
        });
        sender
    });
    inbox.send(Box::new(work)).expect("the provisioning thread lives");
}

/// Runs work on the thread and waits for its result. Runs it directly on the thread itself.
pub(crate) fn call<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    if IS_HERE.get() {
        return work();
    }
    let (sender, receiver) = mpsc::channel();
    post(move || {
        let _ = sender.send(work());
    });
    receiver.recv().expect("the provisioning thread lives")
}

/// The argument of a job.
struct Argument(*mut c_void);

// SAFETY: it belongs to a thread that waits until the job has ended.
unsafe impl Send for Argument {}

impl Argument {
    /// A method, so that closures capture the whole struct.
    fn pointer(self) -> *mut c_void {
        self.0
    }
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_run(job: netprov_job_t, argument: *mut c_void) -> c_int {
    if IS_BUSY.get() {
        return 1;
    }
    let argument = Argument(argument);
    // SAFETY: the job runs with its argument, once, before this function returns.
    call(move || unsafe { job(argument.pointer()) });
    if !MAY_WAIT.get() {
        post(|| netprov_core_catch_up());
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_may_wait() -> bool {
    MAY_WAIT.get()
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_refuse() {
    assert!(!MAY_WAIT.get(), "a thread that may wait is refused");
    REFUSED.fetch_add(1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_warn_no_proof() {}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_end(deinit: bool) {
    assert!(!MAY_WAIT.get(), "a thread that may wait ends the service itself");
    post(move || netprov_core_end(deinit));
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_announce(change: u32) {
    let mut last = lock(&CHANGE);
    assert_eq!(change, last.wrapping_add(1), "changes are numbered");
    *last = change;
    CHANGED.notify_all();
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_wait(seen: u32, timeout_ms: i32) {
    assert!(!IS_HERE.get(), "the provisioning thread waits for itself");
    let is_bounded = timeout_ms >= 0;
    if is_bounded || TIME_PASSES.load(Ordering::Relaxed) {
        let target = now().saturating_add(if is_bounded { timeout_ms as u64 } else { 1000 });
        while !has_changed(seen) && pass(target) {}
        return;
    }
    let last = lock(&CHANGE);
    let waited = CHANGED.wait_timeout_while(last, STUCK_AFTER, |last| *last == seen);
    let is_stuck = waited.unwrap_or_else(PoisonError::into_inner).1.timed_out();
    assert!(!is_stuck, "a call waits for something that never happens");
}

fn has_changed(seen: u32) -> bool {
    *lock(&CHANGE) != seen
}

#[unsafe(no_mangle)]
extern "C" fn netprov_port_now_ms() -> u64 {
    now()
}

fn now() -> u64 {
    CLOCK.load(Ordering::Relaxed)
}

/// Sets whether time passes while a thread waits without a limit.
pub(crate) fn let_time_pass(passes: bool) {
    TIME_PASSES.store(passes, Ordering::Relaxed);
}

/// Advances time.
pub(crate) fn advance(time: Duration) {
    let target = now().saturating_add(time.as_millis() as u64);
    while pass(target) {}
}

/// Advances the clock to the next timeout and runs what is due. Returns whether that was before
/// `target`. One timeout at a time, because the radio's reaction to it comes before the next one.
fn pass(target: u64) -> bool {
    call(move || {
        let next = u64::try_from(netprov_core_next_timeout()).unwrap_or(u64::MAX);
        CLOCK.fetch_max(next.min(target), Ordering::Relaxed);
        if next > target {
            return false;
        }
        netprov_core_handle_timeouts();
        true
    })
}
