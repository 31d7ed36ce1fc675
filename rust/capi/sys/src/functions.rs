//! The functions of the C API in a Zephyr image.
//!
//! A test of `xtask` compares these declarations with
//! `include/network_provisioning/network_prov_mgr.h`, which is generated from the definitions.

#![allow(missing_docs, reason = "the crate `capi` documents them")]

use core::ffi::{c_char, c_int, c_void};

use crate::{
    network_prov_address, network_prov_cred_fail_reason, network_prov_endpoint_handler_t,
    network_prov_mgr_config, network_prov_qr_line_t, network_prov_thread_detached_reason,
    network_prov_thread_state, network_prov_wifi_sta_state,
};

unsafe extern "C" {
    pub fn network_prov_mgr_init(config: network_prov_mgr_config) -> c_int;
    pub safe fn network_prov_mgr_deinit() -> c_int;
    pub fn network_prov_mgr_start_provisioning(
        security: c_int,
        sec_params: *const c_void,
        service_name: *const c_char,
        service_key: *const c_char,
    ) -> c_int;
    pub safe fn network_prov_mgr_stop_provisioning();
    pub safe fn network_prov_mgr_wait();
    pub fn network_prov_mgr_is_provisioned(provisioned: *mut bool) -> c_int;
    pub safe fn network_prov_mgr_is_sm_idle() -> bool;
    pub safe fn network_prov_mgr_disable_auto_stop(cleanup_delay_ms: u32) -> c_int;
    pub fn network_prov_mgr_set_app_info(
        label: *const c_char,
        version: *const c_char,
        capabilities: *const *const c_char,
        total_capabilities: usize,
    ) -> c_int;
    pub fn network_prov_mgr_endpoint_create(ep_name: *const c_char) -> c_int;
    pub fn network_prov_mgr_endpoint_register(
        ep_name: *const c_char,
        handler: network_prov_endpoint_handler_t,
        user_ctx: *mut c_void,
    ) -> c_int;
    pub fn network_prov_mgr_configure_wifi_sta(
        ssid: *const c_char,
        passphrase: *const c_char,
    ) -> c_int;
    pub safe fn network_prov_mgr_reset_wifi_provisioning() -> c_int;
    pub safe fn network_prov_mgr_reset_wifi_sm_state_on_failure() -> c_int;
    pub safe fn network_prov_mgr_reset_wifi_sm_state_for_reprovision() -> c_int;
    pub fn network_prov_mgr_get_wifi_state(state: *mut network_prov_wifi_sta_state) -> c_int;
    pub fn network_prov_mgr_get_wifi_disconnect_reason(
        reason: *mut network_prov_cred_fail_reason,
    ) -> c_int;
    pub fn network_prov_mgr_get_wifi_remaining_conn_attempts(remaining: *mut u32) -> c_int;
    pub fn network_prov_mgr_configure_thread_dataset(dataset: *const u8, length: usize) -> c_int;
    pub safe fn network_prov_mgr_reset_thread_provisioning() -> c_int;
    pub safe fn network_prov_mgr_reset_thread_sm_state_on_failure() -> c_int;
    pub safe fn network_prov_mgr_reset_thread_sm_state_for_reprovision() -> c_int;
    pub fn network_prov_mgr_get_thread_state(state: *mut network_prov_thread_state) -> c_int;
    pub fn network_prov_mgr_get_thread_detached_reason(
        reason: *mut network_prov_thread_detached_reason,
    ) -> c_int;
    pub safe fn network_prov_mgr_connect() -> c_int;
    pub fn network_prov_mgr_connect_or_provision(
        security: c_int,
        sec_params: *const c_void,
        service_name: *const c_char,
        service_key: *const c_char,
    ) -> c_int;
    pub safe fn network_prov_mgr_set_stay_online(stay: bool) -> c_int;
    pub fn network_prov_mgr_wait_for_address(
        kind: c_int,
        timeout_ms: u32,
        address: *mut network_prov_address,
    ) -> c_int;
    pub fn network_prov_mgr_get_qr_payload(buffer: *mut c_char, size: usize) -> c_int;
    pub fn network_prov_mgr_draw_qr(line: network_prov_qr_line_t, user_data: *mut c_void) -> c_int;
}
