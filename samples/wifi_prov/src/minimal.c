/* SPDX-License-Identifier: Apache-2.0 */

/* The smallest build has no network_prov_mgr_connect_or_provision(). */

#include <stdbool.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>

#include <network_provisioning/network_prov_mgr.h>

#include "minimal.h"
#include "security.h"

int app_get_online(const char *service_name)
{
	bool provisioned = false;
	int ret = network_prov_mgr_is_provisioned(&provisioned);

	if (ret == 0 && provisioned) {
		return net_mgmt(NET_REQUEST_WIFI_CONNECT_STORED, net_if_get_wifi_sta(), NULL, 0);
	}
	if (ret == 0) {
		ret = network_prov_mgr_start_provisioning(SECURITY, SECURITY_PARAMS, service_name,
							  NULL);
	}
	if (ret == 0) {
		/* Until credentials have worked, or the application has stopped the service. */
		network_prov_mgr_wait();
	}
	return ret;
}
