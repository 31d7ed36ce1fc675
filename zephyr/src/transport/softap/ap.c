/* SPDX-License-Identifier: Apache-2.0 */

/* The access point: address, DHCP server, Wi-Fi driver. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/dhcpv4_server.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include "transport/softap/ap.h"
#include "transport/softap/ap_leases.h"
#include "transport/softap/dns.h"
#include "engine/engine.h"
#include "compat.h"
#include "network/wifi/wifi_address.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/* Built into apps. */
#define ADDRESS "192.168.4.1"
#define NETMASK "255.255.255.0"
#define POOL "192.168.4.2"

#define KEY_LENGTH_MIN 8
#define KEY_LENGTH_MAX 63

/** Longest time for a driver to open the access point. Some drivers do not report it. */
#define AP_TIMEOUT K_SECONDS(5)

static struct {
	struct net_if *iface;
	/* What netprov_ap_stop() must undo. */
	bool is_up;
	bool has_address;
	bool has_dhcp;
	bool is_enabled;
	struct net_in_addr gateway;
} ap;

static struct net_mgmt_event_callback ap_events;
static K_SEM_DEFINE(ap_result, 0, 1);
static enum wifi_ap_status ap_status;

/** The driver has refused to close the access point. The next start asks it again before it opens one. */
static bool is_left_open;

static void on_ap_event(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	const struct wifi_status *status = cb->info;
	const struct wifi_ap_sta_info *station = cb->info;

	if (event == NET_EVENT_WIFI_AP_STA_CONNECTED) {
		netprov_engine_report_link(true);
		return;
	}
	if (event == NET_EVENT_WIFI_AP_STA_DISCONNECTED) {
		netprov_engine_report_link(false);
		if (station != NULL && cb->info_length >= sizeof(*station)) {
			netprov_ap_leases_release(iface, station->mac, station->mac_length);
		}
		return;
	}
	/* The event has only this member of the structure. On Arm an enumeration may be one byte.
	 */
	if (event == NET_EVENT_WIFI_AP_ENABLE_RESULT && status != NULL &&
	    cb->info_length >= sizeof(status->ap_status)) {
		ap_status = status->ap_status;
		k_sem_give(&ap_result);
	}
}

static struct net_in_addr parse(const char *text)
{
	struct net_in_addr address = {0};

	(void)net_addr_pton(NET_AF_INET, text, &address);
	return address;
}

static int set_address(void)
{
	const struct net_in_addr address = parse(ADDRESS);
	const struct net_in_addr netmask = parse(NETMASK);

	if (net_if_ipv4_addr_add(ap.iface, (struct net_in_addr *)&address, NET_ADDR_MANUAL, 0) ==
	    NULL) {
		LOG_ERR("No room for the access point's address: increase "
			"CONFIG_NET_IF_MAX_IPV4_COUNT or CONFIG_NET_IF_UNICAST_IPV4_ADDR_COUNT");
		return -ENOMEM;
	}
	ap.has_address = true;
	netprov_address_set_ap(&address);
	(void)net_if_ipv4_set_netmask_by_addr(ap.iface, &address, &netmask);
	/* The DHCP server announces it as the router. Phones avoid networks without one. */
	ap.gateway = net_if_ipv4_get_gw(ap.iface);
	net_if_ipv4_set_gw(ap.iface, &address);
	return 0;
}

static int start_dhcp(void)
{
	struct net_in_addr pool = parse(POOL);
	int ret = net_dhcpv4_server_start(ap.iface, &pool);

	if (ret != 0) {
		netprov_log_failure("start the DHCP server", ret);
	}
	ap.has_dhcp = ret == 0;
	if (ap.has_dhcp) {
		netprov_ap_leases_start(ap.iface);
	}
	return ret;
}

/** Without it, clients still find the device by its address. */
static void start_dns(void)
{
	const struct net_in_addr address = parse(ADDRESS);
	int ret = netprov_dns_start(ap.iface, &address);

	if (ret != 0) {
		LOG_WRN("The access point's DNS responder does not start: %d. Does the application "
			"use port 53, or is CONFIG_NET_MAX_CONTEXTS too small?", ret);
	}
}

/** Asks the driver to close the access point. */
static void disable(void)
{
	int ret = net_mgmt(NET_REQUEST_WIFI_AP_DISABLE, ap.iface, NULL, 0);

	if (ret != 0) {
		netprov_log_failure("close the access point", ret);
	}
	is_left_open = ret != 0;
}

static int enable(const char *name, const char *key)
{
	struct wifi_connect_req_params params = {
		.ssid = (const uint8_t *)name,
		.ssid_length = strlen(name),
		.psk = key[0] != '\0' ? (const uint8_t *)key : NULL,
		.psk_length = strlen(key),
		.security = key[0] != '\0' ? WIFI_SECURITY_TYPE_PSK : WIFI_SECURITY_TYPE_NONE,
		.channel = CONFIG_NETWORK_PROV_SOFTAP_CHANNEL,
		.band = WIFI_FREQ_BAND_2_4_GHZ,
		.mfp = WIFI_MFP_OPTIONAL,
	};
	int ret;

	if (is_left_open) {
		disable();
	}
	k_sem_reset(&ap_result);
	ret = net_mgmt(NET_REQUEST_WIFI_AP_ENABLE, ap.iface, &params, sizeof(params));
	if (ret != 0) {
		netprov_log_failure("open an access point", ret);
		return ret;
	}
	ap.is_enabled = true;
	if (k_sem_take(&ap_result, AP_TIMEOUT) != 0) {
		LOG_WRN("The Wi-Fi driver did not report whether the access point is open");
		return 0;
	}
	if (ap_status != WIFI_STATUS_AP_SUCCESS) {
		LOG_ERR("The Wi-Fi driver failed to open an access point: status %d", ap_status);
		ap.is_enabled = false;
		return -EIO;
	}
	return 0;
}

static void remove_address(void)
{
	const struct net_in_addr address = parse(ADDRESS);
	const struct net_in_addr gateway = net_if_ipv4_get_gw(ap.iface);

	(void)net_if_ipv4_addr_rm(ap.iface, &address);
	/* A station on the same interface may have set another one. */
	if (gateway.s_addr == address.s_addr) {
		/* The previous gateway is invalid if its lease has ended. */
		if (!net_if_ipv4_addr_mask_cmp(ap.iface, &ap.gateway)) {
			ap.gateway = (struct net_in_addr){0};
		}
		net_if_ipv4_set_gw(ap.iface, &ap.gateway);
	}
	netprov_address_set_ap(NULL);
}

void netprov_ap_stop(void)
{
	if (ap.is_enabled) {
		disable();
	}
	netprov_dns_stop();
	if (ap.has_dhcp) {
		netprov_ap_leases_stop();
		(void)net_dhcpv4_server_stop(ap.iface);
	}
	if (ap.has_address) {
		remove_address();
	}
	if (ap.is_up && ap.iface != net_if_get_wifi_sta()) {
		(void)net_if_down(ap.iface);
	}
	if (ap.iface != NULL) {
		net_mgmt_del_event_callback(&ap_events);
	}
	memset(&ap, 0, sizeof(ap));
}

static int open_ap(const char *name, const char *key)
{
	int ret;

	ap.iface = net_if_get_wifi_sap();
	if (ap.iface == NULL) {
		LOG_ERR("No Wi-Fi interface: enable the board's Wi-Fi, or set "
			"CONFIG_NETWORK_PROV_FAKE_WIFI=y for a simulated one");
		return -ENODEV;
	}
	if (ap.iface == net_if_get_wifi_sta()) {
		LOG_WRN("Access point and station share an interface: clients may lose the device "
			"when it joins a network");
	}
	net_mgmt_init_event_callback(&ap_events, on_ap_event,
				     NET_EVENT_WIFI_AP_ENABLE_RESULT |
					     NET_EVENT_WIFI_AP_STA_CONNECTED |
					     NET_EVENT_WIFI_AP_STA_DISCONNECTED);
	net_mgmt_add_event_callback(&ap_events);
	if (!net_if_is_admin_up(ap.iface)) {
		ret = net_if_up(ap.iface);
		if (ret != 0) {
			return ret;
		}
		ap.is_up = true;
	}
	/* Before phones can join, so that the first one gets its address at once. */
	ret = set_address();
	if (ret == 0) {
		start_dns();
		ret = start_dhcp();
	}
	return ret == 0 ? enable(name, key) : ret;
}

static bool is_key_valid(const char *key)
{
	size_t length = strlen(key);

	return length == 0 || (length >= KEY_LENGTH_MIN && length <= KEY_LENGTH_MAX);
}

int netprov_ap_start(const char *name, const char *key)
{
	int ret;

	if (!is_key_valid(key)) {
		LOG_ERR("The access point's key must have %d to %d characters", KEY_LENGTH_MIN,
			KEY_LENGTH_MAX);
		return -EINVAL;
	}
	ret = open_ap(name, key);
	if (ret != 0) {
		netprov_ap_stop();
	}
	return ret;
}
