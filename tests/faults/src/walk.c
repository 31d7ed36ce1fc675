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
#include "walk.h"

/** Of NEW. Which network is the oldest is not known if they cannot be read. */
#define ADDED "C=password-c "
#define AGAIN "D=password-d "

static const struct fake_wifi_ap ap = {
	.ssid = "C",
	.ssid_len = 1,
	.channel = 6,
	.rssi = -40,
	.security = WIFI_SECURITY_TYPE_PSK,
};

enum device_transport transport;
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

void walk(const struct run *run)
{
	uint32_t total = 0;

	for (enum fault_point point = 0; point < FAULT_POINTS; point++) {
		bool is_walked = (run->without & BIT64(point)) == 0;
		uint32_t once = is_walked ? walk_point(run, point, false) : 0;
		uint32_t lasting = once > 0 ? walk_point(run, point, true) : 0;

		/* Else the run does not get there, or the call has another name now. */
		zexpect_true(once > 0 || (run->kinds & BIT64(point)) == 0, "%s: %s: none fails",
			     run->name, faults_name(point));
		if (once > 0) {
			TC_PRINT("%s: %s: %u calls fail, %u for good\n", run->name,
				 faults_name(point), once, lasting);
		}
		total += once + lasting;
	}
	TC_PRINT("%s: %u faults\n", run->name, total);
}

void begin(enum device_transport over)
{
	transport = over;
	prepare();
	resources_count(&resources);
}
