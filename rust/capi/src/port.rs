//! What the core asks of the platform: functions of the C glue, and safe words for them.

use core::ffi::{c_int, c_void};
use core::slice;

use netprov_sys::netprov_errno;
use protocomm::{Instant, Millis};
use provisioning::{Error, RequestError};

/// What the owner of the device has set. Read when the manager is initialised.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_settings {
    /// One attempt to join a network, in milliseconds: with Wi-Fi, address included.
    pub attempt_timeout_ms: u32,
    /// From a success to the end of the service, if no client reads of it, in milliseconds.
    pub auto_stop_timeout_ms: u32,
    /// Wrong proofs of possession before handshakes are refused for a while; 0 is any number.
    pub max_auth_failures: u32,
    /// While the service runs because no stored network could be joined: after so many
    /// milliseconds without a client they are tried again; 0 is never.
    pub retry_stored_ms: u32,
}

/// A function that runs on the provisioning thread.
#[allow(non_camel_case_types)]
pub type netprov_job_t = unsafe extern "C" fn(argument: *mut c_void);

unsafe extern "C" {
    static netprov_errno: netprov_errno;
    static netprov_settings: netprov_settings;
    /// Runs `job` on the provisioning thread and returns when it has ended; calls it directly on
    /// that thread. Called from any thread, and from an interrupt. Returns 0; anything else if the
    /// caller may not wait for the thread, and then the job never runs.
    ///
    /// A job of a caller that may not wait (see `netprov_port_may_wait()`) is short, and
    /// `netprov_core_catch_up()` is called some time after it.
    fn netprov_port_run(job: netprov_job_t, argument: *mut c_void) -> c_int;
    /// Whether the caller may wait until something has been brought about. Not from an interrupt,
    /// nor on a thread that the transports or the network need for that. Called from anywhere.
    fn netprov_port_may_wait() -> bool;
    /// A function that waits was called where nothing may wait, and returns an error: says so.
    fn netprov_port_refuse();
    /// Has `netprov_core_end()` called on the provisioning thread, without waiting for that. Called
    /// from anywhere.
    fn netprov_port_end(deinit: bool);
    /// Something has changed that threads may wait for: `change` is its number, one more than
    /// that before, and 0 at the beginning. Releases every thread in `netprov_port_wait()`.
    fn netprov_port_announce(change: u32);
    /// Waits until the number announced last is another one than `seen`, or for so many
    /// milliseconds; -1 is for ever. It may return early. Called from any thread but the
    /// provisioning thread.
    fn netprov_port_wait(seen: u32, timeout_ms: i32);
    /// Milliseconds since boot.
    fn netprov_port_now_ms() -> u64;
    /// Fills the buffer with random bytes fit for keys. Returns 0, or anything else if it could
    /// not: then the buffer is not used.
    fn netprov_port_random(buffer: *mut u8, length: usize) -> c_int;
    /// Ends a request: `error` is 0, and the response is in the request's buffer, so long; or it is
    /// the negative errno to fail the request with. Called once for each request that
    /// `netprov_core_request()` took: during that call, or later, after `netprov_port_buffer()`. It
    /// does not wait for the transport.
    fn netprov_port_respond(request: u32, error: c_int, length: usize);
    /// The buffer of a request whose response was deferred, for the core to write to until
    /// `netprov_port_respond()`, and its size; NULL if the transport has given the request up.
    fn netprov_port_buffer(request: u32, size: *mut usize) -> *mut u8;
    /// Erases the stored credentials, or the dataset. Returns 0 or a negative errno.
    fn netprov_port_erase() -> c_int;
    /// Whether credentials, or a dataset, are stored.
    fn netprov_port_is_stored() -> bool;
    /// Frees what an endpoint handler of the application has allocated; NULL is nothing.
    fn netprov_port_free(memory: *mut c_void);
    /// The core has found a defect of its own. It does not return.
    fn netprov_port_panic() -> !;
}

/// Runs `job` on the provisioning thread and waits for its end; at once if this is that thread.
/// False if the caller may not wait for the thread.
pub(crate) fn run(job: netprov_job_t, argument: *mut c_void) -> bool {
    // SAFETY: the port calls `job` once with `argument`, before it returns.
    unsafe { netprov_port_run(job, argument) == 0 }
}

/// Whether the caller may wait until something has been brought about.
pub(crate) fn may_wait() -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_may_wait() }
}

/// Says that a function that waits was called where nothing may wait.
pub(crate) fn refuse() {
    // SAFETY: no pointers.
    unsafe { netprov_port_refuse() }
}

/// Ends the service, or the manager too, without waiting for anything.
pub(crate) fn end_later(deinit: bool) {
    // SAFETY: no pointers.
    unsafe { netprov_port_end(deinit) }
}

/// Releases whoever [`wait`]s.
pub(crate) fn announce(change: u32) {
    // SAFETY: no pointers.
    unsafe { netprov_port_announce(change) }
}

/// Waits for a change after the one `seen`, for ever or as long as this. It may return early.
pub(crate) fn wait(seen: u32, timeout: Option<Millis>) {
    let ms = timeout.map_or(-1, |timeout| i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX));
    // SAFETY: no pointers.
    unsafe { netprov_port_wait(seen, ms) }
}

/// The time since boot.
pub(crate) fn now() -> Instant {
    // SAFETY: no pointers.
    Instant::from_millis(unsafe { netprov_port_now_ms() })
}

/// The end: the platform's fatal error.
pub fn panic() -> ! {
    // SAFETY: no pointers.
    unsafe { netprov_port_panic() }
}

/// Ends a request: with the response in its buffer, of this length, or with an error.
pub(crate) fn respond(request: u32, response: Result<usize, RequestError>) {
    let (error, length) = match response {
        Ok(length) => (0, length),
        Err(error) => (request_errno(error), 0),
    };
    // SAFETY: no pointers.
    unsafe { netprov_port_respond(request, error, length) }
}

/// The buffer of a request whose response was deferred; none if nobody waits for it any more.
pub(crate) fn buffer<'a>(request: u32) -> Option<&'a mut [u8]> {
    let mut size = 0;
    // SAFETY: the port writes the size during the call.
    let buffer = unsafe { netprov_port_buffer(request, &mut size) };
    if buffer.is_null() {
        return None;
    }
    // SAFETY: the port lends so many bytes, until the request has ended.
    Some(unsafe { slice::from_raw_parts_mut(buffer, size) })
}

/// Erases all stored credentials. 0 or a negative errno.
pub(crate) fn erase() -> c_int {
    // SAFETY: no pointers.
    unsafe { netprov_port_erase() }
}

/// Whether there are stored credentials.
pub(crate) fn is_stored() -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_is_stored() }
}

/// Frees what a handler of the application has allocated.
pub(crate) fn free(memory: *mut u8) {
    // SAFETY: the pointer is the one that the handler gave away, or NULL.
    unsafe { netprov_port_free(memory.cast()) }
}

/// The platform's source of randomness.
pub(crate) struct PortRng;

/// The source of randomness failed.
#[derive(Debug)]
pub(crate) struct RngError;

impl core::fmt::Display for RngError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("the source of randomness failed")
    }
}

impl core::error::Error for RngError {}

impl rand_core::TryRng for PortRng {
    type Error = RngError;

    fn try_next_u32(&mut self) -> Result<u32, RngError> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, RngError> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), RngError> {
        // SAFETY: the port writes to these bytes, all of them, during the call.
        let error = unsafe { netprov_port_random(bytes.as_mut_ptr(), bytes.len()) };
        if error == 0 { Ok(()) } else { Err(RngError) }
    }
}

impl rand_core::TryCryptoRng for PortRng {}

/// The errno numbers of the platform.
pub(crate) fn errno() -> &'static netprov_errno {
    // SAFETY: the port defines this constant; it is never written.
    unsafe { &netprov_errno }
}

/// What the owner of the device has set.
pub(crate) fn settings() -> &'static netprov_settings {
    // SAFETY: the port defines this constant; it is never written.
    unsafe { &netprov_settings }
}

/// A refusal of the manager, as a negative errno.
pub(crate) fn error_number(error: Error) -> c_int {
    use protocomm::EndpointError;

    let errno = errno();
    -match error {
        Error::Argument | Error::Endpoint(EndpointError::BadName) => errno.einval,
        Error::Endpoint(EndpointError::Exists) => errno.ealready,
        Error::Full => errno.enospc,
        Error::UnknownEndpoint | Error::NothingStored => errno.enoent,
        Error::Connecting => errno.ebusy,
        _ => errno.eperm,
    }
}

/// A request that failed, as a negative errno.
fn request_errno(error: RequestError) -> c_int {
    use protocomm::{Error as Protocol, HandshakeError};

    let errno = errno();
    -match error {
        RequestError::Protocol(Protocol::UnknownEndpoint) => errno.enoent,
        RequestError::Protocol(Protocol::Busy) => errno.ebusy,
        RequestError::Protocol(Protocol::RequestTooLarge | Protocol::ResponseTooLarge) => {
            errno.emsgsize
        }
        RequestError::Protocol(
            Protocol::NoSession
            | Protocol::Unauthentic
            | Protocol::Exhausted
            | Protocol::Handshake(HandshakeError::ProofMismatch),
        )
        | RequestError::Displaced => errno.eacces,
        // The console has a text for each.
        RequestError::Protocol(Protocol::Handshake(HandshakeError::LockedOut)) => errno.ecanceled,
        RequestError::Protocol(Protocol::Handshake(HandshakeError::TooMany)) => errno.enospc,
        RequestError::Protocol(Protocol::Handshake(HandshakeError::Rng)) => errno.eio,
        RequestError::NotRunning => errno.eperm,
        RequestError::NoHandler => errno.enoent,
        RequestError::HandlerFailed => errno.eio,
        _ => errno.einval,
    }
}
