/* SPDX-License-Identifier: Apache-2.0 */

/* The page that the device serves to browsers. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

static const uint8_t page[] = {
#include "page.html.gz.inc"
};

#define SLOW_READERS 8

/** How long the owner's requests may take while slow readers are connected, in milliseconds. */
#define OWNER_WAITS_MS 1000

static char received[sizeof(page) + 1024];

/** Sends a request with this request line in one piece, as clients do. */
static void ask(struct browser *browser, const char *line)
{
	char text[256];
	int length = snprintf(text, sizeof(text),
			      "%s HTTP/1.1\r\nHost: 192.168.4.1\r\nAccept: */*\r\n\r\n", line);

	zassert_ok(browser_connect(browser));
	zassert_ok(browser_send(browser, text, length));
}

/** Reads until the device closes the connection. Returns the number of bytes. */
static size_t read_all(struct browser *browser)
{
	size_t length = 0;
	ssize_t got;

	do {
		got = zsock_recv(browser->fd, &received[length], sizeof(received) - 1 - length, 0);
		zassert_true(got >= 0, "after %zu bytes: %d", length, errno);
		length += got;
	} while (got > 0);
	received[length] = '\0';
	browser_close(browser);
	return length;
}

/** Returns where the body begins. */
static size_t must_be_the_head(void)
{
	static const char *const lines[] = {
		"\r\nContent-Type: text/html; charset=utf-8\r\n",
		"\r\nContent-Encoding: gzip\r\n",
		"\r\nCache-Control: no-store\r\n",
		"\r\nContent-Security-Policy: default-src 'none';",
		"\r\nConnection: close\r\n",
	};
	const char *end = strstr(received, "\r\n\r\n");
	const char *length = strstr(received, "\r\nContent-Length: ");

	zassert_not_null(end, "%s", received);
	zassert_mem_equal(received, "HTTP/1.1 200 OK\r\n", 17, "%s", received);
	ARRAY_FOR_EACH(lines, i) {
		zassert_not_null(strstr(received, lines[i]), "%s", lines[i]);
	}
	zassert_not_null(length);
	zassert_equal(strtol(length + 18, NULL, 10), sizeof(page));
	return end + 4 - received;
}

static void must_be_the_page(struct browser *browser)
{
	size_t length = read_all(browser);
	size_t body = must_be_the_head();

	zassert_equal(length - body, sizeof(page), "%zu bytes", length - body);
	zassert_mem_equal(&received[body], page, sizeof(page));
}

ZTEST(http, test_the_page_is_served)
{
	static const char *const lines[] = {"GET /", "GET /?a=b", "GET http://192.168.4.1/"};
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(lines, i) {
		ask(&browser, lines[i]);
		must_be_the_page(&browser);
	}
	ask(&browser, "HEAD /");
	zassert_equal(read_all(&browser), must_be_the_head());
	must_answer();
}

ZTEST(http, test_conditional_and_range_requests_get_the_whole_page)
{
	static const char *const fields[] = {
		"If-None-Match: *",
		"If-Modified-Since: Thu, 01 Jan 2026 00:00:00 GMT",
		"Range: bytes=0-99",
		"Range: bytes=99999999-",
		"If-Range: \"x\"\r\nRange: bytes=1-2,5-",
	};
	struct browser browser = BROWSER;
	char line[128];

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(fields, i) {
		(void)snprintf(line, sizeof(line), "GET / HTTP/1.1\r\n%s\r\nX: y", fields[i]);
		ask(&browser, line);
		must_be_the_page(&browser);
	}
}

ZTEST(http, test_nothing_else_is_the_page)
{
	static const char *const lines[] = {"GET /index.html", "GET //", "POST /", "DELETE /",
					    "GET /nonsense"};
	static struct response response;
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(lines, i) {
		ask(&browser, lines[i]);
		zassert_equal(browser_read(&browser, &response), 404, "%s: %d", lines[i],
			      response.status);
		browser_close(&browser);
	}
	ask(&browser, "HEAD /nonsense");
	zassert_not_equal(browser_read(&browser, &response), 200);
	browser_close(&browser);
}

ZTEST(http, test_a_head_may_come_in_pieces)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: 192.168.4.1\r\nAccept: */*\r\n\r\n";
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	for (size_t cut = 1; cut < sizeof(text) - 1; cut += 7) {
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send_apart(&browser, text, cut));
		zassert_ok(browser_send(&browser, &text[cut], sizeof(text) - 1 - cut));
		must_be_the_page(&browser);
	}
}

/** Requests the version on a connection of its own. Returns how long it took, in milliseconds. */
static int64_t time_request(void)
{
	int64_t begun = k_uptime_get();

	must_answer();
	return k_uptime_get() - begun;
}

static struct browser slow[SLOW_READERS];

static void start_slow_readers(void)
{
	ARRAY_FOR_EACH(slow, i) {
		slow[i] = (struct browser)BROWSER;
		ask(&slow[i], "GET /");
	}
	k_sleep(K_MSEC(100));
}

static void stop_slow_readers(void)
{
	ARRAY_FOR_EACH(slow, i) {
		browser_close(&slow[i]);
	}
}

/** One of them leaves and another takes the connection that the owner's request needs. */
static void renew_slow_reader(int i)
{
	browser_close(&slow[i]);
	slow[i] = (struct browser)BROWSER;
	ask(&slow[i], "GET /");
}

/** Makes each slow reader read this much, in bytes. */
static void trickle(size_t length)
{
	static uint8_t piece[512];

	ARRAY_FOR_EACH(slow, i) {
		if (length > 0 && slow[i].fd >= 0) {
			(void)zsock_recv(slow[i].fd, piece, MIN(length, sizeof(piece)),
					 ZSOCK_MSG_DONTWAIT);
		}
	}
}

static void owner_beside_slow_readers(size_t bytes_a_second)
{
	struct browser browser = BROWSER;
	struct client client;
	int64_t worst = 0;

	serve(NETWORK_PROV_SECURITY_0);
	establish(&client, &browser);
	/* Once more when all of them have been closed. */
	for (int round = 0; round < 2; round++) {
		start_slow_readers();
		for (int second = 0; second < 12; second++) {
			int64_t begun;

			trickle(bytes_a_second);
			renew_slow_reader(second % SLOW_READERS);
			worst = MAX(worst, time_request());
			begun = k_uptime_get();
			must_be_alive(&client);
			worst = MAX(worst, k_uptime_get() - begun);
			k_sleep(K_SECONDS(1));
		}
		stop_slow_readers();
	}
	TC_PRINT("%d readers at %zu bytes/s: the owner waits %lld ms at most\n", SLOW_READERS,
		 bytes_a_second, worst);
	zassert_true(worst <= OWNER_WAITS_MS, "%lld ms", worst);
	browser_close(&browser);
}

/** Skips a test if there is no connection for each slow reader and one for the owner. */
static void need_room_for_all(void)
{
	if (CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS < 10) {
		ztest_test_skip();
	}
}

ZTEST(http, test_readers_that_stall_delay_nobody)
{
	owner_beside_slow_readers(0);
}

ZTEST(http, test_readers_that_trickle_delay_nobody)
{
	owner_beside_slow_readers(512);
}

ZTEST(http, test_the_owner_gets_the_page_beside_slow_readers)
{
	struct browser browser = BROWSER;
	int64_t begun;

	need_room_for_all();
	serve(NETWORK_PROV_SECURITY_1);
	start_slow_readers();
	begun = k_uptime_get();
	ask(&browser, "GET /");
	must_be_the_page(&browser);
	TC_PRINT("the page took %lld ms\n", k_uptime_get() - begun);
	zassert_true(k_uptime_get() - begun < 3000, "%lld ms", k_uptime_get() - begun);
	stop_slow_readers();
}

/** Reads until the device closes the connection. Returns how long that takes, in milliseconds. */
static int64_t time_close(struct browser *browser, uint32_t interval_ms)
{
	int64_t begun = k_uptime_get();
	uint8_t byte;

	while (k_uptime_get() - begun < 60000) {
		k_sleep(K_MSEC(interval_ms));
		if (zsock_recv(browser->fd, &byte, 1, ZSOCK_MSG_DONTWAIT) == 0) {
			return k_uptime_get() - begun;
		}
	}
	return INT64_MAX;
}

ZTEST(http, test_a_transfer_has_an_end)
{
	struct browser browser = BROWSER;
	int64_t begun;
	char byte;

	serve(NETWORK_PROV_SECURITY_1);
	/* Stalled: nothing comes except what is in the connection's buffers. */
	ask(&browser, "GET /");
	k_sleep(K_SECONDS(8));
	zassert_true(read_all(&browser) < sizeof(page), "the service waited for a stalled reader");
	/* Slow: a few bytes a second keep the connection alive until its deadline. */
	ask(&browser, "GET /");
	begun = k_uptime_get();
	while (k_uptime_get() - begun < 22000) {
		for (int i = 0; i < 300; i++) {
			(void)zsock_recv(browser.fd, &byte, 1, ZSOCK_MSG_DONTWAIT);
		}
		k_sleep(K_MSEC(500));
	}
	zassert_true(time_close(&browser, 0) < 5000, "the service waited for a slow reader");
	browser_close(&browser);
	must_answer();
}

ZTEST(http, test_a_reader_that_leaves_or_writes_on_ends_its_transfer)
{
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	for (int i = 0; i < 30; i++) {
		ask(&browser, "GET /");
		k_sleep(K_MSEC(i));
		browser_close(&browser);
	}
	ask(&browser, "GET /");
	k_sleep(K_MSEC(50));
	(void)browser_send(&browser, "GET / HTTP/1.1\r\n", 16);
	zassert_true(read_all(&browser) < sizeof(page));
	ask(&browser, "GET /");
	must_be_the_page(&browser);
}

ZTEST(http, test_the_service_stops_beside_a_slow_reader)
{
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_1);
	start_slow_readers();
	begun = k_uptime_get();
	stop_serving();
	zassert_true(k_uptime_get() - begun < 2000, "%lld ms", k_uptime_get() - begun);
	stop_slow_readers();
	serve(NETWORK_PROV_SECURITY_1);
	must_answer();
}
