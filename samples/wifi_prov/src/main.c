/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/printk.h>

#include <network_provisioning/network_prov_mgr.h>

#include "bluetooth.h"
#include "minimal.h"
#include "security.h"
#include "transport.h"

LOG_MODULE_REGISTER(app, LOG_LEVEL_INF);

static void print_line(void *user_data, const char *text)
{
	printk("%s\n", text);
}

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	switch (event) {
	case NETWORK_PROV_START:
		LOG_INF(WHAT_TO_DO);
		/* No app scans a code for the console, so none is drawn there. */
		(void)network_prov_mgr_draw_qr(print_line, NULL);
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
		.scheme = &SCHEME,
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = 3,
	};
	int ret = IS_ENABLED(CONFIG_APP_HAS_BLUETOOTH) ? app_bluetooth_start() : 0;

	LOG_WRN("DEVELOPMENT CREDENTIAL: anyone nearby can provision this device");
	if (ret == 0) {
		ret = network_prov_mgr_init(config);
	}
	if (ret == 0 && IS_ENABLED(CONFIG_NETWORK_PROV_MINIMAL)) {
		ret = app_get_online(SERVICE_NAME);
	} else if (ret == 0) {
		/* Connect with stored credentials, or else wait for a client to send some. */
		ret = network_prov_mgr_connect_or_provision(SECURITY, SECURITY_PARAMS, SERVICE_NAME,
							    NULL);
	}
	if (ret != 0) {
		LOG_ERR("Not online: %d", ret);
		return ret;
	}
	LOG_INF("Online");
	network_prov_mgr_deinit();

	/* The application continues here. */
	if (IS_ENABLED(CONFIG_APP_HAS_BLUETOOTH)) {
		app_bluetooth_advertise();
	}
	return 0;
}
