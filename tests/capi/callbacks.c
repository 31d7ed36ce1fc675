/* SPDX-License-Identifier: Apache-2.0 */
/* Calls from the application's callback, which runs on the provisioning thread (traps 23 and 29). */
#include "test.h"

static int handler(void *context, const uint8_t *in, size_t in_length, uint8_t **out,
		   size_t *out_length)
{
	(void)context;
	(void)in;
	(void)in_length;
	(void)out;
	(void)out_length;
	return 0;
}

static void deinit_at_end(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_END) {
		CHECK(network_prov_mgr_deinit() == 0);
		CHECK(network_prov_mgr_deinit() == 0);
		CHECK(port_count_events(NETWORK_PROV_DEINIT) == 0);
	}
}

static void deinit_works_in_the_end_callback(void)
{
	serve();
	port.hook = deinit_at_end;
	network_prov_mgr_stop_provisioning();
	CHECK(port_count_events(NETWORK_PROV_END) == 1 && port_count_events(NETWORK_PROV_DEINIT) == 1);
	CHECK(network_prov_mgr_set_app_info("l", "v", NULL, 0) == -EPERM);
}

static void init_at_deinit(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_DEINIT && port_count_events(NETWORK_PROV_INIT) == 1) {
		CHECK(init() == 0);
	}
	if (event == NETWORK_PROV_INIT && port_count_events(NETWORK_PROV_DEINIT) == 1) {
		CHECK(network_prov_mgr_start_provisioning(0, NULL, "again", NULL) == 0);
	}
}

static void init_works_in_the_deinit_callback(void)
{
	serve();
	port.hook = init_at_deinit;
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port.running && strcmp(port.name, "again") == 0);
	CHECK(port_count_events(NETWORK_PROV_INIT) == 2 && port_count_events(NETWORK_PROV_START) == 2);
}

static void restart_at_end(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_END && port.starts == 1) {
		CHECK(network_prov_mgr_start_provisioning(0, NULL, "again", NULL) == 0);
	}
}

static void start_works_in_the_end_callback(void)
{
	serve();
	port.hook = restart_at_end;
	network_prov_mgr_stop_provisioning();
	CHECK(port.running && port.starts == 2);
}

static void stop_at_once(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_START) {
		network_prov_mgr_stop_provisioning();
	}
}

static void stop_works_in_the_start_callback(void)
{
	CHECK(init() == 0);
	port.hook = stop_at_once;
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == 0);
	CHECK(!port.running && network_prov_mgr_is_sm_idle());
}

static void every_call(enum network_prov_cb_event event)
{
	enum network_prov_wifi_sta_state state;
	enum network_prov_cred_fail_reason reason;
	uint32_t remaining;
	bool provisioned, running = port.running;
	int response;

	/* By then, the manager has ended. */
	if (event == NETWORK_PROV_DEINIT) {
		return;
	}
	CHECK(init() == -EALREADY);
	CHECK(network_prov_mgr_is_provisioned(&provisioned) == 0);
	CHECK(network_prov_mgr_is_wifi_provisioned(&provisioned) == 0);
	network_prov_mgr_is_sm_idle();
	CHECK(network_prov_mgr_set_app_info("l", "v", NULL, 0) == 0);
	CHECK(network_prov_mgr_set_stay_online(false) == 0);
	response = network_prov_mgr_disable_auto_stop(0);
	CHECK(response == 0 || response == -EPERM);
	response = network_prov_mgr_endpoint_create("e");
	CHECK(response == 0 || response == -EALREADY || response == -EPERM);
	response = network_prov_mgr_endpoint_register("e", handler, NULL);
	CHECK(response == 0 || response == -EPERM);
	response = network_prov_mgr_endpoint_unregister("e");
	CHECK(response == 0);
	CHECK(network_prov_mgr_get_wifi_state(&state) == 0);
	response = network_prov_mgr_get_wifi_disconnect_reason(&reason);
	CHECK(response == 0 || response == -EPERM);
	response = network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining);
	CHECK(response == 0 || response == -EPERM);
	response = network_prov_mgr_reset_wifi_sm_state_on_failure();
	CHECK(response == 0 || response == -EPERM);
	CHECK(network_prov_mgr_reset_wifi_provisioning() == 0);
	network_prov_mgr_wait();
	CHECK(running == port.running);
}

static void every_call_works_in_callbacks(void)
{
	struct network_prov_mgr_config config = {
		.scheme = &scheme,
		.app_event_handler = { .event_cb = port_event, .user_data = &port },
	};

	port.hook = every_call;
	CHECK(network_prov_mgr_init(config) == 0);
	serve_client();
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
	port_advance(1000);
	radio_refuses(NETPROV_FAILURE_WRONG_PASSWORD);
	CHECK(network_prov_mgr_configure_wifi_sta("s", "12345678") == 0);
	port_advance(1000);
	radio_online();
	network_prov_mgr_stop_provisioning();
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1 && port_count_events(NETWORK_PROV_END) == 1);
	CHECK(port.event_count >= 9);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static int accepted, refused;

static void flood(enum network_prov_cb_event event)
{
	if (event != NETWORK_PROV_SESSION_ESTABLISHED) {
		return;
	}
	for (int i = 0; i < 50; i++) {
		int tried = network_prov_mgr_configure_wifi_sta("s", "12345678");
		int reset = network_prov_mgr_reset_wifi_sm_state_for_reprovision();

		CHECK(tried == 0 || tried == -EBUSY);
		CHECK(reset == 0 || reset == -EBUSY);
		accepted += tried == 0;
		refused += tried == -EBUSY;
	}
	network_prov_mgr_stop_provisioning();
	network_prov_mgr_deinit();
}

/* Calls from a callback are queued until it returns. The queue is limited, but always has room for
 * deinit.
 */
static void too_many_calls_from_one_callback_are_refused(void)
{
	accepted = refused = 0;
	serve();
	port.hook = flood;
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
	CHECK(accepted > 1 && refused > 1);
	port_advance(1000);
	CHECK(port_count_events(NETWORK_PROV_CRED_RECV) == accepted);
	CHECK(port_count_events(NETWORK_PROV_END) == 1 && port_count_events(NETWORK_PROV_DEINIT) == 1);
}

static void wait_for_an_address(enum network_prov_cb_event event)
{
	/* With NULL, the caller learns only whether there is one. */
	if (event == NETWORK_PROV_ATTEMPT) {
		CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_IPV4, 60000, NULL) ==
		      -EPERM);
		accepted++;
	} else if (event == NETWORK_PROV_CRED_SUCCESS) {
		CHECK(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_IPV4, 60000, NULL) ==
		      0);
		accepted++;
	}
}

/* A callback runs on the thread that would get the address, so it cannot wait for one. */
static void a_callback_does_not_wait_for_an_address(void)
{
	accepted = 0;
	serve();
	port.hook = wait_for_an_address;
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "12345678") == 0);
	port_advance(1000);
	radio_online();
	CHECK(accepted == 2);
	port.hook = NULL;
	radio_link_down(NETPROV_FAILURE_OTHER);
}

void test_callbacks(void)
{
	RUN(deinit_works_in_the_end_callback);
	RUN(init_works_in_the_deinit_callback);
	RUN(start_works_in_the_end_callback);
	RUN(stop_works_in_the_start_callback);
	RUN(every_call_works_in_callbacks);
	RUN(too_many_calls_from_one_callback_are_refused);
	RUN(a_callback_does_not_wait_for_an_address);
}
