/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/printk.h>

#include <network_provisioning/network_prov_mgr.h>

#include "security.h"
#include "transport.h"

LOG_MODULE_REGISTER(app, LOG_LEVEL_INF);

/** Time for a border router's prefix to arrive. */
#define ADDRESS_WAIT_MS 30000

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
		LOG_INF("Dataset received");
		break;
	case NETWORK_PROV_CRED_FAIL:
		LOG_WRN("Dataset failed: the previous one is restored");
		break;
	case NETWORK_PROV_CRED_SUCCESS:
		LOG_INF("Dataset worked and is stored");
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
	};
	int ret;

	LOG_WRN("DEVELOPMENT CREDENTIAL: anyone nearby can provision this device");
	ret = network_prov_mgr_init(config);
	if (ret == 0) {
		/* Attach with the stored dataset, or else wait for a client to send one. */
		ret = network_prov_mgr_connect_or_provision(SECURITY, SECURITY_PARAMS, SERVICE_NAME,
							    NULL);
	}
	if (ret != 0) {
		LOG_ERR("Not attached: %d", ret);
		return ret;
	}
	LOG_INF("Attached");
	ret = network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, ADDRESS_WAIT_MS,
						NULL);
	if (ret == 0) {
		LOG_INF("Reachable from outside the Thread network");
	} else {
		LOG_WRN("No border router has given an address yet: %d", ret);
	}
	network_prov_mgr_deinit();

	/* The application continues here. */
	return 0;
}
