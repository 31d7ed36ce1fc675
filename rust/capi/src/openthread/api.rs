//! The functions of the C API for Thread. A build for Wi-Fi does not have them.

use core::ffi::c_int;

use netprov_sys::{network_prov_thread_detached_reason, network_prov_thread_state};
use provisioning::FailReason;
use provisioning::thread::AttachStatus;

use crate::api::{ask, ask_owner, tell_enum, with_manager, with_ready_manager};
use crate::thread::on_thread;
use crate::{port, strings};

/// @brief Tries a Thread dataset as if a client had sent it. Only in a build for Thread.
///
/// In a `NETWORK_PROV_CRED_RECV` callback, this dataset replaces the received one. No further
/// `NETWORK_PROV_CRED_RECV` is delivered.
///
/// @param dataset Active operational dataset as TLVs. It is copied.
/// @param length Length of the dataset, 1 to 254 bytes.
///
/// @retval 0 Success: an attempt follows.
/// @retval -EPERM The service is not running, or an attempt has started, or a dataset has worked.
/// @retval -EINVAL `dataset` is NULL, the length is out of range, or the dataset is incomplete.
///     Clients are told of an incomplete dataset as if it had failed.
/// @retval -EBUSY Too much work of the same callback is already queued.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `dataset` is NULL or can be read over this length.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_configure_thread_dataset(
    dataset: *const u8,
    length: usize,
) -> c_int {
    if dataset.is_null() {
        return -port::errno().einval;
    }
    // SAFETY: not NULL; the rest is the caller's promise.
    let dataset = unsafe { strings::array(dataset, length) };
    with_ready_manager(&mut |manager| manager.configure_thread(port::now(), dataset))
}

/// @brief Erases the stored Thread dataset and leaves its network, as for a factory reset. Only in
/// a build for Thread.
///
/// @retval 0 Success.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
/// @retval -errno Another error of the storage.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_thread_provisioning() -> c_int {
    on_thread(-port::errno().ewouldblock, port::erase)
}

/// @brief Accepts a dataset again after a failure. Only in a build for Thread.
///
/// Clients can read the reason of the failure until the next dataset is tried.
///
/// @retval 0 Success, also if the service already waits for a dataset.
/// @retval -EPERM The service is not running, or a dataset is being tried or has worked.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_thread_sm_state_on_failure() -> c_int {
    with_manager(&mut |manager| manager.reset_on_failure())
}

/// @brief Leaves the network and accepts a dataset again, also after a success. Delivers
/// `NETWORK_PROV_START`. Only in a build for Thread.
///
/// @retval 0 Success, also if the service already waits for a dataset.
/// @retval -EPERM The service is not running.
/// @retval -EBUSY Too much work of the same callback is already queued.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_thread_sm_state_for_reprovision() -> c_int {
    with_ready_manager(&mut |manager| manager.reset_for_reprovision())
}

/// @brief Gets the state of the attachment. Only in a build for Thread.
///
/// While the service is running, this is the progress of the dataset under test. Otherwise it tells
/// whether the device is attached, or `network_prov_mgr_connect()` is about to attach.
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
pub unsafe extern "C" fn network_prov_mgr_get_thread_state(
    state: *mut network_prov_thread_state,
) -> c_int {
    use network_prov_thread_state as ThreadState;

    let answer = ask_owner(|owner| {
        let manager = owner.manager.as_ref()?;
        Some(match manager.thread_status() {
            AttachStatus::Attaching => ThreadState::NETWORK_PROV_THREAD_ATTACHING,
            AttachStatus::Attached(_) => ThreadState::NETWORK_PROV_THREAD_ATTACHED,
            AttachStatus::Detached | AttachStatus::Failed(_) => {
                ThreadState::NETWORK_PROV_THREAD_DETACHED
            }
        })
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell_enum(answer, state) }
}

/// @brief Gets the reason why the last dataset did not work. Only in a build for Thread.
///
/// @param reason Set to the reason.
///
/// @retval 0 Success.
/// @retval -EINVAL `reason` is NULL.
/// @retval -EPERM No dataset has failed, or the manager is not initialised.
/// @retval -EWOULDBLOCK The caller cannot wait and the provisioning thread is busy.
///
/// # Safety
///
/// `reason` is NULL or can be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn network_prov_mgr_get_thread_detached_reason(
    reason: *mut network_prov_thread_detached_reason,
) -> c_int {
    use network_prov_thread_detached_reason as Reason;

    let answer = ask(|manager| match manager.thread_status() {
        AttachStatus::Failed(FailReason::DatasetInvalid) => {
            Some(Reason::NETWORK_PROV_THREAD_DATASET_INVALID)
        }
        AttachStatus::Failed(FailReason::Storage) => {
            Some(Reason::NETWORK_PROV_THREAD_STORAGE_ERROR)
        }
        AttachStatus::Failed(_) => Some(Reason::NETWORK_PROV_THREAD_NETWORK_NOT_FOUND),
        _ => None,
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell_enum(answer, reason) }
}
