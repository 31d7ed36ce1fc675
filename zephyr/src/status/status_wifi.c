/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The status of a Wi-Fi station, from the public API and from Zephyr. Runs on the provisioning
 * thread, in a handler.
 */

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi_mgmt.h>

#include <network_provisioning/network_prov_mgr.h>

#include "compat.h"
#include "network/wifi/wifi_address.h"
#include "network/wifi/wifi_events.h"
#include "status/status.h"

static const char *text_for(enum network_prov_cred_fail_reason reason)
{
	switch (reason) {
	case NETWORK_PROV_WIFI_AUTH_ERROR:
		return "wrong_passphrase";
	case NETWORK_PROV_WIFI_NETWORK_NOT_FOUND:
		return "network_not_found";
	case NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY:
		return "unsupported_security";
	case NETWORK_PROV_WIFI_WEAK_SIGNAL:
		return "weak_signal";
	case NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT:
		return "handshake_timeout";
	case NETWORK_PROV_WIFI_NO_ADDRESS:
		return "no_address";
	default:
		return "storage";
	}
}

static void append_connection(struct netprov_text *text, struct net_if *iface)
{
	struct wifi_iface_status status = {0};
	struct net_in_addr address;
	char ip[NET_IPV4_ADDR_LEN];

	if (netprov_address_find(iface, &address) &&
	    net_addr_ntop(NET_AF_INET, &address, ip, sizeof(ip)) != NULL) {
		netprov_text_append(text, ",\"ip\":\"%s\"", ip);
	}
	if (net_mgmt(NET_REQUEST_WIFI_IFACE_STATUS, iface, &status, sizeof(status)) == 0) {
		netprov_text_append(text, ",\"rssi\":%d,\"channel\":%u", status.rssi,
				    status.channel);
	}
}

static void append_state(struct netprov_text *text, struct net_if *iface)
{
	enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_DISCONNECTED;
	enum network_prov_cred_fail_reason reason;
	uint32_t remaining;

	(void)network_prov_mgr_get_wifi_state(&state);
	if (state == NETWORK_PROV_WIFI_STA_CONNECTED) {
		netprov_text_append(text, "{\"state\":\"connected\"");
		if (iface != NULL) {
			append_connection(text, iface);
		}
	} else if (state != NETWORK_PROV_WIFI_STA_DISCONNECTED) {
		netprov_text_append(text, "{\"state\":\"connecting\"");
		if (network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == 0) {
			netprov_text_append(text, ",\"attempts_left\":%u", remaining);
		}
	} else if (network_prov_mgr_get_wifi_disconnect_reason(&reason) == 0) {
		netprov_text_append(text, "{\"state\":\"failed\",\"reason\":\"%s\"",
				    text_for(reason));
	} else {
		netprov_text_append(text, "{\"state\":\"waiting\"");
	}
}

void netprov_status_append_network(struct netprov_text *text)
{
	struct net_if *iface = netprov_wifi_iface();

	append_state(text, iface);
	if (iface != NULL && net_if_get_link_addr(iface) != NULL) {
		netprov_text_append_hex(text, "mac", net_if_get_link_addr(iface)->addr,
					net_if_get_link_addr(iface)->len);
	}
}
