//! Bluetooth LE settings.

use core::ffi::c_int;

use netprov_sys::platform;

/// Calls `network_prov_scheme_ble_set_service_uuid()`.
pub fn set_service_uuid(uuid128: &[u8; 16]) -> c_int {
    // SAFETY: the function copies 16 bytes.
    unsafe { platform::network_prov_scheme_ble_set_service_uuid(uuid128.as_ptr()) }
}

/// Calls `network_prov_scheme_ble_set_mfg_data()`.
pub fn set_manufacturer_data(data: &[u8]) -> c_int {
    // SAFETY: the function copies `data.len()` bytes.
    unsafe { platform::network_prov_scheme_ble_set_mfg_data(data.as_ptr(), data.len()) }
}

/// Calls `network_prov_scheme_ble_set_random_addr()`.
pub fn set_random_address(address: &[u8; 6]) -> c_int {
    // SAFETY: the function copies 6 bytes.
    unsafe { platform::network_prov_scheme_ble_set_random_addr(address.as_ptr()) }
}

/// Calls `network_prov_scheme_ble_keep_on()`.
pub fn keep_on(keep_on: bool) {
    platform::network_prov_scheme_ble_keep_on(keep_on);
}
