//! The functions of the C API for Wi-Fi.

use core::ffi::{CStr, c_int};

use netprov_sys::{functions, network_prov_wifi_sta_state as WifiState};

use crate::{FailReason, NetworkState, pointer};

/// Calls `network_prov_mgr_configure_wifi_sta()`.
pub fn configure_wifi(ssid: &CStr, passphrase: Option<&CStr>) -> c_int {
    // SAFETY: C strings or NULL.
    unsafe { functions::network_prov_mgr_configure_wifi_sta(ssid.as_ptr(), pointer(passphrase)) }
}

/// Calls `network_prov_mgr_reset_wifi_provisioning()`.
pub fn forget() -> c_int {
    functions::network_prov_mgr_reset_wifi_provisioning()
}

/// Calls `network_prov_mgr_reset_wifi_sm_state_on_failure()`.
pub fn reset_on_failure() -> c_int {
    functions::network_prov_mgr_reset_wifi_sm_state_on_failure()
}

/// Calls `network_prov_mgr_reset_wifi_sm_state_for_reprovision()`.
pub fn reset_for_reprovision() -> c_int {
    functions::network_prov_mgr_reset_wifi_sm_state_for_reprovision()
}

/// Calls `network_prov_mgr_get_wifi_state()`.
///
/// # Errors
///
/// The C function's errors.
pub fn network_state() -> Result<NetworkState, c_int> {
    // C may use a shorter enum than Rust and write only the first byte, so all bytes start as 0.
    let mut state = WifiState::NETWORK_PROV_WIFI_STA_CONNECTING;
    const { assert!(WifiState::NETWORK_PROV_WIFI_STA_CONNECTING as u32 == 0) };
    // SAFETY: the pointer is writable.
    let error = unsafe { functions::network_prov_mgr_get_wifi_state(&mut state) };
    if error != 0 {
        return Err(error);
    }
    Ok(match state {
        WifiState::NETWORK_PROV_WIFI_STA_CONNECTING => NetworkState::Connecting,
        WifiState::NETWORK_PROV_WIFI_STA_CONNECTED => NetworkState::Connected,
        WifiState::NETWORK_PROV_WIFI_STA_DISCONNECTED => NetworkState::Disconnected,
        WifiState::NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED => NetworkState::AttemptFailed,
    })
}

/// Calls `network_prov_mgr_get_wifi_disconnect_reason()`.
///
/// # Errors
///
/// The C function's errors.
pub fn fail_reason() -> Result<FailReason, c_int> {
    // As in `network_state()`.
    let mut reason = FailReason::NETWORK_PROV_WIFI_AUTH_ERROR;
    const { assert!(FailReason::NETWORK_PROV_WIFI_AUTH_ERROR as u32 == 0) };
    // SAFETY: the pointer is writable.
    let error = unsafe { functions::network_prov_mgr_get_wifi_disconnect_reason(&mut reason) };
    if error == 0 { Ok(reason) } else { Err(error) }
}

/// Calls `network_prov_mgr_get_wifi_remaining_conn_attempts()`.
///
/// # Errors
///
/// The C function's errors.
pub fn remaining_attempts() -> Result<u32, c_int> {
    let mut remaining = 0;
    // SAFETY: the pointer is writable.
    let error =
        unsafe { functions::network_prov_mgr_get_wifi_remaining_conn_attempts(&mut remaining) };
    if error == 0 { Ok(remaining) } else { Err(error) }
}
