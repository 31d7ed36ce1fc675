/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>

#include <network_provisioning/esp_idf_compat.h>

#include "ported.h"

static char received[33];
static bool has_ended;

static esp_err_t on_data(uint32_t session_id, const uint8_t *inbuf, ssize_t inlen,
			 uint8_t **outbuf, ssize_t *outlen, void *priv_data)
{
	ARG_UNUSED(session_id);
	ARG_UNUSED(priv_data);
	*outbuf = malloc(inlen);
	if (*outbuf == NULL) {
		return ESP_FAIL;
	}
	for (ssize_t i = 0; i < inlen; i++) {
		(*outbuf)[i] = inbuf[inlen - 1 - i];
	}
	*outlen = inlen;
	return ESP_OK;
}

static void on_event(void *user_data, network_prov_cb_event_t event, void *event_data)
{
	ARG_UNUSED(user_data);
	switch (event) {
	case NETWORK_PROV_START:
		(void)network_prov_mgr_endpoint_register(PORTED_ENDPOINT, on_data, NULL);
		break;
	case NETWORK_PROV_WIFI_CRED_RECV:
		/* A `wifi_sta_config_t`, which begins with the SSID. */
		memcpy(received, event_data, 32);
		break;
	case NETWORK_PROV_END:
		has_ended = true;
		(void)network_prov_mgr_deinit();
		break;
	default:
		break;
	}
}

int ported_start(void)
{
	network_prov_mgr_config_t config = {
		.scheme = network_prov_scheme_ble,
		.scheme_event_handler = NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM,
		.app_event_handler = {.event_cb = on_event},
		.network_prov_wifi_conn_cfg = {.wifi_conn_attempts = 1},
	};
	esp_err_t err = network_prov_mgr_init(config);

	has_ended = false;
	memset(received, 0, sizeof(received));
	if (err == ESP_OK) {
		err = network_prov_mgr_endpoint_create(PORTED_ENDPOINT);
	}
	if (err == ESP_OK) {
		err = network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, PORTED_POP,
							  "PROV_PORTED", NULL);
	}
	return err;
}

bool ported_has_received(const char *ssid)
{
	return strcmp(received, ssid) == 0;
}

bool ported_has_ended(void)
{
	return has_ended;
}
