/* SPDX-License-Identifier: Apache-2.0 */

/* The endpoint netprov-status: its response at each step. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/status.h>
#include <network_provisioning/test/fake_wifi.h>

#include "device.h"

#define MAC "\"mac\":\"02005e005301\""

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	device_start(2);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	(void)network_prov_mgr_reset_wifi_sm_state_for_reprovision();
	fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
	device_stop();
}

ZTEST_SUITE(status, NULL, NULL, before, after, NULL);

static void expect(const char *wanted)
{
	char text[256];
	size_t length = 0;

	zassert_ok(client.send(client.context, NETWORK_PROV_STATUS_ENDPOINT, (const uint8_t *)"?",
			       1, (uint8_t *)text, sizeof(text) - 1, &length));
	text[length] = '\0';
	zassert_true(strncmp(text, wanted, strlen(wanted)) == 0, "%s", text);
	zassert_not_null(strstr(text, MAC), "%s", text);
	zassert_equal(text[length - 1], '}', "%s", text);
}

ZTEST(status, test_it_waits)
{
	expect("{\"state\":\"waiting\",");
}

ZTEST(status, test_the_true_reason_is_told)
{
	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	zassert_equal(device_fail("Home", "correct-horse"), NETWORK_PROV_WIFI_NO_ADDRESS);
	expect("{\"state\":\"failed\",\"reason\":\"no_address\",");
}

ZTEST(status, test_an_attempt_and_the_address)
{
	fake_wifi_set_address_delay(1000);
	device_provision("Home", "correct-horse");
	expect("{\"state\":\"connecting\",\"attempts_left\":2,");
	device_expect(NETWORK_PROV_CRED_SUCCESS);
	expect("{\"state\":\"connected\",\"ip\":\"" FAKE_WIFI_ADDRESS "\",\"rssi\":-50,");
}
