/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The n-th call to each function that the module needs fails, once and from then on, for each n until
 * the run makes no such call. After each: the service stops, nothing is left behind, the old or the
 * new networks are stored, and the next session works.
 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include "device.h"
#include "faults.h"
#include "resources.h"
#include "storage/storage.h"
#include "stored.h"
#include "typist.h"

/* The store is full. */
#define OLD   "B=password-b A=password-a "
#define NEW   "C=password-c B=password-b "

/** Of NEW. Which network is the oldest is not known if they cannot be read. */
#define ADDED "C=password-c "
#define AGAIN "D=password-d "

/** What the module does while a call fails. */
struct run {
	const char *name;
	void (*run)(void);
	/** What is stored if it succeeds. */
	const char *after;
};

static const struct fake_wifi_ap ap = {
	.ssid = "C",
	.ssid_len = 1,
	.channel = 6,
	.rssi = -40,
	.security = WIFI_SECURITY_TYPE_PSK,
};

static enum device_transport transport;
static struct resources resources;

/* What fails must not fail before the run, nor after it. */

static void honest_session(const char *ssid, const char *passphrase)
{
	zassert_ok(device_start(transport));
	zassert_true(device_session(transport, ssid, passphrase), "an honest session fails");
	device_stop();
	/* As far from the network as after a boot. */
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
}

static void prepare(void)
{
	fake_wifi_reset();
	/* A network that is not in this list can be joined as well. */
	fake_wifi_set_scan_aps(&ap, 1);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	honest_session("A", "password-a");
	honest_session("B", "password-b");
}

static void check(const struct run *run, enum fault_point point, uint32_t n)
{
	char text[STORED_SIZE];

	/* The next boot. */
	zassert_ok(netprov_storage_recover());
	zassert_ok(stored_text(text));
	zassert_true(strcmp(text, OLD) == 0 || strcmp(text, run->after) == 0 ||
			     (point == FAULT_CREDENTIALS_GET && strstr(text, ADDED) != NULL),
		     "%s, %s %u fails: '%s' is stored", run->name, faults_name(point), n, text);
	resources_expect(&resources, faults_name(point), n);
	honest_session("D", "password-d");
	zassert_ok(stored_text(text));
	zassert_mem_equal(text, AGAIN, strlen(AGAIN), "%s, %s %u fails: then '%s' is stored",
			  run->name, faults_name(point), n, text);
	resources_expect(&resources, "honest session after", n);
}

/** Returns the number of calls that failed. */
static uint32_t walk_point(const struct run *run, enum fault_point point, bool lasts)
{
	bool has_failed = true;
	uint32_t n;

	for (n = 1; has_failed; n++) {
		prepare();
		faults_arm(point, n, lasts);
		run->run();
		has_failed = faults_disarm();
		if (!network_prov_mgr_is_sm_idle()) {
			device_stop();
		}
		(void)network_prov_mgr_deinit();
		fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
		check(run, point, n);
	}
	return n - 2;
}

static void walk(const struct run *run)
{
	uint32_t total = 0;

	for (enum fault_point point = 0; point < FAULT_POINTS; point++) {
		uint32_t once = walk_point(run, point, false);
		uint32_t lasting = once > 0 ? walk_point(run, point, true) : 0;

		if (once > 0) {
			TC_PRINT("%s: %s: %u calls fail, %u for good\n", run->name,
				 faults_name(point), once, lasting);
		}
		total += once + lasting;
	}
	TC_PRINT("%s: %u faults\n", run->name, total);
	zassert_true(total > 0);
}

static void *setup(void)
{
	zassert_true(typist_begin(), "the shell has not started");
	return NULL;
}

ZTEST_SUITE(faults, NULL, setup, NULL, NULL, NULL);

static void begin(enum device_transport over)
{
	transport = over;
	prepare();
	resources_count(&resources);
}

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
