/* SPDX-License-Identifier: Apache-2.0 */

/* The application's own resources in our service, and a service of its own. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/ztest.h>

#include "service.h"

#define OWN_PORT 8080

static const char page[] = "<p>hello</p>";

static struct http_resource_detail_static page_detail = {
	.common = {
		.type = HTTP_RESOURCE_TYPE_STATIC,
		.bitmask_of_supported_http_methods = BIT(HTTP_GET),
		.content_type = "text/html",
	},
	.static_data = page,
	.static_data_len = sizeof(page) - 1,
};

HTTP_RESOURCE_DEFINE(page_in_ours, network_prov_http_service, "/page", &page_detail);

static uint16_t own_port = OWN_PORT;

HTTP_SERVICE_DEFINE(own_service, NULL, &own_port, 2, 2, NULL, NULL, NULL);
HTTP_RESOURCE_DEFINE(page_in_own, own_service, "/hello", &page_detail);

/* The application may have headers of its own captured. */
HTTP_SERVER_REGISTER_HEADER_CAPTURE(user_agent, "User-Agent");

static struct response response;

static int get(uint16_t port, const char *path)
{
	struct browser browser = {.fd = -1, .port = port};
	char text[128];
	size_t length = browser_request(&browser, text, sizeof(text), "GET", path, NULL, 0);
	int ret = browser_connect(&browser);

	if (ret != 0) {
		return ret;
	}
	zassert_ok(browser_send(&browser, text, length));
	ret = browser_read(&browser, &response);
	browser_close(&browser);
	return ret;
}

static void must_have_pages(void)
{
	zassert_equal(get(OWN_PORT, "/hello"), 200, "%d", response.status);
	zassert_mem_equal(response.body, page, sizeof(page) - 1);
	zassert_equal(get(CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT, "/page"), 200);
	zassert_mem_equal(response.body, page, sizeof(page) - 1);
	zassert_equal(get(OWN_PORT, "/proto-ver"), 404,
		      "an endpoint responds on another port than ours");
}

ZTEST(http, test_pages_of_the_application_stay)
{
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
	must_have_pages();
	stop_serving();
	must_have_pages();
	zassert_equal(get(CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT, "/proto-ver"), 404);
	zassert_equal(http_server_start(), -EALREADY, "it was stopped under the application");
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
	must_have_pages();
}

ZTEST(http, test_the_application_may_start_and_stop_the_server)
{
	/* A test before this one may have done so. */
	(void)http_server_start();
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
	must_have_pages();
	stop_serving();
	must_have_pages();
	zassert_ok(http_server_stop());
	/* Nothing tells when it has. */
	zassert_true(WAIT_FOR(*own_service.fd < 0, 2 * USEC_PER_SEC, k_sleep(K_MSEC(5))));
	zassert_true(get(OWN_PORT, "/hello") < 0);
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
	must_have_pages();
}
