/* SPDX-License-Identifier: Apache-2.0 */
/* Complete provisioning runs through the C API. Trap numbers refer to
 * docs/traps.md. */
#include "test.h"

static void set_and_apply(void)
{
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
}

/* Traps 35, 38, 44, 50 and 78. */
static void a_device_is_provisioned(void)
{
	static const enum network_prov_cb_event events[] = {
		NETWORK_PROV_INIT, NETWORK_PROV_START, NETWORK_PROV_SESSION_ESTABLISHED,
		NETWORK_PROV_CRED_RECV, NETWORK_PROV_ATTEMPT, NETWORK_PROV_CRED_SUCCESS,
		NETWORK_PROV_END, NETWORK_PROV_DEINIT,
	};
	enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_DISCONNECTED;
	struct network_prov_address address;
	uint32_t remaining = 0;
	bool provisioned = true;

	CHECK(network_prov_mgr_is_wifi_provisioned(&provisioned) == 0 && !provisioned);
	serve_client();
	CHECK(strcmp(port.name, "PROV_1") == 0 && !port.has_key);
	set_and_apply();
	CHECK(port.connects == 0);
	CHECK(port.network.name_len == 7 && strcmp(port.network.name, "HomeNet") == 0);
	memset(&port.network, 0, sizeof(port.network));
	port_advance(1000);
	CHECK(port.connects == 1 && port.stores == 0);
	CHECK(port.number == 1 && port.attempt.number == 1);
	CHECK(port.attempt.network.name_len == 7);
	CHECK(strcmp(port.attempt.network.name, "HomeNet") == 0);
	CHECK(strcmp(port.ssid, "HomeNet") == 0);
	CHECK(strcmp(port.passphrase, "correct-horse") == 0);
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_CONNECTING));
	CHECK(network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == 0 && remaining == 1);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_IPV4, 0, &address) ==
	      -ETIMEDOUT);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 0, &address) ==
	      -EINVAL);
	radio_online();
	CHECK(port.address_count == 1 && port.address.length == 4);
	CHECK(port.address.kind == NETWORK_PROV_ADDRESS_IPV4);
	CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_IPV4, 0, &address) == 0);
	CHECK(memcmp(&address, &port.address, sizeof(address)) == 0);
	CHECK(port.stores == 1 && strcmp(port.stored_ssid, "HomeNet") == 0);
	CHECK(port.network.name_len == 7 && strcmp(port.network.name, "HomeNet") == 0);
	CHECK(network_prov_mgr_get_wifi_state(&state) == 0 &&
	      state == NETWORK_PROV_WIFI_STA_CONNECTED);
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_CONNECTED));
	port_advance(999);
	CHECK(port.running);
	port_advance(1);
	CHECK(!port.running && port.disconnects == 0);
	CHECK(network_prov_mgr_is_provisioned(&provisioned) == 0 && provisioned);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port.event_count == sizeof(events) / sizeof(events[0]));
	CHECK(memcmp(port.events, events, sizeof(events)) == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Traps 39, 40 and 49. */
static void a_wrong_password_is_reported(void)
{
	enum network_prov_cred_fail_reason reason = NETWORK_PROV_STORAGE_ERROR;

	serve_client();
	set_and_apply();
	port_advance(1000);
	radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	CHECK(port.reason == NETWORK_PROV_WIFI_AUTH_ERROR && port.stores == 0);
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_WRONG_PASSWORD));
	CHECK(network_prov_mgr_get_wifi_disconnect_reason(&reason) == 0 &&
	      reason == NETWORK_PROV_WIFI_AUTH_ERROR);
	CHECK(network_prov_mgr_reset_wifi_sm_state_on_failure() == 0);
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_WRONG_PASSWORD));
	set_and_apply();
	port_advance(1000);
	radio_online();
	CHECK(port_count_events(NETWORK_PROV_CRED_SUCCESS) == 1 && port.stored);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Trap 47: the driver refuses at once. */
static void a_driver_that_refuses_is_a_failed_attempt(void)
{
	serve_client();
	port.connect_error = -EINVAL;
	set_and_apply();
	port_advance(1000);
	CHECK(port.connects == 1 && port.reason == NETWORK_PROV_WIFI_AUTH_ERROR);
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_WRONG_PASSWORD));
}

static void a_failed_store_is_reported(void)
{
	serve_client();
	port.store_fails = true;
	set_and_apply();
	port_advance(1000);
	radio_online();
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1 && port.reason == NETWORK_PROV_STORAGE_ERROR);
	CHECK(port_count_events(NETWORK_PROV_CRED_SUCCESS) == 0 && port.disconnects == 1);
	CHECK(!network_prov_mgr_is_sm_idle());
	CHECK(network_prov_mgr_reset_wifi_provisioning() == -EIO);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Trap 37, across two managers: the end of the previous association is not a failure of the
 * attempt. */
static void the_end_of_the_previous_association_is_no_failure(void)
{
	radio_online();
	serve_client();
	set_and_apply();
	port_advance(1000);
	radio_link_down(NETPROV_FAILURE_OTHER);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 0);
	radio_online();
	CHECK(port_count_events(NETWORK_PROV_CRED_SUCCESS) == 1);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void the_application_may_provide_credentials(void)
{
	serve();
	CHECK(network_prov_mgr_configure_wifi_sta("Other", "12345678") == 0);
	/* Until the first attempt, the application may replace its credentials. */
	CHECK(network_prov_mgr_configure_wifi_sta("Net", "12345678") == 0);
	CHECK(port_count_events(NETWORK_PROV_CRED_RECV) == 1);
	port_advance(1000);
	CHECK(network_prov_mgr_configure_wifi_sta("Net", "12345678") == -EPERM);
	CHECK(strcmp(port.ssid, "Net") == 0 && strcmp(port.passphrase, "12345678") == 0);
	radio_online();
	CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == 0);
	CHECK(port_count_events(NETWORK_PROV_START) == 2 && port.disconnects == 1);
	radio_link_down(NETPROV_FAILURE_OTHER);
	port_advance(60000);
	CHECK(port.running);
	CHECK(network_prov_mgr_reset_wifi_provisioning() == 0 && port.erasures == 1);
}

/* Security 1, byte for byte. The device draws its private key first, then its random value. */
static void security_1_matches_the_vectors(void)
{
	uint8_t random[48];

	CHECK(unhex("4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60"
		    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
		    random, sizeof(random)) == sizeof(random));
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "abcd1234", "PROV_1",
						  "12345678") == 0);
	CHECK(port.has_key && strcmp(port.key, "12345678") == 0);
	port.random = random;
	port.random_length = sizeof(random);
	CHECK(says(ask(7, "prov-session",
		       "10015a25a201220a2007a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b"
		       "86d1c7c"),
		   "10015a390801aa0134122064b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846"
		   "d484661a10a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"));
	CHECK(port.random_length == 0);
	CHECK(says(ask(7, "prov-session",
		       "10015a270802b201221220c4a89b1acc9f181421f27ada88e1d81b23233eedb4ad011f5b4f5eea"
		       "c83ee6c9"),
		   "10015a270803ba01221a2029a2e4c89371f5f6e4f0d90538f211db81918ef1eb68cea8db0bc6b01352"
		   "14f8"));
	CHECK(network_prov_mgr_configure_wifi_sta("HomeNet", "correct-horse") == 0);
	CHECK(says(ask(7, "prov-config", "018f"), "bd7e870688b4"));
	CHECK(port_count_events(NETWORK_PROV_SESSION_ESTABLISHED) == 1);
}

static void only_a_completed_handshake_establishes_a_session(void)
{
	static const char *const first =
		"10015a25a201220a2007a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c";

	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "abcd1234", "PROV_1",
						  NULL) == 0);
	CHECK(ask(7, "prov-session", first)->error == 0);
	CHECK(port_session_in_force(1) == 0);
	network_prov_mgr_stop_provisioning();
	serve();
	CHECK(says(ask(7, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	CHECK(port_session_in_force(1) == 7 && port_session_in_force(0) == 0);
	CHECK(says(ask(8, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	CHECK(port_session_in_force(1) == 8);
	port_close_session(7);
	CHECK(port_session_in_force(1) == 8);
	port_close_session(8);
	CHECK(port_session_in_force(1) == 0);
}

/* Trap 17. */
static void a_wrong_proof_is_reported(void)
{
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "other", "PROV_1",
						  NULL) == 0);
	for (int i = 0; i < 4; i++) {
		CHECK(ask(7, "prov-session",
			  "10015a25a201220a2007a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b"
			  "86d1c7c")
			      ->error == 0);
		CHECK(fails(ask(7, "prov-session",
				"10015a270802b201221220c4a89b1acc9f181421f27ada88e1d81b23233eedb4ad011f5b"
				"4f5eeac83ee6c9"),
			    -EACCES));
	}
	CHECK(port_count_events(NETWORK_PROV_SESSION_REFUSED) == 4);
	CHECK(port_count_events(NETWORK_PROV_LOCKED_OUT) == 1 && port.number > 0);
}

static void a_lack_of_random_numbers_fails_only_the_handshake(void)
{
	uint32_t session = 42;

	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, NULL, "PROV_1", NULL) ==
	      0);
	port.random_fails = true;
	CHECK(fails(ask(7, "prov-session",
			"10015a25a201220a2007a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b"
			"86d1c7c"),
		    -EIO));
	CHECK(port_http_session(1, NULL, &session) == -EIO && session == 42);
	port.random_fails = false;
	CHECK(port_http_session(1, NULL, &session) == 1 && port.running);
}

static void a_scan_response_waits_for_the_scan(void)
{
	struct response *response;

	serve_client();
	response = ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(response->replies == 0 && port.scans == 1);
	radio_found("HomeNet", -42, 3);
	radio_scan_done(0);
	CHECK(says(response, SCAN_DONE));
	port.scan_error = -EIO;
	CHECK(says(ask(1, "prov-scan", SCAN_AND_WAIT), "080110055a00"));
}

/* Trap 22. */
static void ending_the_service_fails_a_waiting_scan(void)
{
	struct response *response;

	serve_client();
	response = ask(1, "prov-scan", SCAN_AND_WAIT);
	network_prov_mgr_deinit();
	CHECK(fails(response, -EPERM) && !port.running);
	CHECK(port_count_events(NETWORK_PROV_DEINIT) == 1);
	radio_found("HomeNet", -42, 3);
	radio_scan_done(0);
	CHECK(response->replies == 1);
}

void test_provisioning(void)
{
	RUN(a_device_is_provisioned);
	RUN(a_wrong_password_is_reported);
	RUN(a_driver_that_refuses_is_a_failed_attempt);
	RUN(a_failed_store_is_reported);
	RUN(the_end_of_the_previous_association_is_no_failure);
	RUN(the_application_may_provide_credentials);
	RUN(security_1_matches_the_vectors);
	RUN(only_a_completed_handshake_establishes_a_session);
	RUN(a_wrong_proof_is_reported);
	RUN(a_lack_of_random_numbers_fails_only_the_handshake);
	RUN(a_scan_response_waits_for_the_scan);
	RUN(ending_the_service_fails_a_waiting_scan);
}
