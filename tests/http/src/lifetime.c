/* SPDX-License-Identifier: Apache-2.0 */

/* Starting and stopping while clients are busy. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/http/server.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "service.h"

static struct response response;

static int version(struct browser *browser)
{
	return browser_post(browser, "/proto-ver", "ESP", 3, &response);
}

/** Nothing responds, or the application's own server responds that there is no such resource. */
static void must_be_gone(void)
{
	struct browser browser = BROWSER;
	int ret = version(&browser);

	if (IS_ENABLED(CONFIG_TEST_NEIGHBOURS) || IS_ENABLED(CONFIG_TEST_OWN_ROOT)) {
		zassert_equal(ret, 404, "%d", ret);
	} else {
		zassert_true(ret < 0, "%d", ret);
	}
	browser_close(&browser);
}

ZTEST(http, test_it_answers_only_while_it_serves)
{
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
	stop_serving();
	must_be_gone();
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
}

ZTEST(http, test_it_starts_and_stops_a_hundred_times)
{
	for (int i = 0; i < 100; i++) {
		serve(NETWORK_PROV_SECURITY_0);
		must_answer();
		stop_serving();
	}
}

ZTEST(http, test_it_stops_beside_half_a_request_and_an_idle_connection)
{
	static const char half[] = "POST /" CUSTOM " HTTP/1.1\r\nContent-Length: 50\r\n\r\nabc";
	static const char rest[47] = "x";
	struct browser stalled = BROWSER;
	struct browser idle = BROWSER;

	serve(NETWORK_PROV_SECURITY_0);
	zassert_equal(version(&idle), 200);
	zassert_ok(browser_connect(&stalled));
	zassert_ok(browser_send_apart(&stalled, half, sizeof(half) - 1));
	stop_serving();
	zassert_not_equal(version(&idle), 200, "the service has not stopped");
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
	/* The rest of a request to the service before. */
	(void)browser_send(&stalled, rest, sizeof(rest));
	zassert_not_equal(browser_read(&stalled, &response), 200);
	browser_close(&stalled);
	browser_close(&idle);
}

static void stop_from_handler(void)
{
	network_prov_mgr_stop_provisioning();
}

/* 7.B 21 */
ZTEST(http, test_a_handler_may_stop_it_and_its_client_is_answered)
{
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	uint8_t reply[32];
	size_t length;

	serve(NETWORK_PROV_SECURITY_0);
	zassert_ok(client_handshake_0(&client));
	on_custom = stop_from_handler;
	zassert_ok(client_ask(&client, CUSTOM, (const uint8_t *)"bye", 3, reply, sizeof(reply),
			      &length));
	zassert_mem_equal(reply, "echo:bye", 8);
	zassert_ok(k_sem_take(&end, K_SECONDS(5)));
	browser_close(&browser);
	must_be_gone();
}

static void stop_later(struct k_work *work)
{
	ARG_UNUSED(work);
	network_prov_mgr_stop_provisioning();
}

static K_WORK_DELAYABLE_DEFINE(stopper, stop_later);

/* The server's thread waits for the provisioning thread, which is about to stop the server. */
ZTEST(http, test_it_stops_while_a_client_waits_for_a_scan)
{
	/* A blocking ScanStart. */
	static const uint8_t scan[] = {0x52, 0x02, 0x08, 0x01};
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	int64_t begun;

	serve(NETWORK_PROV_SECURITY_0);
	zassert_ok(client_handshake_0(&client));
	fake_wifi_set_scan_delay(6000);
	begun = k_uptime_get();
	k_work_schedule(&stopper, K_SECONDS(1));
	(void)browser_post(&browser, "/prov-scan", scan, sizeof(scan), &response);
	zassert_ok(k_sem_take(&end, K_SECONDS(10)));
	zassert_true(k_uptime_get() - begun < 10000);
	browser_close(&browser);
	must_be_gone();
	fake_wifi_reset();
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
}

static void take_long(void)
{
	k_sleep(K_SECONDS(40));
}

/* Nobody waits for the request any more, but the provisioning thread still works on it. */
ZTEST(http, test_an_application_that_takes_its_time_fails_nothing_for_good)
{
	struct browser browser = BROWSER;
	struct client client = {.send = browser_exchange, .context = &browser};
	struct client_status status;

	serve(NETWORK_PROV_SECURITY_0);
	on_session = take_long;
	zassert_ok(client_handshake_0(&client),
		   "the application ran before the responses went out");
	browser_close(&browser);
	for (int i = 0; i < 2 * CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS; i++) {
		struct browser another = BROWSER;

		zassert_equal(version(&another), BROWSER_CLOSED, "%d: %d", i, response.status);
		browser_close(&another);
	}
	k_sleep(K_SECONDS(40));
	must_answer();
	zassert_ok(client_status(&client, &status));
	browser_close(&browser);
}

ZTEST(http, test_a_port_that_is_taken_is_an_error)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT),
	};
	int fd;

	/* With other services, the server already has the port. */
	Z_TEST_SKIP_IFDEF(CONFIG_TEST_NEIGHBOURS);
	Z_TEST_SKIP_IFDEF(CONFIG_TEST_OWN_ROOT);
	fd = zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	zassert_ok(zsock_bind(fd, (struct sockaddr *)&address, sizeof(address)));
	zassert_ok(zsock_listen(fd, 1));
	zassert_equal(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, NAME, NULL),
		      -EADDRINUSE);
	zassert_false(fake_wifi_is_ap_enabled());
	(void)zsock_close(fd);
	/* A server that could not start tries again after a second. */
	k_sleep(K_MSEC(2 * CONFIG_HTTP_SERVER_RESTART_DELAY));
	serve(NETWORK_PROV_SECURITY_0);
	must_answer();
}

ZTEST(http, test_the_server_has_the_stack_that_zephyr_gives_it)
{
	zassert_equal(CONFIG_HTTP_SERVER_STACK_SIZE,
		      IS_ENABLED(CONFIG_FILE_SYSTEM) ? 4096 : 3072);
}
