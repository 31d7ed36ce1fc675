/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

#include "apply.h"
#include "device.h"
#include "resources.h"
#include "script.h"

/** No script takes longer: its operations have time-outs of a minute at most. */
#define LONGEST_MS (120 * 60 * MSEC_PER_SEC)

/** Handshakes are not refused any more, and the driver has done what it was asked for. */
#define SETTLED K_SECONDS(60)

/** The transport that scripts are about. */
static const enum device_transport usual =
	IS_ENABLED(CONFIG_NETWORK_PROV_BLE) ? DEVICE_BLE : DEVICE_HTTP;

/** The transport of the service that runs, if one does. */
static enum device_transport served;

static const struct fake_wifi_ap ap = {
	.ssid = "Home",
	.ssid_len = 4,
	.channel = 6,
	.rssi = -40,
	.security = WIFI_SECURITY_TYPE_PSK,
};

bool script_has_ended(const struct script *script)
{
	return script->at >= script->end;
}

uint8_t script_byte(struct script *script)
{
	return script_has_ended(script) ? 0 : *script->at++;
}

uint32_t script_below(struct script *script, uint32_t limit)
{
	uint32_t number = script_byte(script);

	if (limit > UINT8_MAX + 1) {
		number = number << 8 | script_byte(script);
	}
	return number % limit;
}

size_t script_bytes(struct script *script, uint8_t *bytes, size_t size)
{
	size_t length = script_byte(script);

	length = MIN(length, size);
	for (size_t i = 0; i < length; i++) {
		bytes[i] = script_byte(script);
	}
	return length;
}

enum device_transport script_transport(struct script *script)
{
	bool is_console = script_byte(script) % 4 == 0;

	return is_console ? DEVICE_CONSOLE : usual;
}

void script_start(enum device_transport transport)
{
	if (device_start(transport) == 0) {
		served = transport;
	}
}

static void on_request(void)
{
	zassert_true(apply_is_proved(), "a handler runs for a client that has proved nothing");
}

static void set_up(void)
{
	fake_wifi_reset();
	fake_wifi_set_scan_aps(&ap, 1);
	device_handler = on_request;
	device_callback = NULL;
}

/** If the service still runs when all clients have left, it has slots for others. */
static void check_served(void)
{
	struct device_peer owner;

	k_sleep(SETTLED);
	if (!network_prov_mgr_is_sm_idle()) {
		device_meet(&owner, served);
		zassert_true(client_handshake_1(&owner.client, DEVICE_POP) == 0 ||
				     network_prov_mgr_is_sm_idle(),
			     "those who have left still keep others out");
		device_part(&owner);
	}
}

static void tear_down(void)
{
	apply_end();
	device_handler = NULL;
	fake_wifi_reset();
	check_served();
	/* Also if the service has just ended by itself. */
	zassert_ok(network_prov_mgr_deinit());
	zassert_true(network_prov_mgr_is_sm_idle());
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_false(fake_wifi_is_ap_enabled());
}

static void check_resources(void)
{
	static struct resources resources;
	static bool is_counted;

	if (is_counted) {
		resources_expect(&resources, "script", 0);
	} else {
		resources_count(&resources);
		is_counted = true;
	}
}

static void begin_counting(void)
{
	static bool has_begun;

	if (!has_begun) {
		has_begun = true;
		script_check_honest();
		check_resources();
	}
}

void script_run(const uint8_t *bytes, size_t length)
{
	struct script script = {.at = bytes, .end = bytes + length};
	int64_t begun;

	begin_counting();
	begun = k_uptime_get();
	set_up();
	script_start(script_transport(&script));
	for (int i = 0; i < OPERATIONS_MAX && !script_has_ended(&script); i++) {
		apply(&script);
	}
	tear_down();
	check_resources();
	zassert_true(k_uptime_get() - begun < LONGEST_MS, "it has taken %lld ms",
		     k_uptime_get() - begun);
}

void script_check_honest(void)
{
	static enum device_transport transport;

	if (usual == DEVICE_BLE) {
		/* The longest messages have many parts, or none. */
		transport = DEVICE_BLE;
		device_mtu = device_mtu == 0 ? 247 : 0;
	} else {
		transport = transport == DEVICE_HTTP ? DEVICE_CONSOLE : DEVICE_HTTP;
	}
	set_up();
	device_handler = NULL;
	zassert_ok(device_start(transport));
	zassert_true(device_session(transport, "Home", "correct-horse"),
		     "the next honest session fails");
	device_stop();
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
}
