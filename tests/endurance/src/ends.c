/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Stop and deinit from the callback of each event, and from a handler. A run raises all events. It
 * is repeated for each event and each way to end; the first event of that kind ends the service.
 */

#include <zephyr/kernel.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include "endurance.h"
#include "resources.h"

#define EVENTS (NETWORK_PROV_SESSION_INVALID + 1)

enum end {
	END_STOP,
	END_DEINIT,
	/** Deinit, then a new life at once. */
	END_BEGIN_AGAIN,
	ENDS,
};

static enum network_prov_cb_event wanted;
static enum end wanted_end;
static bool has_come;

static void end(void)
{
	switch (wanted_end) {
	case END_STOP:
		network_prov_mgr_stop_provisioning();
		break;
	case END_DEINIT:
		(void)network_prov_mgr_deinit();
		break;
	default:
		(void)network_prov_mgr_deinit();
		/* In a callback, deinit has not taken effect yet, so the start may be refused. */
		(void)device_start(USUAL);
		break;
	}
}

static void on_event(enum network_prov_cb_event event)
{
	if (event == wanted && !has_come) {
		has_come = true;
		end();
	}
}

static void on_request(void)
{
	if (!has_come) {
		has_come = true;
		end();
	}
}

static void raise_station(uint64_t event)
{
	struct wifi_ap_sta_info station = {.mac_length = WIFI_MAC_ADDR_LEN};

	net_mgmt_event_notify_with_info(event, fake_wifi_ap_iface(), &station, sizeof(station));
	k_msleep(100);
}

/** Sends wrong proofs until handshakes are refused, and waits until they are accepted again. */
static void meet_strangers(struct client *client)
{
	(void)client_handshake_0(client);
	for (int i = 0; i < CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES; i++) {
		(void)client_handshake_1(client, "wrong");
	}
	k_sleep(K_SECONDS(60));
}

/** Raises every event. Later steps fail if the service has ended. */
static void raise_all_events(void)
{
	struct device_peer peer;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length;

	device_meet(&peer, USUAL);
	(void)device_start(USUAL);
	raise_station(NET_EVENT_WIFI_AP_STA_CONNECTED);
	meet_strangers(&peer.client);
	(void)client_handshake_1(&peer.client, DEVICE_POP);
	(void)client_ask(&peer.client, DEVICE_CUSTOM, (const uint8_t *)"x", 1, reply, sizeof(reply),
			 &length);
	(void)client_set(&peer.client, "Home", "wrong-horse");
	(void)client_apply(&peer.client);
	k_sleep(K_SECONDS(60));
	device_part(&peer);
	(void)network_prov_mgr_reset_wifi_sm_state_on_failure();
	(void)device_session(USUAL, "Home", "correct-horse");
	raise_station(NET_EVENT_WIFI_AP_STA_DISCONNECTED);
	network_prov_mgr_stop_provisioning();
	(void)network_prov_mgr_set_stay_online(true);
	(void)network_prov_mgr_connect();
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	k_sleep(K_SECONDS(10));
	(void)network_prov_mgr_deinit();
}

static void end_in(const char *what)
{
	struct resources resources;

	resources_count(&resources);
	has_come = false;
	raise_all_events();
	zassert_true(has_come, "%s never comes", what);
	device_callback = NULL;
	device_handler = NULL;
	(void)network_prov_mgr_deinit();
	k_msleep(100);
	zassert_true(network_prov_mgr_is_sm_idle());
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	k_msleep(100);
	resources_expect(&resources, what, wanted_end);
	honest_session(USUAL);
}

ZTEST(endurance, test_each_callback_may_end_it)
{
	honest_session(USUAL);
	for (wanted = 0; wanted < EVENTS; wanted++) {
		for (wanted_end = 0; wanted_end < ENDS; wanted_end++) {
			char what[16];

			snprintk(what, sizeof(what), "event %d", wanted);
			device_callback = on_event;
			end_in(what);
		}
	}
}

ZTEST(endurance, test_a_handler_may_end_it)
{
	honest_session(USUAL);
	for (wanted_end = 0; wanted_end < ENDS; wanted_end++) {
		device_handler = on_request;
		end_in("a handler");
	}
}
