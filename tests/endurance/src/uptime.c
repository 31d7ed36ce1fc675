/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A long uptime. The number of milliseconds exceeds 31 bits after 24.9 days, and 32 bits after 49.7
 * days, so what takes time is done across these instants and their multiples.
 */

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include "endurance.h"
#include "resources.h"

#define HALF  (INT64_C(1) << 31)
#define WRAPS 2

#define DAY K_HOURS(24)

/** Waits until this time before the next multiple of 2^31 milliseconds. */
static int64_t approach(int64_t before)
{
	int64_t next = (k_uptime_get() / HALF + 1) * HALF;

	if (next - before < k_uptime_get()) {
		next += HALF;
	}
	k_sleep(K_MSEC(next - before - k_uptime_get()));
	return next;
}

static void pass(int64_t wrap)
{
	k_sleep(K_MSEC(MAX(wrap + 1000 - k_uptime_get(), 0)));
	zassert_true(k_uptime_get() > wrap);
}

static void pass_in_a_session(enum device_transport transport)
{
	struct device_peer peer;
	struct client_network networks[4];
	struct client_status status;
	int64_t wrap = approach(10000);

	device_meet(&peer, transport);
	zassert_ok(device_start(transport));
	zassert_ok(client_handshake_1(&peer.client, DEVICE_POP));
	pass(wrap);
	zassert_ok(client_status(&peer.client, &status), "the session has ended");
	zassert_true(client_scan(&peer.client, networks, ARRAY_SIZE(networks)) > 0);
	device_part(&peer);
	device_stop();
}

ZTEST(endurance, test_a_session_when_the_uptime_wraps)
{
	for (int i = 0; i < WRAPS; i++) {
		pass_in_a_session(i % 2 == 0 ? USUAL : DEVICE_CONSOLE);
	}
}

ZTEST(endurance, test_a_scan_when_the_uptime_wraps)
{
	for (int i = 0; i < WRAPS; i++) {
		struct device_peer peer;
		struct client_network networks[4];
		int64_t wrap = approach(2000);

		device_meet(&peer, USUAL);
		fake_wifi_set_scan_delay(4000);
		zassert_ok(device_start(USUAL));
		zassert_ok(client_handshake_1(&peer.client, DEVICE_POP));
		zassert_true(client_scan(&peer.client, networks, ARRAY_SIZE(networks)) > 0);
		zassert_true(k_uptime_get() > wrap, "it has ended before");
		device_part(&peer);
		device_stop();
	}
}

/** Waits until the attempt has ended. Returns how long it has taken, in milliseconds. */
static int64_t await_attempt(enum network_prov_wifi_sta_state expected)
{
	int64_t begun = k_uptime_get();
	enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_CONNECTING;

	while (state != expected && k_uptime_get() - begun < 120000) {
		k_msleep(100);
		zassert_ok(network_prov_mgr_get_wifi_state(&state));
	}
	zassert_equal(state, expected, "%d", state);
	return k_uptime_get() - begun;
}

ZTEST(endurance, test_attempts_when_the_uptime_wraps)
{
	for (int i = 0; i < WRAPS; i++) {
		int64_t wrap = approach(2000);

		zassert_ok(device_start(DEVICE_CONSOLE));
		if (i % 2 == 0) {
			fake_wifi_set_connect_delay(3500);
			zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
			zassert_between_inclusive(
				await_attempt(NETWORK_PROV_WIFI_STA_CONNECTED), 3000, 6000);
		} else {
			fake_wifi_set_connect_delay(0);
			fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
			zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
			/* Two attempts, each as long as its time-out. */
			zassert_between_inclusive(
				await_attempt(NETWORK_PROV_WIFI_STA_DISCONNECTED),
				CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS,
				3 * CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS);
			fake_wifi_set_address(FAKE_WIFI_ADDRESS_AFTER_LINK);
		}
		zassert_true(k_uptime_get() > wrap, "it has ended before");
		device_stop();
		fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	}
}

ZTEST(endurance, test_a_lockout_when_the_uptime_wraps)
{
	for (int i = 0; i < WRAPS; i++) {
		struct device_peer peer;
		int64_t wrap = approach(10000);

		device_meet(&peer, USUAL);
		zassert_ok(device_start(USUAL));
		for (int n = 0; n < CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES; n++) {
			zassert_not_ok(client_handshake_1(&peer.client, "wrong"));
		}
		pass(wrap);
		zassert_not_ok(client_handshake_1(&peer.client, DEVICE_POP), "30 s have not passed");
		k_sleep(K_SECONDS(35));
		zassert_ok(client_handshake_1(&peer.client, DEVICE_POP));
		device_part(&peer);
		device_stop();
	}
}

#if !defined(CONFIG_NETWORK_PROV_BLE)
/* The service ends by itself after a success, and connections that are idle are closed. */
ZTEST(endurance, test_time_outs_when_the_uptime_wraps)
{
	for (int i = 0; i < WRAPS; i++) {
		struct browser idle = BROWSER;
		int64_t wrap = approach(5000);
		int64_t begun = k_uptime_get();
		uint8_t byte;

		zassert_ok(device_start(DEVICE_HTTP));
		zassert_ok(browser_connect(&idle));
		zassert_not_ok(browser_read_bytes(&idle, &byte, 1));
		zassert_between_inclusive(k_uptime_get() - begun, 5000, 60000,
					  "a silent connection is closed");
		browser_close(&idle);
		zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
		network_prov_mgr_wait();
		zassert_true(k_uptime_get() > wrap);
		device_stop();
		fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	}
}
#endif

static void serve_for_days(enum device_transport transport, int days)
{
	struct resources resources;

	honest_session(transport);
	resources_count(&resources);
	zassert_ok(device_start(transport));
	for (int i = 0; i < days; i++) {
		struct device_peer peer;
		struct client_status status;

		device_meet(&peer, transport);
		zassert_ok(client_handshake_1(&peer.client, DEVICE_POP), "day %d", i);
		zassert_ok(client_status(&peer.client, &status), "day %d", i);
		device_part(&peer);
		k_sleep(DAY);
	}
	zassert_true(device_session(transport, "Home", "correct-horse"));
	device_stop();
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	resources_expect(&resources, "days", days);
}

#if defined(CONFIG_NETWORK_PROV_BLE)
ZTEST(endurance, test_days_of_service_over_bluetooth)
{
	serve_for_days(DEVICE_BLE, DAYS);
}
#else
ZTEST(endurance, test_days_of_service_over_the_console)
{
	serve_for_days(DEVICE_CONSOLE, DAYS);
}

/* While the access point is open, its leases are looked at each second. */
ZTEST(endurance, test_days_of_service_over_http)
{
	serve_for_days(DEVICE_HTTP, DAYS);
}
#endif
