//! The part of the C API that is about Thread. A device for Wi-Fi does not have it.

use core::ffi::c_int;

use netprov_sys::{network_prov_thread_detached_reason, network_prov_thread_state};
use provisioning::FailReason;
use provisioning::thread::AttachStatus;

use crate::api::{ask, ask_owner, tell_enum, with_manager, with_ready_manager};
use crate::thread::on_thread;
use crate::{port, strings};

/// For Thread. Tries a dataset as if a client had handed it over.
///
/// `dataset` is an active operational dataset as `length` bytes of TLVs, 1 to 254; it is copied.
/// Returns 0; -EPERM if the service does not run or a dataset is being tried or has worked;
/// -EINVAL for NULL, a wrong length, or a dataset that lacks something (then clients read of a
/// failure too); -EBUSY from a callback that has asked for much already.
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

/// For Thread. Erases the stored dataset and leaves its network: the way back to a device that was
/// never provisioned. Returns 0, or the store's error.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_thread_provisioning() -> c_int {
    on_thread(-port::errno().ewouldblock, port::erase)
}

/// For Thread. Awaits a dataset again after a failure. Clients can read the reason until the next
/// one is tried. Returns 0, also if one is awaited already; -EPERM if the service does not run, or a
/// dataset is being tried or has worked.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_thread_sm_state_on_failure() -> c_int {
    with_manager(&mut |manager| manager.reset_on_failure())
}

/// For Thread. Leaves the network and awaits a dataset again, after a success too. The application
/// is told `NETWORK_PROV_START`. Returns 0, also if one is awaited already; -EPERM if the service
/// does not run, -EBUSY from a callback that has asked for much already.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_reset_thread_sm_state_for_reprovision() -> c_int {
    with_ready_manager(&mut |manager| manager.reset_for_reprovision())
}

/// For Thread. How the attachment stands: while the service runs, with the dataset that it was
/// given; else whether the device is attached, or is about to by `network_prov_mgr_connect()`.
/// Returns 0, -EINVAL for NULL, -EPERM if the manager is not initialised.
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

/// For Thread. Why the last dataset did not work. Returns 0, -EINVAL for NULL, -EPERM if none has
/// failed.
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
        AttachStatus::Failed(_) => Some(Reason::NETWORK_PROV_THREAD_NETWORK_NOT_FOUND),
        _ => None,
    });
    // SAFETY: NULL or writable: the caller's promise.
    unsafe { tell_enum(answer, reason) }
}
