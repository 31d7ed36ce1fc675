//! The part of the C API that gets a device online, and keeps it there.

use core::ffi::{c_char, c_int, c_void};

use crate::connect::connect;
use crate::start::Start;
use crate::thread::on_thread;
use crate::{owner, port};

/// Connects with the stored credentials. Returns when that has succeeded or failed.
///
/// Tries each stored network in turn, in four rounds with pauses of 1, 2 and 4 s between them; one
/// attempt takes up to `CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS`. Erases nothing and
/// delivers no event. The link is not monitored afterwards, unless
/// `network_prov_mgr_set_stay_online()` asked for that.
///
/// Returns 0 when the device has an address, also if it had one before; -ENOENT if nothing is
/// stored; -ETIMEDOUT if all attempts have failed; -ECANCELED if
/// `network_prov_mgr_stop_provisioning()` or `network_prov_mgr_deinit()` ended it; -EBUSY if the
/// service runs, or another thread is in this call; -EPERM if the manager is not initialised, or
/// from a callback; -EWOULDBLOCK where it cannot wait (see "Who may call" above).
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_connect() -> c_int {
    connect(None)
}

/// Gets the device online, with the stored credentials or with others: connects as
/// `network_prov_mgr_connect()` does, and if nothing is stored or that has failed, starts the
/// service as `network_prov_mgr_start_provisioning()` does, with these arguments.
///
/// Then it returns when the service has ended. A client may try any number of credentials until
/// some work; then the service ends by itself, unless that was left to the application with
/// `network_prov_mgr_disable_auto_stop()`. What was stored before is never erased. The network may
/// only have been away for a while: if no client makes a request for
/// `CONFIG_NETWORK_PROV_RETRY_STORED_MS`, the service ends, the stored networks are tried again,
/// and so on. The application receives `NETWORK_PROV_END` and `NETWORK_PROV_START` each time, so
/// its callback must not take the end of a service for the end of provisioning.
///
/// Returns 0 when the device is online; -ECANCELED if the service ended without a success, or
/// `network_prov_mgr_stop_provisioning()` or `network_prov_mgr_deinit()` ended it or the
/// connecting; otherwise the error of either call. -EINVAL and -ENOTSUP, for arguments, and
/// -EWOULDBLOCK, where it cannot wait, are returned before anything is tried.
///
/// # Safety
///
/// The pointers are as `network_prov_mgr_start_provisioning()` says, during the call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_connect_or_provision(
    security: c_int,
    sec_params: *const c_void,
    service_name: *const c_char,
    service_key: *const c_char,
) -> c_int {
    // SAFETY: the caller's promise.
    match unsafe { Start::new(security, sec_params, service_name, service_key) } {
        Ok(start) => connect(Some(&start)),
        Err(errno) => -errno,
    }
}

/// Sets whether the device stays online: whether a link that is lost is restored from the stored
/// networks, without end, with pauses that grow to a minute. Off by default.
///
/// It takes effect once the device has been online with stored credentials. While it is on, the
/// application receives `NETWORK_PROV_ONLINE` and `NETWORK_PROV_LINK_LOST`. Starting the service
/// suspends it until the service has ended.
///
/// Returns 0, or -EPERM if the manager is not initialised.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_set_stay_online(stay: bool) -> c_int {
    on_thread(-port::errno().ewouldblock, || {
        owner::with(|owner| {
            let Some(manager) = &mut owner.manager else { return -port::errno().eperm };
            manager.set_stay_online(port::now(), stay);
            owner.app.stays_online = stay;
            0
        })
    })
}
