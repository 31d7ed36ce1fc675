/* SPDX-License-Identifier: Apache-2.0 */

/* A client that came once and left does not end the retries of stored networks. */

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "service.h"

static struct k_thread application;
static K_THREAD_STACK_DEFINE(application_stack, 8192);
static int application_result;

static void run(void *p1, void *p2, void *p3)
{
	ARG_UNUSED(p1);
	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	application_result =
		network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, POP, NAME, NULL);
}

/** Waits until the service runs. */
static void wait_for_service(void)
{
	for (int i = 0; i < 600 && !fake_wifi_is_ap_enabled(); i++) {
		k_sleep(K_SECONDS(1));
	}
	zassert_true(fake_wifi_is_ap_enabled(), "the service does not run");
	k_sleep(K_SECONDS(1));
}

ZTEST(http, test_a_client_that_left_does_not_end_the_retries_of_stored_networks)
{
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};

	Z_TEST_SKIP_IFNDEF(CONFIG_NETWORK_PROV_SOFTAP_AP);
	add_networks();
	serve(NETWORK_PROV_SECURITY_1);
	provision(&browser, NETWORK_PROV_SECURITY_1);
	/* The network goes away and the device restarts. */
	restart_device();
	fake_wifi_set_expected_credentials("Elsewhere", "staple-battery");
	k_thread_create(&application, application_stack, K_THREAD_STACK_SIZEOF(application_stack),
			run, NULL, NULL, NULL, K_PRIO_PREEMPT(8), 0, K_NO_WAIT);
	wait_for_service();
	zassert_ok(client_handshake_1(&client, POP));
	must_be_alive(&client);
	/* The phone leaves without closing its session, and the network comes back. */
	browser_close(&browser);
	client_forget(&client);
	add_networks();
	zassert_ok(k_thread_join(&application, K_SECONDS(3600)), "the service runs forever");
	zassert_ok(application_result);
	zassert_true(fake_wifi_is_connected());
}
