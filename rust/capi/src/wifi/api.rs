//! The part of the C API that is about Wi-Fi. A device for Thread does not have it.

use core::ffi::{c_char, c_int};

use netprov_sys::{network_prov_cred_fail_reason, network_prov_wifi_sta_state};
use provisioning::wifi::StationStatus;

use crate::api::{ask, ask_owner, tell, tell_enum, with_manager, with_ready_manager};
use crate::thread::on_thread;
use crate::{events, port, strings};

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
    with_ready_manager(&mut |manager| manager.configure_wifi(port::now(), ssid, passphrase))
}

/// Erases all stored credentials: the way back to a device that was never provisioned. Returns 0,
/// or the store's error.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_provisioning() -> c_int {
    on_thread(-port::errno().ewouldblock, port::erase)
}

/// Awaits credentials again after a failure. Clients can read the reason until the next ones are
/// tried. Returns 0, also if credentials are awaited already; -EPERM if the service does not run,
/// or credentials are being tried or have worked.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_sm_state_on_failure() -> c_int {
    with_manager(&mut |manager| manager.reset_on_failure())
}

/// Leaves the network and awaits credentials again, after a success too. The application is told
/// `NETWORK_PROV_START`. Returns 0, also if credentials are awaited already; -EPERM if the service
/// does not run, -EBUSY from a callback that has asked for much already.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_wifi_sm_state_for_reprovision() -> c_int {
    with_ready_manager(&mut |manager| manager.reset_for_reprovision())
}

/// How the station stands: while the service runs, on the way to the credentials that it was given;
/// else whether it has an address, or is about to by `network_prov_mgr_connect()`. Returns 0,
/// -EINVAL for NULL, -EPERM if the manager is not initialised.
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
        StationStatus::Failed(reason) => Some(events::c_reason(reason)),
        _ => None,
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell_enum(answer, reason) }
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
