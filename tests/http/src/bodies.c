/* SPDX-License-Identifier: Apache-2.0 */

/* Request bodies: whole, in pieces, in chunks, too long, never ending. */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

static struct response response;

static uint8_t body[CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE + 64];
static char text[sizeof(body) + 512];

static void begin(struct client *client, struct browser *browser)
{
	establish(client, browser);
	ARRAY_FOR_EACH(body, i) {
		body[i] = (uint8_t)('a' + i % 26);
	}
}

/** The response must echo `body`, of this many bytes. */
static void must_echo(size_t length, const char *what)
{
	length = MIN(length, CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE - 5);
	zassert_equal(response.status, 200, "%s: %d", what, response.status);
	zassert_equal(response.length, 5 + length, "%s: %zu", what, response.length);
	zassert_mem_equal(response.body, "echo:", 5);
	zassert_mem_equal(&response.body[5], body, length, "%s", what);
}

ZTEST(http, test_bodies_of_all_lengths_come_through)
{
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	/* Lengths around what the server reads at once, and the longest. */
	for (size_t length = 1; length <= CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE;
	     length += length < 300 ? 7 : 241) {
		(void)browser_post(&browser, "/" CUSTOM, body, length, &response);
		must_echo(length, "whole");
	}
	(void)browser_post(&browser, "/" CUSTOM, body, CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE,
			   &response);
	must_echo(CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE, "the longest");
	browser_close(&browser);
}

ZTEST(http, test_a_request_may_come_byte_by_byte)
{
	struct browser browser = BROWSER;
	struct client client;
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	length = browser_request(&browser, text, sizeof(text), "POST", "/" CUSTOM, body, 40);
	for (size_t i = 0; i < length; i++) {
		zassert_ok(browser_send_apart(&browser, &text[i], 1));
	}
	(void)browser_read(&browser, &response);
	must_echo(40, "byte by byte");
	browser_close(&browser);
}

ZTEST(http, test_requests_of_two_clients_may_come_interleaved)
{
	struct browser browsers[] = {BROWSER, BROWSER};
	struct client client;
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browsers[0]);
	/* One phone with two connections and the same cookie. */
	strcpy(browsers[1].cookie, browsers[0].cookie);
	zassert_ok(browser_connect(&browsers[1]));
	length = browser_request(&browsers[0], text, sizeof(text), "POST", "/" CUSTOM, body, 200);
	for (size_t i = 0; i < length; i += 30) {
		ARRAY_FOR_EACH(browsers, b) {
			zassert_ok(browser_send_apart(&browsers[b], &text[i], MIN(30, length - i)));
		}
	}
	ARRAY_FOR_EACH(browsers, b) {
		(void)browser_read(&browsers[b], &response);
		must_echo(200, "interleaved");
		browser_close(&browsers[b]);
	}
}

/* Chunks. */

static size_t chunked(const struct browser *browser, const char *chunks)
{
	return snprintf(text, sizeof(text),
			"POST /" CUSTOM " HTTP/1.1\r\nHost: h\r\nCookie: %s\r\n"
			"Transfer-Encoding: chunked\r\n\r\n%s",
			browser->cookie, chunks);
}

ZTEST(http, test_a_body_may_come_in_chunks)
{
	static const struct {
		const char *chunks;
		size_t length;
	} cases[] = {
		{"5\r\nabcde\r\n0\r\n\r\n", 5},
		{"1\r\na\r\n1\r\nb\r\n3\r\ncde\r\n0\r\n\r\n", 5},
		{"1a\r\nabcdefghijklmnopqrstuvwxyz\r\n1A\r\nabcdefghijklmnopqrstuvwxyz\r\n0\r\n\r\n", 52},
		{"003;name=value\r\nabc\r\n000\r\n\r\n", 3},
	};
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	ARRAY_FOR_EACH(cases, i) {
		size_t length = chunked(&browser, cases[i].chunks);

		/* First all at once, then byte by byte, on the same connection. */
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send(&browser, text, length));
		(void)browser_read(&browser, &response);
		must_echo(cases[i].length, cases[i].chunks);
		for (size_t at = 0; at < length; at++) {
			zassert_ok(browser_send_apart(&browser, &text[at], 1), "%s", &text[at]);
		}
		(void)browser_read(&browser, &response);
		must_echo(cases[i].length, cases[i].chunks);
	}
	browser_close(&browser);
}

ZTEST(http, test_chunks_may_be_cut_anywhere)
{
	struct browser browser = BROWSER;
	struct client client;
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	/* Some header names begin like the size of a chunk; the server cannot tell them apart. */
	length = snprintf(text, sizeof(text),
			  "POST /" CUSTOM " HTTP/1.1\r\nCookie: %s\r\nAccept: x\r\nDad: y\r\n"
			  "Transfer-Encoding: chunked\r\nFace: z\r\n\r\n"
			  "a\r\nabcdefghij\r\n2\r\nkl\r\n0\r\n\r\n",
			  browser.cookie);
	for (size_t cut = 1; cut < length; cut++) {
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send_apart(&browser, text, cut));
		zassert_ok(browser_send(&browser, &text[cut], length - cut), "cut before %s",
			   &text[cut]);
		(void)browser_read(&browser, &response);
		must_echo(12, &text[cut]);
	}
	browser_close(&browser);
}

ZTEST(http, test_long_chunked_bodies_end_where_others_do)
{
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	for (size_t extra = 0; extra <= 1; extra++) {
		size_t left = CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE + extra;
		size_t length = chunked(&browser, "");
		const uint8_t *at = body;

		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send(&browser, text, length));
		while (left > 0) {
			size_t size = MIN(left, 100);

			/* Nobody may receive the last ones. */
			length = snprintf(text, sizeof(text), "%zx\r\n%.*s\r\n", size, (int)size, at);
			(void)browser_send(&browser, text, length);
			at += size;
			left -= size;
		}
		(void)browser_send(&browser, "0\r\n\r\n", 5);
		(void)browser_read(&browser, &response);
		if (extra == 0) {
			must_echo(CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE, "the longest");
		} else {
			zassert_equal(response.status, BROWSER_CLOSED, "%d", response.status);
		}
	}
	must_answer();
}

ZTEST(http, test_trailers_of_chunks_are_answered_rightly_or_not_at_all)
{
	struct browser browser = BROWSER;
	struct client client;
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	length = chunked(&browser, "5\r\nabcde\r\n0\r\nDigest: x\r\n\r\n");
	for (size_t cut = length - 30; cut < length; cut++) {
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send_apart(&browser, text, cut));
		(void)browser_send(&browser, &text[cut], length - cut);
		if (browser_read(&browser, &response) != BROWSER_CLOSED) {
			must_echo(5, &text[cut]);
		}
	}
	browser_close(&browser);
}

/* Too long, too slow. */

ZTEST(http, test_a_body_that_is_too_long_closes_the_connection)
{
	struct browser browser = BROWSER;
	struct client client;
	struct client_status status;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	zassert_equal(browser_post(&browser, "/" CUSTOM, body,
				   CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE + 1, &response),
		      BROWSER_CLOSED, "%d", response.status);
	zassert_equal(browser_post(&browser, "/nonsense", body,
				   CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE + 1, &response),
		      BROWSER_CLOSED, "%d", response.status);
	zassert_ok(client_status(&client, &status), "the session is gone");
	browser_close(&browser);
}

ZTEST(http, test_a_body_that_is_announced_too_long_is_not_waited_for)
{
	static const char head[] = "POST /proto-ver HTTP/1.1\r\nHost: h\r\n"
				   "Content-Length: 99999999999999\r\n\r\nxx";
	struct browser browser = BROWSER;
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_0);
	zassert_ok(browser_connect(&browser));
	begun = k_uptime_get();
	zassert_ok(browser_send(&browser, head, sizeof(head) - 1));
	zassert_equal(browser_read(&browser, &response), BROWSER_CLOSED);
	zassert_true(k_uptime_get() - begun < 100);
}

ZTEST(http, test_an_answer_that_is_too_long_is_an_error)
{
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	custom_length = CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE;
	zassert_equal(browser_post(&browser, "/" CUSTOM, body, 10, &response), 200);
	zassert_equal(response.length, custom_length);
	custom_length++;
	zassert_equal(browser_post(&browser, "/" CUSTOM, body, 10, &response), BROWSER_CLOSED);
	browser_close(&browser);
}

/** Sends a request except for its last bytes. */
static void send_half(struct browser *browser, const char *path)
{
	size_t length = browser_request(browser, text, sizeof(text), "POST", path, body, 100);

	zassert_ok(browser_connect(browser));
	zassert_ok(browser_send_apart(browser, text, length - 60));
}

/* The server lends a resource to one client at a time. */
ZTEST(http, test_half_a_request_keeps_nobody_waiting_and_is_dropped)
{
	struct browser browser = BROWSER;
	struct browser stalled[] = {BROWSER, BROWSER};
	struct client client;
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	send_half(&stalled[0], "/" CUSTOM);
	send_half(&stalled[1], "/prov-session");
	begun = k_uptime_get();
	zassert_equal(browser_post(&browser, "/" CUSTOM, body, 100, &response), 200);
	must_echo(100, "beside half a request");
	zassert_true(k_uptime_get() - begun < 100);
	browser_close(&browser);
	zassert_equal(browser_read(&stalled[0], &response), BROWSER_CLOSED);
	zassert_equal(browser_read(&stalled[1], &response), BROWSER_CLOSED);
	zassert_true(k_uptime_get() - begun <
		     (CONFIG_HTTP_SERVER_CLIENT_INACTIVITY_TIMEOUT + 1) * MSEC_PER_SEC);
	must_answer();
}

ZTEST(http, test_a_client_that_leaves_in_the_middle_takes_nothing_along)
{
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	begin(&client, &browser);
	for (int i = 0; i < 3 * CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS; i++) {
		struct browser leaving = BROWSER;

		send_half(&leaving, "/" CUSTOM);
		browser_close(&leaving);
		(void)browser_post(&browser, "/" CUSTOM, body, 20, &response);
		must_echo(20, "after a client that left");
	}
	browser_close(&browser);
}

ZTEST(http, test_a_body_that_drips_is_dropped)
{
	struct browser browser = BROWSER;
	int64_t begun;
	int seconds = 0;

	serve(NETWORK_PROV_SECURITY_0);
	begun = k_uptime_get();
	send_half(&browser, "/proto-ver");
	/* Each byte comes in time. */
	while (seconds < 30 && browser_send(&browser, "x", 1) == 0) {
		k_sleep(K_SECONDS(1));
		seconds++;
	}
	zassert_between_inclusive(seconds, 9, 13);
	browser_close(&browser);
	must_answer();
}
