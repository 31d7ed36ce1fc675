//! What the C glue tells the core: functions for the provisioning thread alone.

use core::ffi::{c_char, c_int};
use core::ptr;

use protocomm::transport::console;
use protocomm::transport::http::{ConnectionId, Resolved};
use protocomm::{Peer, SessionId, TransportId};
use provisioning::{RequestId, ScanFailure, endpoints};

use crate::owner::Manager;
use crate::service::{self, tell};
use crate::{api, owner, port, requests, strings};

/// The peer of all sessions of a console.
const CONSOLE: Peer = Peer::new(1);

/// A request from a transport, in the buffer that its response goes into.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_request {
    /// The glue's number for it.
    pub request: u32,
    /// The transport's number.
    pub transport: u8,
    /// The session's number on that transport.
    pub session: u32,
    /// The peer: a number made of its address. 0 if the transport has no addresses, or if a session
    /// is a peer of its own, as a Bluetooth link is.
    pub peer: u32,
    /// The endpoint's name.
    pub endpoint: *const c_char,
    /// The message is at its start. The response goes there, and may fill it.
    pub buffer: *mut u8,
    /// The length of the message.
    pub length: usize,
    /// The size of the buffer: what the transport's response may take.
    pub size: usize,
}

/// A request came in. `netprov_port_respond()` ends it, once: during the call, or later. The buffer
/// is the core's during the call, and again from `netprov_port_buffer()` to the end; it need not be
/// the same one then.
///
/// # Safety
///
/// The request and its endpoint's name can be read during the call, and nobody else uses the buffer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_request(request: *const netprov_request) {
    // SAFETY: the caller's promise.
    let Some(request) = (unsafe { request.as_ref() }) else { return };
    // SAFETY: the caller's promise. A name that is not ASCII is no endpoint's.
    let endpoint = unsafe { strings::ascii(request.endpoint) }.unwrap_or_default();
    // SAFETY: the caller's promise.
    let buffer = unsafe { strings::buffer(request.buffer, request.size) };
    let session = SessionId::new(TransportId(request.transport), request.session);
    let from = (session, Peer::new(request.peer));
    requests::take(RequestId(request.request), from, endpoint, buffer, request.length);
    service::run();
}

/// A request came in on the console: the words behind the command's name, of which the last may be
/// NULL. The message is decoded into the buffer, which is as that of `netprov_core_request()`.
/// Returns NULL if the request was taken, else what is wrong with it.
///
/// # Safety
///
/// The pointers are strings; `hex` may be NULL. `buffer` has `size` bytes, which nobody else uses.
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
    // A console has one line, whatever number its user gives to a session.
    let from = (session, CONSOLE);
    requests::take(RequestId(request), from, line.endpoint, buffer, line.length);
    service::run();
    ptr::null()
}

/// The transport no longer waits for a request: it took too long, or its connection is gone. The
/// core does not use its buffer any more, and `netprov_port_respond()` is not called for it.
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

/// Finds the session of an HTTP request without its peer:
/// [`netprov_core_http_find_session`] with the peer 0.
///
/// # Safety
///
/// `cookie` is NULL or a string; `session` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_http_session(
    transport: u8,
    connection: u32,
    cookie: *const c_char,
    session: *mut u32,
) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { netprov_core_http_find_session(transport, connection, 0, cookie, session) }
}

/// Finds the session of an HTTP request, by its `Cookie` header (NULL if it has none), its
/// connection and its peer, which is a number made of the client's address. A cookie that was given
/// to another peer is taken for none. Returns 0 if the client knows the session's number, 1 if it must be told by
/// `Set-Cookie`, -EIO if there is no randomness for a new one, -EPERM if nothing runs.
///
/// # Safety
///
/// `cookie` is NULL or a string; `session` can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn netprov_core_http_find_session(
    transport: u8,
    connection: u32,
    peer: u32,
    cookie: *const c_char,
    session: *mut u32,
) -> c_int {
    let errno = port::errno();
    // SAFETY: the caller's promise.
    let cookie = unsafe { strings::text(cookie) };
    let found = owner::with(|owner| {
        let (protocomm, rng) = owner.manager.as_mut()?.protocomm_and_rng();
        let in_use = |number| protocomm.knows(SessionId::new(TransportId(transport), number));
        let connection = ConnectionId(connection);
        Some(owner.app.cookies.resolve(connection, Peer::new(peer), cookie, in_use, rng))
    });
    match found {
        Some(Ok(Resolved { session: number, set_cookie })) => {
            // SAFETY: the caller's promise.
            unsafe { session.write(number) };
            set_cookie.into()
        }
        Some(Err(_)) => -errno.eio,
        None => -errno.eperm,
    }
}

/// An HTTP connection has ended.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_http_closed(connection: u32) {
    owner::with(|owner| owner.app.cookies.connection_closed(ConnectionId(connection)));
}

/// A transport session has ended.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_close_session(transport: u8, session: u32) {
    tell(|manager| manager.close_session(SessionId::new(TransportId(transport), session)));
}

/// The number of the established session, if it came by this transport; 0 if there is none. For
/// transports that number their sessions from 1.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_session_in_force(transport: u8) -> u32 {
    owner::with_manager(|manager| manager.protocomm().established())
        .flatten()
        .filter(|session| session.transport == TransportId(transport))
        .map_or(0, |session| session.number)
}

/// Does what calls of the API have asked for that could not wait for it.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_catch_up() {
    service::handle_timeouts();
    service::run();
}

/// The application wants an end, and does not wait for it: of the service, or of the manager too.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_end(deinit: bool) {
    api::end(if deinit { Manager::deinit } else { Manager::stop });
    service::run();
}

/// The transport has stopped.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_service_stopped() {
    tell(|manager| manager.service_stopped());
}

/// The scan has ended; `error` is 0 if it went well.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_scan_done(error: c_int) {
    service::scan_done(if error == 0 { Ok(()) } else { Err(ScanFailure) });
}

/// When `netprov_core_handle_timeouts()` must be called, in milliseconds since boot; -1 for never.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_next_timeout() -> i64 {
    service::next_timeout().map_or(-1, |at| i64::try_from(at.as_millis()).unwrap_or(i64::MAX))
}

/// Does all that is due.
#[unsafe(no_mangle)]
pub extern "C" fn netprov_core_handle_timeouts() {
    service::handle_timeouts();
}

/// The name and the Bluetooth number of the endpoint at `index`, from 0 up. Returns 0, or -ENOENT
/// behind the last.
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
        let Some((_, text, _)) = endpoints.iter().nth(index) else { return -errno.enoent };
        if text.len() >= size {
            return -errno.enospc;
        }
        // The protocol's own come first, in the order of their numbers.
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
