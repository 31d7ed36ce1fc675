/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Many starts and many sessions, over each transport; or as many sessions as the variable
 * NETPROV_SESSIONS of the host's environment says.
 */

#include <stdlib.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include <nsi_host_trampolines.h>

#include "endurance.h"
#include "resources.h"
#include "typist.h"

static const struct fake_wifi_ap ap = {
	.ssid = "Home",
	.ssid_len = 4,
	.channel = 6,
	.rssi = -40,
	.security = WIFI_SECURITY_TYPE_PSK,
};

void honest_session(enum device_transport transport)
{
	zassert_ok(device_start(transport));
	zassert_true(device_session(transport, "Home", "correct-horse"), "a session fails");
	device_stop();
	/* As far from the network as after a boot. */
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
}

static void *setup(void)
{
	zassert_true(typist_begin(), "the shell has not started");
	return NULL;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	device_callback = NULL;
	device_handler = NULL;
	fake_wifi_reset();
	fake_wifi_set_scan_aps(&ap, 1);
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
}

ZTEST_SUITE(endurance, NULL, setup, before, NULL, NULL);

static void start_and_stop(enum device_transport transport)
{
	struct resources resources;

	honest_session(transport);
	resources_count(&resources);
	for (int i = 0; i < STARTS; i++) {
		struct device_peer peer;
		char version[512];

		device_meet(&peer, transport);
		zassert_ok(device_start(transport), "start %d", i);
		zassert_ok(client_version(&peer.client, version, sizeof(version)), "start %d", i);
		device_part(&peer);
		device_stop();
	}
	resources_expect(&resources, "start", STARTS);
	honest_session(transport);
}

/** Sessions of one service, each of a client of its own. */
static void meet_clients(enum device_transport transport)
{
	const char *wanted = nsi_host_getenv("NETPROV_SESSIONS");
	int sessions = wanted != NULL ? atoi(wanted) : SESSIONS;
	struct resources resources;
	int64_t begun;

	honest_session(transport);
	resources_count(&resources);
	begun = k_uptime_get();
	zassert_ok(device_start(transport));
	for (int i = 0; i < sessions; i++) {
		struct device_peer peer;
		struct client_status status;

		device_meet(&peer, transport);
		zassert_ok(client_handshake_1(&peer.client, DEVICE_POP), "session %d", i);
		zassert_ok(client_status(&peer.client, &status), "session %d", i);
		device_part(&peer);
	}
	device_stop();
	TC_PRINT("%d sessions in %lld s of simulated time\n", sessions,
		 (long long)(k_uptime_get() - begun) / MSEC_PER_SEC);
	resources_expect(&resources, "session", sessions);
	resources_tell(&resources);
	honest_session(transport);
}

#if defined(CONFIG_NETWORK_PROV_BLE)

ZTEST(endurance, test_starts_over_bluetooth)
{
	start_and_stop(DEVICE_BLE);
}

ZTEST(endurance, test_sessions_over_bluetooth)
{
	meet_clients(DEVICE_BLE);
}

#else

ZTEST(endurance, test_starts_over_http)
{
	start_and_stop(DEVICE_HTTP);
}

ZTEST(endurance, test_starts_over_the_console)
{
	start_and_stop(DEVICE_CONSOLE);
}

ZTEST(endurance, test_sessions_over_http)
{
	meet_clients(DEVICE_HTTP);
}

ZTEST(endurance, test_sessions_over_the_console)
{
	meet_clients(DEVICE_CONSOLE);
}

#endif
