/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Each number of Kconfig at its largest or at its least, by the configuration: the longest messages,
 * names and networks that it allows, as many as it allows, over HTTP, over the console, and over
 * Bluetooth LE if the image has it.
 */

#include <errno.h>
#include <stdio.h>
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
#include <network_provisioning/test/fake_wifi.h>

#include "browser.h"
#include "client.h"
#if defined(CONFIG_NETWORK_PROV_BLE)
#include "gatt_client.h"
#endif
#include "typist.h"

#define POP       "abcd1234"
#define ENDPOINTS CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS
#define NAME_SIZE (CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 1)
#define NETWORKS  CONFIG_NETWORK_PROV_SCAN_MAX_ENTRIES

/* Texts of the greatest length. */
#define SERVICE    "PROV_0123456789_0123456789_01234"
#define SSID       "Home 0123456789 0123456789 01234"
#define PASSPHRASE "passphrase-of-63-characters-56789-123456789-123456789-123456789"

/** Longest message of the console: a line, without the words and the name, two digits for each byte. */
#define CONSOLE_MAX                                                                                \
	((CONFIG_SHELL_CMD_BUFF_SIZE - (int)sizeof("net_prov  4294967295 ") -                      \
	  CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX) /                                                 \
	 2)

BUILD_ASSERT(sizeof(SERVICE) == 33 && sizeof(SSID) == 33 && sizeof(PASSPHRASE) == 64);

static K_SEM_DEFINE(ended, 0, 1);
static K_SEM_DEFINE(succeeded, 0, 1);
static K_SEM_DEFINE(failed, 0, 1);

static char endpoints[MAX(ENDPOINTS, 1)][NAME_SIZE];
static struct client_network networks[NETWORKS + 1];
static struct fake_wifi_ap aps[NETWORKS];
/** With room for one byte too many. */
static uint8_t request[CLIENT_MESSAGE_MAX + 1];
static uint8_t reply[CLIENT_MESSAGE_MAX];

static struct browser browser = BROWSER;
static struct client client;

static int echo(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		size_t *outlen)
{
	ARG_UNUSED(user_ctx);
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
	switch (event) {
	case NETWORK_PROV_START:
		for (size_t i = 0; i < ENDPOINTS; i++) {
			zassert_ok(network_prov_mgr_endpoint_register(endpoints[i], echo, NULL));
		}
		break;
	case NETWORK_PROV_CRED_SUCCESS:
		k_sem_give(&succeeded);
		break;
	case NETWORK_PROV_CRED_FAIL:
		k_sem_give(&failed);
		break;
	case NETWORK_PROV_END:
		k_sem_give(&ended);
		break;
	default:
		break;
	}
}

/** An entry that makes the application's text as long as it may be. */
static void fill_version(void)
{
	static char version[CONFIG_NETWORK_PROV_APP_INFO_MAX];
	size_t length = sizeof(version) - 1;
	int ret;

	memset(version, 'v', length);
	do {
		version[length] = '\0';
		ret = network_prov_mgr_set_app_info("app", version, NULL, 0);
		zassert_true(ret == 0 || ret == -ENOSPC);
	} while (ret != 0 && --length > 0);
	zassert_true(length > CONFIG_NETWORK_PROV_APP_INFO_MAX / 4, "%zu", length);
}

static void create_endpoints(void)
{
	for (size_t i = 0; i < ENDPOINTS; i++) {
		memset(endpoints[i], 'e', NAME_SIZE - 1);
		endpoints[i][0] = (char)('a' + i / 26);
		endpoints[i][1] = (char)('a' + i % 26);
		zassert_ok(network_prov_mgr_endpoint_create(endpoints[i]));
	}
	zassert_equal(network_prov_mgr_endpoint_create("too-many"), -ENOSPC);
}

static void start_with(const struct network_prov_scheme *scheme)
{
	const struct network_prov_mgr_config config = {
		.scheme = scheme,
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = 1,
	};

	zassert_ok(network_prov_mgr_init(config));
	fill_version();
	create_endpoints();
	zassert_ok(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, POP, SERVICE,
						       PASSPHRASE));
}

static void start(bool http)
{
	browser = (struct browser)BROWSER;
	client = http ? (struct client){.send = browser_exchange, .context = &browser}
		      : (struct client){.send = typist_send, .context = "4294967295"};
	start_with(http ? &network_prov_scheme_softap : &network_prov_scheme_console);
}

static void stop(void)
{
	client_forget(&client);
	browser_close(&browser);
	zassert_ok(network_prov_mgr_deinit());
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
}

static void *setup(void)
{
	zassert_true(typist_begin(), "the shell has not started");
	return NULL;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	k_sem_reset(&ended);
	k_sem_reset(&succeeded);
	k_sem_reset(&failed);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	/* Also when a test has failed. */
	(void)network_prov_mgr_deinit();
}

ZTEST_SUITE(limits, NULL, setup, before, after, NULL);

static void meet_endpoints(size_t longest)
{
	char version[CLIENT_MESSAGE_MAX];
	size_t length;

	zassert_ok(client_version(&client, version, sizeof(version)));
	zassert_not_null(strstr(version, "vvvv"));
	zassert_ok(client_handshake_1(&client, POP));
	for (size_t i = 0; i < ENDPOINTS; i++) {
		memset(request, (int)i + 1, longest);
		zassert_ok(client_ask(&client, endpoints[i], request, longest, reply,
				      sizeof(reply), &length),
			   "endpoint %zu, %zu bytes", i, longest);
		zassert_equal(length, longest);
		zassert_mem_equal(reply, request, longest);
	}
}

ZTEST(limits, test_the_longest_messages_over_http)
{
	start(true);
	meet_endpoints(CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE);
	stop();
}

/* An endpoint that each image has, and that ignores what it gets. */
ZTEST(limits, test_requests_as_long_as_the_buffer_and_longer)
{
	const size_t longest = CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE;
	size_t length;

	start(true);
	memset(request, 'r', sizeof(request));
	zassert_ok(client_ask(&client, "proto-ver", request, longest, reply, sizeof(reply),
			      &length));
	zassert_not_ok(client_ask(&client, "proto-ver", request, longest + 1, reply, sizeof(reply),
				  &length));
	/* The device is not harmed. */
	zassert_ok(client_ask(&client, "proto-ver", request, longest, reply, sizeof(reply),
			      &length));
	stop();
}

ZTEST(limits, test_the_longest_messages_over_the_console)
{
	start(false);
	meet_endpoints(MIN(CONSOLE_MAX, CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX));
	stop();
}

static void scan_all(bool http)
{
	for (size_t i = 0; i < NETWORKS; i++) {
		aps[i] = (struct fake_wifi_ap){
			.ssid_len = 32, .channel = 1 + i % 13, .rssi = -(int8_t)(i % 100),
			.security = WIFI_SECURITY_TYPE_PSK};
		(void)snprintf(aps[i].ssid, sizeof(aps[i].ssid), "Network %24zu", i);
	}
	fake_wifi_set_scan_aps(aps, NETWORKS);
	start(http);
	zassert_ok(client_handshake_1(&client, POP));
	zassert_equal(client_scan(&client, networks, NETWORKS + 1), NETWORKS);
	for (size_t i = 0; i < NETWORKS; i++) {
		zassert_equal(strlen(networks[i].ssid), 32);
	}
	stop();
}

ZTEST(limits, test_as_many_networks_as_are_kept_over_http)
{
	scan_all(true);
}

ZTEST(limits, test_as_many_networks_as_are_kept_over_the_console)
{
	scan_all(false);
}

/* Half a handshake on each connection that the device accepts, and on one more. */
ZTEST(limits, test_strangers_in_all_places)
{
	static struct browser crowd[CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS + 1];

	start(true);
	for (size_t i = 0; i < ARRAY_SIZE(crowd); i++) {
		struct client stranger = {.send = browser_exchange, .context = &crowd[i]};

		crowd[i] = (struct browser)BROWSER;
		(void)client_half_handshake_1(&stranger);
	}
	/* Longer than a handshake keeps its slot when a newcomer arrives. */
	k_sleep(K_SECONDS(60));
	zassert_ok(client_handshake_1(&client, POP));
	for (size_t i = 0; i < ARRAY_SIZE(crowd); i++) {
		browser_close(&crowd[i]);
	}
	stop();
}

ZTEST(limits, test_handshakes_that_fail)
{
	start(false);
	for (int i = 0; i < CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES; i++) {
		zassert_not_ok(client_handshake_1(&client, "wrong"));
	}
	zassert_not_ok(client_handshake_1(&client, POP), "refused for 30 s");
	k_sleep(K_SECONDS(31));
	zassert_ok(client_handshake_1(&client, POP));
	stop();
}

ZTEST(limits, test_the_longest_credentials_and_the_end_by_itself)
{
	int64_t succeeded_at;

	fake_wifi_set_expected_credentials(SSID, PASSPHRASE);
	start(true);
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, SSID, PASSPHRASE));
	zassert_ok(client_apply(&client));
	zassert_ok(k_sem_take(&succeeded, K_SECONDS(30)));
	succeeded_at = k_uptime_get();
	zassert_ok(k_sem_take(&ended, K_MSEC(CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS + 10000)));
	zassert_between_inclusive(k_uptime_get() - succeeded_at,
				  CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS,
				  CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS + 2000);
	stop();
}

ZTEST(limits, test_an_attempt_takes_no_longer_than_it_may)
{
	int64_t begun;

	fake_wifi_set_address(FAKE_WIFI_ADDRESS_NEVER);
	start(false);
	begun = k_uptime_get();
	zassert_ok(network_prov_mgr_configure_wifi_sta(SSID, PASSPHRASE));
	zassert_ok(k_sem_take(&failed, K_MSEC(2 * CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS)));
	zassert_between_inclusive(k_uptime_get() - begun,
				  CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS,
				  CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS + 3000);
	stop();
}

#if defined(CONFIG_NETWORK_PROV_BLE)

/** The longest that the protocol needs: two requests of the handshake, and credentials. */
static void provision_over_bluetooth(uint16_t mtu)
{
	struct gatt_client phone = {.mtu = mtu};
	char version[CLIENT_MESSAGE_MAX];

	fake_wifi_set_expected_credentials(SSID, PASSPHRASE);
	start_with(&network_prov_scheme_ble);
	client = (struct client){.send = gatt_exchange, .context = &phone};
	zassert_ok(client_version(&client, version, sizeof(version)));
	zassert_not_null(strstr(version, "vvvv"));
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, SSID, PASSPHRASE));
	zassert_ok(client_apply(&client));
	zassert_ok(k_sem_take(&succeeded, K_SECONDS(30)));
	gatt_close(&phone);
	stop();
}

ZTEST(limits, test_the_longest_credentials_at_the_least_mtu)
{
	provision_over_bluetooth(0);
}

ZTEST(limits, test_the_longest_credentials_at_a_usual_mtu)
{
	provision_over_bluetooth(247);
}

/* All that there are have a stranger, who is sent away to make room. */
ZTEST(limits, test_strangers_in_all_links)
{
	static struct gatt_client strangers[CONFIG_BT_MAX_CONN];
	struct gatt_client phone = {.link = CONFIG_BT_MAX_CONN};

	start_with(&network_prov_scheme_ble);
	for (uint8_t i = 0; i < CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS; i++) {
		struct client stranger = {.send = gatt_exchange, .context = &strangers[i]};

		strangers[i].link = i;
		(void)client_half_handshake_1(&stranger);
	}
	client = (struct client){.send = gatt_exchange, .context = &phone};
	zassert_ok(client_handshake_1(&client, POP));
	gatt_close(&phone);
	ARRAY_FOR_EACH_PTR(strangers, stranger) {
		gatt_close(stranger);
	}
	stop();
}

#endif /* CONFIG_NETWORK_PROV_BLE */
