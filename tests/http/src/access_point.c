/* SPDX-License-Identifier: Apache-2.0 */

/* The access point: how it is asked for, and that nothing is left of it. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/dhcpv4_server.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "service.h"

#define KEY_63 "123456789012345678901234567890123456789012345678901234567890123"

static int start(const char *name, const char *key)
{
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, POP, name, key);
}

static bool has_address(void)
{
	struct in_addr address;
	struct net_if *iface = NULL;

	(void)net_addr_pton(AF_INET, "192.168.4.1", &address);
	return net_if_ipv4_addr_lookup(&address, &iface) != NULL && iface == fake_wifi_ap_iface();
}

static void ignore_lease(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	ARG_UNUSED(iface);
	ARG_UNUSED(lease);
	ARG_UNUSED(user_data);
}

static bool has_dhcp(void)
{
	return net_dhcpv4_server_foreach_lease(fake_wifi_ap_iface(), ignore_lease, NULL) == 0;
}

static void must_be_on(void)
{
	zassert_true(fake_wifi_is_ap_enabled());
	zassert_true(has_address());
	zassert_true(has_dhcp());
}

static void must_be_off(void)
{
	struct in_addr gateway = net_if_ipv4_get_gw(fake_wifi_ap_iface());

	zassert_false(fake_wifi_is_ap_enabled());
	zassert_false(has_address());
	zassert_false(has_dhcp());
	zassert_equal(gateway.s_addr, 0);
}

ZTEST(http, test_the_access_point_has_the_services_name_and_key)
{
	struct fake_wifi_request request;

	zassert_ok(start(NAME, "correct-horse"));
	must_be_on();
	zassert_true(fake_wifi_get_last_ap(&request));
	zassert_str_equal(request.ssid, NAME);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_PSK);
	zassert_true(fake_wifi_last_ap_passphrase_is("correct-horse"));
	zassert_equal(request.channel, CONFIG_NETWORK_PROV_SOFTAP_CHANNEL);
	zassert_equal(request.band, WIFI_FREQ_BAND_2_4_GHZ);
	stop_serving();
	must_be_off();
}

ZTEST(http, test_without_a_key_the_access_point_is_open)
{
	static const char *const keys[] = {NULL, ""};
	static const char name_32[] = "12345678901234567890123456789012";
	struct fake_wifi_request request;

	ARRAY_FOR_EACH(keys, i) {
		zassert_ok(start(name_32, keys[i]));
		must_be_on();
		zassert_true(fake_wifi_get_last_ap(&request));
		zassert_equal(request.ssid_len, 32);
		zassert_str_equal(request.ssid, name_32);
		zassert_equal(request.security, WIFI_SECURITY_TYPE_NONE);
		zassert_equal(request.psk_len, 0);
		stop_serving();
		must_be_off();
	}
}

ZTEST(http, test_a_key_must_be_a_passphrase)
{
	zassert_equal(start(NAME, "1234567"), -EINVAL);
	zassert_equal(start(NAME, KEY_63 "4"), -EINVAL);
	must_be_off();
	zassert_ok(start(NAME, "12345678"));
	stop_serving();
	zassert_ok(start(NAME, KEY_63));
	must_be_on();
}

ZTEST(http, test_an_access_point_that_does_not_open_fails_the_start)
{
	struct fake_wifi_counters counters;

	fake_wifi_set_next_ap_sync_error(EIO);
	zassert_equal(start(NAME, NULL), -EIO);
	must_be_off();
	zassert_true(network_prov_mgr_is_sm_idle());
	fake_wifi_set_next_ap_result(WIFI_STATUS_AP_CHANNEL_NOT_SUPPORTED);
	zassert_equal(start(NAME, NULL), -EIO);
	must_be_off();
	zassert_ok(start(NAME, NULL));
	must_be_on();
	must_answer();
	stop_serving();
	fake_wifi_get_counters(&counters);
	zassert_equal(counters.ap_disables, 1, "what was not opened was closed");
}

ZTEST(http, test_the_stations_gateway_is_left_alone)
{
	struct in_addr before, after;

	(void)net_addr_pton(AF_INET, "192.168.77.1", &before);
	net_if_ipv4_set_gw(fake_wifi_iface(), &before);
	zassert_ok(start(NAME, NULL));
	stop_serving();
	after = net_if_ipv4_get_gw(fake_wifi_iface());
	zassert_equal(after.s_addr, before.s_addr);
	memset(&before, 0, sizeof(before));
	net_if_ipv4_set_gw(fake_wifi_iface(), &before);
}

/** Returns the access point interface's gateway after a service that found `gateway` there. */
static uint32_t gateway_after(struct in_addr gateway)
{
	net_if_ipv4_set_gw(fake_wifi_ap_iface(), &gateway);
	zassert_ok(start(NAME, NULL));
	stop_serving();
	return net_if_ipv4_get_gw(fake_wifi_ap_iface()).s_addr;
}

/* With one interface for both, a lease of the station may end while the service runs. */
ZTEST(http, test_a_gateway_comes_back_only_with_an_address_in_its_network)
{
	struct in_addr address, netmask, gateway;
	const struct in_addr none = {0};

	(void)net_addr_pton(AF_INET, "192.168.77.1", &gateway);
	(void)net_addr_pton(AF_INET, "192.168.77.5", &address);
	(void)net_addr_pton(AF_INET, "255.255.255.0", &netmask);
	zassert_equal(gateway_after(gateway), 0);
	zassert_not_null(
		net_if_ipv4_addr_add(fake_wifi_ap_iface(), &address, NET_ADDR_MANUAL, 0));
	zassert_true(net_if_ipv4_set_netmask_by_addr(fake_wifi_ap_iface(), &address, &netmask));
	zassert_equal(gateway_after(gateway), gateway.s_addr);
	zassert_true(net_if_ipv4_addr_rm(fake_wifi_ap_iface(), &address));
	net_if_ipv4_set_gw(fake_wifi_ap_iface(), &none);
}
