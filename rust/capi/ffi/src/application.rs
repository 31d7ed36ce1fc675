//! The application's closures, and the C callbacks that run them.

use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ffi::{c_int, c_void};
use core::{ptr, slice};

use netprov_sys::{
    functions, network_prov_address, network_prov_attempt, network_prov_cb_event as CEvent,
    network_prov_cred_fail_reason as FailReason, network_prov_network, platform,
};
use zeroize::Zeroize;

/// Events for the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The service has started, or waits for credentials again.
    Start,
    /// A client has sent credentials for this network.
    CredentialsReceived(Network),
    /// The credentials failed.
    CredentialsFailed(FailReason),
    /// The credentials for this network worked and are stored.
    CredentialsWorked(Network),
    /// The service has stopped.
    End,
    /// The manager has ended. No event follows.
    Deinit,
    /// A client has completed the handshake.
    SessionEstablished,
    /// A client used a wrong proof of possession or password.
    SessionRefused,
    /// A client used another security version, or its handshake message is malformed.
    SessionInvalid,
    /// Too many handshakes failed; further ones are refused for this many milliseconds.
    LockedOut(u32),
    /// Connection attempt `n` (counted from 1) to this network has started.
    Attempt(u32, Network),
    /// The device is online with stored credentials.
    Online,
    /// The device has lost its network and is reconnecting.
    LinkLost,
    /// The device has an address, or another one.
    Address(crate::Address),
    /// A client has connected over the transport.
    TransportConnected,
    /// A client has disconnected.
    TransportDisconnected,
}

/// Name of a network: an SSID, or the name of a Thread network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    bytes: [u8; 32],
    length: u8,
}

impl Network {
    fn of(network: &network_prov_network) -> Self {
        let mut bytes = [0; 32];
        bytes.iter_mut().zip(network.name).for_each(|(to, from)| *to = from.to_ne_bytes()[0]);
        Self { bytes, length: network.name_len }
    }

    /// Returns the name, 0 to 32 bytes.
    #[must_use]
    pub fn name(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or(&self.bytes)
    }
}

/// Receives events.
pub type EventFn = Box<dyn FnMut(Event) + Send>;

/// Handles a request to an endpoint. Returns the response, or `None` to refuse the request.
pub type RequestFn = Box<dyn FnMut(&[u8]) -> Option<Vec<u8>> + Send>;

/// A custom endpoint of the application.
pub struct Endpoint {
    name: CString,
    handler: RefCell<RequestFn>,
}

/// All closures of the application.
pub struct Application {
    on_event: RefCell<EventFn>,
    endpoints: Box<[Endpoint]>,
}

impl Endpoint {
    /// Creates an endpoint with this name and handler.
    #[must_use]
    pub fn new(name: CString, handler: RequestFn) -> Self {
        Self { name, handler: RefCell::new(handler) }
    }
}

impl Application {
    /// Bundles the closures.
    #[must_use]
    pub fn new(on_event: EventFn, endpoints: Vec<Endpoint>) -> Self {
        Self { on_event: RefCell::new(on_event), endpoints: endpoints.into_boxed_slice() }
    }

    /// Returns copies of the endpoints' names.
    pub(crate) fn names(&self) -> Vec<CString> {
        self.endpoints.iter().map(|endpoint| endpoint.name.clone()).collect()
    }

    /// Moves the closures to the heap and returns the pointer that the C API keeps.
    pub(crate) fn into_raw(self) -> *mut c_void {
        Box::into_raw(Box::new(self)).cast()
    }

    /// Takes the closures back from a pointer.
    ///
    /// # Safety
    ///
    /// `raw` comes from [`Self::into_raw`] and is not used afterwards.
    pub(crate) unsafe fn from_raw(raw: *mut c_void) -> Self {
        // SAFETY: guaranteed by the caller.
        *unsafe { Box::from_raw(raw.cast::<Self>()) }
    }

    fn notify(&self, event: Event) {
        match self.on_event.try_borrow_mut() {
            Ok(mut on_event) => on_event(event),
            // The manager never calls back from within a callback. If it did, losing the event
            // would be better than a panic.
            Err(_) => log::error!("event {event:?} dropped: it arrived during another event"),
        }
    }

    /// Returns whether no closure is running.
    fn is_idle(&self) -> bool {
        let handlers =
            || self.endpoints.iter().all(|endpoint| endpoint.handler.try_borrow_mut().is_ok());
        self.on_event.try_borrow_mut().is_ok() && handlers()
    }

    /// Registers the handlers. The manager accepts handlers only while the service runs.
    fn register(&self) {
        for endpoint in &self.endpoints {
            let context = ptr::from_ref(endpoint).cast_mut().cast();
            // SAFETY: the name is a C string; the handler's context lives as long as the manager.
            let error = unsafe {
                functions::network_prov_mgr_endpoint_register(
                    endpoint.name.as_ptr(),
                    Some(on_request),
                    context,
                )
            };
            if error != 0 {
                log::error!("cannot register the handler of {:?}: error {error}", endpoint.name);
            }
        }
    }
}

/// Event callback for C. Runs on the provisioning thread.
///
/// # Safety
///
/// `user_data` comes from [`Application::into_raw`]; `data` points to the data of this event.
pub(crate) unsafe extern "C" fn on_event(user_data: *mut c_void, event: CEvent, data: *mut c_void) {
    // SAFETY: the application lives until `NETWORK_PROV_DEINIT`; only this thread uses it.
    let application = unsafe { &*user_data.cast::<Application>() };
    // SAFETY: these events carry an enum; its first byte is its value (little-endian).
    let reason = || unsafe { first_byte(data) };
    // SAFETY: these events carry a network.
    let network = || Network::of(unsafe { &*data.cast::<network_prov_network>() });
    let event = match event {
        // Sent during `init()`, before the application has a manager.
        CEvent::NETWORK_PROV_INIT => return,
        CEvent::NETWORK_PROV_START => {
            application.register();
            Event::Start
        }
        CEvent::NETWORK_PROV_CRED_RECV => Event::CredentialsReceived(network()),
        CEvent::NETWORK_PROV_CRED_FAIL => Event::CredentialsFailed(fail_reason(reason())),
        CEvent::NETWORK_PROV_CRED_SUCCESS => Event::CredentialsWorked(network()),
        CEvent::NETWORK_PROV_END => Event::End,
        CEvent::NETWORK_PROV_DEINIT => Event::Deinit,
        CEvent::NETWORK_PROV_SESSION_ESTABLISHED => Event::SessionEstablished,
        CEvent::NETWORK_PROV_SESSION_REFUSED => Event::SessionRefused,
        CEvent::NETWORK_PROV_SESSION_INVALID => Event::SessionInvalid,
        CEvent::NETWORK_PROV_LOCKED_OUT => {
            // SAFETY: this event carries a `uint32_t`.
            Event::LockedOut(unsafe { data.cast::<u32>().read() })
        }
        CEvent::NETWORK_PROV_ATTEMPT => {
            // SAFETY: this event carries an attempt.
            let attempt = unsafe { &*data.cast::<network_prov_attempt>() };
            Event::Attempt(attempt.number, Network::of(&attempt.network))
        }
        CEvent::NETWORK_PROV_ONLINE => Event::Online,
        CEvent::NETWORK_PROV_LINK_LOST => Event::LinkLost,
        CEvent::NETWORK_PROV_ADDRESS => {
            // SAFETY: this event carries an address.
            let address = unsafe { data.cast::<network_prov_address>().read() };
            Event::Address(crate::Address::of(&address))
        }
        CEvent::NETWORK_PROV_TRANSPORT_CONNECTED => Event::TransportConnected,
        CEvent::NETWORK_PROV_TRANSPORT_DISCONNECTED => Event::TransportDisconnected,
    };
    application.notify(event);
    // False only if the manager called back from within a callback. Then leaking is safer than
    // freeing.
    if event == Event::Deinit && application.is_idle() {
        // SAFETY: `NETWORK_PROV_DEINIT` comes once, as the last event; the reference above is not
        // used any more, and no closure is running.
        drop(unsafe { Application::from_raw(user_data) });
    }
}

/// Reads the first byte of an event's data.
///
/// # Safety
///
/// `data` points to at least one byte.
unsafe fn first_byte(data: *const c_void) -> u8 {
    // SAFETY: guaranteed by the caller.
    unsafe { data.cast::<u8>().read() }
}

/// Failure reasons by their C value.
const REASONS: [FailReason; 9] = [
    FailReason::NETWORK_PROV_WIFI_AUTH_ERROR,
    FailReason::NETWORK_PROV_WIFI_NETWORK_NOT_FOUND,
    FailReason::NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY,
    FailReason::NETWORK_PROV_WIFI_NO_ADDRESS,
    FailReason::NETWORK_PROV_STORAGE_ERROR,
    FailReason::NETWORK_PROV_DATASET_INVALID,
    FailReason::NETWORK_PROV_THREAD_NOT_FOUND,
    FailReason::NETWORK_PROV_WIFI_WEAK_SIGNAL,
    FailReason::NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT,
];
const _: () = {
    let mut number = 0;
    while number < REASONS.len() {
        assert!(REASONS[number] as usize == number);
        number += 1;
    }
};

fn fail_reason(value: u8) -> FailReason {
    let known = REASONS.get(usize::from(value)).copied();
    known.unwrap_or(FailReason::NETWORK_PROV_STORAGE_ERROR)
}

/// Request handler for C. Runs on the provisioning thread.
///
/// # Safety
///
/// `context` points to an endpoint of a live application; `inbuf` is NULL or has `inlen` bytes;
/// `outbuf` and `outlen` are writable.
unsafe extern "C" fn on_request(
    context: *mut c_void,
    inbuf: *const u8,
    inlen: usize,
    outbuf: *mut *mut u8,
    outlen: *mut usize,
) -> c_int {
    /// Any value but 0 refuses the request.
    const REFUSED: c_int = -1;

    // SAFETY: guaranteed by the caller.
    let endpoint = unsafe { &*context.cast::<Endpoint>() };
    let request = if inbuf.is_null() {
        &[]
    } else {
        // SAFETY: guaranteed by the caller.
        unsafe { slice::from_raw_parts(inbuf, inlen) }
    };
    // Handlers are never called from within a handler.
    let Ok(mut handler) = endpoint.handler.try_borrow_mut() else { return REFUSED };
    let Some(mut response) = handler(request) else { return REFUSED };
    let copy = copy_for_c(&response);
    if copy.is_none() {
        let (name, length) = (&endpoint.name, response.len());
        log::warn!("{name:?}: no memory for a response of {length} bytes");
    }
    let length = response.len();
    response.zeroize();
    let Some(copy) = copy else { return REFUSED };
    // SAFETY: guaranteed by the caller.
    unsafe { outbuf.write(copy) };
    // SAFETY: guaranteed by the caller.
    unsafe { outlen.write(length) };
    0
}

/// Copies a response to memory that the module frees. Returns NULL for an empty response, or `None`
/// if there is no memory.
fn copy_for_c(response: &[u8]) -> Option<*mut u8> {
    if response.is_empty() {
        return Some(ptr::null_mut());
    }
    let copy = platform::k_malloc(response.len()).cast::<u8>();
    if copy.is_null() {
        return None;
    }
    // SAFETY: both have this length, and newly allocated memory overlaps nothing.
    unsafe { ptr::copy_nonoverlapping(response.as_ptr(), copy, response.len()) };
    Some(copy)
}
