/* SPDX-License-Identifier: Apache-2.0 */
/* Why credentials have not worked: each reason as the application gets it, and the attempts between.
 */
#include "test.h"

/** Security types, of `enum netprov_auth`. */
enum { WPA2 = 3, ENTERPRISE = 5 };

/** A network that a client's scan finds, and how joining it fails. */
struct failure {
	/** Signal strength in dBm; 0 if the scan does not find the network. */
	int8_t rssi;
	uint8_t auth;
	enum netprov_failure failure;
	enum network_prov_cred_fail_reason reason;
};

static void fail_once(const struct failure *failure)
{
	enum network_prov_cred_fail_reason reason = NETWORK_PROV_STORAGE_ERROR;

	serve_client();
	if (failure->rssi != 0) {
		ask(1, "prov-scan", SCAN_AND_WAIT);
		radio_found("Home", failure->rssi, failure->auth);
		radio_scan_done(0);
	}
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	radio_refuses(failure->failure);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	CHECK(port.reason == (int)failure->reason);
	CHECK(network_prov_mgr_get_wifi_disconnect_reason(&reason) == 0);
	CHECK(reason == failure->reason);
	network_prov_mgr_stop_provisioning();
	/* The reason was of that service. */
	serve();
	CHECK(network_prov_mgr_get_wifi_disconnect_reason(&reason) == -EPERM);
	CHECK(network_prov_mgr_deinit() == 0);
	port.event_count = 0;
}

static void each_failure_has_its_reason(void)
{
	static const struct failure failures[] = {
		{ -50, WPA2, NETPROV_FAILURE_WRONG_PASSWORD, NETWORK_PROV_WIFI_AUTH_ERROR },
		{ -50, WPA2, NETPROV_FAILURE_NOT_FOUND, NETWORK_PROV_WIFI_NETWORK_NOT_FOUND },
		{ -50, WPA2, NETPROV_FAILURE_TIMEOUT, NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT },
		{ -90, WPA2, NETPROV_FAILURE_TIMEOUT, NETWORK_PROV_WIFI_WEAK_SIGNAL },
		{ -90, WPA2, NETPROV_FAILURE_OTHER, NETWORK_PROV_WIFI_WEAK_SIGNAL },
		{ 0, WPA2, NETPROV_FAILURE_OTHER, NETWORK_PROV_WIFI_NETWORK_NOT_FOUND },
	};

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		fail_once(&failures[i]);
	}
}

/* No passphrase joins it, so it is not tried. */
static void a_network_of_another_kind_is_not_tried(void)
{
	serve_client();
	ask(1, "prov-scan", SCAN_AND_WAIT);
	radio_found("Home", -50, ENTERPRISE);
	radio_scan_done(0);
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	CHECK(port.connects == 0 && port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	CHECK(port.reason == NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY);
}

static void a_network_without_an_address_is_named(void)
{
	serve_client();
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	radio_link_up(WPA2);
	port_advance(20000);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1 && port.stores == 0);
	CHECK(port.reason == NETWORK_PROV_WIFI_NO_ADDRESS);
}

static void after_a_failed_attempt_the_state_says_so(void)
{
	enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_DISCONNECTED;
	enum network_prov_cred_fail_reason reason;
	uint32_t remaining = 0;
	struct network_prov_mgr_config config = {
		.scheme = &scheme,
		.app_event_handler = { .event_cb = port_event, .user_data = &port },
		.wifi_conn_attempts = 3,
	};

	CHECK(network_prov_mgr_init(config) == 0);
	serve();
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	for (uint32_t left = 3; left > 0; left--) {
		CHECK(network_prov_mgr_get_wifi_state(&state) == 0);
		/* It stays so during the next attempt. */
		CHECK(state == (left == 3 ? NETWORK_PROV_WIFI_STA_CONNECTING
					  : NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED));
		CHECK(network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == 0);
		CHECK(remaining == left);
		radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
		if (left > 1) {
			CHECK(network_prov_mgr_get_wifi_state(&state) == 0);
			CHECK(state == NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED);
			/* Nothing has failed for good. */
			CHECK(network_prov_mgr_get_wifi_disconnect_reason(&reason) == -EPERM);
			CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 0);
			port_advance(10000);
		}
	}
	CHECK(port.connects == 3 && port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	CHECK(network_prov_mgr_get_wifi_state(&state) == 0);
	CHECK(state == NETWORK_PROV_WIFI_STA_DISCONNECTED);
	CHECK(network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == -EPERM);
	/* There is no network left to leave. */
	CHECK(port.disconnects == 3);
	CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == 0 && port.disconnects == 3);
}

void test_reasons(void)
{
	RUN(each_failure_has_its_reason);
	RUN(a_network_of_another_kind_is_not_tried);
	RUN(a_network_without_an_address_is_named);
	RUN(after_a_failed_attempt_the_state_says_so);
}
