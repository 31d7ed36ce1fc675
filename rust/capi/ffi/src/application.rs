//! The application's closures, and the functions by which C calls them.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::ffi::{CStr, c_int, c_void};
use core::{ptr, slice};

use netprov_sys::{
    functions, network_prov_cb_event as CEvent, network_prov_cred_fail_reason as FailReason,
    platform,
};
use zeroize::Zeroize;

/// What the application is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The service runs, or awaits credentials anew.
    Start,
    /// Credentials came in.
    CredentialsReceived,
    /// They did not work.
    CredentialsFailed(FailReason),
    /// They worked.
    CredentialsWorked,
    /// The service has ended.
    End,
    /// There is no manager any more.
    Deinit,
    /// A client has completed the handshake.
    SessionEstablished,
    /// A client did not know the proof of possession.
    SessionRefused,
    /// Handshakes are refused for so many milliseconds.
    LockedOut(u32),
    /// A connection is being tried, for the so manieth time.
    Attempt(u32),
    /// The device is online with stored credentials.
    Online,
    /// The link is lost, and is being restored.
    LinkLost,
}

/// Is told of events.
pub type EventFn = Box<dyn FnMut(Event) + Send>;

/// Answers requests to an endpoint; nothing to refuse one.
pub type RequestFn = Box<dyn FnMut(&[u8]) -> Option<Vec<u8>> + Send>;

/// An endpoint of the application's.
pub struct Endpoint {
    name: &'static CStr,
    handler: RefCell<RequestFn>,
}

/// All closures of an application.
pub struct Application {
    on_event: RefCell<EventFn>,
    endpoints: Box<[Endpoint]>,
}

impl Endpoint {
    /// An endpoint of this name.
    #[must_use]
    pub fn new(name: &'static CStr, handler: RequestFn) -> Self {
        Self { name, handler: RefCell::new(handler) }
    }
}

impl Application {
    /// An application.
    #[must_use]
    pub fn new(on_event: EventFn, endpoints: Vec<Endpoint>) -> Self {
        Self { on_event: RefCell::new(on_event), endpoints: endpoints.into_boxed_slice() }
    }

    /// The endpoints' names.
    pub(crate) fn names(&self) -> Vec<&'static CStr> {
        self.endpoints.iter().map(|endpoint| endpoint.name).collect()
    }

    /// What C keeps of it.
    pub(crate) fn into_raw(self) -> *mut c_void {
        Box::into_raw(Box::new(self)).cast()
    }

    /// Takes it back from C.
    ///
    /// # Safety
    ///
    /// `raw` is of [`Self::into_raw`], and nobody uses it afterwards.
    pub(crate) unsafe fn from_raw(raw: *mut c_void) -> Self {
        // SAFETY: the caller's promise.
        *unsafe { Box::from_raw(raw.cast::<Self>()) }
    }

    fn tell(&self, event: Event) {
        match self.on_event.try_borrow_mut() {
            Ok(mut on_event) => on_event(event),
            // The manager does not call back out of a callback. If it did, this is no end.
            Err(_) => log::error!("an event within an event is lost: {event:?}"),
        }
    }

    /// Whether none of the closures runs.
    fn is_idle(&self) -> bool {
        let handlers = || self.endpoints.iter().all(|it| it.handler.try_borrow_mut().is_ok());
        self.on_event.try_borrow_mut().is_ok() && handlers()
    }

    /// Gives each endpoint its handler: the manager wants that while the service runs.
    fn register(&self) {
        for endpoint in &self.endpoints {
            let context = ptr::from_ref(endpoint).cast_mut().cast();
            // SAFETY: a string, and a handler with a context that lives as long as the manager.
            let error = unsafe {
                functions::network_prov_mgr_endpoint_register(
                    endpoint.name.as_ptr(),
                    Some(on_request),
                    context,
                )
            };
            if error != 0 {
                log::error!("{:?} has no handler: {error}", endpoint.name);
            }
        }
    }
}

/// An event, from C. On the provisioning thread.
///
/// # Safety
///
/// `user_data` is of [`Application::into_raw`]; `data` is what the event says.
pub(crate) unsafe extern "C" fn on_event(user_data: *mut c_void, event: CEvent, data: *mut c_void) {
    // SAFETY: it lives until the manager's end has been told, and no other thread has it.
    let application = unsafe { &*user_data.cast::<Application>() };
    // SAFETY: what comes with these events; an enum's first byte is its value, and a valid one.
    let reason = || unsafe { first_byte(data) };
    // SAFETY: a number comes with these events.
    let number = || unsafe { data.cast::<u32>().read() };
    let event = match event {
        // Before it, nobody has the manager to do anything with.
        CEvent::NETWORK_PROV_INIT => return,
        CEvent::NETWORK_PROV_START => {
            application.register();
            Event::Start
        }
        CEvent::NETWORK_PROV_CRED_RECV => Event::CredentialsReceived,
        CEvent::NETWORK_PROV_CRED_FAIL => Event::CredentialsFailed(fail_reason(reason())),
        CEvent::NETWORK_PROV_CRED_SUCCESS => Event::CredentialsWorked,
        CEvent::NETWORK_PROV_END => Event::End,
        CEvent::NETWORK_PROV_DEINIT => Event::Deinit,
        CEvent::NETWORK_PROV_SESSION_ESTABLISHED => Event::SessionEstablished,
        CEvent::NETWORK_PROV_SESSION_REFUSED => Event::SessionRefused,
        CEvent::NETWORK_PROV_LOCKED_OUT => Event::LockedOut(number()),
        CEvent::NETWORK_PROV_ATTEMPT => Event::Attempt(number()),
        CEvent::NETWORK_PROV_ONLINE => Event::Online,
        CEvent::NETWORK_PROV_LINK_LOST => Event::LinkLost,
    };
    application.tell(event);
    // Only ever false if the manager called back out of a callback. Then rather leak than free.
    if event == Event::Deinit && application.is_idle() {
        // SAFETY: the last event of this manager, and its only one of this kind; the reference above
        // is not used any more, and no closure runs.
        drop(unsafe { Application::from_raw(user_data) });
    }
}

/// The first byte of what comes with an event.
///
/// # Safety
///
/// `data` points to at least one byte.
unsafe fn first_byte(data: *const c_void) -> u8 {
    // SAFETY: the caller's promise.
    unsafe { data.cast::<u8>().read() }
}

/// By number.
const REASONS: [FailReason; 6] = [
    FailReason::NETWORK_PROV_WIFI_AUTH_ERROR,
    FailReason::NETWORK_PROV_WIFI_NETWORK_NOT_FOUND,
    FailReason::NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY,
    FailReason::NETWORK_PROV_WIFI_NO_ADDRESS,
    FailReason::NETWORK_PROV_STORAGE_ERROR,
    FailReason::NETWORK_PROV_DATASET_INVALID,
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

/// A request, from C. On the provisioning thread.
///
/// # Safety
///
/// `context` is an endpoint of an application that lives; `inbuf` is NULL or has `inlen` bytes;
/// `outbuf` and `outlen` can be written to.
unsafe extern "C" fn on_request(
    context: *mut c_void,
    inbuf: *const u8,
    inlen: usize,
    outbuf: *mut *mut u8,
    outlen: *mut usize,
) -> c_int {
    /// Any number but 0 refuses.
    const REFUSED: c_int = -1;

    // SAFETY: the caller's promise.
    let endpoint = unsafe { &*context.cast::<Endpoint>() };
    let request = if inbuf.is_null() {
        &[]
    } else {
        // SAFETY: the caller's promise.
        unsafe { slice::from_raw_parts(inbuf, inlen) }
    };
    // Requests do not come out of handlers, either.
    let Ok(mut handler) = endpoint.handler.try_borrow_mut() else { return REFUSED };
    let Some(mut answer) = handler(request) else { return REFUSED };
    let copy = hand_over(&answer);
    if copy.is_none() {
        let (name, length) = (endpoint.name, answer.len());
        log::warn!("{name:?}: no memory for an answer of {length} bytes");
    }
    let length = answer.len();
    answer.zeroize();
    let Some(copy) = copy else { return REFUSED };
    // SAFETY: the caller's promise.
    unsafe { outbuf.write(copy) };
    // SAFETY: the same.
    unsafe { outlen.write(length) };
    0
}

/// A copy in memory that the module frees; NULL for nothing. None if there is no memory.
fn hand_over(answer: &[u8]) -> Option<*mut u8> {
    if answer.is_empty() {
        return Some(ptr::null_mut());
    }
    let copy = platform::k_malloc(answer.len()).cast::<u8>();
    if copy.is_null() {
        return None;
    }
    // SAFETY: as many bytes each, and new memory overlaps nothing.
    unsafe { ptr::copy_nonoverlapping(answer.as_ptr(), copy, answer.len()) };
    Some(copy)
}
