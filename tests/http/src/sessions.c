/* SPDX-License-Identifier: Apache-2.0 */

/* Cookies and connections. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "development_credential.h"
#include "security2.h"
#include "service.h"

static struct response response;

static int version(struct browser *browser)
{
	return browser_post(browser, "/proto-ver", "ESP", 3, &response);
}

/** `session=` and a number, nothing else: clients send back what they get (7.F 70). */
static void must_be_a_cookie(const char *cookie)
{
	char *rest;

	zassert_mem_equal(cookie, "session=", 8);
	zassert_between_inclusive(cookie[8], '0', '9');
	/* 7.F 74 */
	zassert_true(strtoull(&cookie[8], &rest, 10) < UINT32_MAX);
	zassert_str_equal(rest, "");
}

static void must_be_refused(struct client *client)
{
	struct client_status status;

	zassert_not_ok(client_status(client, &status), "a session exists already");
}

ZTEST(http, test_a_session_gets_a_cookie_once)
{
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	zassert_equal(version(&browser), 200);
	must_be_a_cookie(response.set_cookie);
	zassert_equal(version(&browser), 200);
	zassert_str_equal(response.set_cookie, "", "the cookie was set a second time");
	browser_close(&browser);
	zassert_equal(version(&browser), 200);
	zassert_str_equal(response.set_cookie, "",
			  "the cookie was set again on another connection");
	browser_close(&browser);
}

/* 7.F 73: phones bring the cookie of another device. */
ZTEST(http, test_a_cookie_of_nobody_begins_a_session)
{
	static const char *const stale[] = {
		"session=4242", "session=4294967295", "session=", "session=99999999999", "other=1",
		"session=12x", "xsession=12", "session=-1",
	};

	serve(NETWORK_PROV_SECURITY_0);
	ARRAY_FOR_EACH(stale, i) {
		struct browser browser = BROWSER;
		struct client client = {.send = browser_exchange, .context = &browser};

		strcpy(browser.cookie, stale[i]);
		zassert_equal(version(&browser), 200, "%s", stale[i]);
		must_be_a_cookie(response.set_cookie);
		zassert_not_equal(strcmp(response.set_cookie, stale[i]), 0);
		zassert_ok(client_handshake_0(&client));
		must_be_alive(&client);
		browser_close(&browser);
	}
}

/* 7.A 19 */
ZTEST(http, test_the_cookie_is_found_among_others)
{
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	char own[32];

	serve(NETWORK_PROV_SECURITY_1);
	zassert_ok(client_handshake_1(&client, POP));
	strcpy(own, browser.cookie);
	browser_close(&browser);
	for (int i = 0; i < 4; i++) {
		static const char *const forms[] = {
			"a=b; %s", "%s; theme=dark", "session=4242; %s", " %s ",
		};

		/* NOLINTNEXTLINE: the format is one of these. */
		(void)snprintf(browser.cookie, sizeof(browser.cookie), forms[i], own);
		must_be_alive(&client);
		browser_close(&browser);
	}
	strcpy(browser.cookie, own);
	must_be_alive(&client);
	client_forget(&client);
	browser_close(&browser);
}

/* 3.3, rule c */
ZTEST(http, test_a_client_without_cookies_goes_on_by_its_connection)
{
	struct browser browser = BROWSER;
	struct browser other = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	struct client stranger = {.send = browser_exchange, .context = &other};

	serve(NETWORK_PROV_SECURITY_1);
	browser.has_no_cookies = true;
	zassert_ok(client_handshake_1(&client, POP));
	must_be_alive(&client);
	must_be_refused(&stranger);
	must_be_alive(&client);
	browser_close(&browser);
	browser_close(&other);
	client_forget(&client);
	/* The server may use the same slot for it. */
	stranger.context = &browser;
	must_be_refused(&stranger);
	browser_close(&browser);
}

/* 7.A 16 and 18 */
ZTEST(http, test_a_newcomer_takes_over_only_with_a_completed_handshake)
{
	struct browser browsers[] = {BROWSER, BROWSER};
	struct client first = {.send = browser_exchange, .context = &browsers[0]};
	struct client second = {.send = browser_exchange, .context = &browsers[1]};

	serve(NETWORK_PROV_SECURITY_1);
	zassert_ok(client_handshake_1(&first, POP));
	zassert_equal(version(&browsers[1]), 200);
	must_be_alive(&first);
	zassert_ok(client_half_handshake_1(&second));
	must_be_alive(&first);
	zassert_not_ok(client_handshake_1(&second, "wrong"));
	must_be_alive(&first);
	zassert_ok(client_handshake_1(&second, POP));
	must_be_alive(&second);
	must_be_refused(&first);
	must_be_alive(&second);
	client_forget(&first);
	client_forget(&second);
	browser_close(&browsers[0]);
	browser_close(&browsers[1]);
}

/* 7.F 69: a phone opens several connections and leaves old ones open. */
ZTEST(http, test_connections_that_linger_leave_room)
{
	struct browser lingering[CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS - 1];
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(lingering, i) {
		lingering[i] = (struct browser)BROWSER;
		zassert_equal(version(&lingering[i]), 200);
		zassert_false(response.closes, "there is no room for %zu", i + 2);
	}
	zassert_ok(client_handshake_1(&client, POP));
	must_be_alive(&client);
	for (int i = 0; i < 5; i++) {
		struct browser another = BROWSER;
		int64_t begun = k_uptime_get();

		zassert_equal(version(&another), 200);
		zassert_true(k_uptime_get() - begun < 100, "%lld ms", k_uptime_get() - begun);
		browser_close(&another);
		must_be_alive(&client);
		zassert_not_equal(browser.fd, -1, "the session's connection was closed");
	}
	ARRAY_FOR_EACH(lingering, i) {
		browser_close(&lingering[i]);
	}
	client_forget(&client);
	browser_close(&browser);
}

ZTEST(http, test_more_connections_than_places_are_served_in_turn)
{
	struct browser crowd[CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS + 2];
	char text[128];

	serve(NETWORK_PROV_SECURITY_0);
	ARRAY_FOR_EACH(crowd, i) {
		size_t length;

		crowd[i] = (struct browser)BROWSER;
		zassert_ok(browser_connect(&crowd[i]), "%zu", i);
		length = browser_request(&crowd[i], text, sizeof(text), "POST", "/proto-ver", "ESP",
					 3);
		zassert_ok(browser_send(&crowd[i], text, length));
	}
	ARRAY_FOR_EACH(crowd, i) {
		zassert_equal(browser_read(&crowd[i], &response), 200, "%zu: %d", i,
			      response.status);
		browser_close(&crowd[i]);
	}
	must_answer();
}

void add_networks(void)
{
	static const struct fake_wifi_ap aps[] = {
		{.ssid = "Home", .ssid_len = 4, .bssid = {2, 0, 0, 0, 0, 2}, .channel = 6,
		 .rssi = -40, .security = WIFI_SECURITY_TYPE_PSK},
		{.ssid = "Weak", .ssid_len = 4, .bssid = {2, 0, 0, 0, 0, 1}, .channel = 1,
		 .rssi = -80, .security = WIFI_SECURITY_TYPE_NONE},
	};

	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	fake_wifi_set_expected_credentials("Home", "correct-horse");
}

/** A session of a client that knows the device's secret. */
static int shake_hands(struct client *client, int security)
{
	static struct security2 session;

	return security == NETWORK_PROV_SECURITY_2
		       ? security2_handshake(client, &session, SAMPLE_USERNAME, SAMPLE_PASSWORD)
		       : client_handshake_1(client, POP);
}

void provision(struct browser *browser, int security)
{
	struct client client = {.send = browser_exchange, .context = browser};
	struct client_network networks[8];
	struct client_status status = {.station = CLIENT_CONNECTING};
	bool provisioned = false;

	zassert_ok(shake_hands(&client, security));
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 2);
	zassert_str_equal(networks[0].ssid, "Home");
	zassert_ok(client_set(&client, "Home", "correct-horse"));
	zassert_ok(client_apply(&client));
	for (int i = 0; i < 60 && status.station == CLIENT_CONNECTING; i++) {
		zassert_ok(client_status(&client, &status));
		/* As long as clients wait. */
		k_sleep(K_SECONDS(status.station == CLIENT_CONNECTING ? 1 : 0));
	}
	zassert_equal(status.station, CLIENT_CONNECTED);
	zassert_ok(k_sem_take(&success, K_NO_WAIT));
	zassert_ok(k_sem_take(&end, K_SECONDS(10)), "the service ends once the client has read it");
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	zassert_true(provisioned);
	client_forget(&client);
	browser_close(browser);
}

ZTEST(http, test_a_client_provisions_the_device)
{
	struct browser browser = BROWSER;

	add_networks();
	serve(NETWORK_PROV_SECURITY_1);
	provision(&browser, NETWORK_PROV_SECURITY_1);
}

ZTEST(http, test_a_client_provisions_the_device_with_a_connection_for_each_request)
{
	struct browser browser = BROWSER;

	browser.is_forgetful = true;
	add_networks();
	serve(NETWORK_PROV_SECURITY_1);
	provision(&browser, NETWORK_PROV_SECURITY_1);
}
