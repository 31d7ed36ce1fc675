/* SPDX-License-Identifier: Apache-2.0 */

/* Paths, methods, errors. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "service.h"

static struct response response;

static const char *const endpoints[] = {
	"/proto-ver", "/prov-session", "/prov-scan", "/prov-config", "/prov-ctrl", "/" CUSTOM,
};

ZTEST(http, test_the_version_is_answered)
{
	struct browser browser = BROWSER;

	serve(NETWORK_PROV_SECURITY_1);
	zassert_equal(browser_post(&browser, "/proto-ver", "ESP", 3, &response), 200);
	zassert_not_null(strstr((const char *)response.body, "\"ver\":\"netprov-v1.2\""));
	zassert_str_equal(response.content_type, "application/octet-stream");
	zassert_false(response.closes);
	zassert_equal(browser_post(&browser, "/proto-ver?x=1", "ESP", 3, &response), 200,
		      "a query counts as a part of the path");
	browser_close(&browser);
}

ZTEST(http, test_the_applications_endpoint_is_reached)
{
	struct browser browser = BROWSER;
	struct client client;
	uint8_t reply[32];
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	establish(&client, &browser);
	zassert_ok(client_ask(&client, CUSTOM, (const uint8_t *)"ping", 4, reply, sizeof(reply),
			      &length));
	zassert_equal(length, 9);
	zassert_mem_equal(reply, "echo:ping", 9);
	browser_close(&browser);
}

/* 7.A 20: a request for an unknown path must not touch the session. */
ZTEST(http, test_what_is_not_there_is_not_found_and_costs_nobody_a_session)
{
	static const char *const paths[] = {
#if !defined(CONFIG_TEST_OWN_ROOT)
		"/", "/?prov-config",
#endif
		"/nonsense", "/prov-config/", "/prov-config/x", "/PROV-CONFIG", "/prov-confi",
		"/prov-configs", "//prov-config",
	};
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	establish(&client, &browser);
	ARRAY_FOR_EACH(paths, i) {
		struct browser stranger = BROWSER;

		zassert_equal(browser_post(&stranger, paths[i], "xx", 2, &response), 404, "%s: %d",
			      paths[i], response.status);
		zassert_equal(response.length, 0);
		zassert_str_equal(response.set_cookie, "", "%s began a session", paths[i]);
		browser_close(&stranger);
		zassert_equal(browser_post(&browser, paths[i], "xx", 2, &response), 404);
	}
	must_be_alive(&client);
	browser_close(&browser);
}

static int request(struct browser *browser, const char *method, const char *path, size_t length)
{
	char text[256];
	size_t size = browser_request(browser, text, sizeof(text), method, path, "body", length);

	zassert_ok(browser_connect(browser));
	zassert_ok(browser_send(browser, text, size));
	return browser_read(browser, &response);
}

/* 7.F 69 */
ZTEST(http, test_endpoints_take_posts_only)
{
	static const char *const methods[] = {"GET", "PUT", "DELETE", "PATCH"};
	struct browser browser = BROWSER;
	struct client client;

	serve(NETWORK_PROV_SECURITY_0);
	establish(&client, &browser);
	ARRAY_FOR_EACH(methods, m) {
		ARRAY_FOR_EACH(endpoints, i) {
			struct browser stranger = BROWSER;

			zassert_equal(request(&stranger, methods[m], endpoints[i], 0), 405, "%s %s",
				      methods[m], endpoints[i]);
			zassert_str_equal(response.allow, "POST");
			zassert_equal(request(&stranger, methods[m], endpoints[i], 0), 405,
				      "the connection cannot be used again");
			zassert_equal(request(&stranger, methods[m], "/nonsense", 0), 404);
			browser_close(&stranger);
		}
	}
	must_be_alive(&client);
	browser_close(&browser);
}

/* 7.A 1, 7.F 71 and 72: a client might take any response for a success. */
ZTEST(http, test_an_error_closes_the_connection_without_a_byte)
{
	static const struct {
		const char *what;
		uint8_t bytes[8];
		size_t length;
	} bodies[] = {
		{"nothing", {0}, 0},
		{"an empty request", {0x52, 0x00}, 2},
		{"garbage", {0xff, 0xff, 0xff}, 3},
	};

	serve(NETWORK_PROV_SECURITY_1);
	ARRAY_FOR_EACH(endpoints, i) {
		ARRAY_FOR_EACH(bodies, b) {
			struct browser browser = BROWSER;

			/* The version is no secret and takes no request. */
			if (i == 0 && bodies[b].length > 0) {
				continue;
			}
			zassert_equal(browser_post(&browser, endpoints[i], bodies[b].bytes,
						   bodies[b].length, &response),
				      BROWSER_CLOSED, "%s to %s: %d", bodies[b].what, endpoints[i],
				      response.status);
		}
	}
	must_answer();
}

ZTEST(http, test_a_failed_request_makes_the_next_one_wait_for_nothing)
{
	struct browser browser = BROWSER;
	struct client client;
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_0);
	establish(&client, &browser);
	for (int i = 0; i < 8; i++) {
		begun = k_uptime_get();
		zassert_equal(browser_post(&browser, "/prov-config", "\xff\xff", 2, &response),
			      BROWSER_CLOSED);
		must_be_alive(&client);
		zassert_true(k_uptime_get() - begun < 100, "round %d took %lld ms", i,
			     k_uptime_get() - begun);
	}
	browser_close(&browser);
}

ZTEST(http, test_a_failing_handler_fails_its_request_alone)
{
	struct browser browser = BROWSER;
	struct client client;
	uint8_t reply[32];
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	establish(&client, &browser);
	zassert_ok(network_prov_mgr_endpoint_unregister(CUSTOM));
	zassert_not_ok(client_ask(&client, CUSTOM, (const uint8_t *)"x", 1, reply, sizeof(reply),
				  &length));
	zassert_equal(browser.fd, -1, "the connection is still open");
	must_be_alive(&client);
	browser_close(&browser);
}
