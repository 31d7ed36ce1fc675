//! The C API as functions that are safe to call.
//!
//! An application in Rust is an archive of its own, beside the one with the core: the two meet at
//! symbols of C and nowhere else. This crate is that meeting, in as little code as it takes, since
//! it is `unsafe`. What applications use is `network-provisioning-zephyr` on top of it.
//!
//! A function that fails returns what its C function does: a negative errno. See [`errno`].
//!
//! # Whose closures are
//!
//! [`init`] gives an application's closures away. They are called on the provisioning thread and
//! nowhere else, by turns, and end there too: when the manager has told of its end, which it does
//! once, behind everything else. So no other thread ever sees them, and none has to be locked or
//! waited for.
#![no_std]

extern crate alloc;

use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;

use netprov_sys::{functions, platform};
pub use netprov_sys::{
    netprov_errno as Errno, network_prov_cred_fail_reason as FailReason,
    network_prov_wifi_sta_state as WifiState,
};
use netprov_sys::{
    network_prov_event_handler, network_prov_mgr_config, network_prov_scheme,
    network_prov_security, network_prov_security2_params,
};

mod application;
#[cfg(CONFIG_NETWORK_PROV_BLE)]
pub mod ble;

pub use application::{Application, Endpoint, Event, EventFn, RequestFn};

// Bytes of numbers are taken apart here, as the core does.
const _: () = assert!(cfg!(target_endian = "little"));

/// The platform's error numbers: they are the C library's, and differ.
#[must_use]
pub fn errno() -> &'static Errno {
    &platform::netprov_errno
}

/// A transport that is built in.
#[derive(Clone, Copy)]
pub struct Scheme(*const network_prov_scheme);

// SAFETY: it points to a constant.
unsafe impl Send for Scheme {}
// SAFETY: the same.
unsafe impl Sync for Scheme {}

impl Scheme {
    /// Bluetooth LE.
    #[cfg(CONFIG_NETWORK_PROV_BLE)]
    #[must_use]
    pub fn ble() -> Self {
        Self(&raw const platform::network_prov_scheme_ble)
    }

    /// The console.
    #[cfg(CONFIG_NETWORK_PROV_CONSOLE)]
    #[must_use]
    pub fn console() -> Self {
        Self(&raw const platform::network_prov_scheme_console)
    }

    /// HTTP on an access point of the device.
    #[cfg(CONFIG_NETWORK_PROV_SOFTAP)]
    #[must_use]
    pub fn softap() -> Self {
        Self(&raw const platform::network_prov_scheme_softap)
    }
}

/// A security scheme with its parameters.
#[derive(Clone, Copy)]
pub enum Security<'a> {
    /// Security 0.
    Zero,
    /// Security 1, with the proof of possession if there is one.
    One(Option<&'a CStr>),
    /// Security 2.
    Two {
        /// 1 to 64 bytes.
        salt: &'a [u8],
        /// Up to 384 bytes, big-endian.
        verifier: &'a [u8],
    },
}

/// `network_prov_mgr_init()`, then an endpoint for each of the application's. If one cannot be
/// made, the manager is ended again.
///
/// The closures are dropped if there is no manager with them; else they live until it ends.
///
/// # Errors
///
/// As the C functions: -EALREADY if there is a manager.
pub fn init(scheme: Scheme, attempts: u32, application: Application) -> Result<(), c_int> {
    let endpoints = application.names();
    let user_data = application.into_raw();
    let config = network_prov_mgr_config {
        scheme: scheme.0,
        app_event_handler: network_prov_event_handler {
            event_cb: Some(application::on_event),
            user_data,
        },
        wifi_conn_attempts: attempts,
    };
    // SAFETY: a scheme that is a constant, and a callback that may be called with this data until it
    // has been told of the manager's end.
    let error = unsafe { functions::network_prov_mgr_init(config) };
    if error != 0 {
        // SAFETY: made above, and nobody has it: there is no manager that does.
        drop(unsafe { Application::from_raw(user_data) });
        return Err(error);
    }
    for name in endpoints {
        // SAFETY: a string.
        let error = unsafe { functions::network_prov_mgr_endpoint_create(name.as_ptr()) };
        if error != 0 {
            deinit();
            return Err(error);
        }
    }
    Ok(())
}

/// `network_prov_mgr_deinit()`.
pub fn deinit() -> c_int {
    functions::network_prov_mgr_deinit()
}

/// `network_prov_mgr_start_provisioning()`.
pub fn start(security: Security<'_>, name: &CStr, key: Option<&CStr>) -> c_int {
    with_parameters(security, |number, parameters| {
        // SAFETY: the parameters are of this scheme; strings or NULL, during the call.
        unsafe {
            functions::network_prov_mgr_start_provisioning(
                number,
                parameters,
                name.as_ptr(),
                pointer(key),
            )
        }
    })
}

/// `network_prov_mgr_connect_or_provision()`.
pub fn connect_or_provision(security: Security<'_>, name: &CStr, key: Option<&CStr>) -> c_int {
    with_parameters(security, |number, parameters| {
        // SAFETY: as above.
        unsafe {
            functions::network_prov_mgr_connect_or_provision(
                number,
                parameters,
                name.as_ptr(),
                pointer(key),
            )
        }
    })
}

/// Calls `f` with a scheme's number and parameters, as C has them.
fn with_parameters(security: Security<'_>, f: impl FnOnce(c_int, *const c_void) -> c_int) -> c_int {
    match security {
        Security::Zero => f(network_prov_security::NETWORK_PROV_SECURITY_0 as c_int, ptr::null()),
        Security::One(proof) => {
            f(network_prov_security::NETWORK_PROV_SECURITY_1 as c_int, pointer(proof).cast())
        }
        Security::Two { salt, verifier } => {
            let parameters = network_prov_security2_params {
                salt: salt.as_ptr(),
                salt_len: salt.len(),
                verifier: verifier.as_ptr(),
                verifier_len: verifier.len(),
            };
            let number = network_prov_security::NETWORK_PROV_SECURITY_2 as c_int;
            f(number, (&raw const parameters).cast())
        }
    }
}

fn pointer(text: Option<&CStr>) -> *const c_char {
    text.map_or(ptr::null(), CStr::as_ptr)
}

/// `network_prov_mgr_stop_provisioning()`.
pub fn stop() {
    functions::network_prov_mgr_stop_provisioning();
}

/// `network_prov_mgr_wait()`.
pub fn wait() {
    functions::network_prov_mgr_wait();
}

/// `network_prov_mgr_connect()`.
pub fn connect() -> c_int {
    functions::network_prov_mgr_connect()
}

/// `network_prov_mgr_set_stay_online()`.
pub fn set_stay_online(stay: bool) -> c_int {
    functions::network_prov_mgr_set_stay_online(stay)
}

/// `network_prov_mgr_is_provisioned()`.
#[must_use]
pub fn is_provisioned() -> bool {
    let mut provisioned = false;
    // SAFETY: writable.
    unsafe { functions::network_prov_mgr_is_provisioned(&mut provisioned) };
    provisioned
}

/// `network_prov_mgr_is_sm_idle()`.
#[must_use]
pub fn is_idle() -> bool {
    functions::network_prov_mgr_is_sm_idle()
}

/// `network_prov_mgr_disable_auto_stop()`.
pub fn disable_auto_stop(cleanup_delay_ms: u32) -> c_int {
    functions::network_prov_mgr_disable_auto_stop(cleanup_delay_ms)
}

/// `network_prov_mgr_set_app_info()`.
pub fn set_app_info(label: &CStr, version: &CStr, capabilities: &[&CStr]) -> c_int {
    let pointers: alloc::vec::Vec<_> = capabilities.iter().map(|text| text.as_ptr()).collect();
    // SAFETY: strings, and an array of so many.
    unsafe {
        functions::network_prov_mgr_set_app_info(
            label.as_ptr(),
            version.as_ptr(),
            pointers.as_ptr(),
            pointers.len(),
        )
    }
}

/// `network_prov_mgr_configure_wifi_sta()`.
pub fn configure_wifi(ssid: &CStr, passphrase: Option<&CStr>) -> c_int {
    // SAFETY: strings or NULL.
    unsafe { functions::network_prov_mgr_configure_wifi_sta(ssid.as_ptr(), pointer(passphrase)) }
}

/// `network_prov_mgr_reset_wifi_provisioning()`.
pub fn forget() -> c_int {
    functions::network_prov_mgr_reset_wifi_provisioning()
}

/// `network_prov_mgr_reset_wifi_sm_state_on_failure()`.
pub fn reset_on_failure() -> c_int {
    functions::network_prov_mgr_reset_wifi_sm_state_on_failure()
}

/// `network_prov_mgr_reset_wifi_sm_state_for_reprovision()`.
pub fn reset_for_reprovision() -> c_int {
    functions::network_prov_mgr_reset_wifi_sm_state_for_reprovision()
}

/// `network_prov_mgr_get_wifi_state()`.
///
/// # Errors
///
/// As the C function.
pub fn wifi_state() -> Result<WifiState, c_int> {
    // Its first byte is the value, whether C's enums are as long as Rust's or shorter.
    let mut state = WifiState::NETWORK_PROV_WIFI_STA_CONNECTING;
    const { assert!(WifiState::NETWORK_PROV_WIFI_STA_CONNECTING as u32 == 0) };
    // SAFETY: writable.
    let error = unsafe { functions::network_prov_mgr_get_wifi_state(&mut state) };
    if error == 0 { Ok(state) } else { Err(error) }
}

/// `network_prov_mgr_get_wifi_disconnect_reason()`.
///
/// # Errors
///
/// As the C function.
pub fn fail_reason() -> Result<FailReason, c_int> {
    // As above.
    let mut reason = FailReason::NETWORK_PROV_WIFI_AUTH_ERROR;
    const { assert!(FailReason::NETWORK_PROV_WIFI_AUTH_ERROR as u32 == 0) };
    // SAFETY: writable.
    let error = unsafe { functions::network_prov_mgr_get_wifi_disconnect_reason(&mut reason) };
    if error == 0 { Ok(reason) } else { Err(error) }
}

/// `network_prov_mgr_get_wifi_remaining_conn_attempts()`.
///
/// # Errors
///
/// As the C function.
pub fn remaining_attempts() -> Result<u32, c_int> {
    let mut remaining = 0;
    // SAFETY: writable.
    let error =
        unsafe { functions::network_prov_mgr_get_wifi_remaining_conn_attempts(&mut remaining) };
    if error == 0 { Ok(remaining) } else { Err(error) }
}

/// `network_prov_mgr_get_qr_payload()`: the text's length, without the terminator.
///
/// # Errors
///
/// As the C function.
pub fn qr_payload(buffer: &mut [u8]) -> Result<usize, c_int> {
    // SAFETY: room for so many bytes.
    let error = unsafe {
        functions::network_prov_mgr_get_qr_payload(buffer.as_mut_ptr().cast(), buffer.len())
    };
    if error != 0 {
        return Err(error);
    }
    CStr::from_bytes_until_nul(buffer).map(|text| text.count_bytes()).map_err(|_| -errno().enospc)
}

/// `network_prov_mgr_draw_qr()`. `line` is called on the provisioning thread, before this returns.
pub fn draw_qr<F: FnMut(&CStr) + Send>(mut line: F) -> c_int {
    unsafe extern "C" fn one<F: FnMut(&CStr)>(user_data: *mut c_void, text: *const c_char) {
        // SAFETY: the closure below, which nobody else has during the call.
        let line = unsafe { &mut *user_data.cast::<F>() };
        // SAFETY: a string that lives during the call.
        line(unsafe { CStr::from_ptr(text) });
    }
    // SAFETY: the closure lives until this returns, and is called before.
    unsafe { functions::network_prov_mgr_draw_qr(Some(one::<F>), (&raw mut line).cast()) }
}
