/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/network_prov_mgr.h>

#include "apply.h"
#include "device.h"

static void start(struct script *script)
{
	/* Other versions are not built in, or want other parameters. */
	int security = script_below(script, 4);
	const char *pop = security == NETWORK_PROV_SECURITY_1 ? DEVICE_POP : NULL;

	(void)network_prov_mgr_start_provisioning(security, pop, DEVICE_NAME,
						  script_below(script, 4) == 0 ? "a-long-key"
									       : NULL);
}

static void look(void)
{
	enum network_prov_cred_fail_reason reason;
	enum network_prov_wifi_sta_state state;
	uint32_t attempts;
	bool provisioned;

	(void)network_prov_mgr_is_provisioned(&provisioned);
	(void)network_prov_mgr_get_wifi_state(&state);
	(void)network_prov_mgr_get_wifi_disconnect_reason(&reason);
	(void)network_prov_mgr_get_wifi_remaining_conn_attempts(&attempts);
}

void apply_call(struct script *script)
{
	switch (script_below(script, 14)) {
	case 0:
		script_start(script_transport(script));
		break;
	case 1:
		network_prov_mgr_stop_provisioning();
		break;
	case 2:
		(void)network_prov_mgr_deinit();
		break;
	case 3:
		start(script);
		break;
	case 4:
		(void)network_prov_mgr_reset_wifi_provisioning();
		break;
	case 5:
		(void)network_prov_mgr_reset_wifi_sm_state_on_failure();
		break;
	case 6:
		(void)network_prov_mgr_reset_wifi_sm_state_for_reprovision();
		break;
	case 7:
		(void)network_prov_mgr_configure_wifi_sta(
			"Home", script_below(script, 2) == 0 ? "correct-horse" : "wrong");
		break;
	case 8:
		(void)network_prov_mgr_set_stay_online(script_below(script, 2) == 0);
		break;
	case 9:
		(void)network_prov_mgr_connect();
		break;
	case 10:
		(void)network_prov_mgr_disable_auto_stop(script_byte(script));
		break;
	case 11:
		(void)network_prov_mgr_endpoint_create("another");
		break;
	case 12:
		(void)network_prov_mgr_endpoint_unregister(DEVICE_CUSTOM);
		break;
	default:
		look();
		break;
	}
}
