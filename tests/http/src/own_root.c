/* SPDX-License-Identifier: Apache-2.0 */

/* The application has its own resource at /, and the image has the page too. */

#include <string.h>

#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/ztest.h>

#include "service.h"

static const char page[] = "<p>the application's own</p>";

static struct http_resource_detail_static page_detail = {
	.common = {
		.type = HTTP_RESOURCE_TYPE_STATIC,
		.bitmask_of_supported_http_methods = BIT(HTTP_GET),
		.content_type = "text/html",
	},
	.static_data = page,
	.static_data_len = sizeof(page) - 1,
};

HTTP_RESOURCE_DEFINE(own_root, network_prov_http_service, "/", &page_detail);

static void must_be_the_own(void)
{
	static struct response response;
	struct browser browser = BROWSER;
	char text[128];
	size_t length = browser_request(&browser, text, sizeof(text), "GET", "/", NULL, 0);

	zassert_ok(browser_connect(&browser));
	zassert_ok(browser_send(&browser, text, length));
	zassert_equal(browser_read(&browser, &response), 200, "%d", response.status);
	zassert_equal(response.length, sizeof(page) - 1, "%zu bytes", response.length);
	zassert_mem_equal(response.body, page, sizeof(page) - 1);
	/* That resource does not support HEAD, but the page must not step in. */
	length = browser_request(&browser, text, sizeof(text), "HEAD", "/", NULL, 0);
	zassert_ok(browser_send(&browser, text, length));
	zassert_not_equal(browser_read(&browser, &response), 200);
	browser_close(&browser);
}

ZTEST(http, test_a_resource_of_the_application_at_the_root_wins)
{
	serve(NETWORK_PROV_SECURITY_1);
	must_be_the_own();
	must_answer();
	stop_serving();
	must_be_the_own();
	serve(NETWORK_PROV_SECURITY_1);
	must_be_the_own();
	must_answer();
}
