//! The functions of the C API for Thread.

use core::ffi::c_int;

use netprov_sys::{
    functions, network_prov_thread_detached_reason as DetachedReason,
    network_prov_thread_state as ThreadState,
};

use crate::{FailReason, NetworkState};

/// Calls `network_prov_mgr_configure_thread_dataset()`.
pub fn configure_thread(dataset: &[u8]) -> c_int {
    // SAFETY: the slice has this length, and is copied.
    unsafe { functions::network_prov_mgr_configure_thread_dataset(dataset.as_ptr(), dataset.len()) }
}

/// Calls `network_prov_mgr_reset_thread_provisioning()`.
pub fn forget() -> c_int {
    functions::network_prov_mgr_reset_thread_provisioning()
}

/// Calls `network_prov_mgr_reset_thread_sm_state_on_failure()`.
pub fn reset_on_failure() -> c_int {
    functions::network_prov_mgr_reset_thread_sm_state_on_failure()
}

/// Calls `network_prov_mgr_reset_thread_sm_state_for_reprovision()`.
pub fn reset_for_reprovision() -> c_int {
    functions::network_prov_mgr_reset_thread_sm_state_for_reprovision()
}

/// Calls `network_prov_mgr_get_thread_state()`.
///
/// # Errors
///
/// The C function's errors.
pub fn network_state() -> Result<NetworkState, c_int> {
    // C may use a shorter enum than Rust and write only the first byte, so all bytes start as 0.
    let mut state = ThreadState::NETWORK_PROV_THREAD_ATTACHING;
    const { assert!(ThreadState::NETWORK_PROV_THREAD_ATTACHING as u32 == 0) };
    // SAFETY: the pointer is writable.
    let error = unsafe { functions::network_prov_mgr_get_thread_state(&mut state) };
    if error != 0 {
        return Err(error);
    }
    Ok(match state {
        ThreadState::NETWORK_PROV_THREAD_ATTACHING => NetworkState::Connecting,
        ThreadState::NETWORK_PROV_THREAD_ATTACHED => NetworkState::Connected,
        ThreadState::NETWORK_PROV_THREAD_DETACHED => NetworkState::Disconnected,
    })
}

/// Calls `network_prov_mgr_get_thread_detached_reason()`.
///
/// # Errors
///
/// The C function's errors.
pub fn fail_reason() -> Result<FailReason, c_int> {
    // As in `network_state()`.
    let mut reason = DetachedReason::NETWORK_PROV_THREAD_DATASET_INVALID;
    const { assert!(DetachedReason::NETWORK_PROV_THREAD_DATASET_INVALID as u32 == 0) };
    // SAFETY: the pointer is writable.
    let error = unsafe { functions::network_prov_mgr_get_thread_detached_reason(&mut reason) };
    if error != 0 {
        return Err(error);
    }
    Ok(match reason {
        DetachedReason::NETWORK_PROV_THREAD_DATASET_INVALID => {
            FailReason::NETWORK_PROV_DATASET_INVALID
        }
        DetachedReason::NETWORK_PROV_THREAD_NETWORK_NOT_FOUND => {
            FailReason::NETWORK_PROV_THREAD_NOT_FOUND
        }
        DetachedReason::NETWORK_PROV_THREAD_STORAGE_ERROR => FailReason::NETWORK_PROV_STORAGE_ERROR,
    })
}
