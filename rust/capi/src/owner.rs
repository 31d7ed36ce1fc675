//! The state that the provisioning thread owns.

use core::ffi::{c_char, c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;
use core::sync::atomic::{AtomicBool, Ordering};

use heapless::Vec as FixedVec;
use netprov_sys::{
    network_prov_endpoint_handler_t, network_prov_event_handler, network_prov_scheme,
};
use protocomm::limits::CUSTOM_ENDPOINTS_MAX;
use protocomm::{EndpointId, Instant};
use provisioning::State;

use crate::local::Local;
use crate::network;
use crate::port::{self, PortRng};
use crate::progress::{ConnectCall, Progress, count};
use crate::texts::Texts;

/// The manager of this device.
pub(crate) type Manager = provisioning::Manager<PortRng, network::Network>;

/// State that exists as long as the program.
pub(crate) struct Owner {
    /// The manager, between init and deinit.
    pub(crate) manager: Option<Manager>,
    /// The application's settings for the manager. Meaningless without a manager.
    pub(crate) app: App,
    /// Parameters of the running service.
    pub(crate) texts: Texts,
    /// State that threads of the application wait for.
    pub(crate) progress: Progress,
    /// The call that gets the device online.
    pub(crate) call: ConnectCall,
    /// State of the network as reported by the driver, while there is no manager.
    pub(crate) network: network::State,
    /// By when the driver's scan for an earlier manager has ended.
    pub(crate) scan_until: Option<Instant>,
    /// Set while outputs are taken or a callback runs.
    pub(crate) running: bool,
}

/// Settings and handlers of the application.
pub(crate) struct App {
    pub(crate) scheme: Option<&'static network_prov_scheme>,
    pub(crate) callback: network_prov_event_handler,
    pub(crate) handlers: FixedVec<Handler, CUSTOM_ENDPOINTS_MAX>,
    /// Result of the last start of the transport.
    pub(crate) start_error: c_int,
    /// The call that started the service returns that error.
    pub(crate) start_is_awaited: bool,
    /// Whether the application wants events about the link: online, and link lost.
    pub(crate) stays_online: bool,
}

/// A handler of the application for an endpoint.
pub(crate) struct Handler {
    pub(crate) endpoint: EndpointId,
    pub(crate) handler: network_prov_endpoint_handler_t,
    pub(crate) context: *mut c_void,
}

impl App {
    pub(crate) fn new(
        scheme: Option<&'static network_prov_scheme>,
        callback: network_prov_event_handler,
    ) -> Self {
        Self {
            scheme,
            callback,
            handlers: FixedVec::new(),
            start_error: 0,
            start_is_awaited: false,
            stays_online: false,
        }
    }
}

impl Owner {
    /// Creates an owner in place, field by field. As a value on the stack, with several KB for the
    /// manager, it would set the peak of the stack's use.
    ///
    /// # Safety
    ///
    /// `place` can be written to.
    #[cold]
    #[inline(never)]
    unsafe fn new_in(place: *mut Self) {
        let nobody = network_prov_event_handler { event_cb: None, user_data: ptr::null_mut() };
        macro_rules! set {
            ($field:ident, $value:expr) => {
                // SAFETY: nothing is read; it is a part of the place.
                let field = unsafe { &raw mut (*place).$field };
                // SAFETY: the caller's promise.
                unsafe { field.write($value) };
            };
        }
        set!(manager, None);
        set!(app, App::new(None, nobody));
        set!(texts, Texts::EMPTY);
        set!(progress, Progress::NEW);
        set!(call, ConnectCall::None);
        set!(network, network::State::default());
        set!(scan_until, None);
        set!(running, false);
        // Without `..`: a new field does not compile until it is here, and set above.
        let _all = |owner: &Self| {
            let Self {
                manager: _,
                app: _,
                texts: _,
                progress: _,
                call: _,
                network: _,
                scan_until: _,
                running: _,
            } = owner;
        };
    }
}

impl Owner {
    /// Returns the state of the network as reported by the driver.
    pub(crate) fn network_state(&self) -> network::State {
        self.manager.as_ref().map_or(self.network, |manager| manager.network_state())
    }
}

/// Memory of the only owner. All zeros until it is used, so that it takes no flash.
struct Place {
    owner: MaybeUninit<Owner>,
    /// Whether it holds an owner.
    ready: bool,
}

static PLACE: Local<Place> = Local::new(Place { owner: MaybeUninit::uninit(), ready: false });

/// Lends the owner to `f`, which must not call code that borrows it again, such as a callback.
#[inline(always)]
pub(crate) fn with<T>(f: impl FnOnce(&mut Owner) -> T) -> T {
    let result = f(lend());
    PLACE.give_back();
    result
}

/// Lends the manager to `f`. Returns `None` if there is none.
#[inline(always)]
pub(crate) fn with_manager<T>(f: impl FnOnce(&mut Manager) -> T) -> Option<T> {
    with(|owner| owner.manager.as_mut().map(f))
}

/// Resets the flag of [`with`] when it is dropped.
#[inline(never)]
fn lend() -> &'static mut Owner {
    let place = PLACE.lend();
    if !core::mem::replace(&mut place.ready, true) {
        // SAFETY: the place is there for it.
        unsafe { Owner::new_in(place.owner.as_mut_ptr()) };
    }
    // SAFETY: it was written to when it was lent first.
    unsafe { place.owner.assume_init_mut() }
}

/// Returns the name and the key as C strings; NULL for no key. They exist as long as the program, and
/// are written when a service starts and when it has ended.
pub(crate) fn name_and_key() -> (*const c_char, *const c_char) {
    let has_key = with(|owner| owner.texts.key.length > 0);
    // SAFETY: nothing is read; it is a part of the place.
    let owner = unsafe { &raw const (*PLACE.pointer()).owner };
    // SAFETY: the same.
    let texts = unsafe { &raw const (*owner.cast::<Owner>()).texts };
    // SAFETY: the same.
    let name = unsafe { &raw const (*texts).name.bytes };
    // SAFETY: the same.
    let key = unsafe { &raw const (*texts).key.bytes };
    (name.cast(), if has_key { key.cast() } else { ptr::null() })
}

/// Copy of whether the service is stopped, for callers that cannot wait for the provisioning thread.
static IS_IDLE: AtomicBool = AtomicBool::new(true);

/// Returns whether the service was stopped when the provisioning thread last checked. For any thread.
pub(crate) fn was_idle() -> bool {
    IS_IDLE.load(Ordering::Acquire)
}

/// Returns whether the service is stopped.
pub(crate) fn is_idle() -> bool {
    let state = with_manager(|manager| manager.state());
    state.is_none_or(|state| matches!(state, State::Idle | State::Connecting))
}

/// Updates the copy for [`was_idle`].
#[inline(never)]
pub(crate) fn publish_idle() {
    IS_IDLE.store(is_idle(), Ordering::Release);
}

/// Returns the state that threads wait for.
pub(crate) fn progress() -> Progress {
    with(|owner| owner.progress)
}

/// Changes the state that threads wait for, and releases them.
#[inline(always)]
pub(crate) fn update_progress(f: impl FnOnce(&mut Progress)) {
    with(|owner| f(&mut owner.progress));
    announce();
}

/// Releases waiting threads after a change.
#[inline(never)]
pub(crate) fn announce() {
    let change = with(|owner| {
        count(&mut owner.progress.change);
        owner.progress.change
    });
    port::announce(change);
}

/// Returns whether a callback of the application is running. Then the caller cannot wait.
pub(crate) fn in_callback() -> bool {
    with(|owner| owner.running)
}

/// Sets whether a callback is running. Returns the previous value.
#[inline(never)]
pub(crate) fn set_running(running: bool) -> bool {
    with(|owner| core::mem::replace(&mut owner.running, running))
}

/// Runs `f`, which calls the application, as a callback. Calls that it makes take effect afterwards.
#[inline(always)]
pub(crate) fn as_callback<T>(f: impl FnOnce() -> T) -> T {
    let before = set_running(true);
    let result = f();
    set_running(before);
    result
}
