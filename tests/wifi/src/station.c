/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Joining networks: which events of the driver mean success, failure, or neither.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/dhcpv4.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "compat.h"
#include "device.h"

#define STATIC_ADDRESS "192.168.99.9"

static void remove_static_address(struct net_if *iface)
{
	struct net_in_addr address;

	zassert_ok(net_addr_pton(NET_AF_INET, STATIC_ADDRESS, &address));
	(void)net_if_ipv4_addr_rm(iface, &address);
}

static void add_static_address(struct net_if *iface)
{
	struct net_in_addr address;

	zassert_ok(net_addr_pton(NET_AF_INET, STATIC_ADDRESS, &address));
	zassert_not_null(net_if_ipv4_addr_add(iface, &address, NET_ADDR_MANUAL, 0));
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	remove_static_address(fake_wifi_iface());
	remove_static_address(fake_wifi_ap_iface());
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	device_start(1);
}

/* The next test must find the link down, as must the core. */
static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	(void)network_prov_mgr_reset_wifi_sm_state_for_reprovision();
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	device_stop();
}

ZTEST_SUITE(station, NULL, NULL, before, after, NULL);

static bool wait_for_link(void)
{
	return WAIT_FOR(fake_wifi_is_connected(), 5000000, k_msleep(1));
}

static uint32_t connects(void)
{
	struct fake_wifi_counters counters;

	fake_wifi_get_counters(&counters);
	return counters.connects;
}

static uint32_t disconnects(void)
{
	struct fake_wifi_counters counters;

	fake_wifi_get_counters(&counters);
	return counters.disconnects;
}

static struct client_status status(void)
{
	struct client_status status;

	zassert_ok(client_status(&client, &status));
	return status;
}

static bool is_provisioned(void)
{
	bool provisioned;

	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	return provisioned;
}

/** The application joins a network by itself. */
static void application_joins(const char *ssid)
{
	struct wifi_connect_req_params params = {
		.ssid = (const uint8_t *)ssid,
		.ssid_length = strlen(ssid),
		.security = WIFI_SECURITY_TYPE_NONE,
		.channel = WIFI_CHANNEL_ANY,
	};

	zassert_ok(net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_iface(), &params, sizeof(params)));
	zassert_true(wait_for_link());
}

/* Success means an address (7.C 35). */

ZTEST(station, test_success_means_an_address)
{
	fake_wifi_set_address_delay(1000);
	device_provision("Home", "correct-horse");
	zassert_true(wait_for_link());
	device_expect_nothing_for(K_MSEC(500));
	zassert_equal(status().station, CLIENT_CONNECTING);
	zassert_false(is_provisioned(), "only credentials that worked are stored (7.C 44)");
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_equal(status().station, CLIENT_CONNECTED);
	zassert_str_equal(status().address, FAKE_WIFI_ADDRESS);
	zassert_true(is_provisioned());
}

/* Trap: Espressif's driver runs DHCP itself, and reports the link afterwards. */
ZTEST(station, test_the_address_may_come_before_the_link)
{
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_BEFORE_LINK);
	device_join("Home", "correct-horse");
	zassert_str_equal(status().address, FAKE_WIFI_ADDRESS);
}

ZTEST(station, test_no_address_is_a_failure_of_its_own)
{
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_NO_ADDRESS);
	zassert_false(is_provisioned());
	zassert_true(WAIT_FOR(!fake_wifi_is_connected(), 1000000, k_msleep(1)),
		     "the network is left");
}

ZTEST(station, test_a_static_address_will_do)
{
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	add_static_address(fake_wifi_iface());
	device_join("Home", "correct-horse");
	zassert_str_equal(status().address, STATIC_ADDRESS);
}

ZTEST(station, test_a_static_address_may_be_set_later)
{
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	device_provision("Home", "correct-horse");
	zassert_true(wait_for_link());
	add_static_address(fake_wifi_iface());
	device_expect(NETWORK_PROV_CRED_SUCCESS);
}

ZTEST(station, test_another_interface_has_addresses_of_its_own)
{
	if (fake_wifi_ap_iface() == fake_wifi_iface()) {
		ztest_test_skip();
	}
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	device_provision("Home", "correct-horse");
	zassert_true(wait_for_link());
	add_static_address(fake_wifi_ap_iface());
	zassert_equal(device_expect(NETWORK_PROV_CRED_FAIL).reason, NETWORK_PROV_WIFI_NO_ADDRESS);
}

/* The lease of the previous network means nothing on the next one. */
ZTEST(station, test_the_lease_of_the_previous_network_is_not_a_success)
{
	application_joins("Office");
	zassert_true(WAIT_FOR(net_if_ipv4_get_global_addr(fake_wifi_iface(), NET_ADDR_PREFERRED),
			      1000000, k_msleep(1)));
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_NO_ADDRESS);
}

ZTEST(station, test_dhcp_runs_while_there_is_a_link_of_ours)
{
#ifdef CONFIG_NET_DHCPV4
	const struct net_if_config *config = net_if_get_config(fake_wifi_iface());

	zassert_equal(config->dhcpv4.state, NET_DHCPV4_DISABLED);
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	device_provision("Home", "correct-horse");
	zassert_true(WAIT_FOR(config->dhcpv4.state != NET_DHCPV4_DISABLED, 3000000, k_msleep(1)));
	device_expect(NETWORK_PROV_CRED_FAIL);
	zassert_true(WAIT_FOR(config->dhcpv4.state == NET_DHCPV4_DISABLED, 3000000, k_msleep(1)));
#else
	ztest_test_skip();
#endif
}

/* Failures (7.C 43, 47). */

ZTEST(station, test_a_wrong_passphrase)
{
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_equal(device_fail("Home", "wrong-horse"), NETWORK_PROV_WIFI_AUTH_ERROR);
	zassert_equal(status().station, CLIENT_FAILED);
	zassert_equal(status().reason, CLIENT_AUTH_ERROR);
	zassert_false(is_provisioned());
	device_join("Home", "correct-horse");
}

ZTEST(station, test_a_network_that_is_not_there)
{
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_equal(device_fail("Hone", "correct-horse"), NETWORK_PROV_WIFI_NETWORK_NOT_FOUND);
	zassert_equal(status().reason, CLIENT_NOT_FOUND);
}

ZTEST(station, test_a_failure_without_a_reason_is_guessed_by_what_is_in_range)
{
	static const struct fake_wifi_ap ap = {
		.ssid = "Home", .ssid_len = 4, .channel = 1, .security = WIFI_SECURITY_TYPE_PSK};
	struct client_network network;

	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_FAIL);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_NETWORK_NOT_FOUND);
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_TIMEOUT);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_NETWORK_NOT_FOUND);
	fake_wifi_set_scan_aps(&ap, 1);
	zassert_equal(client_scan(&client, &network, 1), 1);
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_FAIL);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_AUTH_ERROR);
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_TIMEOUT);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT);
	zassert_equal(status().reason, CLIENT_AUTH_ERROR);
}

/* Another passphrase would not help, so the client must not be told that it was wrong. */
ZTEST(station, test_a_weak_signal_is_not_a_wrong_passphrase)
{
	static const struct fake_wifi_ap ap = {.ssid = "Home",
					       .ssid_len = 4,
					       .channel = 1,
					       .rssi = -85,
					       .security = WIFI_SECURITY_TYPE_PSK};
	struct client_network network;

	fake_wifi_set_scan_aps(&ap, 1);
	zassert_equal(client_scan(&client, &network, 1), 1);
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_TIMEOUT);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_WEAK_SIGNAL);
	zassert_equal(status().reason, CLIENT_NOT_FOUND);
}

#if NETPROV_ZEPHYR_4_5

/* The network is not in the scan, so only the status shows that it is in range. */
ZTEST(station, test_a_rejection_by_the_access_point_is_an_authentication_error)
{
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_AUTH_REJECT);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_AUTH_ERROR);
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_ASSOC_REJECT);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_AUTH_ERROR);
	zassert_equal(status().reason, CLIENT_AUTH_ERROR);
}

#endif

ZTEST(station, test_a_driver_that_refuses_at_once)
{
	fake_wifi_set_next_connect_sync_error(EINVAL);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_AUTH_ERROR);
	fake_wifi_set_next_connect_sync_error(EIO);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_NETWORK_NOT_FOUND);
	device_join("Home", "correct-horse");
}

ZTEST(station, test_what_cannot_be_a_passphrase_is_not_tried)
{
	static const char no_key[] =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg";

	zassert_equal(device_fail("Home", "short"), NETWORK_PROV_WIFI_AUTH_ERROR);
	zassert_equal(status().reason, CLIENT_AUTH_ERROR);
	zassert_equal(network_prov_mgr_configure_wifi_sta("Home", no_key), -EINVAL);
	zassert_equal(connects(), 0);
}

/* Some drivers report a failed join this way. */
ZTEST(station, test_a_disconnect_ends_a_join)
{
	fake_wifi_set_next_connect_silent();
	device_provision("Home", "correct-horse");
	zassert_true(WAIT_FOR(connects() == 1, 3000000, k_msleep(1)));
	fake_wifi_raise_disconnect_result(WIFI_REASON_DISCONN_UNSPECIFIED);
	device_expect(NETWORK_PROV_CRED_FAIL);
}

/* 7.C 36: a driver that reports nothing. */
ZTEST(station, test_a_driver_that_never_reports)
{
	fake_wifi_set_next_connect_silent();
	(void)device_fail("Home", "correct-horse");
	zassert_true(WAIT_FOR(disconnects() > 0, 1000000, k_msleep(1)), "it is told to stop");
	device_join("Home", "correct-horse");
}

ZTEST(station, test_a_link_that_is_lost_before_the_address_is_a_failure)
{
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	device_provision("Home", "correct-horse");
	zassert_true(wait_for_link());
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	zassert_not_equal(device_expect(NETWORK_PROV_CRED_FAIL).reason,
			  NETWORK_PROV_WIFI_NO_ADDRESS);
}

ZTEST(station, test_attempts)
{
	uint32_t remaining;

	device_stop();
	device_start(3);
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_TIMEOUT);
	device_provision("Home", "correct-horse");
	zassert_ok(network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining));
	zassert_equal(remaining, 3);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_equal(connects(), 2);
}

/* One network after another (7.C 37). */

ZTEST(station, test_the_network_before_is_left_first_and_its_end_is_no_failure)
{
	application_joins("Office");
	fake_wifi_set_disconnect_delay(400);
	device_join("Home", "correct-horse");
	zassert_equal(connects(), 2, "the driver has refused nothing");
	zassert_equal(status().station, CLIENT_CONNECTED);
}

ZTEST(station, test_a_driver_that_does_not_say_that_it_has_left)
{
	application_joins("Office");
	fake_wifi_set_next_disconnect_silent();
	device_join("Home", "correct-horse");
}

ZTEST(station, test_a_link_that_was_lost_before_it_was_left)
{
	application_joins("Office");
	device_provision("Home", "correct-horse");
	/* Within the second between the credentials and the attempt. */
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_equal(connects(), 2);
}

ZTEST(station, test_a_driver_that_gives_up_slowly_does_not_harm_the_next_attempt)
{
	device_stop();
	device_start(2);
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	/* Longer than the pause between two attempts. */
	fake_wifi_set_disconnect_delay(700);
	device_provision("Home", "correct-horse");
	zassert_true(wait_for_link());
	zassert_true(WAIT_FOR(!fake_wifi_is_connected(), 8000000, k_msleep(1)));
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_AFTER_LINK);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_equal(connects(), 2);
}

ZTEST(station, test_new_credentials_after_a_success)
{
	device_join("Home", "correct-horse");
	fake_wifi_set_disconnect_delay(300);
	zassert_ok(network_prov_mgr_reset_wifi_sm_state_for_reprovision());
	device_expect(NETWORK_PROV_START);
	device_join("Office", "battery-staple");
	zassert_equal(connects(), 2);
	zassert_true(fake_wifi_last_passphrase_is("battery-staple"));
}

ZTEST(station, test_events_out_of_nowhere_are_no_failures)
{
	fake_wifi_set_connect_delay(300);
	device_provision("Home", "correct-horse");
	/* Before the attempt. */
	fake_wifi_raise_disconnect_result(WIFI_REASON_DISCONN_UNSPECIFIED);
	fake_wifi_raise_connect_result(WIFI_STATUS_CONN_FAIL);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	/* And after it. */
	fake_wifi_raise_connect_result(WIFI_STATUS_CONN_FAIL);
	fake_wifi_raise_connect_result(WIFI_STATUS_CONN_SUCCESS);
	device_expect_nothing_for(K_MSEC(100));
	zassert_equal(status().station, CLIENT_CONNECTED);
	zassert_str_equal(status().address, FAKE_WIFI_ADDRESS);
}

/* After the success. */

ZTEST(station, test_a_lost_link_is_joined_again)
{
	device_join("Home", "correct-horse");
	fake_wifi_set_connect_delay(200);
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	zassert_true(WAIT_FOR(status().station == CLIENT_CONNECTING, 1000000, k_msleep(1)));
	zassert_true(WAIT_FOR(status().station == CLIENT_CONNECTED, 5000000, k_msleep(1)));
	zassert_equal(connects(), 2);
	device_expect_nothing_for(K_MSEC(100));
	zassert_true(is_provisioned());
}

ZTEST(station, test_it_is_joined_again_until_it_is_there_again)
{
	device_join("Home", "correct-horse");
	fake_wifi_set_expected_credentials("Gone", "");
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	zassert_true(WAIT_FOR(connects() >= 4, 20000000, k_msleep(10)));
	zassert_equal(status().station, CLIENT_CONNECTING);
	fake_wifi_set_expected_credentials(NULL, NULL);
	zassert_true(WAIT_FOR(status().station == CLIENT_CONNECTED, 60000000, k_msleep(10)));
}

ZTEST(station, test_connecting_with_what_is_stored)
{
	device_join("Home", "correct-horse");
	zassert_ok(network_prov_mgr_reset_wifi_sm_state_for_reprovision());
	network_prov_mgr_stop_provisioning();
	zassert_true(WAIT_FOR(network_prov_mgr_is_sm_idle(), 5000000, k_msleep(1)));
	zassert_true(WAIT_FOR(!fake_wifi_is_connected(), 1000000, k_msleep(1)));
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_ok(network_prov_mgr_connect());
	zassert_true(fake_wifi_is_connected());
}

/* Threads: net_mgmt's thread must not wait for a callback of the application. */

static K_SEM_DEFINE(in_callback, 0, 1);
static K_SEM_DEFINE(let_go, 0, 1);

static void block_at_attempt(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_ATTEMPT) {
		k_sem_give(&in_callback);
		(void)k_sem_take(&let_go, K_SECONDS(10));
	}
}

ZTEST(station, test_more_events_than_the_mailbox_holds_while_a_callback_takes_its_time)
{
	device_callback = block_at_attempt;
	device_provision("Home", "correct-horse");
	zassert_ok(k_sem_take(&in_callback, K_SECONDS(5)));
	for (int i = 0; i < 30; i++) {
		fake_wifi_raise_connect_result(WIFI_STATUS_CONN_SUCCESS);
		fake_wifi_raise_disconnect_result(WIFI_REASON_DISCONN_UNSPECIFIED);
	}
	application_joins("Office");
	k_sem_give(&let_go);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_equal(connects(), 2, "the last event counts: the device left a network");
}

static void add_address_later(struct k_work *work)
{
	ARG_UNUSED(work);
	for (int i = 0; i < 30; i++) {
		fake_wifi_raise_disconnect_result(WIFI_REASON_DISCONN_UNSPECIFIED);
	}
	add_static_address(fake_wifi_iface());
}

static K_WORK_DELAYABLE_DEFINE(add_address, add_address_later);
static atomic_t wait_result;

static void wait_for_address_event(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_ATTEMPT) {
		/* Runs when the call below is already waiting. */
		(void)k_work_schedule(&add_address, K_MSEC(100));
		atomic_set(&wait_result,
			   net_mgmt_event_wait_on_iface(fake_wifi_iface(), NET_EVENT_IPV4_ADDR_ADD,
							NULL, NULL, NULL, K_SECONDS(5)));
	}
}

ZTEST(station, test_a_callback_may_wait_for_an_event_of_the_network)
{
	atomic_set(&wait_result, -1);
	device_callback = wait_for_address_event;
	device_provision("Home", "correct-horse");
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_ok(atomic_get(&wait_result));
}

/* How the client selects the access point. */

/** SetWifiConfig of "Home" with an address and a channel, then ApplyWifiConfig. */
ZTEST(station, test_address_and_channel_of_the_access_point_reach_the_driver)
{
	static const uint8_t set[] = {
		0x08, 0x02, 0x62, 0x1f,            /* the command */
		0x0a, 0x04, 'H',  'o',  'm',  'e', /* the name */
		0x12, 0x0d, 'c',  'o',  'r',  'r',  'e',  'c',  't',  '-',  'h',  'o',
		'r',  's',  'e',  0x1a, 0x06, 0x02, 0x00, 0x00, 0x00, 0x00, 0x07, /* the address */
		0x20, 0x0b,                                                       /* the channel */
	};
	static const uint8_t bssid[] = {0x02, 0x00, 0x00, 0x00, 0x00, 0x07};
	struct fake_wifi_request request;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length = 0;

	zassert_ok(client_ask(&client, "prov-config", set, sizeof(set), reply, sizeof(reply),
			      &length));
	zassert_equal(client_apply(&client), 0);
	device_expect(NETWORK_PROV_CRED_RECV);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	zassert_true(fake_wifi_get_last_connect(&request));
	zassert_mem_equal(request.bssid, bssid, sizeof(bssid));
	zassert_equal(request.channel, 11);
}
