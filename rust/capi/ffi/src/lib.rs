//! Safe wrappers for the C API.
//!
//! A Rust application and the core are two separate archives that share nothing but C symbols. This
//! crate wraps those symbols, and contains all the `unsafe` code needed for that. Applications use
//! `network-provisioning-zephyr`, which is built on top of it.
//!
//! A function that fails returns the negative errno of its C function. See [`errno`].
//!
//! Ownership of closures
//!
//! [`init`] hands the application's closures over to the manager. They are called only on the
//! provisioning thread, one at a time, and dropped there after the event [`Event::Deinit`], which
//! is the last. No other thread ever accesses them, so they need no locks.
#![no_std]

extern crate alloc;

use core::ffi::{CStr, c_char, c_int, c_void};
use core::net::IpAddr;
use core::ptr;

use netprov_sys::{functions, platform};
pub use netprov_sys::{
    netprov_errno as Errno, network_prov_address_kind as AddressKind,
    network_prov_cred_fail_reason as FailReason,
};
use netprov_sys::{
    network_prov_address, network_prov_event_handler, network_prov_mgr_config, network_prov_scheme,
    network_prov_security, network_prov_security2_params,
};

mod application;
#[cfg(CONFIG_NETWORK_PROV_BLE)]
pub mod ble;
#[cfg(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)]
mod thread;
#[cfg(not(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD))]
mod wifi;

pub use application::{Application, Endpoint, Event, EventFn, Network, RequestFn};
#[cfg(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)]
pub use thread::*;
#[cfg(not(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD))]
pub use wifi::*;

// Event data is read byte by byte, as in the core, which assumes little-endian.
const _: () = assert!(cfg!(target_endian = "little"));

/// Returns the platform's errno values, which differ between C libraries.
#[must_use]
pub fn errno() -> &'static Errno {
    &platform::netprov_errno
}

/// An address of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its kind.
    pub kind: AddressKind,
    /// The address.
    pub ip: IpAddr,
}

impl Address {
    pub(crate) fn of(address: &network_prov_address) -> Self {
        const MESH_LOCAL: u8 = AddressKind::NETWORK_PROV_ADDRESS_MESH_LOCAL as u8;
        const OFF_MESH: u8 = AddressKind::NETWORK_PROV_ADDRESS_OFF_MESH as u8;

        let &network_prov_address { bytes, length, kind } = address;
        let kind = match kind {
            MESH_LOCAL => AddressKind::NETWORK_PROV_ADDRESS_MESH_LOCAL,
            OFF_MESH => AddressKind::NETWORK_PROV_ADDRESS_OFF_MESH,
            _ => AddressKind::NETWORK_PROV_ADDRESS_IPV4,
        };
        let ip = match (length, bytes) {
            (4, [a, b, c, d, ..]) => IpAddr::from([a, b, c, d]),
            (_, bytes) => IpAddr::from(bytes),
        };
        Self { kind, ip }
    }
}

/// State of the network that the device is provisioned for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkState {
    /// An attempt is under way.
    Connecting,
    /// The device is connected.
    Connected,
    /// No credentials are being tried, or the last ones failed.
    Disconnected,
    /// An attempt failed and another will follow.
    AttemptFailed,
}

/// A transport that is built in.
#[derive(Clone, Copy)]
pub struct Scheme(*const network_prov_scheme);

// SAFETY: points to a constant.
unsafe impl Send for Scheme {}
// SAFETY: points to a constant.
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

    /// HTTP on the device's own access point.
    #[cfg(CONFIG_NETWORK_PROV_SOFTAP)]
    #[must_use]
    pub fn softap() -> Self {
        Self(&raw const platform::network_prov_scheme_softap)
    }
}

/// A security version with its parameters.
#[derive(Clone, Copy)]
pub enum Security<'a> {
    /// Security 0.
    Zero,
    /// Security 1, with an optional proof of possession.
    One(Option<&'a CStr>),
    /// Security 2.
    Two {
        /// 1 to 64 bytes.
        salt: &'a [u8],
        /// Up to 384 bytes, big-endian.
        verifier: &'a [u8],
    },
}

/// Calls `network_prov_mgr_init()` and creates the application's endpoints. If an endpoint cannot
/// be created, the manager is ended again.
///
/// On success, the closures live until the manager ends; on an error, they are dropped.
///
/// # Errors
///
/// The C functions' errors, among them `-EALREADY` if a manager exists.
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
    // SAFETY: the scheme is a constant; `user_data` is valid until the callback has received
    // `NETWORK_PROV_DEINIT`.
    let error = unsafe { functions::network_prov_mgr_init(config) };
    if error != 0 {
        // SAFETY: created above; `network_prov_mgr_init()` failed, so nothing else uses it.
        drop(unsafe { Application::from_raw(user_data) });
        return Err(error);
    }
    for name in endpoints {
        // SAFETY: the name is a C string.
        let error = unsafe { functions::network_prov_mgr_endpoint_create(name.as_ptr()) };
        if error != 0 {
            deinit();
            return Err(error);
        }
    }
    Ok(())
}

/// Calls `network_prov_mgr_deinit()`.
pub fn deinit() -> c_int {
    functions::network_prov_mgr_deinit()
}

/// Calls `network_prov_mgr_start_provisioning()`.
pub fn start(security: Security<'_>, name: &CStr, key: Option<&CStr>) -> c_int {
    with_parameters(security, |number, parameters| {
        // SAFETY: the parameters match the security version; the strings (or NULL) outlive the
        // call.
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

/// Calls `network_prov_mgr_connect_or_provision()`.
pub fn connect_or_provision(security: Security<'_>, name: &CStr, key: Option<&CStr>) -> c_int {
    with_parameters(security, |number, parameters| {
        // SAFETY: as in `start()`.
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

/// Calls `f` with the security version and its parameters in C's representation.
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

/// Calls `network_prov_mgr_stop_provisioning()`.
pub fn stop() {
    functions::network_prov_mgr_stop_provisioning();
}

/// Calls `network_prov_mgr_wait()`.
pub fn wait() {
    functions::network_prov_mgr_wait();
}

/// Calls `network_prov_mgr_connect()`.
pub fn connect() -> c_int {
    functions::network_prov_mgr_connect()
}

/// Calls `network_prov_mgr_set_stay_online()`.
pub fn set_stay_online(stay: bool) -> c_int {
    functions::network_prov_mgr_set_stay_online(stay)
}

/// Calls `network_prov_mgr_wait_for_address()`.
///
/// # Errors
///
/// The C function's errors.
pub fn wait_for_address(kind: AddressKind, timeout_ms: u32) -> Result<Address, c_int> {
    let mut address = network_prov_address { bytes: [0; 16], length: 0, kind: 0 };
    // SAFETY: the pointer is writable.
    let error = unsafe {
        functions::network_prov_mgr_wait_for_address(kind as c_int, timeout_ms, &mut address)
    };
    if error == 0 { Ok(Address::of(&address)) } else { Err(error) }
}

/// Calls `network_prov_mgr_is_provisioned()`.
#[must_use]
pub fn is_provisioned() -> bool {
    let mut provisioned = false;
    // SAFETY: the pointer is writable.
    unsafe { functions::network_prov_mgr_is_provisioned(&mut provisioned) };
    provisioned
}

/// Calls `network_prov_mgr_is_sm_idle()`.
#[must_use]
pub fn is_idle() -> bool {
    functions::network_prov_mgr_is_sm_idle()
}

/// Calls `network_prov_mgr_disable_auto_stop()`.
pub fn disable_auto_stop(cleanup_delay_ms: u32) -> c_int {
    functions::network_prov_mgr_disable_auto_stop(cleanup_delay_ms)
}

/// Calls `network_prov_mgr_set_app_info()`.
pub fn set_app_info(label: &CStr, version: &CStr, capabilities: &[&CStr]) -> c_int {
    let pointers: alloc::vec::Vec<_> = capabilities.iter().map(|text| text.as_ptr()).collect();
    // SAFETY: C strings, and an array with the given number of them.
    unsafe {
        functions::network_prov_mgr_set_app_info(
            label.as_ptr(),
            version.as_ptr(),
            pointers.as_ptr(),
            pointers.len(),
        )
    }
}

/// Calls `network_prov_mgr_get_qr_payload()`. Returns the length of the text, without the
/// terminator.
///
/// # Errors
///
/// The C function's errors.
pub fn qr_payload(buffer: &mut [u8]) -> Result<usize, c_int> {
    // SAFETY: the buffer has the given length.
    let error = unsafe {
        functions::network_prov_mgr_get_qr_payload(buffer.as_mut_ptr().cast(), buffer.len())
    };
    if error != 0 {
        return Err(error);
    }
    CStr::from_bytes_until_nul(buffer).map(|text| text.count_bytes()).map_err(|_| -errno().enospc)
}

/// Calls `network_prov_mgr_draw_qr()`. `line` runs on the provisioning thread, before this returns.
pub fn draw_qr<F: FnMut(&CStr) + Send>(mut line: F) -> c_int {
    unsafe extern "C" fn call_line<F: FnMut(&CStr)>(user_data: *mut c_void, text: *const c_char) {
        // SAFETY: the closure below, used by nothing else during the call.
        let line = unsafe { &mut *user_data.cast::<F>() };
        // SAFETY: a C string, valid during the call.
        line(unsafe { CStr::from_ptr(text) });
    }
    // SAFETY: the closure outlives the call, and is not called after it.
    unsafe { functions::network_prov_mgr_draw_qr(Some(call_line::<F>), (&raw mut line).cast()) }
}
