/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>

#include "security.h"

LOG_MODULE_REGISTER(app, LOG_LEVEL_INF);

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	switch (event) {
	case NETWORK_PROV_START:
		LOG_INF("Waiting for Wi-Fi credentials: net_prov <endpoint> <session> <hex>");
		break;
	case NETWORK_PROV_CRED_RECV:
		LOG_INF("Credentials received");
		break;
	case NETWORK_PROV_CRED_FAIL:
		LOG_WRN("Credentials failed: reason %d",
			*(enum network_prov_cred_fail_reason *)event_data);
		break;
	case NETWORK_PROV_CRED_SUCCESS:
		LOG_INF("Credentials worked and are stored");
		break;
	default:
		break;
	}
}

int main(void)
{
	const struct network_prov_mgr_config config = {
		.scheme = &network_prov_scheme_console,
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = 3,
	};
	int ret;

	LOG_WRN("DEVELOPMENT CREDENTIAL: anyone nearby can provision this device");
	ret = network_prov_mgr_init(config);
	if (ret == 0) {
		/* Connect with stored credentials, or else wait for a client to send some. */
		ret = network_prov_mgr_connect_or_provision(SECURITY, SECURITY_PARAMS, "PROV_ZEPHYR",
							    NULL);
	}
	if (ret != 0) {
		LOG_ERR("Not online: %d", ret);
		return ret;
	}
	LOG_INF("Online");
	network_prov_mgr_deinit();

	/* The application continues here. */
	return 0;
}
