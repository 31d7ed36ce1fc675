//! The functions of the C API that get a device online and keep it online.

use core::ffi::{c_char, c_int, c_void};

use netprov_sys::network_prov_address;
use protocomm::Millis;

use crate::connect::connect;
use crate::start::Start;
use crate::thread::{on_thread, wait_for};
use crate::{network, owner, port, service};

/// @brief Connects with the stored credentials. Returns when that has succeeded or failed.
///
/// Tries each stored network in turn, in four rounds with pauses of 1, 2 and 4 s between them. One
/// attempt takes up to `CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS`. Erases nothing and
/// delivers no event but `NETWORK_PROV_ADDRESS`. The link is not monitored afterwards, unless
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
/// `NETWORK_PROV_END` does not mean that this function is about to return. With
/// `CONFIG_NETWORK_PROV_RETRY_BESIDE` and a transport that does not use the network's radio, the
/// stored networks are tried while the service runs, and it ends when the device is online. They are
/// not tried while a client is active.
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

/// @brief Waits until the device has an address of this kind. Returns at once if it has one.
///
/// For Wi-Fi, a device is online when it has an IPv4 address. A Thread device is attached before it
/// has the address by which it can be reached from outside, `NETWORK_PROV_ADDRESS_OFF_MESH`; it
/// never has one if no border router announces a prefix. `NETWORK_PROV_ADDRESS` reports addresses
/// without waiting.
///
/// The manager need not be initialised.
///
/// @param kind Kind of the address, of `enum network_prov_address_kind`.
/// @param timeout_ms Longest wait in milliseconds; 0 returns at once.
/// @param address Set to the address, or NULL.
///
/// @retval 0 The device has an address of this kind.
/// @retval -ETIMEDOUT It has none after this time.
/// @retval -EINVAL No device of this network type has addresses of this kind.
/// @retval -EPERM The caller is a callback, and the device has none yet.
/// @retval -EWOULDBLOCK The caller cannot wait; see "Who may call".
///
/// # Safety
///
/// `address` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_wait_for_address(
    kind: c_int,
    timeout_ms: u32,
    address: *mut network_prov_address,
) -> c_int {
    let errno = port::errno();
    let Some(kind) = network::ADDRESSES.into_iter().find(|known| *known as c_int == kind) else {
        return -errno.einval;
    };
    if timeout_ms > 0 && !port::may_wait() {
        port::refuse();
        return -errno.ewouldblock;
    }
    let mut found = None;
    let mut look = || {
        found = owner::with(|owner| network::address(&owner.network_state(), kind));
        found.is_some()
    };
    if timeout_ms > 0 && on_thread(false, || owner::in_callback() && !look()) {
        return -errno.eperm;
    }
    wait_for(Some(Millis::from_millis(timeout_ms)), &mut look);
    let Some(found) = found else { return -errno.etimedout };
    // SAFETY: NULL or writable: the caller's promise.
    if let Some(address) = unsafe { address.as_mut() } {
        *address = service::c_address(found);
    }
    0
}
