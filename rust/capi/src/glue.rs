//! Functions of the core that the C glue calls, on the provisioning thread only.

use core::ffi::{c_char, c_int};
use core::ptr;

use netprov_sys::network_prov_cb_event as CEvent;
use protocomm::transport::console;
use protocomm::{EndpointId, Peer, SessionId, TransportId};
use provisioning::{RequestId, ScanFailure, endpoints};

use crate::owner::Manager;
use crate::service::{self, tell};
use crate::{api, events, owner, port, requests, strings};

/// The peer of all sessions of a console.
const CONSOLE: Peer = Peer::new(1);

/// @brief A request from a transport, in the buffer that receives its response.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_request {
    /// Number that the glue gave to the request.
    pub request: u32,
    /// Number of the transport.
    pub transport: u8,
    /// Number of the session on that transport.
    pub session: u32,
    /// Number derived from the peer's address. 0 if the transport has no addresses, or if each
    /// session is a peer of its own, as with Bluetooth links.
    pub peer: u32,
    /// Name of the endpoint.
    pub endpoint: *const c_char,
    /// Holds the request at its start. The response is written there too, and may fill it.
    pub buffer: *mut u8,
    /// Length of the request in bytes.
    pub length: usize,
    /// Size of the buffer in bytes: the longest response that the transport accepts.
    pub size: usize,
}

/// @brief Handles a request.
///
/// `netprov_port_respond()` ends the request once, during the call or later. The core uses the
/// buffer during the call. For a deferred response it asks for the buffer again with
/// `netprov_port_buffer()`; the transport may provide a different one then.
///
/// @param request The request. It and the endpoint's name are valid during the call.
///
/// # Safety
///
/// The request and its endpoint's name can be read during the call, and nothing else uses the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_request(request: *const netprov_request) {
    // SAFETY: the caller's promise.
    let Some(request) = (unsafe { request.as_ref() }) else { return };
    // SAFETY: the caller's promise. No endpoint has a name that is not ASCII.
    let endpoint = unsafe { strings::ascii(request.endpoint) }.unwrap_or_default();
    // SAFETY: the caller's promise.
    let buffer = unsafe { strings::buffer(request.buffer, request.size) };
    let session = SessionId::new(TransportId(request.transport), request.session);
    let from = (session, Peer::new(request.peer));
    requests::take(RequestId(request.request), from, endpoint, buffer, request.length);
    service::run();
}

/// @brief Handles a request from the console.
///
/// The arguments are those of the shell command. The hexadecimal text is decoded into the buffer,
/// which is used as in `netprov_core_request()`.
///
/// @param request Number of the request.
/// @param transport Number of the transport.
/// @param endpoint Name of the endpoint.
/// @param session Session id as text.
/// @param hex Request as hexadecimal text, or NULL if it was left out.
/// @param buffer Buffer for the request and its response.
/// @param size Size of the buffer in bytes.
///
/// @return NULL if the request was accepted, otherwise the error as text.
///
/// # Safety
///
/// The pointers are strings; `hex` may be NULL. `buffer` has `size` bytes, which nothing else uses.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_console_request(
    request: u32,
    transport: u8,
    endpoint: *const c_char,
    session: *const c_char,
    hex: *const c_char,
    buffer: *mut u8,
    size: usize,
) -> *const c_char {
    // SAFETY: the caller's promise.
    let endpoint = unsafe { strings::text(endpoint) };
    // SAFETY: the caller's promise.
    let session = unsafe { strings::text(session) };
    // SAFETY: the caller's promise.
    let hex = unsafe { strings::text(hex) };
    // SAFETY: the caller's promise.
    let buffer = unsafe { strings::buffer(buffer, size) };
    let words = [endpoint, session, hex].into_iter().flatten();
    let line = match console::parse_arguments(words, buffer) {
        Ok(line) => line,
        Err(error) => return console_error(error).as_ptr(),
    };
    let session = SessionId::new(TransportId(transport), line.session);
    // A console is one peer, whichever session numbers its user chooses.
    let from = (session, CONSOLE);
    requests::take(RequestId(request), from, line.endpoint, buffer, line.length);
    service::run();
    ptr::null()
}

/// @brief Abandons a request: it took too long, or its connection is closed.
///
/// Afterwards the core does not use the buffer, and `netprov_port_respond()` is not called for the
/// request.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_abandon(request: u32) {
    requests::abandon(RequestId(request));
}

fn console_error(error: console::LineError) -> &'static core::ffi::CStr {
    use console::LineError;

    match error {
        LineError::SessionId => c"the session id is not a decimal number of 32 bits",
        LineError::Hex => c"the request is not hexadecimal",
        LineError::OddHex => c"the request has an odd number of hex digits: was the line cut?",
        LineError::TooLong => c"the request is too long",
        _ => c"usage: net_prov <endpoint> <session_id> <hex-request>",
    }
}

/// @brief Reports that a session of a transport has ended.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_close_session(transport: u8, session: u32) {
    tell(|manager| manager.close_session(SessionId::new(TransportId(transport), session)));
}

/// @brief Returns the number of the established session on this transport, or 0 if there is none.
/// For transports that number their sessions from 1.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_established_session(transport: u8) -> u32 {
    owner::with_manager(|manager| manager.protocomm().established())
        .flatten()
        .filter(|session| session.transport == TransportId(transport))
        .map_or(0, |session| session.number)
}

/// @brief Executes what API calls requested that could not wait for it.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_catch_up() {
    service::handle_timeouts();
    service::run();
}

/// @brief Stops the service, and deinitialises the manager if `deinit` is true, for a caller that
/// does not wait.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_end(deinit: bool) {
    api::end(if deinit { Manager::deinit } else { Manager::stop });
    service::run();
}

/// @brief Reports that the transport has stopped.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_service_stopped() {
    tell(|manager| manager.service_stopped());
}

/// @brief Reports that a client of the transport has connected or disconnected.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_transport(connected: bool) {
    let event = if connected {
        CEvent::NETWORK_PROV_TRANSPORT_CONNECTED
    } else {
        CEvent::NETWORK_PROV_TRANSPORT_DISCONNECTED
    };
    events::tell_application(event, ptr::null_mut());
    service::run();
}

/// @brief Reports that the scan has ended. `error` is 0 on success.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_scan_done(error: c_int) {
    service::scan_done(if error == 0 { Ok(()) } else { Err(ScanFailure) });
}

/// @brief Returns when `netprov_core_handle_timeouts()` must be called next, in milliseconds since
/// boot; -1 for never.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_next_timeout() -> i64 {
    service::next_timeout().map_or(-1, |at| i64::try_from(at.as_millis()).unwrap_or(i64::MAX))
}

/// @brief Executes everything that is due.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_handle_timeouts() {
    service::handle_timeouts();
}

/// @brief Gets the name and the 16-bit Bluetooth UUID of an endpoint.
///
/// @param index Index of the endpoint, counted from 0.
/// @param name Receives the name, null-terminated.
/// @param size Size of `name` in bytes.
/// @param uuid16 Set to the UUID.
///
/// @retval 0 Success.
/// @retval -ENOENT There are no more endpoints.
/// @retval -ENOSPC The name does not fit.
///
/// # Safety
///
/// `name` has room for `size` bytes and `uuid16` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_endpoint(
    index: usize,
    name: *mut c_char,
    size: usize,
    uuid16: *mut u16,
) -> c_int {
    let errno = port::errno();
    let found = owner::with_manager(|manager| {
        let endpoints = manager.protocomm().endpoints();
        let id = u8::try_from(index).map(EndpointId::new);
        let Some((text, _)) = id.ok().and_then(|id| endpoints.get(id)) else {
            return -errno.enoent;
        };
        if text.len() >= size {
            return -errno.enospc;
        }
        // The protocol's own endpoints come first, in the order of their UUIDs.
        let number = endpoints::CTRL.uuid16.wrapping_add(index as u16);
        // SAFETY: there is room for the text and its terminator: checked above.
        unsafe { ptr::copy_nonoverlapping(text.as_ptr(), name.cast(), text.len()) };
        // SAFETY: the same.
        let end = unsafe { name.add(text.len()) };
        // SAFETY: the same.
        unsafe { end.write(0) };
        // SAFETY: the caller's promise.
        unsafe { uuid16.write(number) };
        0
    });
    found.unwrap_or(-errno.enoent)
}
