/* SPDX-License-Identifier: Apache-2.0 */

/* Links every function of the API, to find an export that is missing. */

#include <zephyr/kernel.h>

#if defined(CONFIG_NETWORK_PROV_MGR)

#include <network_provisioning/network_prov_mgr.h>
#if defined(CONFIG_NETWORK_PROV_BLE)
#include <network_provisioning/scheme_ble.h>
#endif
#if defined(CONFIG_NETWORK_PROV_CONSOLE)
#include <network_provisioning/scheme_console.h>
#endif
#if defined(CONFIG_NETWORK_PROV_SOFTAP)
#include <network_provisioning/scheme_softap.h>
#endif
#if defined(CONFIG_NETWORK_PROV_STATUS)
#include <network_provisioning/status.h>
#endif
#include <network_provisioning/usage.h>

#if defined(CONFIG_NETWORK_PROV_KEEP_BLE_ON_AFTER_PROV)
BUILD_ASSERT(IS_ENABLED(CONFIG_NETWORK_PROV_BLE_KEEP_ON), "the old name has no effect");
BUILD_ASSERT(!IS_ENABLED(CONFIG_NETWORK_PROV_BLE_DISCONNECT_AT_END), "the old name has no effect");
#endif

#define EVERY(f) (const void *)(f)

int ported_main(void);

static const void *volatile const api[] = {
	EVERY(ported_main),
	EVERY(network_prov_mgr_init),
	EVERY(network_prov_mgr_deinit),
	EVERY(network_prov_mgr_start_provisioning),
	EVERY(network_prov_mgr_stop_provisioning),
	EVERY(network_prov_mgr_wait),
	EVERY(network_prov_mgr_is_provisioned),
	EVERY(network_prov_mgr_is_sm_idle),
	EVERY(network_prov_mgr_disable_auto_stop),
	EVERY(network_prov_mgr_set_app_info),
	EVERY(network_prov_mgr_endpoint_create),
	EVERY(network_prov_mgr_endpoint_register),
	EVERY(network_prov_mgr_endpoint_unregister),
	EVERY(network_prov_mgr_connect),
	EVERY(network_prov_mgr_connect_or_provision),
	EVERY(network_prov_mgr_get_qr_payload),
	EVERY(network_prov_mgr_draw_qr),
	EVERY(network_prov_get_usage),
#if defined(CONFIG_NETWORK_PROV_STATUS)
	EVERY(network_prov_status_create),
	EVERY(network_prov_status_register),
#endif
#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_WIFI)
	EVERY(network_prov_mgr_is_wifi_provisioned),
	EVERY(network_prov_mgr_configure_wifi_sta),
	EVERY(network_prov_mgr_reset_wifi_provisioning),
	EVERY(network_prov_mgr_reset_wifi_sm_state_on_failure),
	EVERY(network_prov_mgr_reset_wifi_sm_state_for_reprovision),
	EVERY(network_prov_mgr_get_wifi_state),
	EVERY(network_prov_mgr_get_wifi_disconnect_reason),
	EVERY(network_prov_mgr_get_wifi_remaining_conn_attempts),
#endif
#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)
	EVERY(network_prov_mgr_is_thread_provisioned),
	EVERY(network_prov_mgr_configure_thread_dataset),
	EVERY(network_prov_mgr_reset_thread_provisioning),
	EVERY(network_prov_mgr_reset_thread_sm_state_on_failure),
	EVERY(network_prov_mgr_reset_thread_sm_state_for_reprovision),
	EVERY(network_prov_mgr_get_thread_state),
	EVERY(network_prov_mgr_get_thread_detached_reason),
#endif
#if defined(CONFIG_NETWORK_PROV_BLE)
	EVERY(&network_prov_scheme_ble),
	EVERY(network_prov_scheme_ble_set_service_uuid),
	EVERY(network_prov_scheme_ble_set_mfg_data),
	EVERY(network_prov_scheme_ble_set_random_addr),
	EVERY(network_prov_scheme_ble_keep_on),
#endif
#if defined(CONFIG_NETWORK_PROV_CONSOLE)
	EVERY(&network_prov_scheme_console),
#endif
#if defined(CONFIG_NETWORK_PROV_SOFTAP)
	EVERY(&network_prov_scheme_softap),
#endif
};

int main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(api); i++) {
		printk("%p\n", api[i]);
	}
	return 0;
}

#else

/* When the module is off, not even its folder of headers is on the include path. */
#if defined(CONFIG_NETWORKING) || __has_include(<network_provisioning/network_prov_mgr.h>)
#error "The module is off, but parts of it are in the build"
#endif

int main(void)
{
	return 0;
}

#endif /* CONFIG_NETWORK_PROV_MGR */
