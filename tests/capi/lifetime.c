/* SPDX-License-Identifier: Apache-2.0 */
/* Creating and ending the manager, once and a thousand times. */
#include "test.h"

#include <pthread.h>

static void a_second_deinit_is_refused(void)
{
	CHECK(network_prov_mgr_deinit() == 0);
	serve();
	network_prov_mgr_stop_provisioning();
	network_prov_mgr_stop_provisioning();
	CHECK(port.stops == 1 && port_count_events(NETWORK_PROV_END) == 1);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port_count_events(NETWORK_PROV_DEINIT) == 1);
}

static void a_device_can_be_provisioned(void)
{
	serve_client();
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
	port_advance(1000);
	radio_online();
	CHECK(says(ask(1, "prov-config", GET_STATUS), STATUS_CONNECTED));
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Every run must work like the first: the module must not leak memory. */
static void init_and_deinit_work_a_thousand_times(void)
{
	for (int i = 0; i < 1000; i++) {
		CHECK(init() == 0);
		CHECK(network_prov_mgr_set_app_info("app", "1.0", NULL, 0) == 0);
		CHECK(network_prov_mgr_endpoint_create("custom") == 0);
		serve_client();
		/* Every second run ends during a scan. */
		if (i % 2 == 0) {
			CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
			CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
		} else {
			CHECK(ask(1, "prov-scan", SCAN_AND_WAIT)->replies == 0);
		}
		network_prov_mgr_stop_provisioning();
		CHECK(network_prov_mgr_deinit() == 0);
	}
	CHECK(port.stops == 1000);
	a_device_can_be_provisioned();
}

static void *stop(void *unused)
{
	network_prov_mgr_stop_provisioning();
	CHECK(port_count_events(NETWORK_PROV_END) == 1);
	return unused;
}

static void *deinit(void *unused)
{
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port_count_events(NETWORK_PROV_DEINIT) == 1);
	return unused;
}

/* The transport reports later that it has stopped. Ending the service waits for that, and no
 * callback is running when the call returns.
 */
static void deinit_waits_for_a_slow_transport(void)
{
	pthread_t threads[3];

	serve();
	port.stop_takes_time = true;
	port_hold_clock(true);
	CHECK(pthread_create(&threads[0], NULL, stop, NULL) == 0);
	port_await_waiters(1);
	CHECK(pthread_create(&threads[1], NULL, stop, NULL) == 0);
	port_await_waiters(2);
	CHECK(!network_prov_mgr_is_sm_idle() && port_count_events(NETWORK_PROV_END) == 0);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == -EPERM);
	CHECK(fails(ask(1, "proto-ver", NULL), -EPERM));
	CHECK(pthread_create(&threads[2], NULL, deinit, NULL) == 0);
	port_await_waiters(3);
	port_stopped();
	port_stopped();
	for (int i = 0; i < 3; i++) {
		CHECK(pthread_join(threads[i], NULL) == 0);
	}
	CHECK(port_count_events(NETWORK_PROV_END) == 1 && port_count_events(NETWORK_PROV_DEINIT) == 1);
	CHECK(port.stops == 1);
}

static void restart(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_END && port.starts == 1) {
		CHECK(network_prov_mgr_start_provisioning(0, NULL, "again", NULL) == 0);
	}
}

/* A waiting stop returns once its own service has ended, even if another one has started by then. */
static void stop_waits_only_for_its_own_service(void)
{
	pthread_t thread;

	serve();
	port.stop_takes_time = true;
	port.hook = restart;
	port_hold_clock(true);
	CHECK(pthread_create(&thread, NULL, stop, NULL) == 0);
	port_await_waiters(1);
	port_stopped();
	CHECK(pthread_join(thread, NULL) == 0);
	CHECK(port.running && port.starts == 2);
}

/* A transport that never stops blocks the caller for 10 s plus the configured delay, not forever. */
static void a_transport_that_never_stops_times_out(void)
{
	uint64_t begin;

	CHECK(init() == 0);
	CHECK(network_prov_mgr_disable_auto_stop(500) == 0);
	serve();
	port.stop_takes_time = true;
	begin = port.now;
	CHECK(network_prov_mgr_deinit() == -ETIMEDOUT);
	CHECK(port.now == begin + 10500 && port.stops == 1);
	CHECK(port_count_events(NETWORK_PROV_DEINIT) == 0 && init() == -EALREADY);
	port_stopped();
	CHECK(port_count_events(NETWORK_PROV_END) == 1 && port_count_events(NETWORK_PROV_DEINIT) == 1);

	serve();
	begin = port.now;
	network_prov_mgr_stop_provisioning();
	CHECK(port.now == begin + 10000 && !network_prov_mgr_is_sm_idle());
	port_stopped();
	CHECK(network_prov_mgr_is_sm_idle() && port_count_events(NETWORK_PROV_END) == 2);
}

/* Trap 21: the waiting client gets its response, then the service ends, then the call returns. */
static void a_waiting_client_gets_its_response_before_the_end(void)
{
	struct response *response;
	uint64_t begin;

	serve_client();
	response = ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(response->replies == 0);
	begin = port.now;
	network_prov_mgr_stop_provisioning();
	CHECK(response->replies == 1 && port_count_events(NETWORK_PROV_END) == 1);
	CHECK(!port.running && port.now == begin + 1000);
}

/* The driver continues the scan of the previous manager. Its results and its end must not be taken
 * for those of the next manager's scan, which starts afterwards.
 */
static void a_scan_of_the_previous_manager_is_ignored(void)
{
	struct response *response;

	serve_client();
	ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(port.scans == 1);
	network_prov_mgr_deinit();
	serve_client();
	response = ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(port.scans == 1);
	radio_found("Stale", -30, 3);
	radio_scan_done(0);
	CHECK(response->replies == 0 && port.scans == 2);
	radio_found("HomeNet", -42, 3);
	radio_scan_done(0);
	CHECK(says(response, SCAN_DONE));
	CHECK(says(ask(1, "prov-scan", SCAN_RESULT_0_1), SCAN_RESULT_HOME));

	/* A scan that ended in between is over. */
	ask(1, "prov-scan", SCAN_AND_WAIT);
	network_prov_mgr_deinit();
	radio_scan_done(0);
	serve_client();
	ask(1, "prov-scan", SCAN_AND_WAIT);
	CHECK(port.scans == 4);
	radio_scan_done(0);
}

static void start_parameters_are_wiped(void)
{
	static const char zeros[64];

	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(1, "pop", "n", "12345678") == 0);
	CHECK(strcmp(port.key_address, "12345678") == 0);
	network_prov_mgr_stop_provisioning();
	CHECK(memcmp(port.key_address, zeros, sizeof(zeros)) == 0);
	port.start_error = -EIO;
	CHECK(network_prov_mgr_start_provisioning(1, "pop", "n", "12345678") == -EIO);
	CHECK(memcmp(port.key_address, zeros, sizeof(zeros)) == 0);
}

struct secret {
	const char *text;
	bool found;
};

/* Searches the memory below this stack frame, which functions of the core used before. */
__attribute__((noinline, no_sanitize("address", "undefined", "thread"))) static void
look_below(void *argument)
{
	struct secret *secret = argument;
	size_t length = strlen(secret->text);
	const volatile char *top = (const volatile char *)__builtin_frame_address(0);

	for (const volatile char *place = top - 16384; place < top - length; place++) {
		size_t same = 0;

		while (same < length && place[same] == secret->text[same]) {
			same++;
		}
		secret->found = secret->found || same == length;
	}
}

static bool is_on_the_stack(const char *text)
{
	struct secret secret = { .text = text };

	netprov_port_run(look_below, &secret);
	return secret.found;
}

/* The core wipes its own values in place; this test finds copies left by moving and hashing them. */
static void no_secret_stays_on_the_stack(void)
{
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(1, "a-proof-of-possession", "n", "the-key-of-it") ==
	      0);
	CHECK(!is_on_the_stack("f-possession") && !is_on_the_stack("-key-of-it"));
	CHECK(network_prov_mgr_configure_wifi_sta("Home", "battery-staple") == 0);
	CHECK(!is_on_the_stack("ttery-staple"));
	port_advance(1000);
	CHECK(strcmp(port.passphrase, "battery-staple") == 0);
	CHECK(!is_on_the_stack("ttery-staple"));
	radio_online();
	CHECK(port.stores == 1 && !is_on_the_stack("ttery-staple"));
	radio_link_down(NETPROV_FAILURE_OTHER);
	network_prov_mgr_stop_provisioning();

	serve_client();
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(!is_on_the_stack("rrect-horse"));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
	CHECK(!is_on_the_stack("rrect-horse"));
	network_prov_mgr_stop_provisioning();
}

/* No client reads the success: the service stops after the configured 12 s plus the delay for the
 * last response. */
static void settings_are_applied(void)
{
	serve();
	CHECK(network_prov_mgr_configure_wifi_sta("s", "12345678") == 0);
	port_advance(1000);
	port_advance(19999);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 0);
	port_advance(1);
	CHECK(port_count_events(NETWORK_PROV_CRED_FAIL) == 1);
	CHECK(network_prov_mgr_configure_wifi_sta("s", "12345678") == 0);
	port_advance(1000);
	radio_online();
	port_advance(12999);
	CHECK(port.running);
	port_advance(1);
	CHECK(!port.running);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void the_cleanup_delay_is_respected(void)
{
	CHECK(init() == 0);
	CHECK(network_prov_mgr_disable_auto_stop(500) == 0);
	serve();
	network_prov_mgr_stop_provisioning();
	CHECK(!network_prov_mgr_is_sm_idle() && port.running);
	port_advance(499);
	CHECK(port.running);
	port_advance(1);
	CHECK(!port.running && network_prov_mgr_is_sm_idle());
}

void test_lifetime(void)
{
	RUN(a_second_deinit_is_refused);
	RUN(init_and_deinit_work_a_thousand_times);
	RUN(deinit_waits_for_a_slow_transport);
	RUN(stop_waits_only_for_its_own_service);
	RUN(a_transport_that_never_stops_times_out);
	RUN(a_waiting_client_gets_its_response_before_the_end);
	RUN(a_scan_of_the_previous_manager_is_ignored);
	RUN(start_parameters_are_wiped);
#ifndef UNOPTIMISED /* Without optimisation, stack frames are deeper than what is wiped. */
	RUN(no_secret_stays_on_the_stack);
#else
	(void)no_secret_stays_on_the_stack;
#endif
	RUN(settings_are_applied);
	RUN(the_cleanup_delay_is_respected);
}
