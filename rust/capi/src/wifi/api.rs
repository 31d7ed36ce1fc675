//! The functions of the C API for Wi-Fi. A build for Thread does not have them.

use core::ffi::{c_char, c_int};

use netprov_sys::{network_prov_cred_fail_reason, network_prov_wifi_sta_state};
use provisioning::wifi::StationStatus;

use crate::api::{ask, ask_owner, tell, tell_enum, with_manager, with_ready_manager};
use crate::thread::on_thread;
use crate::{events, port, strings};

/// @brief Tries Wi-Fi credentials as if a client had sent them.
///
/// In a `NETWORK_PROV_CRED_RECV` callback, these credentials replace the received ones. No further
/// `NETWORK_PROV_CRED_RECV` is delivered.
///
/// @param ssid SSID, 1 to 32 bytes.
/// @param passphrase Passphrase of up to 63 bytes, or 64 hexadecimal digits; NULL for an open
///     network.
///
/// @retval 0 Success: an attempt follows.
/// @retval -EPERM The service is not running, or an attempt has started, or credentials have worked.
/// @retval -EINVAL The SSID is missing, or a length is out of range.
/// @retval -EBUSY Too much work of the same callback is already queued.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
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
    with_ready_manager(&mut |manager| manager.configure_wifi(port::now(), ssid, passphrase))
}

/// @brief Erases all stored Wi-Fi credentials, as for a factory reset.
///
/// @retval 0 Success.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
/// @retval -errno Another error of the storage.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_provisioning() -> c_int {
    on_thread(-port::errno().ewouldblock, port::erase)
}

/// @brief Accepts credentials again after a failure.
///
/// Clients can read the reason of the failure until the next credentials are tried.
///
/// @retval 0 Success, also if the service already waits for credentials.
/// @retval -EPERM The service is not running, or credentials are being tried or have worked.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_sm_state_on_failure() -> c_int {
    with_manager(&mut |manager| manager.reset_on_failure())
}

/// @brief Leaves the network and accepts credentials again, also after a success. Delivers
/// `NETWORK_PROV_START`.
///
/// @retval 0 Success, also if the service already waits for credentials.
/// @retval -EPERM The service is not running.
/// @retval -EBUSY Too much work of the same callback is already queued.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_sm_state_for_reprovision() -> c_int {
    with_ready_manager(&mut |manager| manager.reset_for_reprovision())
}

/// @brief Gets the station state.
///
/// While the service is running, this is the progress of the credentials under test. Otherwise it
/// tells whether the device has an IP address, or `network_prov_mgr_connect()` is about to obtain
/// one.
///
/// @param state Set to the state.
///
/// @retval 0 Success.
/// @retval -EINVAL `state` is NULL.
/// @retval -EPERM The manager is not initialised.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `state` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_wifi_state(
    state: *mut network_prov_wifi_sta_state,
) -> c_int {
    use network_prov_wifi_sta_state as StaState;

    let answer = ask_owner(|owner| {
        let manager = owner.manager.as_ref()?;
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
    unsafe { tell_enum(answer, state) }
}

/// @brief Gets the reason why the last credentials did not work.
///
/// @param reason Set to the reason.
///
/// @retval 0 Success.
/// @retval -EINVAL `reason` is NULL.
/// @retval -EPERM No credentials have failed, or the manager is not initialised.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `reason` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_wifi_disconnect_reason(
    reason: *mut network_prov_cred_fail_reason,
) -> c_int {
    let answer = ask(|manager| match manager.wifi_status() {
        StationStatus::Failed(reason) => Some(events::c_reason(reason)),
        _ => None,
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell_enum(answer, reason) }
}

/// @brief Gets the number of attempts left, including the one in progress.
///
/// @param remaining Set to the number.
///
/// @retval 0 Success.
/// @retval -EINVAL `remaining` is NULL.
/// @retval -EPERM No credentials are being tried.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
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
