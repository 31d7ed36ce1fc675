//! The part of the C API that gets a device online by itself.

use core::ffi::{c_char, c_int, c_void};

use protocomm::Millis;

use crate::connecting::{self, Connected};
use crate::start::Start;
use crate::thread::{on_thread, wait_for};
use crate::{port, progress, service};

/// Connects with the stored credentials, and returns when that has succeeded or failed.
///
/// Each stored network is tried in turn, four rounds of it, with pauses of 1, 2 and 4 s between
/// them; one attempt takes `CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS` at most. Nothing is
/// ever erased, and no event is delivered. A link that is lost later is nobody's business here:
/// call this again.
///
/// Returns 0 when the device has an address, also if it had one before; -ENOENT if nothing is
/// stored, -ETIMEDOUT if all attempts have failed, -ECANCELED if
/// `network_prov_mgr_stop_provisioning()` or `network_prov_mgr_deinit()` ended it; -EBUSY if the
/// service runs, or another thread is in this call; -EPERM if the manager is not initialised, or
/// from a callback.
#[unsafe(no_mangle)]
pub extern "C" fn network_prov_mgr_connect() -> c_int {
    let errno = port::errno();
    let begun = on_thread(Err(errno.eperm), || {
        if service::in_callback() { Err(errno.eperm) } else { connecting::begin() }
    });
    if let Err(errno) = begun {
        return -errno;
    }
    let mut end = None;
    wait_for(None, &mut || {
        end = connecting::end();
        end.is_some()
    });
    match end {
        Some(Connected::Online) => 0,
        Some(Connected::Failed) => -errno.etimedout,
        Some(Connected::Cancelled) => -errno.ecanceled,
        None => -errno.eperm,
    }
}

/// Gets the device online, with the stored credentials or with others: connects as
/// `network_prov_mgr_connect()` does, and if nothing is stored or that has failed, starts the
/// service as `network_prov_mgr_start_provisioning()` does, with these arguments.
///
/// Then it returns when the service has ended. A client may try any number of credentials until
/// some work; then the service ends by itself, unless that was left to the application with
/// `network_prov_mgr_disable_auto_stop()`. What was stored before is never erased. The network may
/// have been gone for a while only: if no client has come after
/// `CONFIG_NETWORK_PROV_RETRY_STORED_MS`, the service ends, what is stored is tried again, and so
/// on. The application is told `NETWORK_PROV_END` and `NETWORK_PROV_START` each time, so its
/// callback must not take the end of a service for the end of all.
///
/// Returns 0 when the device is online; -ECANCELED if the service ended without a success, or
/// `network_prov_mgr_stop_provisioning()` or `network_prov_mgr_deinit()` ended it or the
/// connecting; else the error of either call. -EINVAL and -ENOTSUP, for arguments, come before
/// anything is tried.
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
    let errno = port::errno();
    // SAFETY: the caller's promise.
    let start = match unsafe { Start::new(security, sec_params, service_name, service_key) } {
        Ok(start) => start,
        Err(errno) => return -errno,
    };
    let ends_before = on_thread(0, ends_wanted);
    loop {
        let connected = network_prov_mgr_connect();
        if connected != -errno.enoent && connected != -errno.etimedout {
            return connected;
        }
        let service = match start.run() {
            Ok(service) => service,
            Err(error) => return error,
        };
        let retry = port::settings().retry_stored_ms;
        let is_worth_it = connected == -errno.etimedout && retry != 0;
        let patience = is_worth_it.then(|| Millis::from_millis(retry));
        match attend(service, patience) {
            Outcome::Succeeded => return 0,
            Outcome::Ended => return -errno.ecanceled,
            // The application may have wanted the end at the same moment.
            Outcome::Unattended if on_thread(0, ends_wanted) != ends_before => {
                return -errno.ecanceled;
            }
            Outcome::Unattended => {}
        }
    }
}

/// What became of a service.
enum Outcome {
    Succeeded,
    Ended,
    /// It was ended here, since no client came.
    Unattended,
}

/// How often the application has wanted an end.
fn ends_wanted() -> u32 {
    progress::get().ends_wanted
}

/// Waits for the end of a service, or ends it as soon as no client has come for this time.
fn attend(service: u32, patience: Option<Millis>) -> Outcome {
    let mut succeeded = false;
    let mut unattended = false;
    loop {
        let patience = patience.filter(|_| !unattended);
        let ended = wait_for(patience, &mut || {
            let progress = progress::get();
            succeeded = progress.has_succeeded(service);
            progress.has_ended(service)
        });
        // In the latter case the provisioning thread does not run.
        if ended || patience.is_none() {
            break;
        }
        unattended = on_thread(false, service::end_if_unattended);
    }
    match (succeeded, unattended) {
        (true, _) => Outcome::Succeeded,
        (false, true) => Outcome::Unattended,
        (false, false) => Outcome::Ended,
    }
}
