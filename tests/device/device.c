/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#if defined(CONFIG_NETWORK_PROV_BLE)
#include <network_provisioning/scheme_ble.h>
#endif
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/scheme_softap.h>

#include "browser.h"
#include "client.h"
#include "device.h"
#include "typist.h"

/** How often, and at what interval, a client asks whether the device has joined. */
#define ASKS       30
#define ASKS_AFTER K_SECONDS(1)

static K_SEM_DEFINE(ended, 0, 1);

void (*device_callback)(enum network_prov_cb_event event);
void (*device_handler)(void);
uint16_t device_mtu = 247;

static int answer(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		  size_t *outlen)
{
	ARG_UNUSED(user_ctx);
	if (device_handler != NULL) {
		device_handler();
	}
	*outbuf = k_malloc(inlen);
	if (*outbuf == NULL) {
		return -ENOMEM;
	}
	memcpy(*outbuf, inbuf, inlen);
	*outlen = inlen;
	return 0;
}

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	if (event == NETWORK_PROV_START) {
		(void)network_prov_mgr_endpoint_register(DEVICE_CUSTOM, answer, NULL);
	} else if (event == NETWORK_PROV_END) {
		k_sem_give(&ended);
	}
	if (device_callback != NULL) {
		device_callback(event);
	}
}

static const struct network_prov_scheme *const schemes[] = {
	[DEVICE_HTTP] = &network_prov_scheme_softap,
	[DEVICE_CONSOLE] = &network_prov_scheme_console,
#if defined(CONFIG_NETWORK_PROV_BLE)
	[DEVICE_BLE] = &network_prov_scheme_ble,
#endif
};

int device_start(enum device_transport transport)
{
	const struct network_prov_mgr_config config = {
		.scheme = schemes[transport],
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = 2,
	};
	int ret = network_prov_mgr_init(config);

	if (ret != 0) {
		return ret;
	}
	k_sem_reset(&ended);
	ret = network_prov_mgr_endpoint_create(DEVICE_CUSTOM);
	if (ret == 0) {
		ret = network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, DEVICE_POP,
							  DEVICE_NAME, NULL);
	}
	if (ret != 0) {
		/* An application's last resort has to work even if this is the call that fails. */
		while (network_prov_mgr_deinit() != 0) {
			k_msleep(1);
		}
	}
	return ret;
}

void device_stop(void)
{
	if (!network_prov_mgr_is_sm_idle()) {
		k_sem_reset(&ended);
		network_prov_mgr_stop_provisioning();
		zassert_ok(k_sem_take(&ended, K_SECONDS(120)), "it does not stop");
	}
	zassert_ok(network_prov_mgr_deinit());
}

static bool joins(struct client *client)
{
	struct client_status status = {.station = CLIENT_CONNECTING};

	for (int i = 0; i < ASKS && status.station == CLIENT_CONNECTING; i++) {
		k_sleep(ASKS_AFTER);
		if (client_status(client, &status) != 0) {
			return false;
		}
	}
	return status.station == CLIENT_CONNECTED;
}

static bool provisions(struct client *client, const char *ssid, const char *passphrase)
{
	struct client_network networks[4];
	uint8_t reply[CLIENT_MESSAGE_MAX];
	char version[512];
	size_t length;

	return client_version(client, version, sizeof(version)) == 0 &&
	       client_handshake_1(client, DEVICE_POP) == 0 &&
	       client_scan(client, networks, ARRAY_SIZE(networks)) > 0 &&
	       client_ask(client, DEVICE_CUSTOM, (const uint8_t *)"data", 4, reply, sizeof(reply),
			  &length) == 0 &&
	       length == 4 && client_set(client, ssid, passphrase) == 0 &&
	       client_apply(client) == 0 && joins(client);
}

void device_meet(struct device_peer *peer, enum device_transport transport)
{
	*peer = (struct device_peer){
		.client = {.send = typist_send, .context = "1"},
		.browser = BROWSER,
	};
	if (transport == DEVICE_HTTP) {
		peer->client = (struct client){.send = browser_exchange, .context = &peer->browser};
	}
#if defined(CONFIG_NETWORK_PROV_BLE)
	if (transport == DEVICE_BLE) {
		peer->client = (struct client){.send = gatt_exchange, .context = &peer->phone};
		peer->phone.mtu = device_mtu;
	}
#endif
}

void device_part(struct device_peer *peer)
{
	client_forget(&peer->client);
	browser_close(&peer->browser);
#if defined(CONFIG_NETWORK_PROV_BLE)
	if (peer->client.context == &peer->phone) {
		gatt_close(&peer->phone);
	}
#endif
}

bool device_session(enum device_transport transport, const char *ssid, const char *passphrase)
{
	struct device_peer peer;
	bool is_provisioned;

	device_meet(&peer, transport);
	is_provisioned = provisions(&peer.client, ssid, passphrase);
	device_part(&peer);
	return is_provisioned;
}
