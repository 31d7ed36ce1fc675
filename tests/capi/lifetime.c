/* SPDX-License-Identifier: Apache-2.0 */
/* From init to deinit, once and a thousand times. */
#include "test.h"

static void nothing_can_be_ended_twice(void)
{
	CHECK(network_prov_mgr_deinit() == 0);
	serve();
	network_prov_mgr_stop_provisioning();
	network_prov_mgr_stop_provisioning();
	CHECK(port.stops == 1 && port_told(NETWORK_PROV_END) == 1);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port_told(NETWORK_PROV_DEINIT) == 1);
}

static void the_arena_is_as_empty_after_a_thousand_lives(void)
{
	size_t before = 0, after = 0, high_water = 0;

	port_arena(&before, &high_water);
	for (int i = 0; i < 1000; i++) {
		CHECK(init() == 0);
		CHECK(network_prov_mgr_set_app_info("app", "1.0", NULL, 0) == 0);
		CHECK(network_prov_mgr_endpoint_create("custom") == 0);
		serve_client();
		/* In every second life with a scan that never ends. */
		if (i % 2 == 0) {
			CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
			CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
		} else {
			CHECK(ask(1, "prov-scan", SCAN_AND_WAIT)->replies == 0);
		}
		network_prov_mgr_stop_provisioning();
		port_advance(1000);
		CHECK(network_prov_mgr_deinit() == 0);
	}
	CHECK(port_arena(&after, &high_water) >= high_water);
	CHECK(before == after && port.stops == 1000);
}

/* The transport says later that it has ended. */
static void a_transport_may_take_its_time_to_stop(void)
{
	serve();
	port.stop_takes_time = true;
	network_prov_mgr_stop_provisioning();
	CHECK(!network_prov_mgr_is_sm_idle() && port_told(NETWORK_PROV_END) == 0);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == -EPERM);
	CHECK(fails(ask(1, "proto-ver", NULL), -EPERM));
	CHECK(network_prov_mgr_deinit() == 0);
	port_stopped();
	port_stopped();
	CHECK(port_told(NETWORK_PROV_END) == 1 && port_told(NETWORK_PROV_DEINIT) == 1);
}

static void a_delay_before_the_end_was_asked_for(void)
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
	RUN(nothing_can_be_ended_twice);
	RUN(the_arena_is_as_empty_after_a_thousand_lives);
	RUN(a_transport_may_take_its_time_to_stop);
	RUN(a_delay_before_the_end_was_asked_for);
}
