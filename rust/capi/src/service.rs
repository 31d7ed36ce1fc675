//! The service: the manager, the application's handlers, and the doing of what the manager wants.

use core::cell::{Cell, UnsafeCell};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

use heapless::Vec as FixedVec;
use protocomm::EndpointId;
use protocomm::limits::CUSTOM_ENDPOINTS_MAX;
use protocomm::transport::http::Cookies;
use provisioning::wifi::{ConnectFailure, ConnectRequest, Link, ScanFailure, WifiEvent};
use provisioning::{Call, Event, FailReason, Manager, Output, Reply, State};
use zeroize::Zeroize;

use crate::port::{self, PortRng};
use crate::strings;
use crate::types::{
    network_prov_cb_event as CEvent, network_prov_cred_fail_reason as CReason,
    network_prov_endpoint_handler_t, network_prov_event_handler, network_prov_scheme,
};

/// Longest service name and key in bytes: an SSID, and a passphrase.
pub(crate) const NAME_MAX: usize = 32;
/// See [`NAME_MAX`].
pub(crate) const KEY_MAX: usize = 64;

/// A C string of up to `N` - 1 bytes.
pub(crate) type CText<const N: usize> = FixedVec<u8, N>;

/// All there is between init and deinit.
pub(crate) struct Service {
    pub(crate) manager: Manager<PortRng>,
    pub(crate) scheme: &'static network_prov_scheme,
    pub(crate) app: network_prov_event_handler,
    pub(crate) handlers: FixedVec<Handler, CUSTOM_ENDPOINTS_MAX>,
    pub(crate) name: CText<{ NAME_MAX + 1 }>,
    pub(crate) key: Option<CText<{ KEY_MAX + 1 }>>,
    /// What the transport said when it was started last.
    pub(crate) start_error: c_int,
    pub(crate) cookies: Cookies,
}

impl Service {
    /// Sets what the transport is started with.
    pub(crate) fn set_names(
        &mut self,
        name: CText<{ NAME_MAX + 1 }>,
        key: Option<CText<{ KEY_MAX + 1 }>>,
    ) {
        self.wipe_key();
        self.name = name;
        self.key = key;
    }

    fn wipe_key(&mut self) {
        if let Some(key) = &mut self.key {
            key.as_mut_slice().zeroize();
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.wipe_key();
    }
}

/// The application's handler of an endpoint.
pub(crate) struct Handler {
    pub(crate) endpoint: EndpointId,
    pub(crate) handler: network_prov_endpoint_handler_t,
    pub(crate) context: *mut c_void,
}

struct Slot {
    service: UnsafeCell<Option<Service>>,
    borrowed: Cell<bool>,
    running: Cell<bool>,
    /// The station's link, which outlives the manager.
    link: Cell<Option<Link>>,
}

// SAFETY: only the provisioning thread uses it (crate documentation).
unsafe impl Sync for Slot {}

static SLOT: Slot = Slot {
    service: UnsafeCell::new(None),
    borrowed: Cell::new(false),
    running: Cell::new(false),
    link: Cell::new(None),
};

/// The station's link, known also while there was no manager.
pub(crate) fn link() -> Option<Link> {
    SLOT.link.get()
}

/// Something happened to the station.
pub(crate) fn wifi_event(event: WifiEvent) {
    match event {
        WifiEvent::LinkUp(link) => SLOT.link.set(Some(link)),
        WifiEvent::LinkDown(_) | WifiEvent::ConnectFailed(_) => SLOT.link.set(None),
        WifiEvent::GotAddress(_) => {}
    }
    with_manager(|manager| manager.wifi_event(port::now(), event));
    run();
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
pub(crate) fn with_manager<T>(f: impl FnOnce(&mut Manager<PortRng>) -> T) -> Option<T> {
    with(|service| service.as_mut().map(|service| f(&mut service.manager)))
}

/// Does what the manager wants done, until it wants nothing. From a callback it does nothing: the
/// call that runs the callback goes on with it afterwards, so that events stay in order.
pub(crate) fn run() {
    if SLOT.running.replace(true) {
        return;
    }
    while let Some(output) = with_manager(Manager::poll_output).flatten() {
        perform(output);
    }
    SLOT.running.set(false);
    let state = with_manager(|manager| manager.state()).unwrap_or(State::Idle);
    port::set_waiting(!matches!(state, State::Idle | State::Succeeded));
}

fn perform(output: Output) {
    match output {
        Output::Reply(reply) => send(reply),
        Output::Call(call) => handle(call),
        Output::Event(event) => tell(event),
        Output::StartService => start_transport(),
        Output::StopService => {
            let stop = with(|service| service.as_ref().and_then(|service| service.scheme.stop));
            // SAFETY: a scheme's function, without arguments, on the provisioning thread.
            let stopped = stop.is_none_or(|stop| unsafe { stop() });
            if stopped {
                with_manager(Manager::service_stopped);
            }
        }
        Output::Scan(request) => {
            if !port::scan(&request) {
                with_manager(|manager| manager.scan_done(port::now(), Err(ScanFailure)));
            }
        }
        Output::Connect(request) => connect(&request),
        Output::Disconnect => port::disconnect(),
        Output::Store(credentials) => {
            let stored = port::store(&credentials);
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

fn connect(request: &ConnectRequest) {
    let error = port::connect(request);
    if error == 0 {
        return;
    }
    // A driver refuses a passphrase that cannot be one before it tries.
    let failure = if error == -port::errno().einval {
        ConnectFailure::WrongPassword
    } else {
        ConnectFailure::Other
    };
    with_manager(|manager| manager.wifi_event(port::now(), WifiEvent::ConnectFailed(failure)));
}

fn start_transport() {
    let Some((start, name, key)) = with(|service| {
        let service = service.as_ref()?;
        Some((service.scheme.start, service.name.clone(), service.key.clone()))
    }) else {
        return;
    };
    let name: *const c_char = name.as_ptr().cast();
    let key_text = key.as_ref().map_or(ptr::null(), |key| key.as_ptr().cast());
    // SAFETY: a scheme's function, with terminated strings that live as long as the call.
    let error = start.map_or(0, |start| unsafe { start(name, key_text) });
    if let Some(mut key) = key {
        key.as_mut_slice().zeroize();
    }
    with(|service| {
        if let Some(service) = service {
            service.start_error = error;
            service.manager.service_started(port::now(), error == 0);
        }
    });
}

/// Runs the application's handler.
fn handle(call: Call) {
    let handler = with(|service| {
        let handlers = &service.as_ref()?.handlers;
        let handler = handlers.iter().find(|handler| handler.endpoint == call.endpoint)?;
        Some((handler.handler?, handler.context))
    });
    let answer = handler.and_then(|(handler, context)| {
        let input = if call.payload.is_empty() { ptr::null() } else { call.payload.as_ptr() };
        let (mut output, mut length) = (ptr::null_mut(), 0);
        // SAFETY: the application's handler, with its context, a buffer of this length and two
        // places to write to.
        let error =
            unsafe { handler(context, input, call.payload.len(), &mut output, &mut length) };
        // What is too long is not copied: there may be no room for it.
        let fits = error == 0 && length <= call.ticket.reply_max();
        // SAFETY: the handler says that there are so many bytes.
        let answer = fits.then(|| unsafe { strings::array(output, length) }.to_vec());
        port::free(output);
        answer
    });
    with_manager(|manager| manager.answer(call.request, call.ticket, answer));
}

/// Tells the application.
fn tell(event: Event) {
    // Whoever waited for this goes on, even if the callback begins anew.
    if matches!(event, Event::CredSuccess | Event::End) {
        port::set_waiting(false);
    }
    let app = with(|service| {
        let app = service.as_ref().map(|service| service.app);
        if event == Event::Deinit {
            *service = None;
        }
        app
    });
    let Some(network_prov_event_handler { event_cb: Some(callback), user_data }) = app else {
        return;
    };
    let call = |event: CEvent, data: *mut c_void| {
        // SAFETY: the application's callback, with its data; event data lives during the call.
        unsafe { callback(user_data, event, data) }
    };
    let with_number = |event, mut number: u32| call(event, ptr::from_mut(&mut number).cast());
    match event {
        Event::Init => call(CEvent::NETWORK_PROV_INIT, ptr::null_mut()),
        Event::Start => call(CEvent::NETWORK_PROV_START, ptr::null_mut()),
        Event::CredRecv(_) => call(CEvent::NETWORK_PROV_CRED_RECV, ptr::null_mut()),
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
        _ => CReason::NETWORK_PROV_STORAGE_ERROR,
    }
}

/// A terminated copy; none if it does not fit.
pub(crate) fn copy_text<const N: usize>(bytes: &[u8]) -> Option<CText<N>> {
    let mut text = CText::from_slice(bytes).ok()?;
    text.push(0).ok()?;
    CStr::from_bytes_with_nul(&text).ok()?;
    Some(text)
}
