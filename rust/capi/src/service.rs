//! The service: the manager, the application's handlers, and the doing of what the manager wants.

use core::cell::{Cell, UnsafeCell};
use core::ffi::{c_int, c_void};
use core::mem::MaybeUninit;
use core::ptr;

use heapless::Vec as FixedVec;
use protocomm::limits::CUSTOM_ENDPOINTS_MAX;
use protocomm::transport::http::Cookies;
use protocomm::{EndpointId, Instant};
use provisioning::{Call, Config, Event, FailReason, Output, Reply, ScanFailure, State};
use zeroize::Zeroize;

use crate::port::{self, PortRng};
use crate::types::{
    network_prov_cb_event as CEvent, network_prov_cred_fail_reason as CReason,
    network_prov_endpoint_handler_t, network_prov_event_handler, network_prov_scheme,
};
use crate::{connecting, network, progress, stack, strings, texts};

/// The manager of this device.
pub(crate) type Manager = provisioning::Manager<PortRng, network::Network>;

/// All there is between init and deinit.
pub(crate) struct Service {
    pub(crate) manager: &'static mut Manager,
    pub(crate) scheme: &'static network_prov_scheme,
    pub(crate) app: network_prov_event_handler,
    pub(crate) handlers: FixedVec<Handler, CUSTOM_ENDPOINTS_MAX>,
    /// What the transport said when it was started last.
    pub(crate) start_error: c_int,
    pub(crate) cookies: Cookies,
}

impl Service {
    /// What there is after init, if there was nothing before.
    pub(crate) fn new(
        config: Config,
        scheme: &'static network_prov_scheme,
        app: network_prov_event_handler,
    ) -> Self {
        // SAFETY: one thread (see `Sync`), and no other reference lives: that of the service before
        // was dropped with it.
        let place = unsafe { &mut *PLACE.0.get() };
        Self {
            manager: Manager::new_in(place.write(None), config, PortRng),
            scheme,
            app,
            handlers: FixedVec::new(),
            start_error: 0,
            cookies: Cookies::default(),
        }
    }

    /// Drops the service and the manager.
    fn end(service: &mut Option<Self>) {
        if service.take().is_some() {
            // SAFETY: as above.
            let place = unsafe { &mut *PLACE.0.get() };
            // SAFETY: it was written to when the service began.
            unsafe { *place.assume_init_mut() = None };
        }
    }
}

/// Where the manager lives, while there is a service. Apart from all else: memory that begins as
/// zeros takes none of the flash.
struct Place(UnsafeCell<MaybeUninit<Option<Manager>>>);

// SAFETY: only the provisioning thread uses it (crate documentation).
unsafe impl Sync for Place {}

static PLACE: Place = Place(UnsafeCell::new(MaybeUninit::uninit()));

/// The application's handler of an endpoint.
pub(crate) struct Handler {
    pub(crate) endpoint: EndpointId,
    pub(crate) handler: network_prov_endpoint_handler_t,
    pub(crate) context: *mut c_void,
}

/// What lives as long as the program.
struct Slot {
    service: UnsafeCell<Option<Service>>,
    borrowed: Cell<bool>,
    /// Outputs are being taken, or a callback runs.
    running: Cell<bool>,
    /// How the network stands. It outlives the manager.
    network: Cell<network::State>,
    /// Until when the driver is at a scan that a manager before has asked for.
    scan_until: Cell<Option<Instant>>,
}

// SAFETY: only the provisioning thread uses it (crate documentation).
unsafe impl Sync for Slot {}

static SLOT: Slot = Slot {
    service: UnsafeCell::new(None),
    borrowed: Cell::new(false),
    running: Cell::new(false),
    network: Cell::new(network::State::NEW),
    scan_until: Cell::new(None),
};

/// Tells a new manager what was there before it.
pub(crate) fn introduce(manager: &mut Manager) {
    // The end of the link there is must not be taken for a failure later, nor the end of another's
    // scan for that of its own.
    if let Some(event) = SLOT.network.get().introduction() {
        network::tell(manager, event);
    }
    if let Some(until) = SLOT.scan_until.take() {
        manager.scan_under_way(until);
    }
}

/// Something happened to the network.
pub(crate) fn network_event(event: network::Event) {
    SLOT.network.set(SLOT.network.get().after(event));
    with_manager(|manager| network::tell(manager, event));
    connecting::drive(|connector, now| connector.handle_event(now, event));
    run();
}

/// Tells the manager something, and does what it wants done.
pub(crate) fn tell(f: impl FnOnce(&mut Manager)) {
    with_manager(f);
    run();
}

/// The driver's scan has ended, whoever asked for it.
pub(crate) fn scan_done(result: Result<(), ScanFailure>) {
    SLOT.scan_until.set(None);
    with_manager(|manager| manager.scan_done(port::now(), result));
    run();
}

/// Whether the device is on a network: with Wi-Fi, whether it has an address.
pub(crate) fn is_online() -> bool {
    SLOT.network.get().is_online()
}

/// Begins to stop the service if no client is in a session, and none has brought credentials that
/// are being tried. Whether it did.
pub(crate) fn end_if_unattended() -> bool {
    let ended = with_manager(|manager| {
        let waits = matches!(manager.state(), State::Awaiting | State::Failed);
        let unattended = waits && manager.protocomm().established().is_none();
        if unattended {
            manager.stop(port::now());
        }
        unattended
    });
    ended.unwrap_or(false)
}

/// Whether a callback of the application is being called: then nothing can be waited for.
pub(crate) fn in_callback() -> bool {
    SLOT.running.get()
}

/// Runs `f`, which calls the application, as a callback: what it asks for is done afterwards.
#[cfg(feature = "qr")]
pub(crate) fn as_callback(f: impl FnOnce()) {
    let running = SLOT.running.replace(true);
    f();
    SLOT.running.set(running);
}

/// When [`handle_timeouts`] must be called, if nothing else happens.
pub(crate) fn next_timeout() -> Option<Instant> {
    let manager = with_manager(|manager| manager.next_timeout()).flatten();
    [connecting::next_timeout(), manager].into_iter().flatten().min()
}

/// Does all that is due.
pub(crate) fn handle_timeouts() {
    let now = port::now();
    let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
    while due(next_timeout()) {
        connecting::drive(|connector, now| connector.handle_timeout(now));
        with_manager(|manager| {
            if due(manager.next_timeout()) {
                manager.handle_timeout(now);
            }
        });
        run();
    }
}

/// Lends the service. What runs with it does not call out: no callback finds it lent.
pub(crate) fn with<T>(f: impl FnOnce(&mut Option<Service>) -> T) -> T {
    assert!(!SLOT.borrowed.replace(true), "the service is lent already");
    // SAFETY: one thread (see `Sync`), and no other reference lives: the flag.
    let service = unsafe { &mut *SLOT.service.get() };
    let result = f(service);
    SLOT.borrowed.set(false);
    result
}

/// Lends the manager; nothing if there is none.
pub(crate) fn with_manager<T>(f: impl FnOnce(&mut Manager) -> T) -> Option<T> {
    with(|service| service.as_mut().map(|service| stack::apart(|| f(service.manager))))
}

/// Does what the manager wants done, until it wants nothing. From a callback it does nothing: the
/// call that runs the callback goes on with it afterwards, so that events stay in order.
pub(crate) fn run() {
    if SLOT.running.replace(true) {
        return;
    }
    take_outputs();
    SLOT.running.set(false);
    stack::wipe();
}

#[inline(never)]
fn take_outputs() {
    while let Some(output) = with_manager(|manager| manager.poll_output()).flatten() {
        perform(output);
    }
}

fn perform(output: Output<network::Network>) {
    match output {
        Output::Reply(reply) => send(reply),
        Output::Call(call) => handle(call),
        Output::Event(event) => tell_application(event),
        Output::StartService => start_transport(),
        Output::StopService => {
            let stop = with(|service| service.as_ref().and_then(|service| service.scheme.stop));
            // SAFETY: a scheme's function, without arguments, on the provisioning thread.
            let stopped = stop.is_none_or(|stop| unsafe { stop() });
            if stopped {
                with_manager(|manager| manager.service_stopped());
            }
        }
        Output::Scan(request) => {
            if !network::scan(&request) {
                with_manager(|manager| manager.scan_done(port::now(), Err(ScanFailure)));
            }
        }
        Output::Connect(target) => {
            if let Some(failed) = network::connect(&target) {
                with_manager(|manager| network::tell(manager, failed));
            }
        }
        Output::Disconnect => network::disconnect(),
        Output::Store(target) => {
            let stored = network::store(&target);
            with_manager(|manager| manager.credentials_stored(port::now(), stored));
        }
    }
}

fn send(reply: Reply) {
    match reply.result {
        Ok(mut data) => {
            port::reply(reply.request.0, Ok(&data));
            data.zeroize();
        }
        Err(error) => port::reply(reply.request.0, Err(error)),
    }
}

fn start_transport() {
    let start = with(|service| service.as_ref().and_then(|service| service.scheme.start));
    let (name, key) = texts::pointers();
    // SAFETY: a scheme's function, with terminated strings that live as long as the program. They
    // are written when a service begins and when one has ended: not before this has returned.
    let error = start.map_or(0, |start| unsafe { start(name, key) });
    with(|service| {
        if let Some(service) = service {
            service.start_error = error;
            service.manager.service_started(port::now(), error == 0);
        }
    });
    if error != 0 {
        texts::wipe();
        progress::update(|progress| {
            progress.ended = progress.ended.wrapping_add(1);
            progress.outcomes = progress.outcomes.wrapping_add(1);
        });
    }
}

/// Runs the application's handler.
fn handle(call: Call) {
    let handler = with(|service| {
        let handlers = &service.as_ref()?.handlers;
        let handler = handlers.iter().find(|handler| handler.endpoint == call.endpoint)?;
        Some((handler.handler?, handler.context))
    });
    let mut is_too_long = false;
    let answer = handler.and_then(|(handler, context)| {
        let input = if call.payload.is_empty() { ptr::null() } else { call.payload.as_ptr() };
        let (mut output, mut length) = (ptr::null_mut(), 0);
        // SAFETY: the application's handler, with its context, a buffer of this length and two
        // places to write to.
        let error =
            unsafe { handler(context, input, call.payload.len(), &mut output, &mut length) };
        // What is too long is not copied: there may be no room for it.
        is_too_long = error == 0 && length > call.ticket.reply_max();
        let fits = error == 0 && !is_too_long;
        // SAFETY: the handler says that there are so many bytes.
        let answer = fits.then(|| unsafe { strings::array(output, length) }.to_vec());
        port::free(output);
        answer
    });
    with_manager(|manager| match answer {
        None if is_too_long => manager.answer_too_long(call.request, call.ticket),
        answer => manager.answer(call.request, call.ticket, answer),
    });
}

/// Tells the application.
fn tell_application(event: Event) {
    match event {
        // Whoever waited for this goes on, even if the callback begins anew.
        Event::CredSuccess => progress::update(|progress| {
            progress.outcomes = progress.outcomes.wrapping_add(1);
            progress.succeeded = Some(progress.started);
        }),
        Event::End => {
            texts::wipe();
            progress::update(|progress| progress.outcomes = progress.outcomes.wrapping_add(1));
        }
        // Of a service that awaits credentials anew.
        Event::Start => progress::forget_success(),
        _ => {}
    }
    let app = with(|service| {
        let app = service.as_ref().map(|service| service.app);
        if event == Event::Deinit {
            let until = service.as_ref().and_then(|service| service.manager.scan_until());
            SLOT.scan_until.set(until);
            Service::end(service);
        }
        app
    });
    if let Some(app) = app {
        call_back(app, &event);
    }
    match event {
        Event::End => progress::update(|progress| progress.ended = progress.ended.wrapping_add(1)),
        Event::Deinit => {
            progress::update(|progress| progress.deinits = progress.deinits.wrapping_add(1))
        }
        _ => {}
    }
}

fn call_back(app: network_prov_event_handler, event: &Event) {
    let network_prov_event_handler { event_cb: Some(callback), user_data } = app else { return };
    let call = |event: CEvent, data: *mut c_void| {
        // SAFETY: the application's callback, with its data; event data lives during the call.
        unsafe { callback(user_data, event, data) }
    };
    let with_number = |event, mut number: u32| call(event, ptr::from_mut(&mut number).cast());
    match *event {
        Event::Init => call(CEvent::NETWORK_PROV_INIT, ptr::null_mut()),
        Event::Start => call(CEvent::NETWORK_PROV_START, ptr::null_mut()),
        Event::CredRecv(_) | Event::DatasetRecv(_) => {
            call(CEvent::NETWORK_PROV_CRED_RECV, ptr::null_mut())
        }
        Event::CredFail(reason) => {
            let mut reason = c_reason(reason);
            call(CEvent::NETWORK_PROV_CRED_FAIL, ptr::from_mut(&mut reason).cast());
        }
        Event::CredSuccess => call(CEvent::NETWORK_PROV_CRED_SUCCESS, ptr::null_mut()),
        Event::End => call(CEvent::NETWORK_PROV_END, ptr::null_mut()),
        Event::Deinit => call(CEvent::NETWORK_PROV_DEINIT, ptr::null_mut()),
        Event::SessionEstablished(_) => {
            call(CEvent::NETWORK_PROV_SESSION_ESTABLISHED, ptr::null_mut());
        }
        Event::ProofMismatch(_) => call(CEvent::NETWORK_PROV_SESSION_REFUSED, ptr::null_mut()),
        Event::LockedOut(time) => {
            let ms = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
            with_number(CEvent::NETWORK_PROV_LOCKED_OUT, ms);
        }
        Event::Attempt { number, .. } => with_number(CEvent::NETWORK_PROV_ATTEMPT, number),
        _ => {}
    }
}

/// A reason in C's words.
pub(crate) fn c_reason(reason: FailReason) -> CReason {
    match reason {
        FailReason::AuthError => CReason::NETWORK_PROV_WIFI_AUTH_ERROR,
        FailReason::NetworkNotFound => CReason::NETWORK_PROV_WIFI_NETWORK_NOT_FOUND,
        FailReason::UnsupportedSecurity => CReason::NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY,
        FailReason::NoAddress => CReason::NETWORK_PROV_WIFI_NO_ADDRESS,
        FailReason::DatasetInvalid => CReason::NETWORK_PROV_DATASET_INVALID,
        _ => CReason::NETWORK_PROV_STORAGE_ERROR,
    }
}
