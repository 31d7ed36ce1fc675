/* SPDX-License-Identifier: Apache-2.0 */

/* Connections that do nothing, or almost nothing, and which of them gives way to which. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

#define CLIENTS CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS

static struct response response;

static int version(struct browser *browser)
{
	return browser_post(browser, "/proto-ver", "ESP", 3, &response);
}

/** A newcomer must get its response within this many milliseconds. */
static void must_answer_within(int64_t ms, const char *what)
{
	struct browser newcomer = BROWSER;
	int64_t begun = k_uptime_get();

	zassert_equal(version(&newcomer), 200, "%s: %d", what, response.status);
	zassert_true(k_uptime_get() - begun <= ms, "%s: %lld ms", what, k_uptime_get() - begun);
	browser_close(&newcomer);
}

/** The connection must be closed by now. */
static void must_be_closed(struct browser *browser)
{
	zassert_equal(browser_read(browser, &response), BROWSER_CLOSED, "%d", response.status);
}

ZTEST(http, test_idle_connections_give_way_at_once)
{
	struct browser idle[3 * CLIENTS];

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(idle, i) {
		idle[i] = (struct browser)BROWSER;
		zassert_ok(browser_connect(&idle[i]));
	}
	must_answer_within(500, "beside new connections");
	ARRAY_FOR_EACH(idle, i) {
		must_answer_within(150, "beside old ones");
	}
	/* Each one leaves and comes back. */
	for (int round = 0; round < 20; round++) {
		struct browser *browser = &idle[round % ARRAY_SIZE(idle)];

		browser_close(browser);
		zassert_ok(browser_connect(browser));
		must_answer_within(150, "beside renewed ones");
	}
	ARRAY_FOR_EACH(idle, i) {
		browser_close(&idle[i]);
	}
}

ZTEST(http, test_a_head_that_drips_is_dropped_and_keeps_nobody_out)
{
	static const char head[] = "POST /prov-session HTTP/1.1\r\nHost: 192.168.4.1\r\n";
	struct browser slow[CLIENTS];
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_1);
	begun = k_uptime_get();
	ARRAY_FOR_EACH(slow, i) {
		slow[i] = (struct browser)BROWSER;
		zassert_ok(browser_connect(&slow[i]));
	}
	for (int at = 0; at < 3; at++) {
		ARRAY_FOR_EACH(slow, i) {
			(void)browser_send(&slow[i], &head[at], 1);
		}
		k_sleep(K_SECONDS(3));
		must_answer_within(150, "beside heads that drip");
	}
	ARRAY_FOR_EACH(slow, i) {
		must_be_closed(&slow[i]);
	}
	zassert_true(k_uptime_get() - begun < 11 * MSEC_PER_SEC, "%lld ms",
		     k_uptime_get() - begun);
	/* A later request gets no more time than the first. */
	zassert_equal(version(&slow[0]), 200);
	begun = k_uptime_get();
	for (int at = 0; at < 30 && browser_send(&slow[0], &head[at], 1) == 0; at++) {
		k_sleep(K_SECONDS(1));
	}
	zassert_between_inclusive(k_uptime_get() - begun, 9 * MSEC_PER_SEC, 13 * MSEC_PER_SEC);
	browser_close(&slow[0]);
}

ZTEST(http, test_the_connection_of_the_session_stays)
{
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	struct browser idle[CLIENTS + 2];
	int fd;

	serve(NETWORK_PROV_SECURITY_1);
	browser.has_no_cookies = true;
	zassert_ok(client_handshake_1(&client, POP));
	must_be_alive(&client);
	fd = browser.fd;
	ARRAY_FOR_EACH(idle, i) {
		idle[i] = (struct browser)BROWSER;
	}
	/* Strangers come and are served while the user types. */
	for (int i = 0; i < 100; i++) {
		struct browser *stranger = &idle[i % ARRAY_SIZE(idle)];

		browser_close(stranger);
		zassert_ok(browser_connect(stranger));
		if (i % 2 == 0) {
			zassert_equal(version(stranger), 200);
		}
		k_sleep(K_SECONDS(1));
	}
	must_be_alive(&client);
	zassert_equal(browser.fd, fd, "it had to open another connection");
	ARRAY_FOR_EACH(idle, i) {
		browser_close(&idle[i]);
	}
	client_forget(&client);
	browser_close(&browser);
}

/* Without cookies, the session belongs to the connection. */
ZTEST(http, test_a_client_may_be_idle_while_its_user_types)
{
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};

	serve(NETWORK_PROV_SECURITY_1);
	browser.has_no_cookies = true;
	zassert_ok(client_handshake_1(&client, POP));
	k_sleep(K_SECONDS(150));
	must_be_alive(&client);
	client_forget(&client);
	browser_close(&browser);
}

ZTEST(http, test_a_client_that_takes_no_response_is_closed)
{
	struct browser deaf = BROWSER;
	char text[128];
	size_t length;
	int64_t worst = 0;

	serve(NETWORK_PROV_SECURITY_1);
	zassert_ok(browser_connect(&deaf));
	length = browser_request(&deaf, text, sizeof(text), "POST", "/proto-ver", "ESP", 3);
	for (int i = 0; i < 200 && browser_send_apart(&deaf, text, length) == 0; i++) {
		struct browser newcomer = BROWSER;
		int64_t begun = k_uptime_get();

		zassert_equal(version(&newcomer), 200, "%d", i);
		worst = MAX(worst, k_uptime_get() - begun);
		browser_close(&newcomer);
	}
	TC_PRINT("a newcomer waited for %lld ms at most\n", worst);
	zassert_true(worst <= 1500, "%lld ms", worst);
	browser_close(&deaf);
	must_answer();
}
