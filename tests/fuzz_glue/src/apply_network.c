/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/test/fake_wifi.h>

#include "apply.h"

static void raise(uint64_t event, struct net_if *iface, const void *info, size_t size)
{
	net_mgmt_event_notify_with_info(event, iface, info, size);
}

static void raise_scan_result(struct script *script)
{
	struct wifi_scan_result result = {
		.ssid_length = script_below(script, WIFI_SSID_MAX_LEN + 1),
		.channel = script_byte(script),
		.rssi = (int8_t)script_byte(script),
		.security = script_below(script, WIFI_SECURITY_TYPE_MAX + 2),
		.mac_length = WIFI_MAC_ADDR_LEN,
	};

	(void)script_bytes(script, result.ssid, WIFI_SSID_MAX_LEN);
	raise(NET_EVENT_WIFI_SCAN_RESULT, fake_wifi_iface(), &result, sizeof(result));
}

static void raise_station(uint64_t event, struct script *script)
{
	struct wifi_ap_sta_info station = {.mac_length = script_below(script, 9)};

	station.mac[0] = script_byte(script);
	raise(event, fake_wifi_ap_iface(), &station, sizeof(station));
}

static void raise_status(uint64_t event, struct net_if *iface, struct script *script)
{
	struct wifi_status status = {.status = (int8_t)script_byte(script)};

	raise(event, iface, &status, sizeof(status));
}

/** Events that no driver raises, or not now. */
void apply_event(struct script *script)
{
	struct net_if *iface =
		script_below(script, 8) == 0 ? fake_wifi_ap_iface() : fake_wifi_iface();

	switch (script_below(script, 12)) {
	case 0:
		raise_status(NET_EVENT_WIFI_CONNECT_RESULT, iface, script);
		break;
	case 1:
		raise_status(NET_EVENT_WIFI_DISCONNECT_RESULT, iface, script);
		break;
	case 2:
		raise_scan_result(script);
		break;
	case 3:
		raise_status(NET_EVENT_WIFI_SCAN_DONE, iface, script);
		break;
	case 4:
		raise(NET_EVENT_IPV4_DHCP_BOUND, iface, NULL, 0);
		break;
	case 5:
		raise(NET_EVENT_IPV4_ADDR_ADD, iface, NULL, 0);
		break;
	case 6:
		raise_station(NET_EVENT_WIFI_AP_STA_CONNECTED, script);
		break;
	case 7:
		raise_station(NET_EVENT_WIFI_AP_STA_DISCONNECTED, script);
		break;
	case 8:
		raise_status(NET_EVENT_WIFI_AP_ENABLE_RESULT, fake_wifi_ap_iface(), script);
		break;
	case 9:
		fake_wifi_drop_link(script_below(script, 6));
		break;
	case 10:
		/* An event of this kind without what it has to bring. */
		raise(NET_EVENT_WIFI_CONNECT_RESULT, iface, NULL, 0);
		break;
	default:
		for (uint32_t n = script_byte(script); n > 0; n--) {
			raise_scan_result(script);
		}
		break;
	}
}

/** What the driver does next. */
void apply_driver(struct script *script)
{
	switch (script_below(script, 12)) {
	case 0:
		fake_wifi_set_next_connect_result(script_below(script, 6));
		break;
	case 1:
		fake_wifi_set_next_connect_sync_error(script_byte(script));
		break;
	case 2:
		fake_wifi_set_next_connect_silent();
		break;
	case 3:
		fake_wifi_set_connect_delay(script_below(script, 20000));
		break;
	case 4:
		fake_wifi_set_scan_delay(script_below(script, 20000));
		break;
	case 5:
		fake_wifi_set_next_scan_sync_error(script_byte(script));
		break;
	case 6:
		fake_wifi_set_next_scan_status(script_byte(script));
		break;
	case 7:
		fake_wifi_set_address(script_below(script, 3));
		break;
	case 8:
		fake_wifi_set_address_delay(script_below(script, 20000));
		break;
	case 9:
		fake_wifi_set_next_disconnect_silent();
		break;
	case 10:
		fake_wifi_set_next_ap_sync_error(script_byte(script));
		break;
	default:
		fake_wifi_set_expected_credentials("Home", "correct-horse");
		break;
	}
}
