//! Functions of the platform, which the C glue implements, and safe wrappers for them.

use core::ffi::{c_int, c_void};
use core::slice;

use netprov_sys::netprov_errno;
use protocomm::{HandshakeError, Instant, Millis};
use provisioning::{Error, RequestError};
use rand_core::utils::next_word_via_fill;

/// @brief Longest time that the functions which end the service or the manager wait, in milliseconds.
pub const NETPROV_STOP_WAIT_MS: u32 = 10000;

/// @brief Longest time that a client waits for a scan, in milliseconds.
pub const NETPROV_SCAN_WAIT_MS: u32 = 8000;

/// @brief Time for which a handshake in progress is not replaced by another peer's, in milliseconds.
pub const NETPROV_HANDSHAKE_GRACE_MS: u32 = 3000;

const _: () = assert!(
    NETPROV_HANDSHAKE_GRACE_MS == protocomm::limits::HANDSHAKE_GRACE.as_millis(),
    "the glue's header has another value"
);

/// @brief Settings from Kconfig. Read when the manager is initialised.
#[repr(C)]
#[allow(non_camel_case_types)]
pub struct netprov_settings {
    /// Longest attempt to join a network in milliseconds. With Wi-Fi, this includes the IP address.
    pub attempt_timeout_ms: u32,
    /// Time from success to the end of the service in milliseconds, if no client reads the result.
    pub auto_stop_timeout_ms: u32,
    /// Failed handshakes until further ones are refused for a while; 0 for no limit.
    pub max_auth_failures: u32,
    /// Time in milliseconds without a client until the stored networks are tried again, if the
    /// service runs because none of them could be joined; 0 for never.
    pub retry_stored_ms: u32,
    /// For Thread: a new dataset works only if another device of its network is found.
    pub must_find_others: bool,
}

/// @brief A function that runs on the provisioning thread.
#[allow(non_camel_case_types)]
pub type netprov_job_t = unsafe extern "C" fn(argument: *mut c_void);

unsafe extern "C" {
    static netprov_errno: netprov_errno;
    static netprov_settings: netprov_settings;
    /// @brief Runs `job` on the provisioning thread and returns when it has ended.
    ///
    /// On the provisioning thread, calls `job` directly. If the caller cannot wait (see
    /// `netprov_port_may_wait()`), the job is short, and `netprov_core_catch_up()` is called some
    /// time after it.
    ///
    /// @note May be called from any thread and from an interrupt.
    ///
    /// @return 0, or another value if the caller cannot wait for the thread; then the job never
    ///     runs.
    fn netprov_port_run(job: netprov_job_t, argument: *mut c_void) -> c_int;
    /// @brief Checks whether the caller may wait for work of the provisioning thread.
    ///
    /// False in an interrupt, and on threads that the transports or the network need.
    ///
    /// @note May be called from any thread and from an interrupt.
    fn netprov_port_may_wait() -> bool;
    /// @brief Logs that a function that waits was called where it cannot wait, and returned an
    /// error.
    fn netprov_port_refuse();
    /// @brief Logs that the service does not ask clients for a proof of possession.
    fn netprov_port_warn_no_proof();
    /// @brief Has `netprov_core_end()` called on the provisioning thread. Does not wait.
    ///
    /// @note May be called from any thread and from an interrupt.
    fn netprov_port_end(deinit: bool);
    /// @brief Releases every thread in `netprov_port_wait()`.
    ///
    /// @param change Number of the change: 1 for the first, then one more each time.
    fn netprov_port_announce(change: u32);
    /// @brief Waits until a change after `seen` is announced. May return early.
    ///
    /// @note May be called from any thread except the provisioning thread.
    ///
    /// @param seen Number of the last change that the caller has seen; 0 for none.
    /// @param timeout_ms Longest wait in milliseconds; -1 for no limit.
    fn netprov_port_wait(seen: u32, timeout_ms: i32);
    /// @brief Returns the time since boot in milliseconds.
    fn netprov_port_now_ms() -> u64;
    /// @brief Fills a buffer with random bytes that are suitable for keys.
    ///
    /// @return 0, or another value if there are none; then the buffer is not used.
    fn netprov_port_random(buffer: *mut u8, length: usize) -> c_int;
    /// @brief Ends a request. Does not wait for the transport.
    ///
    /// Called once for each request that `netprov_core_request()` accepted: during that call, or
    /// later, after `netprov_port_buffer()`.
    ///
    /// @param request Number of the request.
    /// @param error 0 if the response is in the request's buffer, or the negative errno to fail the
    ///     request with.
    /// @param length Length of the response in bytes.
    fn netprov_port_respond(request: u32, error: c_int, length: usize);
    /// @brief Gets the buffer of a request whose response was deferred. The core writes to it until
    /// `netprov_port_respond()`.
    ///
    /// @param request Number of the request.
    /// @param size Set to the size of the buffer in bytes.
    ///
    /// @return The buffer, or NULL if the transport has abandoned the request.
    fn netprov_port_buffer(request: u32, size: *mut usize) -> *mut u8;
    /// @brief Erases the stored credentials or the stored dataset. Returns 0 or a negative errno.
    fn netprov_port_erase() -> c_int;
    /// @brief Checks whether credentials or a dataset are stored.
    fn netprov_port_is_stored() -> bool;
    /// @brief Frees memory that an endpoint handler of the application has allocated. Does nothing
    /// for NULL.
    fn netprov_port_free(memory: *mut c_void);
    /// @brief Ends the program after the core has detected a defect in itself. Does not return.
    fn netprov_port_panic() -> !;
}

/// Runs `job` on the provisioning thread and waits for its end. On that thread, calls it directly.
/// Returns false if the caller cannot wait.
pub(crate) fn run(job: netprov_job_t, argument: *mut c_void) -> bool {
    // SAFETY: the port calls `job` once with `argument`, before it returns.
    unsafe { netprov_port_run(job, argument) == 0 }
}

/// Returns whether the caller may wait for the outcome of its call.
pub(crate) fn may_wait() -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_may_wait() }
}

/// Logs that a function that waits was called where the caller cannot wait.
pub(crate) fn refuse() {
    // SAFETY: no pointers.
    unsafe { netprov_port_refuse() }
}

/// Logs that anyone in range can provision the device.
pub(crate) fn warn_no_proof() {
    // SAFETY: no pointers.
    unsafe { netprov_port_warn_no_proof() }
}

/// Ends the service, and the manager if `deinit` is true, without waiting.
pub(crate) fn end_later(deinit: bool) {
    // SAFETY: no pointers.
    unsafe { netprov_port_end(deinit) }
}

/// Releases the threads in [`wait`].
pub(crate) fn announce(change: u32) {
    // SAFETY: no pointers.
    unsafe { netprov_port_announce(change) }
}

/// Waits for a change after `seen`, for at most this time if one is given. May return early.
pub(crate) fn wait(seen: u32, timeout: Option<Millis>) {
    let ms = timeout.map_or(-1, |timeout| i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX));
    // SAFETY: no pointers.
    unsafe { netprov_port_wait(seen, ms) }
}

/// Returns the time since boot.
pub(crate) fn now() -> Instant {
    // SAFETY: no pointers.
    Instant::from_millis(unsafe { netprov_port_now_ms() })
}

/// Ends the program by the platform's fatal error.
pub fn panic() -> ! {
    // SAFETY: no pointers.
    unsafe { netprov_port_panic() }
}

/// Ends a request with the response in its buffer, whose length is given, or with an error.
pub(crate) fn respond(request: u32, response: Result<usize, RequestError>) {
    let (error, length) = match response {
        Ok(length) => (0, length),
        Err(error) => (request_errno(error), 0),
    };
    // SAFETY: no pointers.
    unsafe { netprov_port_respond(request, error, length) }
}

/// Returns the buffer of a deferred request; `None` if the transport has given it up.
pub(crate) fn buffer<'a>(request: u32) -> Option<&'a mut [u8]> {
    let mut size = 0;
    // SAFETY: the port writes the size during the call.
    let buffer = unsafe { netprov_port_buffer(request, &mut size) };
    if buffer.is_null() {
        return None;
    }
    // SAFETY: the port lends this number of bytes until the request has ended.
    Some(unsafe { slice::from_raw_parts_mut(buffer, size) })
}

/// Erases all stored credentials. Returns 0 or a negative errno.
pub(crate) fn erase() -> c_int {
    // SAFETY: no pointers.
    unsafe { netprov_port_erase() }
}

/// Returns whether credentials are stored.
pub(crate) fn is_stored() -> bool {
    // SAFETY: no pointers.
    unsafe { netprov_port_is_stored() }
}

/// Frees memory that a handler of the application has allocated.
pub(crate) fn free(memory: *mut u8) {
    // SAFETY: the pointer is the one that the handler gave away, or NULL.
    unsafe { netprov_port_free(memory.cast()) }
}

/// The platform's source of randomness.
pub(crate) struct PortRng;

impl rand_core::TryRng for PortRng {
    type Error = HandshakeError;

    fn try_next_u32(&mut self) -> Result<u32, HandshakeError> {
        next_word_via_fill(self)
    }

    fn try_next_u64(&mut self) -> Result<u64, HandshakeError> {
        next_word_via_fill(self)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), HandshakeError> {
        // SAFETY: the port writes to these bytes, all of them, during the call.
        let error = unsafe { netprov_port_random(bytes.as_mut_ptr(), bytes.len()) };
        if error == 0 { Ok(()) } else { Err(HandshakeError::Rng) }
    }
}

impl rand_core::TryCryptoRng for PortRng {}

/// Returns the platform's errno values.
pub(crate) fn errno() -> &'static netprov_errno {
    // SAFETY: the port defines this constant; it is never written.
    unsafe { &netprov_errno }
}

/// Returns the settings from Kconfig.
pub(crate) fn settings() -> &'static netprov_settings {
    // SAFETY: the port defines this constant; it is never written.
    unsafe { &netprov_settings }
}

/// Converts an error of the manager to a negative errno.
pub(crate) fn error_number(error: Error) -> c_int {
    use protocomm::EndpointError;

    let errno = errno();
    -match error {
        Error::Argument | Error::Endpoint(EndpointError::BadName) => errno.einval,
        Error::Endpoint(EndpointError::Exists) => errno.ealready,
        Error::Full => errno.enospc,
        Error::UnknownEndpoint | Error::NothingStored => errno.enoent,
        Error::Connecting => errno.ebusy,
        Error::NotBuiltIn => errno.enotsup,
        _ => errno.eperm,
    }
}

/// Converts the error of a request to a negative errno.
fn request_errno(error: RequestError) -> c_int {
    use protocomm::Error as Protocol;

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
