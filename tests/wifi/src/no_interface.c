/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A device without a Wi-Fi interface: the driver is not enabled or did not start.
 */

#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/ztest.h>

#include "device.h"

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_is_null(net_if_get_first_wifi());
	device_start(2);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	device_stop();
}

ZTEST_SUITE(no_interface, NULL, NULL, before, after, NULL);

ZTEST(no_interface, test_credentials_fail_and_the_service_goes_on)
{
	struct client_status status;

	(void)device_fail("Home", "correct-horse");
	zassert_ok(client_status(&client, &status));
	zassert_equal(status.station, CLIENT_FAILED);
	(void)device_fail("Home", "correct-horse");
	zassert_false(network_prov_mgr_is_sm_idle());
}

ZTEST(no_interface, test_a_scan_fails_and_the_service_goes_on)
{
	struct client_network networks[1];
	struct client_status status;

	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), -1);
	zassert_ok(client_status(&client, &status));
}

ZTEST(no_interface, test_nothing_is_stored)
{
	bool provisioned = true;

	(void)device_fail("Home", "correct-horse");
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	zassert_false(provisioned);
}
