/* SPDX-License-Identifier: Apache-2.0 */

/* What clients other than the apps send: upgrades, expectations, long heads, early requests. */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

static struct response response;

static char text[1024];

/** Requests the version with these headers. */
static void send_with(struct browser *browser, const char *headers)
{
	int length = snprintf(text, sizeof(text),
			      "POST /proto-ver HTTP/1.1\r\nHost: 192.168.4.1\r\n%s"
			      "Content-Length: 3\r\n\r\nESP", headers);

	zassert_between_inclusive(length, 1, sizeof(text) - 1);
	zassert_ok(browser_connect(browser));
	zassert_ok(browser_send(browser, text, length));
}

static void must_be_the_version(struct browser *browser, const char *what)
{
	zassert_equal(browser_read(browser, &response), 200, "%s: %d", what, response.status);
	zassert_not_null(strstr((const char *)response.body, "\"prov\""), "%s", what);
}

ZTEST(http, test_an_offer_of_http_2_is_ignored)
{
	static const char *const offers[] = {
		/* As curl and as Java's client write it. */
		"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
		"HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n",
		"upgrade: h2c\r\nconnection: upgrade, http2-settings\r\nhttp2-settings: AAEAAEAA\r\n",
		"UPGRADE: websocket\r\nConnection: Upgrade\r\n",
		"Upgrade-Insecure-Requests: 1\r\nConnection: keep-alive\r\n",
	};
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(offers, i) {
		send_with(&browser, offers[i]);
		must_be_the_version(&browser, offers[i]);
		/* The connection stays open. */
		send_with(&browser, "");
		must_be_the_version(&browser, "after an offer");
	}
	/* Wherever the request is cut. */
	for (size_t cut = 1; cut < 200; cut += 3) {
		size_t length;

		send_with(&browser, "");
		must_be_the_version(&browser, "before");
		length = snprintf(text, sizeof(text),
				  "POST /proto-ver HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nESP",
				  offers[0]);
		zassert_ok(browser_send_apart(&browser, text, MIN(cut, length)));
		if (cut < length) {
			zassert_ok(browser_send(&browser, &text[cut], length - cut));
		}
		must_be_the_version(&browser, &text[MIN(cut, length)]);
	}
	browser_close(&browser);
}

ZTEST(http, test_a_client_that_expects_to_continue_may)
{
	static const char head[] = "POST /proto-ver HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n"
				   "Content-Length: 3\r\n\r\n";
	struct browser browser = BROWSER;
	char line[32] = "";

	serve(NETWORK_PROV_SECURITY_1);
	for (int i = 0; i < 3; i++) {
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send(&browser, head, sizeof(head) - 1));
		zassert_ok(browser_read_bytes(&browser, line, 25));
		zassert_mem_equal(line, "HTTP/1.1 100 Continue\r\n\r\n", 25);
		zassert_ok(browser_send(&browser, "ESP", 3));
		must_be_the_version(&browser, "after the body");
	}
	/* A client that does not wait gets the final response only. */
	send_with(&browser, "Expect: 100-continue\r\n");
	must_be_the_version(&browser, "with the body at once");
	browser_close(&browser);
}

ZTEST(http, test_what_is_malformed_is_closed_without_a_byte)
{
	static const char *const texts[] = {
		"\x16\x03\x01\x02\x01\x01\x01\x01\xfc\x03\x03 and so on, a client of TLS\r\n\r\n",
		"POST /proto-ver\r\n\r\nwithout a version of the protocol",
		"POST /prov-session HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST /prov-session HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		"POST /prov-session HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
		"POST /prov-session HTTP/1.1\r\nbad header\r\n\r\n",
		"CONNECT 192.168.4.1:80 HTTP/1.1\r\nHost: h\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01",
		"x",
		"no such method / HTTP/1.1\r\n\r\n",
	};
	static char path[CONFIG_HTTP_SERVER_MAX_URL_LENGTH + 64];
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(texts, i) {
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send(&browser, texts[i], strlen(texts[i])));
		zassert_equal(browser_read(&browser, &response), BROWSER_CLOSED, "%s: %d", texts[i],
			      response.status);
	}
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	zassert_equal(browser_post(&browser, path, "x", 1, &response), BROWSER_CLOSED);
	must_answer();
}

ZTEST(http, test_long_cookies_of_others_do_not_hide_the_session)
{
	static const char *const forms[] = {
		"Cookie: other=%0142d; %s\r\n",
		"Cookie: a=%0400d; b=c; %s; d=e\r\n",
		"Cookie: x=%0200d\r\nCookie: %s\r\n",
		"cookie:session=42;xsession=%099d;%s\r\n",
	};
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	static char headers[600];

	serve(NETWORK_PROV_SECURITY_1);
	zassert_ok(client_handshake_1(&client, POP));
	ARRAY_FOR_EACH(forms, i) {
		struct browser another = BROWSER;

		/* NOLINTNEXTLINE: the format is one of these. */
		(void)snprintf(headers, sizeof(headers), forms[i], 0, browser.cookie);
		send_with(&another, headers);
		must_be_the_version(&another, headers);
		zassert_str_equal(response.set_cookie, "", "%s: the device began a new session",
				  forms[i]);
		browser_close(&another);
	}
	must_be_alive(&client);
	client_forget(&client);
	browser_close(&browser);
}

ZTEST(http, test_a_url_may_be_absolute)
{
	static const char *const urls[] = {
		"http://192.168.4.1/proto-ver", "HTTP://192.168.4.1:80/proto-ver?x=1",
	};
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(urls, i) {
		zassert_equal(browser_post(&browser, urls[i], "ESP", 3, &response), 200, "%s: %d",
			      urls[i], response.status);
	}
	zassert_equal(browser_post(&browser, "http://192.168.4.1/nonsense", "ESP", 3, &response),
		      404);
	browser_close(&browser);
}

/* A client repeats an unanswered request of such a connection on another (RFC 9112, 9.3.2). */
ZTEST(http, test_an_early_request_is_told_to_come_again)
{
	static const char *const pairs[] = {
		"POST /proto-ver HTTP/1.1\r\nContent-Length: 3\r\n\r\nESP"
		"POST /proto-ver HTTP/1.1\r\nContent-Length: 3\r\n\r\nESP",
		"POST /proto-ver HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nESP\r\n0\r\n\r\n"
		"POST /proto-ver HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nESP\r\n0\r\n\r\n",
	};
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(pairs, i) {
		size_t whole = strlen(pairs[i]);

		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send(&browser, pairs[i], whole));
		must_be_the_version(&browser, pairs[i]);
		zassert_true(response.closes,
			     "the second request would get no response: %s", pairs[i]);
		/* With a pause between them, both get a response. */
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send_apart(&browser, pairs[i], whole / 2));
		zassert_ok(browser_send(&browser, &pairs[i][whole / 2], whole / 2));
		must_be_the_version(&browser, "the first");
		must_be_the_version(&browser, "the second");
		/* Line ends after a body are not a request. */
		zassert_ok(browser_send(&browser, pairs[i], whole / 2));
		zassert_ok(browser_send(&browser, "\r\n", 2));
		must_be_the_version(&browser, "with a line end");
		browser_close(&browser);
	}
}
