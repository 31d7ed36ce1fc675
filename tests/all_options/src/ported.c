/* SPDX-License-Identifier: Apache-2.0 */

/* An application written like one for ESP-IDF compiles here with the header of ESP-IDF's names. */

#include <zephyr/kernel.h>

#if defined(CONFIG_NETWORK_PROV_MGR)

#include <network_provisioning/esp_idf_compat.h>

static esp_err_t on_data(uint32_t session_id, const uint8_t *inbuf, ssize_t inlen,
			 uint8_t **outbuf, ssize_t *outlen, void *priv_data)
{
	ARG_UNUSED(session_id);
	ARG_UNUSED(inbuf);
	ARG_UNUSED(inlen);
	ARG_UNUSED(priv_data);
	*outbuf = NULL;
	*outlen = 0;
	return ESP_OK;
}

static void on_event(void *user_data, network_prov_cb_event_t event, void *event_data)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	switch (event) {
	case NETWORK_PROV_START:
		(void)network_prov_mgr_endpoint_register("custom-data", on_data, NULL);
		break;
	case NETWORK_PROV_END:
		(void)network_prov_mgr_deinit();
		break;
	default:
		break;
	}
}

int ported_main(void)
{
	network_prov_mgr_config_t config = {
#if defined(CONFIG_NETWORK_PROV_BLE)
		.scheme = network_prov_scheme_ble,
		.scheme_event_handler = NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM,
#else
		.scheme = wifi_prov_scheme_console,
		.scheme_event_handler = WIFI_PROV_EVENT_HANDLER_NONE,
#endif
		.app_event_handler = {.event_cb = on_event},
		.network_prov_wifi_conn_cfg = {.wifi_conn_attempts = 5},
	};
	esp_err_t err = network_prov_mgr_init(config);

	if (err != ESP_OK) {
		return err;
	}
	(void)network_prov_mgr_endpoint_create("custom-data");
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "abcd1234",
						   "PROV_1", NULL);
}

#endif /* CONFIG_NETWORK_PROV_MGR */
