//! The part of the C API that gets a device online, and keeps it there.

use core::ffi::{c_char, c_int, c_void};

use crate::connect::connect;
use crate::start::Start;
use crate::thread::on_thread;
use crate::{owner, port};

/// @brief Connects with the stored credentials. Returns when that has succeeded or failed.
///
/// Tries each stored network in turn, in four rounds with pauses of 1, 2 and 4 s between them. One
/// attempt takes up to `CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS`. Erases nothing and
/// delivers no event. The link is not monitored afterwards, unless
/// `network_prov_mgr_set_stay_online()` is on.
///
/// @retval 0 The device is online, possibly since before the call.
/// @retval -ENOENT No credentials are stored.
/// @retval -ETIMEDOUT All attempts have failed.
/// @retval -ECANCELED `network_prov_mgr_stop_provisioning()` or `network_prov_mgr_deinit()` was
///     called.
/// @retval -EBUSY The service is running, or another thread is in this call.
/// @retval -ENOTSUP `CONFIG_NETWORK_PROV_MINIMAL` is on.
/// @retval -EPERM The manager is not initialised, or the caller is a callback.
/// @retval -EWOULDBLOCK The caller cannot wait; see "Who may call".
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_connect() -> c_int {
    connect(None)
}

/// @brief Gets the device online with stored or new credentials. Returns when the device is online
/// or the service has ended.
///
/// First connects as `network_prov_mgr_connect()` does. If no credentials are stored or that fails,
/// starts the service as `network_prov_mgr_start_provisioning()` does and waits until it has ended.
/// A client may try any number of credentials. When some have worked, the service ends by itself,
/// unless `network_prov_mgr_disable_auto_stop()` leaves that to the application. Stored credentials
/// are never erased.
///
/// The stored network may only be out of service for a while. If no client makes a request within
/// `CONFIG_NETWORK_PROV_RETRY_STORED_MS`, the service ends, the stored networks are tried again,
/// and so on. Each time, `NETWORK_PROV_END` and `NETWORK_PROV_START` are delivered, so
/// `NETWORK_PROV_END` does not mean that this function is about to return.
///
/// @param security Security version, of `enum network_prov_security`.
/// @param sec_params As for `network_prov_mgr_start_provisioning()`.
/// @param service_name As for `network_prov_mgr_start_provisioning()`.
/// @param service_key As for `network_prov_mgr_start_provisioning()`.
///
/// @retval 0 The device is online.
/// @retval -ECANCELED The service ended without success, or `network_prov_mgr_stop_provisioning()`
///     or `network_prov_mgr_deinit()` was called.
/// @retval -EINVAL An argument is invalid. Nothing was tried.
/// @retval -ENOTSUP The security version is unknown or not built in, or
///     `CONFIG_NETWORK_PROV_MINIMAL` is on. Nothing was tried.
/// @retval -EWOULDBLOCK The caller cannot wait; see "Who may call". Nothing was tried.
/// @retval -EBUSY The service is running, or another thread is in this call or in
///     `network_prov_mgr_connect()`.
/// @retval -EPERM The manager is not initialised, or the caller is a callback.
/// @retval -errno Another error of the transport.
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

/// @brief Sets whether a lost link is restored from the stored networks. Off by default.
///
/// It takes effect once the device has been online with stored credentials. The networks are tried
/// without limit, with pauses that grow to one minute. Starting the service suspends this until the
/// service has ended. While it is on, `NETWORK_PROV_ONLINE` and `NETWORK_PROV_LINK_LOST` are
/// delivered.
///
/// @param stay Whether to restore a lost link.
///
/// @retval 0 Success.
/// @retval -ENOTSUP `CONFIG_NETWORK_PROV_MINIMAL` is on.
/// @retval -EPERM The manager is not initialised.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_set_stay_online(stay: bool) -> c_int {
    let errno = port::errno();
    if !cfg!(feature = "connect") {
        return -errno.enotsup;
    }
    on_thread(-errno.ewouldblock, || {
        owner::with(|owner| {
            let Some(manager) = &mut owner.manager else { return -errno.eperm };
            manager.set_stay_online(port::now(), stay);
            owner.app.stays_online = stay;
            0
        })
    })
}
