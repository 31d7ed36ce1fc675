/* SPDX-License-Identifier: Apache-2.0 */

/* Pages of other sites that a phone shows while it is connected to the device. */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

static struct response response;

static char text[512];

/** Posts with only these headers. Returns the status. */
static int post_with(struct browser *browser, const char *headers)
{
	int length = snprintf(text, sizeof(text),
			      "POST /proto-ver HTTP/1.1\r\n%sContent-Length: 3\r\n\r\nESP", headers);

	zassert_between_inclusive(length, 1, sizeof(text) - 1);
	zassert_ok(browser_connect(browser));
	zassert_ok(browser_send(browser, text, length));
	return browser_read(browser, &response);
}

ZTEST(http, test_pages_of_other_sites_are_refused)
{
	static const char *const foreign[] = {
		"Host: 192.168.4.1\r\nOrigin: http://example.com\r\n",
		"Origin: http://example.com\r\nHost: 192.168.4.1\r\n",
		"Host: 192.168.4.1\r\nOrigin: https://192.168.4.1\r\n",
		"Host: 192.168.4.1\r\nOrigin: null\r\n",
		"Host: 192.168.4.1\r\nOrigin: http://192.168.4.1:8080\r\n",
		"Host: 192.168.4.1\r\nOrigin: http://192.168.4.1.example.com\r\n",
		"Host: 192.168.4.1\r\nOrigin: http://192.168.4.\r\n",
		"Host: 192.168.4.1\r\nOrigin: http://\r\n",
		"Host: 192.168.4.1\r\nOrigin: http:\r\n",
		"Host: 192.168.4.1\r\nOrigin: http://192.168.4.1\r\nOrigin: http://192.168.4.1\r\n",
		"Host: 192.168.4.1\r\nHost: example.com\r\nOrigin: http://192.168.4.1\r\n",
		"Origin: http://192.168.4.1\r\n",
		/* A name of the other site's that leads to the device. */
		"Host: example.com\r\nOrigin: http://example.com\r\n",
		"Host: local\r\nOrigin: http://local\r\n",
		"Host: 192.168.4.1x\r\nOrigin: http://192.168.4.1x\r\n",
		"Host: 1234567890123456789012345678901234567890123456789012345678901234567890\r\n"
		"Origin: "
		"http://1234567890123456789012345678901234567890123456789012345678901234567890\r\n",
	};
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(foreign, i) {
		zassert_equal(post_with(&browser, foreign[i]), BROWSER_CLOSED, "%s: %d", foreign[i],
			      response.status);
	}
	must_answer();
}

ZTEST(http, test_the_devices_own_page_and_apps_are_served)
{
	static const char *const own[] = {
		/* The apps. */
		"Host: 192.168.4.1\r\n",
		"Host: 192.168.4.1:80\r\n",
		"",
		/* The page. */
		"Host: 192.168.4.1\r\nOrigin: http://192.168.4.1\r\n",
		"Origin: http://192.168.4.1\r\nHost: 192.168.4.1\r\n",
		"host: 127.0.0.1:8080\r\norigin: HTTP://127.0.0.1:8080\r\n",
		"Host: [::1]:8080\r\nOrigin: http://[::1]:8080\r\n",
		"Host: Device.local\r\nOrigin: http://device.local\r\n",
		"Host: localhost:8080\r\nOrigin: http://localhost:8080\r\n",
	};
	struct browser browser = BROWSER;
	size_t whole;

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(own, i) {
		zassert_equal(post_with(&browser, own[i]), 200, "%s: %d", own[i], response.status);
	}
	/* Wherever the request is cut. */
	zassert_equal(post_with(&browser, own[3]), 200);
	whole = strlen(text);
	for (size_t cut = 1; cut < whole; cut += 5) {
		zassert_ok(browser_connect(&browser));
		zassert_ok(browser_send_apart(&browser, text, cut));
		zassert_ok(browser_send(&browser, &text[cut], whole - cut));
		zassert_equal(browser_read(&browser, &response), 200, "cut at %zu: %d", cut,
			      response.status);
	}
	browser_close(&browser);
}
