/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The simulated Wi-Fi driver as an application sees it: requests and events.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#define EVENT_TIMEOUT K_SECONDS(2)
#define RESULTS_MAX   64

static const struct fake_wifi_ap home = {
	.ssid = "home",
	.ssid_len = 4,
	.bssid = {2, 0, 0, 0, 0, 1},
	.channel = 6,
	.rssi = -40,
	.security = WIFI_SECURITY_TYPE_PSK,
};

/** An event from the driver. */
struct event {
	uint64_t event;
	struct net_if *iface;
	int status;
};

K_MSGQ_DEFINE(events, sizeof(struct event), 16, 8);

static struct wifi_scan_result results[RESULTS_MAX];
static size_t result_count;

static struct net_mgmt_event_callback wifi_callback;
static struct net_mgmt_event_callback ipv4_callback;

static void on_event(struct net_mgmt_event_callback *cb, uint64_t mgmt_event, struct net_if *iface)
{
	struct event event = {.event = mgmt_event, .iface = iface};

	if (mgmt_event == NET_EVENT_WIFI_SCAN_RESULT) {
		if (result_count < RESULTS_MAX) {
			memcpy(&results[result_count], cb->info, sizeof(results[0]));
		}
		result_count++;
		return;
	}
	if (mgmt_event != NET_EVENT_IPV4_ADDR_ADD && mgmt_event != NET_EVENT_IPV4_ADDR_DEL) {
		event.status = ((const struct wifi_status *)cb->info)->status;
	}
	zassert_ok(k_msgq_put(&events, &event, K_NO_WAIT));
}

/** Waits for the next event, which must be this one. Returns its status. */
static int expect(uint64_t expected)
{
	struct event event = {0};

	zassert_ok(k_msgq_get(&events, &event, EVENT_TIMEOUT), "no event %llx", expected);
	zassert_equal(event.event, expected, "%llx instead of %llx", event.event, expected);
	return event.status;
}

static void expect_nothing_for(k_timeout_t time)
{
	struct event event = {0};

	zassert_not_ok(k_msgq_get(&events, &event, time), "event %llx", event.event);
}

static bool has_address(void)
{
	return net_if_ipv4_get_global_addr(fake_wifi_iface(), NET_ADDR_PREFERRED) != NULL;
}

static int request_connect_as(const char *ssid, const char *pass, enum wifi_security_type security)
{
	struct wifi_connect_req_params params = {
		.ssid = (const uint8_t *)ssid,
		.ssid_length = strlen(ssid),
		.psk = (const uint8_t *)pass,
		.psk_length = strlen(pass),
		.security = security,
		.channel = WIFI_CHANNEL_ANY,
		.band = WIFI_FREQ_BAND_UNKNOWN,
		.timeout = 10,
	};

	return net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_iface(), &params, sizeof(params));
}

static int request_connect(const char *ssid, const char *pass)
{
	return request_connect_as(ssid, pass, WIFI_SECURITY_TYPE_PSK);
}

static int request_disconnect(void)
{
	return net_mgmt(NET_REQUEST_WIFI_DISCONNECT, fake_wifi_iface(), NULL, 0);
}

static int request_scan(struct wifi_scan_params *params)
{
	return net_mgmt(NET_REQUEST_WIFI_SCAN, fake_wifi_iface(), params,
			params != NULL ? sizeof(*params) : 0);
}

static struct wifi_iface_status get_status(struct net_if *iface)
{
	struct wifi_iface_status status = {0};

	zassert_ok(net_mgmt(NET_REQUEST_WIFI_IFACE_STATUS, iface, &status, sizeof(status)));
	return status;
}

static void join(const char *ssid, const char *pass)
{
	zassert_ok(request_connect(ssid, pass));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_SUCCESS);
	expect(NET_EVENT_IPV4_ADDR_ADD);
}

static void *setup(void)
{
	net_mgmt_init_event_callback(
		&wifi_callback, on_event,
		NET_EVENT_WIFI_SCAN_RESULT | NET_EVENT_WIFI_SCAN_DONE |
			NET_EVENT_WIFI_CONNECT_RESULT | NET_EVENT_WIFI_DISCONNECT_RESULT |
			NET_EVENT_WIFI_AP_ENABLE_RESULT | NET_EVENT_WIFI_AP_DISABLE_RESULT);
	net_mgmt_add_event_callback(&wifi_callback);
	net_mgmt_init_event_callback(&ipv4_callback, on_event,
				     NET_EVENT_IPV4_ADDR_ADD | NET_EVENT_IPV4_ADDR_DEL);
	net_mgmt_add_event_callback(&ipv4_callback);
	return NULL;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	/* A reset takes the address away; its event is still on the way. */
	(void)net_mgmt_event_wait_on_iface(fake_wifi_iface(), NET_EVENT_IPV4_ADDR_DEL, NULL, NULL,
					   NULL, K_MSEC(20));
	k_msgq_purge(&events);
	result_count = 0;
}

/* Interfaces. */

ZTEST(fake_wifi, test_the_interfaces_are_found_as_wifi)
{
	zassert_true(net_if_is_wifi(fake_wifi_iface()));
	zassert_true(net_if_is_admin_up(fake_wifi_iface()));
	zassert_equal(net_if_get_wifi_sta(), fake_wifi_iface());
	zassert_equal(net_if_get_wifi_sap(), fake_wifi_ap_iface());
	zassert_equal(fake_wifi_iface() != fake_wifi_ap_iface(),
		      IS_ENABLED(CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE));
	zassert_false(net_if_is_carrier_ok(fake_wifi_iface()));
}

/* Scans. */

ZTEST(fake_wifi, test_a_scan_finds_what_is_in_range)
{
	const struct fake_wifi_ap aps[] = {
		home,
		{.ssid_len = 0, .bssid = {2, 0, 0, 0, 0, 2}, .channel = 36, .rssi = -70},
		{.ssid = "a\0b", .ssid_len = 3, .security = WIFI_SECURITY_TYPE_SAE},
	};

	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	zassert_ok(request_scan(NULL));
	zassert_equal(expect(NET_EVENT_WIFI_SCAN_DONE), 0);
	zassert_equal(result_count, 3);
	zassert_equal(results[0].ssid_length, 4);
	zassert_mem_equal(results[0].ssid, "home", 4);
	zassert_mem_equal(results[0].mac, home.bssid, sizeof(home.bssid));
	zassert_equal(results[0].mac_length, WIFI_MAC_ADDR_LEN);
	zassert_equal(results[0].channel, 6);
	zassert_equal(results[0].rssi, -40);
	zassert_equal(results[0].security, WIFI_SECURITY_TYPE_PSK);
	zassert_equal(results[1].ssid_length, 0, "a hidden network has a name");
	zassert_equal(results[1].band, WIFI_FREQ_BAND_5_GHZ);
	zassert_equal(results[2].ssid_length, 3);
	zassert_mem_equal(results[2].ssid, "a\0b", 3, "the name is not taken as bytes");
}

/* More networks than the event queue holds. */
ZTEST(fake_wifi, test_a_long_list_is_complete)
{
	static struct fake_wifi_ap aps[CONFIG_NETWORK_PROV_FAKE_WIFI_AP_MAX];

	ARRAY_FOR_EACH(aps, i) {
		aps[i] = home;
		aps[i].channel = i + 1;
	}
	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	zassert_ok(request_scan(NULL));
	expect(NET_EVENT_WIFI_SCAN_DONE);
	zassert_equal(result_count, ARRAY_SIZE(aps));
	ARRAY_FOR_EACH(aps, i) {
		zassert_equal(results[i].channel, i + 1);
	}
}

ZTEST(fake_wifi, test_how_a_scan_was_asked_for)
{
	struct wifi_scan_params params = {
		.scan_type = WIFI_SCAN_TYPE_PASSIVE,
		.dwell_time_passive = 120,
		.dwell_time_active = 30,
	};
	struct fake_wifi_scan_request request;

	zassert_false(fake_wifi_get_last_scan(&request));
	zassert_ok(request_scan(&params));
	expect(NET_EVENT_WIFI_SCAN_DONE);
	zassert_true(fake_wifi_get_last_scan(&request));
	zassert_equal(request.type, WIFI_SCAN_TYPE_PASSIVE);
	zassert_equal(request.dwell_time_passive, 120);
	zassert_equal(request.dwell_time_active, 30);
}

ZTEST(fake_wifi, test_a_scan_fails_at_once_or_at_its_end)
{
	fake_wifi_set_scan_aps(&home, 1);
	fake_wifi_set_next_scan_sync_error(EIO);
	zassert_equal(request_scan(NULL), -EIO);
	fake_wifi_set_next_scan_status(-ETIMEDOUT);
	zassert_ok(request_scan(NULL));
	zassert_equal(expect(NET_EVENT_WIFI_SCAN_DONE), -ETIMEDOUT);
	zassert_equal(result_count, 0);
	zassert_ok(request_scan(NULL), "the failure did not last for one scan");
	zassert_equal(expect(NET_EVENT_WIFI_SCAN_DONE), 0);
	zassert_equal(result_count, 1);
}

ZTEST(fake_wifi, test_one_scan_at_a_time)
{
	fake_wifi_set_scan_delay(100);
	zassert_ok(request_scan(NULL));
	zassert_equal(request_scan(NULL), -EBUSY);
	expect_nothing_for(K_MSEC(50));
	expect(NET_EVENT_WIFI_SCAN_DONE);
	zassert_ok(request_scan(NULL));
	expect(NET_EVENT_WIFI_SCAN_DONE);
}

/* Joining. */

ZTEST(fake_wifi, test_a_connect_that_succeeds_gets_an_address)
{
	struct wifi_iface_status status;

	fake_wifi_set_scan_aps(&home, 1);
	join("home", "secret123");
	zassert_true(fake_wifi_is_connected());
	zassert_true(has_address());
	zassert_true(net_if_is_carrier_ok(fake_wifi_iface()));
	status = get_status(fake_wifi_iface());
	zassert_equal(status.state, WIFI_STATE_COMPLETED);
	zassert_equal(status.iface_mode, WIFI_MODE_INFRA);
	zassert_equal(status.ssid_len, 4);
	zassert_mem_equal(status.ssid, "home", 4);
	zassert_mem_equal(status.bssid, home.bssid, sizeof(home.bssid));
	zassert_equal(status.channel, 6);
	zassert_equal(status.security, WIFI_SECURITY_TYPE_PSK);
}

ZTEST(fake_wifi, test_the_address_comes_late_before_the_link_or_never)
{
	fake_wifi_set_address_delay(50);
	zassert_ok(request_connect("home", "secret123"));
	expect(NET_EVENT_WIFI_CONNECT_RESULT);
	zassert_false(has_address());
	expect(NET_EVENT_IPV4_ADDR_ADD);

	fake_wifi_reset();
	expect(NET_EVENT_IPV4_ADDR_DEL);
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_BEFORE_LINK);
	zassert_ok(request_connect("home", "secret123"));
	expect(NET_EVENT_IPV4_ADDR_ADD);
	expect(NET_EVENT_WIFI_CONNECT_RESULT);

	fake_wifi_reset();
	expect(NET_EVENT_IPV4_ADDR_DEL);
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	zassert_ok(request_connect("home", "secret123"));
	expect(NET_EVENT_WIFI_CONNECT_RESULT);
	expect_nothing_for(K_MSEC(100));
	zassert_true(fake_wifi_is_connected());
}

ZTEST(fake_wifi, test_a_set_result_holds_once)
{
	static const enum wifi_conn_status failures[] = {
		WIFI_STATUS_CONN_FAIL,
		WIFI_STATUS_CONN_WRONG_PASSWORD,
		WIFI_STATUS_CONN_TIMEOUT,
		WIFI_STATUS_CONN_AP_NOT_FOUND,
	};

	ARRAY_FOR_EACH(failures, i) {
		fake_wifi_set_next_connect_result(failures[i]);
		zassert_ok(request_connect("home", "secret123"));
		zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), failures[i]);
		zassert_false(fake_wifi_is_connected());
		zassert_false(has_address());
	}
	join("home", "secret123");
}

ZTEST(fake_wifi, test_a_set_sync_error_holds_once_and_has_either_sign)
{
	fake_wifi_set_next_connect_sync_error(EIO);
	zassert_equal(request_connect("home", "secret123"), -EIO);
	fake_wifi_set_next_connect_sync_error(-EINVAL);
	zassert_equal(request_connect("home", "secret123"), -EINVAL);
	expect_nothing_for(K_MSEC(20));
	join("home", "secret123");
}

ZTEST(fake_wifi, test_expected_credentials)
{
	fake_wifi_set_expected_credentials("home", "secret123");
	zassert_ok(request_connect("elsewhere", "secret123"));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_AP_NOT_FOUND);
	zassert_ok(request_connect("home", "secret124"));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_WRONG_PASSWORD);
	join("home", "secret123");
	zassert_ok(request_disconnect());
	expect(NET_EVENT_IPV4_ADDR_DEL);
	expect(NET_EVENT_WIFI_DISCONNECT_RESULT);

	fake_wifi_set_expected_credentials(NULL, NULL);
	join("elsewhere", "another123");
}

ZTEST(fake_wifi, test_a_network_in_range_is_joined_as_it_is)
{
	struct wifi_connect_req_params params = {
		.ssid = (const uint8_t *)"home",
		.ssid_length = 4,
		.psk = (const uint8_t *)"secret123",
		.psk_length = 9,
		.security = WIFI_SECURITY_TYPE_PSK,
		.channel = 1,
	};

	fake_wifi_set_scan_aps(&home, 1);
	zassert_ok(request_connect_as("home", "", WIFI_SECURITY_TYPE_NONE));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_FAIL);
	zassert_ok(net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_iface(), &params, sizeof(params)));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_AP_NOT_FOUND);
	params.channel = home.channel;
	params.bssid[0] = 0xee;
	zassert_ok(net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_iface(), &params, sizeof(params)));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_AP_NOT_FOUND);
	memcpy(params.bssid, home.bssid, sizeof(params.bssid));
	zassert_ok(net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_iface(), &params, sizeof(params)));
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_SUCCESS);
	expect(NET_EVENT_IPV4_ADDR_ADD);
}

/* Trap: a driver refuses to join a network before it has left the last one. */
ZTEST(fake_wifi, test_a_network_is_left_before_the_next_is_joined)
{
	fake_wifi_set_disconnect_delay(50);
	join("home", "secret123");
	zassert_equal(request_connect("office", "secret456"), -EALREADY);
	zassert_ok(request_disconnect());
	zassert_equal(request_connect("office", "secret456"), -EALREADY);
	expect(NET_EVENT_IPV4_ADDR_DEL);
	zassert_equal(expect(NET_EVENT_WIFI_DISCONNECT_RESULT), WIFI_REASON_DISCONN_SUCCESS);
	zassert_equal(get_status(fake_wifi_iface()).state, WIFI_STATE_DISCONNECTED);
	zassert_equal(request_disconnect(), -EALREADY);
	join("office", "secret456");
}

ZTEST(fake_wifi, test_a_silent_connect_ends_with_a_disconnect)
{
	fake_wifi_set_next_connect_silent();
	zassert_ok(request_connect("home", "secret123"));
	zassert_equal(get_status(fake_wifi_iface()).state, WIFI_STATE_ASSOCIATING);
	expect_nothing_for(K_MSEC(100));
	zassert_ok(request_disconnect());
	expect(NET_EVENT_WIFI_DISCONNECT_RESULT);
	join("home", "secret123");
}

ZTEST(fake_wifi, test_a_silent_disconnect)
{
	join("home", "secret123");
	fake_wifi_set_next_disconnect_silent();
	zassert_ok(request_disconnect());
	expect(NET_EVENT_IPV4_ADDR_DEL);
	expect_nothing_for(K_MSEC(100));
	zassert_false(fake_wifi_is_connected());
	join("home", "secret123");
}

ZTEST(fake_wifi, test_a_connect_under_way_can_be_given_up)
{
	fake_wifi_set_connect_delay(50);
	zassert_ok(request_connect("home", "secret123"));
	zassert_ok(request_disconnect());
	expect(NET_EVENT_WIFI_DISCONNECT_RESULT);
	expect_nothing_for(K_MSEC(100));
	zassert_false(fake_wifi_is_connected());
}

ZTEST(fake_wifi, test_a_lost_link_takes_the_address_along)
{
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	expect_nothing_for(K_MSEC(20));
	join("home", "secret123");
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	expect(NET_EVENT_IPV4_ADDR_DEL);
	zassert_equal(expect(NET_EVENT_WIFI_DISCONNECT_RESULT), WIFI_REASON_DISCONN_AP_LEAVING);
	zassert_false(fake_wifi_is_connected());
	zassert_false(has_address());
	zassert_false(net_if_is_carrier_ok(fake_wifi_iface()));
	join("home", "secret123");
}

ZTEST(fake_wifi, test_a_link_lost_before_the_address_gets_none)
{
	fake_wifi_set_address_delay(50);
	zassert_ok(request_connect("home", "secret123"));
	expect(NET_EVENT_WIFI_CONNECT_RESULT);
	fake_wifi_drop_link(WIFI_REASON_DISCONN_INACTIVITY);
	expect(NET_EVENT_WIFI_DISCONNECT_RESULT);
	expect_nothing_for(K_MSEC(100));
	zassert_false(has_address());
}

ZTEST(fake_wifi, test_events_out_of_nowhere)
{
	fake_wifi_raise_connect_result(WIFI_STATUS_CONN_FAIL);
	zassert_equal(expect(NET_EVENT_WIFI_CONNECT_RESULT), WIFI_STATUS_CONN_FAIL);
	fake_wifi_raise_disconnect_result(WIFI_REASON_DISCONN_USER_REQUEST);
	zassert_equal(expect(NET_EVENT_WIFI_DISCONNECT_RESULT), WIFI_REASON_DISCONN_USER_REQUEST);
	zassert_false(fake_wifi_is_connected());
}

/* What the driver remembers. */

ZTEST(fake_wifi, test_the_last_connect_without_its_secrets)
{
	struct fake_wifi_request request;
	struct wifi_connect_req_params params = {
		.ssid = (const uint8_t *)"a\0b",
		.ssid_length = 3,
		.sae_password = (const uint8_t *)"secret123",
		.sae_password_length = 9,
		.security = WIFI_SECURITY_TYPE_SAE,
		.mfp = WIFI_MFP_REQUIRED,
		.channel = 11,
		.band = WIFI_FREQ_BAND_2_4_GHZ,
		.bssid = {1, 2, 3, 4, 5, 6},
		.timeout = 17,
	};

	zassert_false(fake_wifi_get_last_connect(&request));
	zassert_false(fake_wifi_last_passphrase_is(""));
	zassert_ok(net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_iface(), &params, sizeof(params)));
	zassert_true(fake_wifi_get_last_connect(&request));
	zassert_equal(request.ssid_len, 3);
	zassert_mem_equal(request.ssid, "a\0b", 3);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_SAE);
	zassert_equal(request.mfp, WIFI_MFP_REQUIRED);
	zassert_equal(request.channel, 11);
	zassert_equal(request.band, WIFI_FREQ_BAND_2_4_GHZ);
	zassert_mem_equal(request.bssid, params.bssid, sizeof(params.bssid));
	zassert_equal(request.psk_len, 0);
	zassert_equal(request.sae_password_len, 9);
	zassert_equal(request.timeout, 17);
	zassert_true(fake_wifi_last_passphrase_is("secret123"));
	zassert_false(fake_wifi_last_passphrase_is("secret124"));
	zassert_false(fake_wifi_last_passphrase_is("secret12"));
}

ZTEST(fake_wifi, test_counters)
{
	struct fake_wifi_counters counters;

	zassert_ok(request_scan(NULL));
	expect(NET_EVENT_WIFI_SCAN_DONE);
	join("home", "secret123");
	(void)request_connect("home", "secret123");
	zassert_ok(request_disconnect());
	(void)request_disconnect();
	fake_wifi_get_counters(&counters);
	zassert_equal(counters.scans, 1);
	zassert_equal(counters.connects, 2);
	zassert_equal(counters.disconnects, 2);
	zassert_equal(counters.ap_enables, 0);
	zassert_equal(counters.ap_disables, 0);
}

ZTEST(fake_wifi, test_reset_forgets_everything_and_raises_no_wifi_event)
{
	struct fake_wifi_counters counters;
	struct fake_wifi_request request;

	fake_wifi_set_scan_aps(&home, 1);
	fake_wifi_set_expected_credentials("home", "secret123");
	fake_wifi_set_next_scan_sync_error(EIO);
	fake_wifi_set_next_scan_status(-EIO);
	fake_wifi_set_next_ap_sync_error(EIO);
	fake_wifi_set_next_ap_result(WIFI_STATUS_AP_FAIL);
	join("home", "secret123");
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_FAIL);
	fake_wifi_set_next_connect_sync_error(EIO);
	fake_wifi_set_next_connect_silent();
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	fake_wifi_set_disconnect_delay(50);
	zassert_ok(request_disconnect());

	fake_wifi_reset();
	expect(NET_EVENT_IPV4_ADDR_DEL);
	expect_nothing_for(K_MSEC(100));
	zassert_false(fake_wifi_is_connected());
	zassert_false(fake_wifi_get_last_connect(&request));
	fake_wifi_get_counters(&counters);
	zassert_equal(counters.connects, 0);
	zassert_ok(request_scan(NULL));
	zassert_equal(expect(NET_EVENT_WIFI_SCAN_DONE), 0);
	zassert_equal(result_count, 0);
	join("elsewhere", "another123");
}

/* The access point. */

static int request_ap_enable(void)
{
	struct wifi_connect_req_params params = {
		.ssid = (const uint8_t *)"PROV_1234",
		.ssid_length = 9,
		.psk = (const uint8_t *)"password",
		.psk_length = 8,
		.security = WIFI_SECURITY_TYPE_PSK,
		.channel = 1,
		.band = WIFI_FREQ_BAND_2_4_GHZ,
	};

	return net_mgmt(NET_REQUEST_WIFI_AP_ENABLE, fake_wifi_ap_iface(), &params, sizeof(params));
}

static int request_ap_disable(void)
{
	return net_mgmt(NET_REQUEST_WIFI_AP_DISABLE, fake_wifi_ap_iface(), NULL, 0);
}

ZTEST(fake_wifi, test_the_access_point)
{
	struct fake_wifi_request request;
	struct wifi_iface_status status;

	zassert_ok(request_ap_enable());
	zassert_equal(expect(NET_EVENT_WIFI_AP_ENABLE_RESULT), WIFI_STATUS_AP_SUCCESS);
	zassert_true(fake_wifi_is_ap_enabled());
	zassert_true(net_if_is_carrier_ok(fake_wifi_ap_iface()));
	zassert_true(fake_wifi_get_last_ap(&request));
	zassert_mem_equal(request.ssid, "PROV_1234", 9);
	zassert_true(fake_wifi_last_ap_passphrase_is("password"));
	status = get_status(fake_wifi_ap_iface());
	zassert_equal(status.iface_mode, WIFI_MODE_AP);
	zassert_equal(status.state, WIFI_STATE_COMPLETED);
	zassert_equal(request_ap_enable(), -EALREADY);

	zassert_ok(request_ap_disable());
	zassert_equal(expect(NET_EVENT_WIFI_AP_DISABLE_RESULT), WIFI_STATUS_AP_SUCCESS);
	zassert_false(fake_wifi_is_ap_enabled());
	zassert_equal(request_ap_disable(), -EALREADY);
}

ZTEST(fake_wifi, test_the_access_point_fails_at_once_or_later)
{
	fake_wifi_set_next_ap_sync_error(ENOTSUP);
	zassert_equal(request_ap_enable(), -ENOTSUP);
	fake_wifi_set_next_ap_result(WIFI_STATUS_AP_CHANNEL_NOT_SUPPORTED);
	zassert_ok(request_ap_enable());
	zassert_equal(expect(NET_EVENT_WIFI_AP_ENABLE_RESULT),
		      WIFI_STATUS_AP_CHANNEL_NOT_SUPPORTED);
	zassert_false(fake_wifi_is_ap_enabled());
	zassert_ok(request_ap_enable());
	zassert_equal(expect(NET_EVENT_WIFI_AP_ENABLE_RESULT), WIFI_STATUS_AP_SUCCESS);
}

ZTEST(fake_wifi, test_station_and_access_point_at_the_same_time)
{
	zassert_ok(request_ap_enable());
	expect(NET_EVENT_WIFI_AP_ENABLE_RESULT);
	join("home", "secret123");
	zassert_true(fake_wifi_is_ap_enabled());
	zassert_equal(get_status(fake_wifi_iface()).iface_mode, WIFI_MODE_INFRA);
	zassert_ok(request_ap_disable());
	expect(NET_EVENT_WIFI_AP_DISABLE_RESULT);
	zassert_true(fake_wifi_is_connected());
	zassert_true(net_if_is_carrier_ok(fake_wifi_iface()));
	if (fake_wifi_ap_iface() != fake_wifi_iface()) {
		zassert_false(net_if_is_carrier_ok(fake_wifi_ap_iface()));
	}
}

ZTEST(fake_wifi, test_each_interface_does_its_own)
{
	struct wifi_connect_req_params params = {.ssid = (const uint8_t *)"x", .ssid_length = 1};

	if (!IS_ENABLED(CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE)) {
		ztest_test_skip();
	}
	zassert_equal(
		net_mgmt(NET_REQUEST_WIFI_CONNECT, fake_wifi_ap_iface(), &params, sizeof(params)),
		-ENOTSUP);
	zassert_equal(
		net_mgmt(NET_REQUEST_WIFI_AP_ENABLE, fake_wifi_iface(), &params, sizeof(params)),
		-ENOTSUP);
}

ZTEST_SUITE(fake_wifi, NULL, setup, before, NULL, NULL);
