/* SPDX-License-Identifier: Apache-2.0 */

/* Over HTTP and over the console. */

#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include "device.h"
#include "storage/storage.h"
#include "typist.h"
#include "walk.h"

static void *setup(void)
{
	zassert_true(typist_begin(), "the shell has not started");
	return NULL;
}

ZTEST_SUITE(faults, NULL, setup, NULL, NULL, NULL);

static void provision(void)
{
	/* As before the first start. */
	(void)net_if_down(fake_wifi_ap_iface());
	if (device_start(transport) == 0) {
		(void)device_session(transport, "C", "password-c");
		network_prov_mgr_stop_provisioning();
	}
}

ZTEST(faults, test_provisioning_over_http)
{
	static const struct run run = {.name = "HTTP", .run = provision, .after = NEW};

	begin(DEVICE_HTTP);
	walk(&run);
}

ZTEST(faults, test_provisioning_over_the_console)
{
	static const struct run run = {.name = "console", .run = provision, .after = NEW};

	begin(DEVICE_CONSOLE);
	walk(&run);
}

static void provision_twice(void)
{
	if (device_start(transport) == 0) {
		(void)network_prov_mgr_disable_auto_stop(100);
		(void)device_session(transport, "C", "password-c");
		(void)network_prov_mgr_reset_wifi_sm_state_for_reprovision();
		(void)device_session(transport, "C", "password-c");
		network_prov_mgr_stop_provisioning();
	}
}

ZTEST(faults, test_provisioning_twice)
{
	static const struct run run = {.name = "twice", .run = provision_twice, .after = NEW};

	begin(DEVICE_CONSOLE);
	walk(&run);
}

static void boot_and_connect(void)
{
	(void)netprov_storage_recover();
	if (device_start(transport) == 0) {
		network_prov_mgr_stop_provisioning();
		(void)network_prov_mgr_set_stay_online(true);
		(void)network_prov_mgr_connect();
		fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
		k_sleep(K_SECONDS(10));
	}
}

ZTEST(faults, test_a_boot_with_stored_networks)
{
	static const struct run run = {.name = "boot", .run = boot_and_connect, .after = OLD};

	begin(DEVICE_CONSOLE);
	walk(&run);
}

static void erase(void)
{
	(void)network_prov_mgr_reset_wifi_provisioning();
}

ZTEST(faults, test_erasing)
{
	static const struct run run = {.name = "erasing", .run = erase, .after = ""};

	begin(DEVICE_CONSOLE);
	walk(&run);
}
