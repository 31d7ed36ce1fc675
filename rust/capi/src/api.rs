//! The functions of the C API. Each runs its work on the provisioning thread and waits for it. The
//! functions that connect and those that draw are in their own files.

use core::ffi::{c_char, c_int, c_void};

use heapless::Vec as FixedVec;
use netprov_sys::{network_prov_endpoint_handler_t, network_prov_mgr_config, network_prov_scheme};
use protocomm::limiter::Policy;
use protocomm::{Instant, Millis};
use provisioning::{Config, Error, State};

use crate::owner::{self, App, Handler, Manager, Owner};
use crate::port::{self, NETPROV_SCAN_WAIT_MS, NETPROV_STOP_WAIT_MS, PortRng};
use crate::start::Start;
use crate::thread::{on_thread, wait_for};
use crate::{service, strings};

/// Most capabilities of one application entry.
const CAPABILITIES_MAX: usize = 16;

/// Longest wait of `network_prov_mgr_stop_provisioning()` and `network_prov_mgr_deinit()`, so that
/// a transport that does not stop cannot block an application.
const END_WAIT: Millis = Millis::from_millis(NETPROV_STOP_WAIT_MS);

/// Runs `f` with the manager, on the provisioning thread. Returns -EPERM if there is none.
#[inline(never)]
pub(crate) fn with_manager(f: &mut dyn FnMut(&mut Manager) -> Result<(), Error>) -> c_int {
    on_thread(-port::errno().ewouldblock, || {
        let result = owner::with_manager(&mut *f).unwrap_or(Err(Error::NotRunning));
        result.map_or_else(port::error_number, |()| 0)
    })
}

/// As `manager`, for calls that produce outputs. Returns -EBUSY if the running callback has already
/// queued too many: its outputs are carried out after it has returned.
#[inline(never)]
pub(crate) fn with_ready_manager(f: &mut dyn FnMut(&mut Manager) -> Result<(), Error>) -> c_int {
    let mut backed_up = false;
    let result = with_manager(&mut |manager| {
        backed_up = manager.is_backed_up();
        if backed_up { Ok(()) } else { f(manager) }
    });
    if backed_up { -port::errno().ebusy } else { result }
}

/// Time for which the result of a scan ahead serves as a client's own scan. Apps request it right
/// after the handshake.
const SCAN_FRESH: Millis = Millis::from_secs(10);

/// @brief Initialises the manager. Delivers `NETWORK_PROV_INIT`.
///
/// @param config Configuration. The scheme it points to must remain valid until the manager is
///     deinitialised.
///
/// @retval 0 Success.
/// @retval -EALREADY The manager is already initialised.
/// @retval -EINVAL The scheme is missing or incomplete.
/// @retval -EWOULDBLOCK The caller cannot wait; see "Who may call".
///
/// # Safety
///
/// `config.scheme` is NULL or points to a scheme that lives until deinit; the callback may be
/// called with its user data until then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_init(config: network_prov_mgr_config) -> c_int {
    // SAFETY: NULL or a scheme: the caller's promise.
    let scheme = unsafe { config.scheme.as_ref() };
    let errno = port::errno();
    let Some(scheme) = scheme.filter(|scheme| scheme.start.is_some() && scheme.stop.is_some())
    else {
        return -errno.einval;
    };
    on_thread(-errno.ewouldblock, || {
        owner::with(|owner| {
            if owner.manager.is_some() {
                return -errno.ealready;
            }
            let settings = settings(config.wifi_conn_attempts, scheme);
            let manager = Manager::new_in(&mut owner.manager, settings, PortRng);
            service::introduce(manager, owner.network, &mut owner.scan_until);
            owner.app = App::new(Some(scheme), config.app_event_handler);
            0
        })
    })
}

fn settings(wifi_conn_attempts: u32, scheme: &network_prov_scheme) -> Config {
    let settings = port::settings();
    let limiter = Policy { max_failures: settings.max_auth_failures, ..Policy::default() };
    Config {
        wifi_conn_attempts,
        attempt_timeout: Millis::from_millis(settings.attempt_timeout_ms),
        auto_stop_timeout: Millis::from_millis(settings.auto_stop_timeout_ms),
        scan_wait: Millis::from_millis(NETPROV_SCAN_WAIT_MS),
        retry_stored: Millis::from_millis(settings.retry_stored_ms),
        must_find_others: settings.must_find_others,
        retry_beside: cfg!(feature = "retry-beside") && scheme.retry_beside,
        scan_ahead: scheme.scan_ahead.then_some(SCAN_FRESH),
        limiter,
        ..Config::default()
    }
}

/// @brief Stops the service if it is running, then deinitialises the manager.
///
/// Delivers `NETWORK_PROV_END` if the service was running, then `NETWORK_PROV_DEINIT`. A call of
/// `network_prov_mgr_connect()` in progress returns -ECANCELED.
///
/// Returns once `NETWORK_PROV_DEINIT` has been delivered. By then, requests in progress have been
/// responded to, the transport has stopped, and data used by callbacks may be freed.
///
/// @note From a callback or a handler, it takes effect after that callback or handler has returned.
///     Where it cannot wait (see "Who may call"), it returns 0 at once and takes effect later;
///     `NETWORK_PROV_DEINIT` reports completion.
///
/// @retval 0 Success, also if the manager is not initialised.
/// @retval -ETIMEDOUT The transport has not stopped within 10 s, plus the delay set with
///     `network_prov_mgr_disable_auto_stop()`. The manager is deinitialised when the transport
///     stops.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_deinit() -> c_int {
    let end = on_thread(End::Later, || {
        let before = owner::progress().deinits;
        match end(Manager::deinit) {
            Some(delay) if !owner::in_callback() => End::Await(before, delay),
            _ => End::Done,
        }
    });
    let (before, delay) = match end {
        End::Await(before, delay) => (before, delay),
        End::Done => return 0,
        End::Later => {
            port::end_later(true);
            return 0;
        }
    };
    let patience = END_WAIT.as_millis().saturating_add(delay.as_millis());
    let gone =
        wait_for(Some(Millis::from_millis(patience)), &mut || owner::progress().deinits != before);
    if gone { 0 } else { -port::errno().etimedout }
}

/// How a call that ends the service or the manager continues.
enum End {
    /// The provisioning thread is busy, and the caller cannot wait for it.
    Later,
    /// There is nothing to wait for.
    Done,
    /// Wait for the end of this service or manager, for this time longer than usual.
    Await(u32, Millis),
}

/// Ends the service, or also the manager. Returns how long the service continues, as set by the
/// application; `None` without a manager.
pub(crate) fn end(f: fn(&mut Manager, Instant)) -> Option<Millis> {
    owner::with_manager(|manager| {
        f(manager, port::now());
        manager.stop_delay()
    })
}

/// @brief Starts the provisioning service. Delivers `NETWORK_PROV_START`.
///
/// All parameters are copied. The copies are wiped when the service has ended.
///
/// @note From a callback, and where it cannot wait (see "Who may call"), it returns 0 before the
///     transport is started. Then `NETWORK_PROV_START` reports success, and `NETWORK_PROV_END`
///     alone reports that the transport failed to start.
///
/// @param security Security version, of `enum network_prov_security`.
/// @param sec_params Security 0: NULL. Security 1: the proof of possession as a string, or NULL for
///     none, which logs a warning. Security 2: a `const struct network_prov_security2_params *`.
/// @param service_name Name of the service, up to 32 bytes.
/// @param service_key Passphrase of the device's access point, up to 64 bytes, or NULL.
///
/// @retval 0 Success.
/// @retval -EPERM The manager is not initialised, or the service is running.
/// @retval -EBUSY A call of `network_prov_mgr_connect()` is in progress.
/// @retval -EINVAL The name is missing, the name or the key is too long, or the salt or the verifier
///     is missing or unusable.
/// @retval -ENOTSUP The security version is unknown or not built in.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
/// @retval -errno Another error of the transport.
///
/// # Safety
///
/// The pointers are as described, during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_start_provisioning(
    security: c_int,
    sec_params: *const c_void,
    service_name: *const c_char,
    service_key: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { Start::new(security, sec_params, service_name, service_key) } {
        Ok(start) => start.run().map_or_else(|error| error, |()| 0),
        Err(errno) => -errno,
    }
}

/// @brief Stops the provisioning service. Delivers `NETWORK_PROV_END`. Does nothing if the service
/// is not running.
///
/// A call of `network_prov_mgr_connect()` in progress returns -ECANCELED.
///
/// Returns once the service has ended and `NETWORK_PROV_END` has been delivered. By then, requests
/// in progress have been responded to and the transport has stopped. It returns earlier if
/// a delay was set with `network_prov_mgr_disable_auto_stop()`, or if the transport takes longer
/// than 10 s to stop; then `network_prov_mgr_is_sm_idle()` tells when the service has ended.
///
/// @note From a callback or a handler, it takes effect after that callback or handler has returned
///     and the client has its response. Where it cannot wait (see "Who may call"), it takes effect
///     later; `NETWORK_PROV_END` reports completion.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_stop_provisioning() {
    let end = on_thread(End::Later, || {
        let service = owner::progress().started;
        match end(Manager::stop) {
            Some(delay) if delay.is_zero() && !owner::in_callback() => End::Await(service, delay),
            _ => End::Done,
        }
    });
    match end {
        End::Later => port::end_later(false),
        End::Done => {}
        End::Await(service, _) => {
            wait_for(Some(END_WAIT), &mut || owner::progress().has_ended(service));
        }
    }
}

/// @brief Waits until provisioning has succeeded or the service has ended.
///
/// Returns at once if the service is not running. Several threads may wait at the same time.
///
/// @note Returns at once from a callback, and where it cannot wait (see "Who may call").
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_wait() {
    let begun = on_thread(None, || {
        let state = owner::with_manager(|manager| manager.state())?;
        let runs = !matches!(state, State::Idle | State::Connecting | State::Succeeded);
        let waits = runs && !owner::in_callback();
        waits.then(|| owner::progress().outcomes)
    });
    if let Some(begun) = begun {
        wait_for(None, &mut || owner::progress().outcomes != begun);
    }
}

/// @brief Checks whether credentials (for Thread, a dataset) are stored.
///
/// @param provisioned Set to true if they are stored, otherwise to false.
///
/// @retval 0 Success.
/// @retval -EINVAL `provisioned` is NULL.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `provisioned` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_is_provisioned(provisioned: *mut bool) -> c_int {
    // SAFETY: NULL or writable: the caller's promise.
    let Some(provisioned) = (unsafe { provisioned.as_mut() }) else {
        return -port::errno().einval;
    };
    let errno = port::errno();
    let answer = on_thread(Err(errno.ewouldblock), || Ok(port::is_stored()));
    // SAFETY: writable: it is a reference.
    unsafe { tell(answer, provisioned) }
}

/// @brief Checks whether Wi-Fi credentials are stored. In a build for Thread, they never are.
///
/// @param provisioned Set to true if they are stored, otherwise to false.
///
/// @retval 0 Success.
/// @retval -EINVAL `provisioned` is NULL.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `provisioned` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_is_wifi_provisioned(provisioned: *mut bool) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { is_provisioned_for(Kind::Wifi, provisioned) }
}

/// @brief Checks whether a Thread dataset is stored. In a build for Wi-Fi, it never is.
///
/// @param provisioned Set to true if it is stored, otherwise to false.
///
/// @retval 0 Success.
/// @retval -EINVAL `provisioned` is NULL.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `provisioned` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_is_thread_provisioned(provisioned: *mut bool) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { is_provisioned_for(Kind::Thread, provisioned) }
}

/// The network types.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Wifi,
    Thread,
}

/// # Safety
///
/// `provisioned` is NULL or can be written to.
unsafe fn is_provisioned_for(kind: Kind, provisioned: *mut bool) -> c_int {
    if (kind == Kind::Thread) == cfg!(feature = "thread") {
        // SAFETY: the caller's promise.
        return unsafe { network_prov_mgr_is_provisioned(provisioned) };
    }
    // SAFETY: the caller's promise.
    unsafe { tell(Ok(false), provisioned) }
}

/// @brief Checks whether the service is stopped.
///
/// @note Where it cannot wait (see "Who may call") and the provisioning thread is busy, it returns
///     the last known state.
///
/// @return true if the service is not running.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_is_sm_idle() -> bool {
    let is_idle = on_thread(None, || Some(owner::is_idle()));
    is_idle.unwrap_or_else(owner::was_idle)
}

/// @brief Leaves it to the application to stop the service after provisioning has succeeded.
///
/// @param cleanup_delay_ms Time in milliseconds during which the service still responds after it was
///     stopped. 0 for none; shorter times than 100 ms are extended to 100 ms.
///
/// @retval 0 Success.
/// @retval -EPERM The manager is not initialised, or the service is running.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_disable_auto_stop(cleanup_delay_ms: u32) -> c_int {
    let delay = Millis::from_millis(cleanup_delay_ms);
    with_manager(&mut |manager| manager.disable_auto_stop(delay))
}

/// @brief Adds an entry to the response of the endpoint `proto-ver`, or replaces the entry with the
/// same label.
///
/// All strings are UTF-8 and are copied.
///
/// @param label Label of the entry.
/// @param version Version of the application.
/// @param capabilities Array of `total_capabilities` strings, or NULL if there are none.
/// @param total_capabilities Number of capabilities, up to 16.
///
/// @retval 0 Success.
/// @retval -EPERM The manager is not initialised.
/// @retval -EINVAL A string is missing, the label is empty, or the label is `prov`.
/// @retval -ENOSPC All entries together exceed `CONFIG_NETWORK_PROV_APP_INFO_MAX`, or there are too
///     many capabilities.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// The pointers are as described, during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_set_app_info(
    label: *const c_char,
    version: *const c_char,
    capabilities: *const *const c_char,
    total_capabilities: usize,
) -> c_int {
    let errno = port::errno();
    if capabilities.is_null() && total_capabilities > 0 {
        return -errno.einval;
    }
    // SAFETY: strings or NULL: the caller's promise.
    let label = unsafe { strings::text(label) };
    // SAFETY: the same.
    let version = unsafe { strings::text(version) };
    let (Some(label), Some(version)) = (label, version) else { return -errno.einval };
    if total_capabilities > CAPABILITIES_MAX {
        return -errno.enospc;
    }
    let mut texts = FixedVec::<&str, CAPABILITIES_MAX>::new();
    // SAFETY: an array of so many strings, or NULL: the caller's promise.
    for capability in unsafe { strings::array(capabilities, total_capabilities) } {
        // SAFETY: a string or NULL: the caller's promise.
        let Some(text) = (unsafe { strings::text(*capability) }) else { return -errno.einval };
        // There is room: checked above.
        let _ = texts.push(text);
    }
    with_manager(&mut |manager| manager.set_app_info(label, version, &texts))
}

/// @brief Creates an endpoint of the application. Call it before the service starts.
///
/// @param ep_name Name of the endpoint.
///
/// @retval 0 Success.
/// @retval -EPERM The manager is not initialised, or the service is running.
/// @retval -EINVAL The name is missing, empty, too long, or contains a character that a transport
///     cannot carry.
/// @retval -EALREADY The endpoint exists.
/// @retval -ENOSPC There are already `CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS` endpoints.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `ep_name` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_endpoint_create(ep_name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { strings::text(ep_name) }) else { return -port::errno().einval };
    with_manager(&mut |manager| manager.endpoint_create(name).map(|_| ()))
}

/// @brief Registers the handler of an endpoint. Call it after the service has started, usually in
/// the `NETWORK_PROV_START` event.
///
/// @param ep_name Name of the endpoint.
/// @param handler The handler.
/// @param user_ctx Passed to the handler.
///
/// @retval 0 Success.
/// @retval -EPERM The service is not running.
/// @retval -EINVAL The name or the handler is missing.
/// @retval -ENOENT The endpoint was not created.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `ep_name` is NULL or a string; the handler may be called with the context until the service has
/// ended or the endpoint is unregistered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_endpoint_register(
    ep_name: *const c_char,
    handler: network_prov_endpoint_handler_t,
    user_ctx: *mut c_void,
) -> c_int {
    let errno = port::errno();
    // SAFETY: the caller's promise.
    let name = unsafe { strings::text(ep_name) };
    let (Some(name), true) = (name, handler.is_some()) else { return -errno.einval };
    on_thread(-errno.ewouldblock, || {
        owner::with(|owner| {
            let Some(manager) = &mut owner.manager else { return -errno.eperm };
            let endpoint = match manager.endpoint_register(name) {
                Ok(endpoint) => endpoint,
                Err(error) => return port::error_number(error),
            };
            let handlers = &mut owner.app.handlers;
            handlers.retain(|other| other.endpoint != endpoint);
            // There are as many places as endpoints.
            let _ = handlers.push(Handler { endpoint, handler, context: user_ctx });
            0
        })
    })
}

/// @brief Removes the handler of an endpoint.
///
/// @param ep_name Name of the endpoint.
///
/// @retval 0 Success.
/// @retval -EPERM The manager is not initialised.
/// @retval -EINVAL The name is missing.
/// @retval -ENOENT The endpoint was not created.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `ep_name` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_endpoint_unregister(ep_name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { strings::text(ep_name) }) else { return -port::errno().einval };
    with_manager(&mut |manager| manager.endpoint_unregister(name).map(|_| ()))
}

/// What a question comes to: an answer, or an errno.
type Answer<T> = Result<T, c_int>;

/// Asks the manager.
#[inline(always)]
pub(crate) fn ask<T>(mut question: impl FnMut(&mut Manager) -> Option<T>) -> Answer<T> {
    ask_owner(|owner| question(owner.manager.as_mut()?))
}

/// Asks the owner of all.
#[inline(always)]
pub(crate) fn ask_owner<T>(mut question: impl FnMut(&mut Owner) -> Option<T>) -> Answer<T> {
    let errno = port::errno();
    on_thread(Err(errno.ewouldblock), || owner::with(&mut question).ok_or(errno.eperm))
}

/// Stores an answer.
///
/// # Safety
///
/// `place` is NULL or can be written to.
pub(crate) unsafe fn tell<T>(answer: Answer<T>, place: *mut T) -> c_int {
    let errno = port::errno();
    if place.is_null() {
        return -errno.einval;
    }
    let answer = match answer {
        Ok(answer) => answer,
        Err(errno) => return -errno,
    };
    // SAFETY: not NULL; the rest is the caller's promise.
    unsafe { place.write(answer) };
    0
}

/// Stores an answer that is an enum, which in C may be shorter than here.
///
/// # Safety
///
/// As `tell()`; `T` is an enum without fields and with values below 128.
pub(crate) unsafe fn tell_enum<T>(answer: Answer<T>, place: *mut T) -> c_int {
    if cfg!(feature = "short-enums") {
        // SAFETY: it has at least one byte. The machine is a little-endian one, so that is the value.
        let answer = answer.map(|answer| unsafe { (&raw const answer).cast::<u8>().read() });
        // SAFETY: the caller's promise.
        return unsafe { tell(answer, place.cast()) };
    }
    // SAFETY: the caller's promise.
    unsafe { tell(answer, place) }
}
