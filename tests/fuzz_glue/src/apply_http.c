/* SPDX-License-Identifier: Apache-2.0 */

/* Segments of bytes on several connections: heads that are nearly right, bodies, and anything else. */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/util.h>

#include "apply.h"
#include "browser.h"
#include "device.h"

#define CONNECTIONS 6

static struct browser browsers[CONNECTIONS] = {
	BROWSER, BROWSER, BROWSER, BROWSER, BROWSER, BROWSER,
};

static uint8_t segment[2048];
static size_t length;

static void add(const char *text)
{
	size_t size = strlen(text);

	if (size <= sizeof(segment) - length) {
		memcpy(&segment[length], text, size);
		length += size;
	}
}

static void add_number(uint32_t number)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%u", number);
	add(text);
}

static void add_bytes(struct script *script)
{
	length += script_bytes(script, &segment[length], sizeof(segment) - length);
}

/** A piece of a request. */
static void add_piece(struct script *script)
{
	static const char *const pieces[] = {
		"POST /prov-session HTTP/1.1\r\n",
		"POST /prov-config HTTP/1.1\r\n",
		"POST /prov-scan HTTP/1.1\r\n",
		"POST /proto-ver HTTP/1.1\r\n",
		"POST /" DEVICE_CUSTOM " HTTP/1.1\r\n",
		"GET / HTTP/1.1\r\n",
		"GET /generate_204 HTTP/1.1\r\n",
		"HEAD /hotspot-detect.html HTTP/1.0\r\n",
		"OPTIONS * HTTP/1.1\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
		"Host: 192.168.4.1\r\n",
		"Host: example.com\r\n",
		"Origin: http://192.168.4.1\r\n",
		"Origin: null\r\n",
		"Cookie: a=b; session=1\r\n",
		"Cookie: session=4294967296\r\n",
		"Expect: 100-continue\r\n",
		"Connection: close\r\n",
		"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n",
		"Transfer-Encoding: chunked\r\n",
		"Content-Length: ",
		"\r\n",
		"\r\n\r\n",
		"0\r\n\r\n",
		"5\r\nabcde\r\n",
		"ffffffffffffffff\r\n",
		"X-Long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n",
	};

	add(pieces[script_below(script, ARRAY_SIZE(pieces))]);
}

/** A whole request, whose length may be wrong. */
static void add_request(struct script *script)
{
	static const char *const paths[] = {"prov-session", "prov-config", "prov-scan", "prov-ctrl",
					    "proto-ver",    DEVICE_CUSTOM, "",		"x"};
	uint8_t body[256];
	size_t size;

	add("POST /");
	add(paths[script_below(script, ARRAY_SIZE(paths))]);
	add(" HTTP/1.1\r\nHost: 192.168.4.1\r\n");
	if (script_below(script, 4) == 0) {
		add("Cookie: session=");
		add_number(script_below(script, 8));
		add("\r\n");
	}
	size = script_bytes(script, body, sizeof(body));
	add("Content-Length: ");
	add_number(size + (script_below(script, 8) == 0 ? script_below(script, 70000) : 0));
	add("\r\n\r\n");
	if (size <= sizeof(segment) - length) {
		memcpy(&segment[length], body, size);
		length += size;
	}
}

static void build(struct script *script)
{
	length = 0;
	switch (script_below(script, 4)) {
	case 0:
		add_bytes(script);
		break;
	case 1:
		for (uint32_t n = 1 + script_below(script, 6); n > 0; n--) {
			add_piece(script);
		}
		add_bytes(script);
		break;
	default:
		add_request(script);
		break;
	}
}

static void send_segment(struct browser *browser, struct script *script)
{
	build(script);
	if (browser_connect(browser) == 0) {
		/* What does not fit into the window is lost, as with a client that gives up. */
		(void)zsock_send(browser->fd, segment, length, ZSOCK_MSG_DONTWAIT);
	}
	if (script_below(script, 2) == 0) {
		k_msleep(2);
	}
}

static void take(struct browser *browser)
{
	uint8_t bytes[256];

	if (browser->fd >= 0 &&
	    zsock_recv(browser->fd, bytes, sizeof(bytes), ZSOCK_MSG_DONTWAIT) == 0) {
		browser_close(browser);
	}
}

void apply_http(struct script *script)
{
	struct browser *browser = &browsers[script_below(script, CONNECTIONS)];

	switch (script_below(script, 8)) {
	case 0:
		(void)browser_connect(browser);
		break;
	case 1:
		browser_close(browser);
		break;
	case 2:
		take(browser);
		break;
	case 3:
		if (browser->fd >= 0) {
			(void)zsock_shutdown(browser->fd, ZSOCK_SHUT_WR);
		}
		break;
	default:
		send_segment(browser, script);
		break;
	}
}

void apply_http_end(void)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		browser_close(&browsers[i]);
	}
}
