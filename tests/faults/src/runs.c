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

/** In seconds, if no call fails. */
#define ENDS_WITHIN 10

static void *setup(void)
{
	zassert_true(typist_begin(), "the shell has not started");
	return NULL;
}

/** The access point, and the HTTP server's sockets. */
#define HTTP_KINDS                                                                                 \
	(SESSION_KINDS | BIT64(FAULT_AP_ENABLE) | BIT64(FAULT_AP_DISABLE) | BIT64(FAULT_IF_UP) |   \
	 BIT64(FAULT_ADDRESS_ADD) | BIT64(FAULT_DHCP_SERVER) | BIT64(FAULT_DNS_CONTEXT) |          \
	 BIT64(FAULT_HTTP_START) | BIT64(FAULT_SOCKET) | BIT64(FAULT_BIND) |                       \
	 BIT64(FAULT_LISTEN) | BIT64(FAULT_ACCEPT) | BIT64(FAULT_RECEIVE) | BIT64(FAULT_SEND) |    \
	 BIT64(FAULT_SOCKET_OPTION) | BIT64(FAULT_POLL))

/** The device leaves the first network. */
#define TWICE_KINDS (SESSION_KINDS | BIT64(FAULT_WIFI_DISCONNECT))

#define BOOT_KINDS                                                                                 \
	(BIT64(FAULT_SETTINGS_LOAD) | BIT64(FAULT_CREDENTIALS_GET) | BIT64(FAULT_WIFI_CONNECT) |   \
	 BIT64(FAULT_WIFI_STATUS))

#define ERASE_KINDS                                                                                \
	(BIT64(FAULT_WORK) | BIT64(FAULT_SETTINGS_SAVE) | BIT64(FAULT_SETTINGS_DELETE) |           \
	 BIT64(FAULT_CREDENTIALS_DELETE))

BUILD_ASSERT((HTTP_KINDS | TWICE_KINDS | BOOT_KINDS | ERASE_KINDS) == BIT64_MASK(FAULT_BT_ENABLE),
	     "no walk has to have a kind of call");

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
	static const struct run run = {
		.name = "HTTP", .run = provision, .after = NEW, .kinds = HTTP_KINDS};

	begin(DEVICE_HTTP);
	walk(&run);
}

ZTEST(faults, test_provisioning_over_the_console)
{
	static const struct run run = {
		.name = "console", .run = provision, .after = NEW, .kinds = SESSION_KINDS};

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
	static const struct run run = {
		.name = "twice", .run = provision_twice, .after = NEW, .kinds = TWICE_KINDS};

	begin(DEVICE_CONSOLE);
	walk(&run);
}

static void boot_and_connect(void)
{
	(void)netprov_storage_recover();
	if (device_start(transport) == 0) {
		network_prov_mgr_stop_provisioning();
		/* Until the service has ended, it would be refused. */
		for (int i = 0; i < ENDS_WITHIN && !network_prov_mgr_is_sm_idle(); i++) {
			k_sleep(K_SECONDS(1));
		}
		(void)network_prov_mgr_set_stay_online(true);
		(void)network_prov_mgr_connect();
		fake_wifi_drop_link(WIFI_REASON_DISCONN_AP_LEAVING);
		k_sleep(K_SECONDS(10));
	}
}

ZTEST(faults, test_a_boot_with_stored_networks)
{
	/*
	 * A caller that can wait is not refused, and network_prov_mgr_connect() counts on that: if it
	 * could not wait for its outcome, it would be busy until the next boot.
	 */
	static const struct run run = {.name = "boot",
				       .run = boot_and_connect,
				       .after = OLD,
				       .kinds = BOOT_KINDS,
				       .without = BIT64(FAULT_WORK)};

	begin(DEVICE_CONSOLE);
	walk(&run);
}

static void erase(void)
{
	(void)network_prov_mgr_reset_wifi_provisioning();
}

ZTEST(faults, test_erasing)
{
	static const struct run run = {
		.name = "erasing", .run = erase, .after = "", .kinds = ERASE_KINDS};

	begin(DEVICE_CONSOLE);
	walk(&run);
}
