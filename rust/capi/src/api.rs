//! The functions of the C API. Each hands its work to the provisioning thread and waits for it.

use core::ffi::{c_char, c_int, c_void};
use core::time::Duration;

use heapless::Vec as FixedVec;
use protocomm::security::{Scheme, sec0::Sec0, sec1::Sec1};
use protocomm::transport::http::Cookies;
use provisioning::wifi::{StationStatus, WifiEvent};
use provisioning::{Config, Error, Manager, State};

use crate::port::{self, PortRng};
use crate::service::{self, Handler, Service};
use crate::strings;
use crate::types::{
    network_prov_cred_fail_reason, network_prov_endpoint_handler_t, network_prov_mgr_config,
    network_prov_security, network_prov_wifi_sta_state,
};

/// Most capabilities of one application entry.
const CAPABILITIES_MAX: usize = 16;

/// Runs `f` on the provisioning thread, does what comes of it, and returns its result; `absent`
/// if the thread does not run.
fn on_thread<T, F: FnOnce() -> T>(absent: T, f: F) -> T {
    struct Job<T, F> {
        f: Option<F>,
        result: T,
    }
    unsafe extern "C" fn run<T, F: FnOnce() -> T>(argument: *mut c_void) {
        // SAFETY: the argument is the job below, whose owner waits for the end of this function.
        let job = unsafe { &mut *argument.cast::<Job<T, F>>() };
        if let Some(f) = job.f.take() {
            job.result = f();
            service::run();
        }
    }
    let mut job = Job { f: Some(f), result: absent };
    port::run(run::<T, F>, (&raw mut job).cast());
    job.result
}

/// Runs `f` with the manager, on the provisioning thread. -EPERM if there is none.
fn with_manager(f: impl FnOnce(&mut Manager<PortRng>) -> Result<(), Error>) -> c_int {
    on_thread(-port::errno().eperm, || {
        let result = service::with_manager(f).unwrap_or(Err(Error::NotRunning));
        result.map_or_else(port::error_number, |()| 0)
    })
}

/// The same for what the manager has to bring about. -EBUSY if a callback has asked for too much
/// already: what it asks for is not done before it returns.
fn with_ready_manager(f: impl FnOnce(&mut Manager<PortRng>) -> Result<(), Error>) -> c_int {
    on_thread(-port::errno().eperm, || {
        if service::with_manager(|manager| manager.is_backed_up()) == Some(true) {
            return -port::errno().ebusy;
        }
        let result = service::with_manager(f).unwrap_or(Err(Error::NotRunning));
        result.map_or_else(port::error_number, |()| 0)
    })
}

/// Initialises the manager. The application is told `NETWORK_PROV_INIT`.
///
/// The scheme must live until deinit. Returns 0, -EALREADY if it is initialised, -EINVAL without a
/// complete scheme.
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
    on_thread(-errno.eperm, || {
        service::with(|service| {
            if service.is_some() {
                return -errno.ealready;
            }
            let core =
                Config { wifi_conn_attempts: config.wifi_conn_attempts, ..Config::default() };
            let mut manager = Manager::new(core, PortRng);
            // The end of the link there is must not be taken for a failure later.
            if let Some(link) = service::link() {
                manager.wifi_event(port::now(), WifiEvent::LinkUp(link));
            }
            *service = Some(Service {
                manager,
                scheme,
                app: config.app_event_handler,
                handlers: FixedVec::new(),
                name: FixedVec::new(),
                key: None,
                start_error: 0,
                cookies: Cookies::default(),
            });
            0
        })
    })
}

/// Ends provisioning if it runs, then the manager. The application is told `NETWORK_PROV_END` if
/// it ran, then `NETWORK_PROV_DEINIT`.
///
/// From a callback or a handler it takes effect after that has returned. From elsewhere all has
/// ended when this returns, unless the transport takes its time to stop or a client is still being
/// answered: then wait for `NETWORK_PROV_DEINIT` before what callbacks use is taken away. Returns 0,
/// also if the manager is not initialised.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_deinit() -> c_int {
    on_thread(0, || {
        service::with_manager(|manager| manager.deinit(port::now()));
        0
    })
}

/// Starts the provisioning service. The application is told `NETWORK_PROV_START`.
///
/// `sec_params` is NULL for security 0 and a string, or NULL, with the proof of possession for
/// security 1; it is copied. `service_name` is up to 32 bytes long. `service_key` is NULL or the
/// passphrase of the device's access point. From a callback the transport is started after that
/// has returned.
///
/// Returns 0; -EPERM if the manager is not initialised or runs, -EINVAL for a name or key that is
/// missing or too long, -ENOTSUP for a scheme that is not there, or the transport's error.
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
    let errno = port::errno();
    // SAFETY: strings or NULL: the caller's promise.
    let name = unsafe { strings::bytes(service_name) };
    // SAFETY: the same.
    let key = unsafe { strings::bytes(service_key) };
    let Some(name) = name.and_then(service::copy_text).filter(|name| name.len() > 1) else {
        return -errno.einval;
    };
    // An empty key is none.
    let key = match key.filter(|key| !key.is_empty()).map(service::copy_text) {
        Some(None) => return -errno.einval,
        key => key.flatten(),
    };
    let pop = if security == network_prov_security::NETWORK_PROV_SECURITY_0 as c_int {
        None
    } else if security == network_prov_security::NETWORK_PROV_SECURITY_1 as c_int {
        // SAFETY: a string or NULL: the caller's promise.
        Some(unsafe { strings::bytes(sec_params.cast()) }.unwrap_or_default())
    } else {
        return -errno.enotsup;
    };
    on_thread(-errno.eperm, || {
        let accepted = service::with(|service| {
            let Some(service) = service else { return Err(-errno.eperm) };
            let scheme = pop.map_or(Scheme::Sec0(Sec0), |pop| Scheme::Sec1(Sec1::new(pop)));
            service.manager.start(scheme).map_err(port::error_number)?;
            service.set_names(name, key);
            service.start_error = 0;
            Ok(())
        });
        if let Err(error) = accepted {
            return error;
        }
        // This starts the transport; from a callback it is started after that has returned.
        service::run();
        service::with(|service| service.as_ref().map_or(0, |service| service.start_error))
    })
}

/// Ends the provisioning service; nothing if it does not run. The application is told
/// `NETWORK_PROV_END`.
///
/// From a callback or a handler it takes effect after that has returned and its client is
/// answered. From elsewhere the service has ended when this returns, unless a delay was asked for
/// with `network_prov_mgr_disable_auto_stop()`, the transport takes its time to stop, or a client is
/// still being answered: `network_prov_mgr_is_sm_idle()` and `NETWORK_PROV_END` tell.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_stop_provisioning() {
    on_thread((), || {
        service::with_manager(|manager| manager.stop(port::now()));
    });
}

/// Waits until provisioning has succeeded or the service has ended; returns at once if it does not
/// run, or from a callback. Any number of threads may wait.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_wait() {
    port::wait();
}

/// Whether credentials are stored. Returns 0, or -EINVAL for NULL.
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
    *provisioned = on_thread(false, port::is_stored);
    0
}

/// As `network_prov_mgr_is_provisioned()`.
///
/// # Safety
///
/// `provisioned` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_is_wifi_provisioned(provisioned: *mut bool) -> c_int {
    // SAFETY: the caller's promise.
    unsafe { network_prov_mgr_is_provisioned(provisioned) }
}

/// Whether the service does not run.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_is_sm_idle() -> bool {
    on_thread(true, || {
        service::with_manager(|manager| manager.state() == State::Idle).unwrap_or(true)
    })
}

/// Leaves it to the application to stop the service after a success. With `cleanup_delay_ms`, of
/// at least 100, the service goes on answering for so long after it was stopped.
///
/// Returns 0, or -EPERM if the manager is not initialised or runs.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_disable_auto_stop(cleanup_delay_ms: u32) -> c_int {
    let delay = Duration::from_millis(cleanup_delay_ms.into());
    with_manager(|manager| manager.disable_auto_stop(delay))
}

/// Adds an entry to what `proto-ver` answers, or replaces the one with this label.
///
/// `capabilities` is an array of `total_capabilities` strings, up to 16, or NULL for none. Strings
/// are UTF-8. Returns 0, -EPERM if the manager is not initialised, -EINVAL for a missing string, an
/// empty label or the label `prov`, -ENOSPC if the text would be too long.
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
    with_manager(|manager| manager.set_app_info(label, version, &texts))
}

/// Adds an endpoint of the application, before the start.
///
/// Returns 0, -EPERM if the manager is not initialised or runs, -EINVAL for a name that is empty,
/// too long or has a character that no transport can carry, -EALREADY if the endpoint exists,
/// -ENOSPC if there is no room.
///
/// # Safety
///
/// `ep_name` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_endpoint_create(ep_name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { strings::text(ep_name) }) else { return -port::errno().einval };
    with_manager(|manager| manager.endpoint_create(name).map(|_| ()))
}

/// Gives an endpoint its handler, after the start (in the `NETWORK_PROV_START` event, usually).
///
/// Returns 0, -EPERM if the service does not run, -EINVAL without a name or handler, -ENOENT if
/// the endpoint was not created.
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
    on_thread(-errno.eperm, || {
        service::with(|service| {
            let Some(service) = service else { return -errno.eperm };
            let endpoint = match service.manager.endpoint_register(name) {
                Ok(endpoint) => endpoint,
                Err(error) => return port::error_number(error),
            };
            service.handlers.retain(|other| other.endpoint != endpoint);
            // There are as many places as endpoints.
            let _ = service.handlers.push(Handler { endpoint, handler, context: user_ctx });
            0
        })
    })
}

/// Takes the handler of an endpoint away. Returns 0, -EPERM if the manager is not initialised,
/// -EINVAL without a name, -ENOENT if the endpoint was not created.
///
/// # Safety
///
/// `ep_name` is NULL or a string.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_endpoint_unregister(ep_name: *const c_char) -> c_int {
    // SAFETY: the caller's promise.
    let Some(name) = (unsafe { strings::text(ep_name) }) else { return -port::errno().einval };
    with_manager(|manager| manager.endpoint_unregister(name).map(|_| ()))
}

/// Tries credentials as if a client had handed them over.
///
/// `ssid` is 1 to 32 bytes long, `passphrase` is NULL or up to 63 bytes or 64 hexadecimal digits.
/// Returns 0, -EPERM if the service does not run or credentials are being tried or have worked,
/// -EINVAL for a wrong length, -EBUSY from a callback that has asked for much already.
///
/// # Safety
///
/// The pointers are NULL or strings.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_configure_wifi_sta(
    ssid: *const c_char,
    passphrase: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    let ssid = unsafe { strings::bytes(ssid) };
    // SAFETY: the same.
    let passphrase = unsafe { strings::bytes(passphrase) }.unwrap_or_default();
    let Some(ssid) = ssid else { return -port::errno().einval };
    with_ready_manager(|manager| manager.configure_wifi(port::now(), ssid, passphrase))
}

/// Erases all stored credentials: the way back to a device that was never provisioned. Returns 0,
/// or the store's error.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_provisioning() -> c_int {
    on_thread(-port::errno().eperm, port::erase)
}

/// Awaits credentials again after a failure. Clients can read the reason until the next ones are
/// tried. Returns 0, also if credentials are awaited already; -EPERM if the service does not run,
/// or credentials are being tried or have worked.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_sm_state_on_failure() -> c_int {
    with_manager(Manager::reset_on_failure)
}

/// Leaves the network and awaits credentials again, after a success too. The application is told
/// `NETWORK_PROV_START`. Returns 0, also if credentials are awaited already; -EPERM if the service
/// does not run, -EBUSY from a callback that has asked for much already.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_sm_state_for_reprovision() -> c_int {
    with_ready_manager(Manager::reset_for_reprovision)
}

/// How the station stands. Returns 0, -EINVAL for NULL, -EPERM if the manager is not initialised.
///
/// # Safety
///
/// `state` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_wifi_state(
    state: *mut network_prov_wifi_sta_state,
) -> c_int {
    use network_prov_wifi_sta_state as StaState;

    let answer = ask(|manager| {
        Some(match manager.wifi_status() {
            StationStatus::Connecting => StaState::NETWORK_PROV_WIFI_STA_CONNECTING,
            StationStatus::Connected { .. } => StaState::NETWORK_PROV_WIFI_STA_CONNECTED,
            StationStatus::AttemptFailed { .. } => {
                StaState::NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED
            }
            StationStatus::Disconnected | StationStatus::Failed(_) => {
                StaState::NETWORK_PROV_WIFI_STA_DISCONNECTED
            }
        })
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell(answer, state) }
}

/// Why the last credentials did not work. Returns 0, -EINVAL for NULL, -EPERM if none have failed.
///
/// # Safety
///
/// `reason` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_wifi_disconnect_reason(
    reason: *mut network_prov_cred_fail_reason,
) -> c_int {
    let answer = ask(|manager| match manager.wifi_status() {
        StationStatus::Failed(reason) => Some(service::c_reason(reason)),
        _ => None,
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell(answer, reason) }
}

/// Attempts left, the one under way included. Returns 0, -EINVAL for NULL, -EPERM if no
/// credentials are being tried.
///
/// # Safety
///
/// `remaining` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_wifi_remaining_conn_attempts(
    remaining: *mut u32,
) -> c_int {
    let answer = ask(|manager| manager.remaining_attempts());
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell(answer, remaining) }
}

fn ask<T>(question: impl FnOnce(&mut Manager<PortRng>) -> Option<T>) -> Option<T> {
    on_thread(None, || service::with_manager(question).flatten())
}

/// Stores an answer.
///
/// # Safety
///
/// `place` is NULL or can be written to.
unsafe fn tell<T>(answer: Option<T>, place: *mut T) -> c_int {
    let errno = port::errno();
    if place.is_null() {
        return -errno.einval;
    }
    let Some(answer) = answer else { return -errno.eperm };
    // SAFETY: not NULL; the rest is the caller's promise.
    unsafe { place.write(answer) };
    0
}
