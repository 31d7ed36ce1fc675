//! What is not of the core but of Zephyr, or of the glue. An image has the transports that it was
//! configured for: to name another is an error of the linker.

#![allow(missing_docs, reason = "the headers in include/network_provisioning have the words")]

use core::ffi::{c_int, c_void};

use crate::{netprov_errno, network_prov_scheme};

unsafe extern "C" {
    /// The platform's error numbers. Constant: `safe` to read.
    pub safe static netprov_errno: netprov_errno;
    /// Memory of Zephyr's heap, or NULL. The module frees a handler's answer with `k_free()`.
    pub safe fn k_malloc(size: usize) -> *mut c_void;

    pub static network_prov_scheme_ble: network_prov_scheme;
    pub static network_prov_scheme_console: network_prov_scheme;
    pub static network_prov_scheme_softap: network_prov_scheme;

    pub fn network_prov_scheme_ble_set_service_uuid(uuid128: *const u8) -> c_int;
    pub fn network_prov_scheme_ble_set_mfg_data(data: *const u8, length: usize) -> c_int;
    pub fn network_prov_scheme_ble_set_random_addr(address: *const u8) -> c_int;
    pub safe fn network_prov_scheme_ble_keep_on(keep_on: bool);
}
