/* SPDX-License-Identifier: Apache-2.0 */

/* The access point: what the driver is asked for, and that the service leaves nothing behind. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
/* The headers below expect this to be declared. */
#include <zephyr/net/dhcpv4.h>
#include <zephyr/net/dhcpv4_server.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/net/net_pkt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/byteorder.h>
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
	zassert_equal(counters.ap_disables, 1,
		      "an access point was closed that the service had not opened");
}

ZTEST(http, test_the_stations_gateway_is_left_alone)
{
	struct in_addr before, after;

	if (fake_wifi_iface() == fake_wifi_ap_iface()) {
		/* See test_a_gateway_comes_back_only_with_an_address_in_its_network. */
		ztest_test_skip();
	}
	(void)net_addr_pton(AF_INET, "192.168.77.1", &before);
	net_if_ipv4_set_gw(fake_wifi_iface(), &before);
	zassert_ok(start(NAME, NULL));
	stop_serving();
	after = net_if_ipv4_get_gw(fake_wifi_iface());
	zassert_equal(after.s_addr, before.s_addr);
	memset(&before, 0, sizeof(before));
	net_if_ipv4_set_gw(fake_wifi_iface(), &before);
}

/* Leases. The fake radio carries no packets: the tests change the leases as clients would. */

#define LEASES CONFIG_NET_DHCPV4_SERVER_ADDR_COUNT

static struct in_addr pool_address(int index)
{
	struct in_addr address;

	(void)net_addr_pton(AF_INET, "192.168.4.2", &address);
	address.s_addr = htonl(ntohl(address.s_addr) + index);
	return address;
}

/** Sums 16-bit words for the checksums of IP and UDP. */
static uint32_t sum(uint32_t total, const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i += 2) {
		total += at[i] << 8 | at[i + 1];
	}
	return total;
}

static uint16_t checksum(uint32_t total)
{
	while (total >> 16 != 0) {
		total = (total & 0xffff) + (total >> 16);
	}
	return (uint16_t)~total;
}

/** Sends a DHCP message from a station, as if it arrived at the access point. */
static void send_dhcp(uint8_t station, enum net_dhcpv4_msg_type type, int index, uint32_t lease)
{
	static uint8_t frame[14 + 20 + 8 + 300];
	static const uint8_t ip_head[] = {0x45, 0, 328 >> 8, 328 & 0xff, 0, 0, 0, 0, 64, 17,
					  0, 0, 0, 0, 0, 0, 255, 255, 255, 255};
	static const uint8_t udp_head[] = {0, 68, 0, 67, 308 >> 8, 308 & 0xff, 0, 0};
	const uint8_t mac[6] = {2, 0, 0, 0, 9, station};
	struct in_addr address = pool_address(index);
	uint8_t *ip = &frame[14], *udp = &ip[20], *dhcp = &udp[8], *at = &dhcp[240];
	struct net_pkt *packet;

	memset(frame, 0, sizeof(frame));
	memset(frame, 0xff, 6);
	memcpy(&frame[6], mac, sizeof(mac));
	frame[12] = 0x08;
	memcpy(ip, ip_head, sizeof(ip_head));
	memcpy(udp, udp_head, sizeof(udp_head));
	memcpy(dhcp, (uint8_t[]){1, 1, 6, 0, 0, 0, 0, station}, 8);
	memcpy(&dhcp[28], mac, sizeof(mac));
	memcpy(&dhcp[236], (uint8_t[]){0x63, 0x82, 0x53, 0x63}, 4);
	memcpy(at, (uint8_t[]){53, 1, type, 51, 4}, 5);
	sys_put_be32(lease, &at[5]);
	at += 9;
	if (type == NET_DHCPV4_MSG_TYPE_REQUEST) {
		memcpy(at, (uint8_t[]){54, 4, 192, 168, 4, 1, 50, 4}, 8);
		memcpy(&at[8], &address, 4);
		at += 12;
	}
	*at = 255;
	sys_put_be16(checksum(sum(0, ip, 20)), &ip[10]);
	/* The pseudo header: addresses, protocol and length. */
	sys_put_be16(checksum(sum(17 + 308, &ip[12], 8) + sum(0, udp, 308)), &udp[6]);
	packet = net_pkt_rx_alloc_with_buffer(fake_wifi_ap_iface(), sizeof(frame), AF_UNSPEC, 0,
					      K_SECONDS(1));
	zassert_not_null(packet);
	zassert_ok(net_pkt_write(packet, frame, sizeof(frame)));
	zassert_ok(net_recv_data(fake_wifi_ap_iface(), packet));
	/* The server probes an address before it offers it. */
	k_sleep(K_MSEC(CONFIG_NET_DHCPV4_SERVER_ICMP_PROBE_TIMEOUT + 100));
}

struct census {
	int offered;
	int leased;
	int64_t longest_ms;
	/** The stations below 32 that have a lease, one bit each. */
	uint32_t stations;
};

static void count(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	struct census *census = user_data;
	int64_t left = k_ticks_to_ms_floor64(sys_timepoint_timeout(lease->expiry).ticks);

	ARG_UNUSED(iface);
	census->offered += lease->state == DHCPV4_SERVER_ADDR_RESERVED;
	census->leased += lease->state == DHCPV4_SERVER_ADDR_ALLOCATED;
	if (lease->state == DHCPV4_SERVER_ADDR_ALLOCATED) {
		census->longest_ms = MAX(census->longest_ms, left);
		census->stations |= BIT(lease->client_id.buf[6] % 32);
	}
}

static struct census take_census(void)
{
	struct census census = {0};

	zassert_ok(net_dhcpv4_server_foreach_lease(fake_wifi_ap_iface(), count, &census));
	return census;
}

/** Gives a station a lease. Returns how many leases there are then. */
static int join(uint8_t station, int index, uint32_t lease)
{
	send_dhcp(station, NET_DHCPV4_MSG_TYPE_DISCOVER, 0, lease);
	send_dhcp(station, NET_DHCPV4_MSG_TYPE_REQUEST, index, lease);
	return take_census().leased;
}

ZTEST(http, test_stations_that_pass_by_leave_addresses_for_others)
{
	zassert_ok(start(NAME, NULL));
	for (int i = 0; i < LEASES - 1; i++) {
		/* For ever, if the server lets them choose. */
		zassert_equal(join(i, i, UINT32_MAX), i + 1, "station %d", i);
	}
	/* Within a second of the last lease, the oldest one is given up. */
	(void)join(LEASES - 1, LEASES - 1, UINT32_MAX);
	k_sleep(K_SECONDS(2));
	zassert_equal(take_census().leased, LEASES - 1, "the oldest lease was not given up");
	zassert_true(take_census().longest_ms <=
		     CONFIG_NET_DHCPV4_SERVER_ADDR_LEASE_TIME * MSEC_PER_SEC);
	(void)join(31, 0, 600);
	zassert_true((take_census().stations & BIT(31)) != 0, "a newcomer got no address");
	k_sleep(K_SECONDS(CONFIG_NET_DHCPV4_SERVER_ADDR_LEASE_TIME + 2));
	zassert_equal(take_census().leased, 0, "leases did not end");
}

ZTEST(http, test_a_flood_of_requests_for_addresses_leaves_one_free)
{
	zassert_ok(start(NAME, NULL));
	for (int i = 0; i < 3 * LEASES; i++) {
		send_dhcp(i, NET_DHCPV4_MSG_TYPE_DISCOVER, 0, 600);
		zassert_true(take_census().offered <= LEASES);
	}
	k_sleep(K_SECONDS(2));
	zassert_true(take_census().offered < LEASES);
	zassert_equal(take_census().leased, 0);
}

ZTEST(http, test_the_lease_of_a_station_that_left_is_free)
{
	struct wifi_ap_sta_info station = {.mac = {2, 0, 0, 0, 9, 7}, .mac_length = 6};

	zassert_ok(start(NAME, NULL));
	zassert_equal(join(7, 0, 600), 1);
	wifi_mgmt_raise_ap_sta_disconnected_event(fake_wifi_ap_iface(), &station);
	k_sleep(K_MSEC(100));
	zassert_equal(take_census().leased, 0);
}

static void must_be_told(enum network_prov_cb_event wanted)
{
	enum network_prov_cb_event event;

	zassert_ok(k_msgq_get(&links, &event, K_SECONDS(120)), "no event");
	zassert_equal(event, wanted);
}

ZTEST(http, test_stations_that_join_and_leave_are_events)
{
	struct wifi_ap_sta_info station = {.mac = {2, 0, 0, 0, 9, 7}, .mac_length = 6};

	zassert_ok(start(NAME, NULL));
	for (int i = 0; i < 3; i++) {
		wifi_mgmt_raise_ap_sta_connected_event(fake_wifi_ap_iface(), &station);
		wifi_mgmt_raise_ap_sta_disconnected_event(fake_wifi_ap_iface(), &station);
		must_be_told(NETWORK_PROV_TRANSPORT_CONNECTED);
		must_be_told(NETWORK_PROV_TRANSPORT_DISCONNECTED);
	}
	/* Two at a time, reported in order. */
	wifi_mgmt_raise_ap_sta_connected_event(fake_wifi_ap_iface(), &station);
	wifi_mgmt_raise_ap_sta_connected_event(fake_wifi_ap_iface(), &station);
	must_be_told(NETWORK_PROV_TRANSPORT_CONNECTED);
	must_be_told(NETWORK_PROV_TRANSPORT_CONNECTED);
	stop_serving();
	/* For another access point of the application. */
	wifi_mgmt_raise_ap_sta_disconnected_event(fake_wifi_ap_iface(), &station);
	zassert_not_ok(k_msgq_get(&links, &(enum network_prov_cb_event){0}, K_SECONDS(1)));
}

/* On an open network, anybody can read what is sent. */
ZTEST(http, test_a_heard_cookie_is_worth_nothing_from_another_address)
{
	static struct response response;
	struct browser browser = BROWSER;
	struct browser stranger = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};

	serve(NETWORK_PROV_SECURITY_1);
	browser.address = "192.168.4.1";
	zassert_ok(client_handshake_1(&client, POP));
	strcpy(stranger.cookie, browser.cookie);
	for (int i = 0; i < 5; i++) {
		/* If the session were not bound to its address, this would advance its cipher. */
		zassert_equal(browser_post(&stranger, "/prov-config", "garbage", 7, &response),
			      BROWSER_CLOSED);
		must_be_alive(&client);
	}
	client_forget(&client);
	browser_close(&browser);
	browser_close(&stranger);
}

/** Returns the access point interface's gateway after a service that found `gateway` there. */
static uint32_t gateway_after(struct in_addr gateway)
{
	net_if_ipv4_set_gw(fake_wifi_ap_iface(), &gateway);
	zassert_ok(start(NAME, NULL));
	stop_serving();
	return net_if_ipv4_get_gw(fake_wifi_ap_iface()).s_addr;
}

/* If one interface serves both, the station's lease may end while the service runs. */
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
