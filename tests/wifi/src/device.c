/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/scheme_console.h>
#include <network_provisioning/status.h>

#include "device.h"
#include "typist.h"

/** Longer than an attempt. */
#define EVENT_TIMEOUT K_SECONDS(12)

K_MSGQ_DEFINE(device_events, sizeof(struct device_event), 32, 4);

void (*device_callback)(enum network_prov_cb_event event);

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	struct device_event seen = {.event = event};

	ARG_UNUSED(user_data);
	if (event == NETWORK_PROV_CRED_FAIL) {
		seen.reason = *(enum network_prov_cred_fail_reason *)event_data;
	}
	if (event <= NETWORK_PROV_DEINIT) {
		zassert_ok(k_msgq_put(&device_events, &seen, K_NO_WAIT));
	}
	if (event == NETWORK_PROV_START) {
		zassert_ok(network_prov_status_register());
	}
	if (device_callback != NULL) {
		device_callback(event);
	}
}

struct client client = {.send = typist_send, .context = "1"};

void device_start(uint32_t attempts)
{
	const struct network_prov_mgr_config config = {
		.scheme = &network_prov_scheme_console,
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = attempts,
	};

	zassert_true(typist_begin(), "the shell has not started");
	zassert_ok(network_prov_mgr_init(config));
	zassert_ok(network_prov_mgr_disable_auto_stop(100));
	zassert_ok(network_prov_status_create());
	zassert_ok(
		network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, "name", NULL));
	device_expect(NETWORK_PROV_INIT);
	device_expect(NETWORK_PROV_START);
	zassert_ok(client_handshake_0(&client));
}

void device_stop(void)
{
	device_callback = NULL;
	zassert_ok(network_prov_mgr_deinit());
	k_msgq_purge(&device_events);
}

struct device_event device_expect(enum network_prov_cb_event event)
{
	struct device_event seen = {0};

	zassert_ok(k_msgq_get(&device_events, &seen, EVENT_TIMEOUT),
		   "event %d was not delivered", event);
	zassert_equal(seen.event, event, "event %d (reason %d) instead of %d", seen.event,
		      seen.reason, event);
	return seen;
}

void device_expect_nothing_for(k_timeout_t time)
{
	struct device_event seen = {0};

	zassert_not_ok(k_msgq_get(&device_events, &seen, time), "event %d", seen.event);
}

void device_provision(const char *ssid, const char *passphrase)
{
	zassert_ok(network_prov_mgr_configure_wifi_sta(ssid, passphrase));
	device_expect(NETWORK_PROV_CRED_RECV);
}

void device_join(const char *ssid, const char *passphrase)
{
	device_provision(ssid, passphrase);
	device_expect(NETWORK_PROV_CRED_SUCCESS);
}

enum network_prov_cred_fail_reason device_fail(const char *ssid, const char *passphrase)
{
	device_provision(ssid, passphrase);
	return device_expect(NETWORK_PROV_CRED_FAIL).reason;
}
