/* SPDX-License-Identifier: Apache-2.0 */

/* Serves the page, on the HTTP server's thread. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "transport/softap/http_connection.h"
#include "transport/softap/http_page.h"

static const uint8_t page[] = {
#include "netprov_page.html.gz.inc"
};

BUILD_ASSERT(sizeof(page) < 1000000, "Content-Length has six digits");

#define DIGIT(power) ('0' + sizeof(page) / (power) % 10)

/*
 * Content-Encoding is not negotiated, because every browser with WebAssembly accepts gzip. All
 * devices have the same address, so the browser must not cache the page: the next device may have
 * another version. The policy lets the page connect to its own device only.
 */
#define HEAD_TEXT                                                                                  \
	"HTTP/1.1 200 OK\r\n"                                                                      \
	"Content-Type: text/html; charset=utf-8\r\n"                                               \
	"Content-Encoding: gzip\r\n"                                                               \
	"Cache-Control: no-store\r\n"                                                              \
	"Content-Security-Policy: default-src 'none'; script-src 'unsafe-inline' "                 \
	"'wasm-unsafe-eval'; style-src 'unsafe-inline'; connect-src 'self'; "                      \
	"frame-ancestors 'none'\r\n"                                                               \
	"X-Content-Type-Options: nosniff\r\n"                                                      \
	"Referrer-Policy: no-referrer\r\n"                                                         \
	"Connection: close\r\n"                                                                    \
	"Content-Length: "

static const struct {
	char text[sizeof(HEAD_TEXT) - 1];
	char length[6];
	char end[4];
} head = {
	.text = HEAD_TEXT,
	.length = {DIGIT(100000), DIGIT(10000), DIGIT(1000), DIGIT(100), DIGIT(10), DIGIT(1)},
	.end = {'\r', '\n', '\r', '\n'},
};

/** Checks whether the application has its own resource at the page's path. */
static bool is_taken(void)
{
	const struct http_service_desc *service = &network_prov_http_service;

	HTTP_SERVICE_FOREACH_RESOURCE(service, resource) {
		if (IS_ENABLED(CONFIG_HTTP_SERVER_RESOURCE_WILDCARD) ||
		    strcmp(resource->resource, "/") == 0) {
			return true;
		}
	}
	return false;
}

void netprov_page_rewrite_head(uint8_t *data, size_t length)
{
	static const char wanted[] = "HEAD /";

	if (length > sizeof(wanted) - 1 && memcmp(data, wanted, sizeof(wanted) - 1) == 0 &&
	    (data[sizeof(wanted) - 1] == ' ' || data[sizeof(wanted) - 1] == '?') && !is_taken()) {
		(void)memcpy(data, "GET  ", 5);
	}
}

void netprov_page_begin(struct netprov_http_connection *connection, bool is_head)
{
	netprov_transfer_begin(connection, &head, sizeof(head), page, is_head ? 0 : sizeof(page));
}
