//! Functions of Zephyr and of the glue, rather than of the core. An image has the transports that
//! it was configured for; naming another one is a linker error.

#![allow(missing_docs, reason = "documented in include/network_provisioning")]

use core::ffi::{c_int, c_void};

use crate::{netprov_errno, network_prov_scheme};

unsafe extern "C" {
    /// The platform's error numbers. Constant: `safe` to read.
    pub safe static netprov_errno: netprov_errno;
    /// Allocates memory from Zephyr's heap, or returns NULL. The module frees a handler's response
    /// with `k_free()`.
    pub safe fn k_malloc(size: usize) -> *mut c_void;

    pub static network_prov_scheme_ble: network_prov_scheme;
    pub static network_prov_scheme_console: network_prov_scheme;
    pub static network_prov_scheme_softap: network_prov_scheme;

    pub fn network_prov_scheme_ble_set_service_uuid(uuid128: *const u8) -> c_int;
    pub fn network_prov_scheme_ble_set_mfg_data(data: *const u8, length: usize) -> c_int;
    pub fn network_prov_scheme_ble_set_random_addr(address: *const u8) -> c_int;
    pub safe fn network_prov_scheme_ble_keep_on(keep_on: bool);
}
