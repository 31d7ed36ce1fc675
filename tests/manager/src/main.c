/* SPDX-License-Identifier: Apache-2.0 */

/* The C API on Zephyr, from a device without a network to one that reconnects by itself. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/test/fake_wifi.h>

#include "client.h"
#include "typist.h"

#define POP  "abcd1234"
#define NAME "PROV_TEST"

#define EVENTS (NETWORK_PROV_SESSION_INVALID + 1)

static struct k_sem told[EVENTS];
static enum network_prov_cred_fail_reason reason;
static uint32_t number;

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	zassert_equal_ptr(user_data, told);
	if (event == NETWORK_PROV_CRED_FAIL) {
		reason = *(const enum network_prov_cred_fail_reason *)event_data;
	} else if (event == NETWORK_PROV_ATTEMPT || event == NETWORK_PROV_LOCKED_OUT) {
		number = *(const uint32_t *)event_data;
	}
	k_sem_give(&told[event]);
}

static int times_told(enum network_prov_cb_event event)
{
	return (int)k_sem_count_get(&told[event]);
}

static void wait_until_told(enum network_prov_cb_event event, int seconds)
{
	zassert_ok(k_sem_take(&told[event], K_SECONDS(seconds)),
		   "event %d was not delivered", event);
}

static void init(uint32_t attempts)
{
	const struct network_prov_mgr_config config = {
		.scheme = &network_prov_scheme_console,
		.app_event_handler = {.event_cb = on_event, .user_data = told},
		.wifi_conn_attempts = attempts,
	};

	zassert_ok(network_prov_mgr_init(config));
}

static int serve(void)
{
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, POP, NAME, NULL);
}

static struct client client = {.send = typist_send, .context = "1"};

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_true(typist_begin(), "the shell has not started");
	fake_wifi_reset();
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	for (int i = 0; i < EVENTS; i++) {
		k_sem_init(&told[i], 0, K_SEM_MAX_LIMIT);
	}
	init(1);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	client_forget(&client);
	zassert_ok(network_prov_mgr_deinit());
}

ZTEST_SUITE(manager, NULL, NULL, before, after, NULL);

static bool is_provisioned(void)
{
	bool provisioned;

	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	return provisioned;
}

/** Provisions the device, and waits for the end of the service. */
static void provision(const char *ssid, const char *passphrase)
{
	fake_wifi_set_expected_credentials(ssid, passphrase);
	zassert_ok(serve());
	zassert_ok(network_prov_mgr_configure_wifi_sta(ssid, passphrase));
	network_prov_mgr_wait();
	network_prov_mgr_stop_provisioning();
	zassert_equal(times_told(NETWORK_PROV_CRED_SUCCESS), 1);
	k_sem_reset(&told[NETWORK_PROV_CRED_SUCCESS]);
}

/** Restores the state after a reset: no link, and what was stored is still stored. */
static void reboot(void)
{
	zassert_ok(network_prov_mgr_deinit());
	fake_wifi_drop_link(WIFI_REASON_DISCONN_UNSPECIFIED);
	k_sleep(K_SECONDS(1));
	for (int i = 0; i < EVENTS; i++) {
		k_sem_reset(&told[i]);
	}
	init(1);
}

/* Arguments and states. */

static int handle(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		  size_t *outlen)
{
	ARG_UNUSED(user_ctx);
	ARG_UNUSED(inbuf);
	ARG_UNUSED(inlen);
	ARG_UNUSED(outbuf);
	ARG_UNUSED(outlen);
	return 0;
}

ZTEST(manager, test_what_is_refused_changes_nothing)
{
	const struct network_prov_mgr_config config = {.scheme = &network_prov_scheme_console};
	const struct network_prov_mgr_config nothing = {0};
	char long_name[CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 2];

	zassert_equal(network_prov_mgr_init(config), -EALREADY);
	zassert_equal(network_prov_mgr_is_provisioned(NULL), -EINVAL);
	zassert_equal(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"), -EPERM);
	zassert_equal(network_prov_mgr_endpoint_register("custom", handle, NULL), -EPERM);
	zassert_equal(network_prov_mgr_endpoint_create(NULL), -EINVAL);
	memset(long_name, 'x', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	zassert_equal(network_prov_mgr_endpoint_create(long_name), -EINVAL);
	long_name[sizeof(long_name) - 2] = '\0';
	zassert_ok(network_prov_mgr_endpoint_create(long_name));
	zassert_equal(network_prov_mgr_endpoint_create(long_name), -EALREADY);
	zassert_equal(network_prov_mgr_endpoint_create("prov-config"), -EALREADY);
	for (int i = 1; i < CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS; i++) {
		char name[] = {'e', (char)('a' + i), '\0'};

		zassert_ok(network_prov_mgr_endpoint_create(name));
	}
	zassert_equal(network_prov_mgr_endpoint_create("one-more"), -ENOSPC);
	zassert_equal(network_prov_mgr_start_provisioning(7, NULL, NAME, NULL), -ENOTSUP);
	zassert_equal(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, NULL, NAME,
							  NULL), -EINVAL, "never plain text");
	zassert_equal(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, POP, NULL,
							  NULL), -EINVAL);
	zassert_ok(serve());
	zassert_equal(serve(), -EPERM);
	zassert_equal(network_prov_mgr_endpoint_create("late"), -EPERM);
	zassert_equal(network_prov_mgr_endpoint_register("unknown", handle, NULL), -ENOENT);
	zassert_equal(network_prov_mgr_endpoint_register("eb", NULL, NULL), -EINVAL);
	zassert_equal(network_prov_mgr_configure_wifi_sta(NULL, NULL), -EINVAL);
	zassert_equal(network_prov_mgr_configure_wifi_sta("", NULL), -EINVAL);
	network_prov_mgr_stop_provisioning();
	zassert_ok(network_prov_mgr_deinit());
	zassert_equal(network_prov_mgr_init(nothing), -EINVAL);
	zassert_equal(serve(), -EPERM);
	init(1);
	zassert_equal(times_told(NETWORK_PROV_CRED_RECV), 0);
}

/* The version. */

ZTEST(manager, test_the_version_tells_what_the_application_adds)
{
	static const char *const capabilities[] = {"led", "say \"hi\""};
	char text[512];

	zassert_ok(network_prov_mgr_set_app_info("acme", "2.1", capabilities,
						 ARRAY_SIZE(capabilities)));
	zassert_ok(serve());
	zassert_ok(client_version(&client, text, sizeof(text)));
	zassert_not_null(strstr(text, "\"acme\":{\"ver\":\"2.1\",\"cap\":[\"led\",\"say \\\"hi\\\"\"]}"),
			 "%s", text);
	zassert_not_null(strstr(text, "\"prov\":{"), "%s", text);
	zassert_is_null(strstr(text, "no_pop"));
	zassert_not_null(strstr(text, "wifi_prov"), "%s", text);
}

ZTEST(manager, test_without_a_proof_of_possession_clients_are_told_so)
{
	char text[512];

	zassert_ok(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, NULL, NAME, NULL));
	zassert_ok(client_version(&client, text, sizeof(text)));
	zassert_not_null(strstr(text, "no_pop"), "%s", text);
	zassert_ok(client_handshake_1(&client, NULL));
}

/* Attempts. */

ZTEST(manager, test_attempts_are_counted_for_clients_to_see)
{
	struct client_status status;
	uint32_t left = 0;

	zassert_ok(network_prov_mgr_deinit());
	init(3);
	zassert_ok(serve());
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, "Home", "correct-horse"));
	fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_FAIL);
	zassert_ok(client_apply(&client));
	wait_until_told(NETWORK_PROV_ATTEMPT, 5);
	zassert_equal(number, 1);
	wait_until_told(NETWORK_PROV_ATTEMPT, 5);
	zassert_equal(number, 2);
	zassert_ok(client_status(&client, &status));
	zassert_equal(status.station, CLIENT_CONNECTING, "the attempts continue (7.C 39)");
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 5);
	zassert_equal(network_prov_mgr_get_wifi_remaining_conn_attempts(&left), -EPERM);
	zassert_equal(times_told(NETWORK_PROV_CRED_FAIL), 0);
	zassert_ok(client_status(&client, &status));
	zassert_equal(status.station, CLIENT_CONNECTED);
}

ZTEST(manager, test_a_wrong_passphrase_is_told_with_its_reason)
{
	enum network_prov_cred_fail_reason asked;
	enum network_prov_wifi_sta_state state;

	zassert_ok(serve());
	zassert_equal(network_prov_mgr_get_wifi_disconnect_reason(&asked), -EPERM);
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "battery-staple"));
	zassert_ok(network_prov_mgr_get_wifi_state(&state));
	zassert_equal(state, NETWORK_PROV_WIFI_STA_CONNECTING);
	wait_until_told(NETWORK_PROV_CRED_FAIL, 40);
	zassert_equal(reason, NETWORK_PROV_WIFI_AUTH_ERROR);
	zassert_ok(network_prov_mgr_get_wifi_disconnect_reason(&asked));
	zassert_equal(asked, NETWORK_PROV_WIFI_AUTH_ERROR);
	zassert_false(is_provisioned());
	/* The reason outlives a reset (7.C 40), and new credentials are accepted. */
	zassert_ok(network_prov_mgr_reset_wifi_sm_state_on_failure());
	zassert_ok(network_prov_mgr_get_wifi_disconnect_reason(&asked));
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	zassert_true(is_provisioned());
}

ZTEST(manager, test_too_short_a_passphrase_fails_with_a_reason)
{
	static const struct fake_wifi_ap home = {.ssid = "Home", .ssid_len = 4, .channel = 6,
						 .rssi = -40, .security = WIFI_SECURITY_TYPE_PSK};

	fake_wifi_set_scan_aps(&home, 1);
	zassert_ok(serve());
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "short"));
	wait_until_told(NETWORK_PROV_CRED_FAIL, 40);
	zassert_equal(reason, NETWORK_PROV_WIFI_AUTH_ERROR, "(7.C 47)");
}

/* The end of the service. */

ZTEST(manager, test_the_service_ends_by_itself_even_if_nobody_asks)
{
	int64_t start;

	zassert_ok(serve());
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	start = k_uptime_get();
	wait_until_told(NETWORK_PROV_END, 2 * CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS / 1000);
	zassert_within(k_uptime_delta(&start), CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS, 1500);
	zassert_true(network_prov_mgr_is_sm_idle());
}

ZTEST(manager, test_the_application_may_end_it_itself)
{
	zassert_ok(network_prov_mgr_disable_auto_stop(0));
	zassert_ok(serve());
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	zassert_not_ok(k_sem_take(&told[NETWORK_PROV_END],
				  K_MSEC(3 * CONFIG_NETWORK_PROV_AUTOSTOP_TIMEOUT_MS)));
	network_prov_mgr_stop_provisioning();
	zassert_equal(times_told(NETWORK_PROV_END), 1);
}

/* The application is told (7.C 41). */
ZTEST(manager, test_a_client_may_provision_again_before_the_end)
{
	struct client_status status;

	zassert_ok(serve());
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, "Home", "correct-horse"));
	zassert_ok(client_apply(&client));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	zassert_not_ok(client_apply(&client), "not after a success (7.C 42)");
	zassert_ok(client_reprovision(&client));
	wait_until_told(NETWORK_PROV_START, 1);
	wait_until_told(NETWORK_PROV_START, 1);
	fake_wifi_set_expected_credentials("Office", "staple-battery");
	zassert_ok(client_set(&client, "Office", "staple-battery"));
	zassert_ok(client_apply(&client));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	zassert_ok(client_status(&client, &status));
	zassert_equal(status.station, CLIENT_CONNECTED);
	wait_until_told(NETWORK_PROV_END, 5);
}

/* Wrong proofs. */

ZTEST(manager, test_guessing_the_proof_of_possession_is_slowed_down)
{
	zassert_ok(serve());
	for (int i = 0; i < CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES; i++) {
		zassert_equal(times_told(NETWORK_PROV_LOCKED_OUT), 0);
		zassert_not_ok(client_handshake_1(&client, "guess"));
		wait_until_told(NETWORK_PROV_SESSION_REFUSED, 1);
	}
	wait_until_told(NETWORK_PROV_LOCKED_OUT, 1);
	zassert_not_ok(client_handshake_1(&client, POP), "nor the right one, for a while");
	k_sleep(K_MSEC(number));
	zassert_ok(client_handshake_1(&client, POP));
	wait_until_told(NETWORK_PROV_SESSION_ESTABLISHED, 1);
}

/* Stored networks. */

ZTEST(manager, test_stored_credentials_bring_the_device_online)
{
	enum network_prov_wifi_sta_state state;

	zassert_equal(network_prov_mgr_connect(), -ENOENT);
	provision("Home", "correct-horse");
	reboot();
	zassert_true(is_provisioned());
	zassert_false(fake_wifi_is_connected());
	zassert_ok(network_prov_mgr_connect());
	zassert_true(fake_wifi_is_connected());
	zassert_true(fake_wifi_last_passphrase_is("correct-horse"));
	zassert_ok(network_prov_mgr_get_wifi_state(&state));
	zassert_equal(state, NETWORK_PROV_WIFI_STA_CONNECTED);
	zassert_ok(network_prov_mgr_connect(), "it is");
}

ZTEST(manager, test_each_stored_network_is_tried)
{
	provision("Home", "correct-horse");
	reboot();
	provision("Office", "staple-battery");
	reboot();
	/* Whichever is in range. */
	zassert_ok(network_prov_mgr_connect());
	zassert_true(fake_wifi_last_passphrase_is("staple-battery"));
	reboot();
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_ok(network_prov_mgr_connect());
	zassert_true(fake_wifi_last_passphrase_is("correct-horse"));
}

ZTEST(manager, test_a_network_that_is_gone_costs_the_credentials_nothing)
{
	provision("Home", "correct-horse");
	reboot();
	fake_wifi_set_expected_credentials("Elsewhere", "staple-battery");
	zassert_equal(network_prov_mgr_connect(), -ETIMEDOUT);
	zassert_true(is_provisioned());
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_ok(network_prov_mgr_connect());
}

ZTEST(manager, test_connecting_and_serving_exclude_each_other)
{
	provision("Home", "correct-horse");
	zassert_ok(serve());
	zassert_equal(network_prov_mgr_connect(), -EBUSY);
	zassert_ok(network_prov_mgr_deinit());
	zassert_equal(network_prov_mgr_connect(), -EPERM);
	init(1);
}

/* One call for everything, on a thread of the application. */

static struct k_thread application;
static K_THREAD_STACK_DEFINE(application_stack, 4096);
static int application_result;

static void get_online(void *unused_1, void *unused_2, void *unused_3)
{
	ARG_UNUSED(unused_1);
	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	application_result = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, POP,
								   NAME, NULL);
}

static void start_application(void)
{
	application_result = 1;
	k_thread_create(&application, application_stack, K_THREAD_STACK_SIZEOF(application_stack),
			get_online, NULL, NULL, NULL, K_PRIO_PREEMPT(5), 0, K_NO_WAIT);
}

static int join_application(int seconds)
{
	zassert_ok(k_thread_join(&application, K_SECONDS(seconds)), "it is still not online");
	return application_result;
}

ZTEST(manager, test_a_new_device_is_provisioned_then_finds_its_way)
{
	struct client_status status;

	start_application();
	wait_until_told(NETWORK_PROV_START, 1);
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, "Home", "correct-horse"));
	zassert_ok(client_apply(&client));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	zassert_ok(client_status(&client, &status));
	zassert_equal(status.station, CLIENT_CONNECTED);
	zassert_ok(join_application(5));
	zassert_equal(times_told(NETWORK_PROV_END), 1);
	reboot();
	start_application();
	zassert_ok(join_application(10));
	zassert_equal(times_told(NETWORK_PROV_START), 0, "no service this time");
	zassert_true(fake_wifi_is_connected());
}

ZTEST(manager, test_a_device_whose_network_is_gone_serves_and_forgets_nothing)
{
	provision("Home", "correct-horse");
	reboot();
	fake_wifi_set_expected_credentials("Office", "staple-battery");
	start_application();
	wait_until_told(NETWORK_PROV_START, 300);
	zassert_true(is_provisioned());
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, "Office", "staple-battery"));
	zassert_ok(client_apply(&client));
	wait_until_told(NETWORK_PROV_CRED_SUCCESS, 40);
	zassert_ok(join_application(60));
	reboot();
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	zassert_ok(network_prov_mgr_connect(), "both are still stored");
}

/* Over the console, the radio is free: see CONFIG_NETWORK_PROV_RETRY_BESIDE. */

/** Has the service run because the stored network is gone. */
static void lose_home(void)
{
	provision("Home", "correct-horse");
	reboot();
	fake_wifi_set_expected_credentials("Office", "staple-battery");
	start_application();
	wait_until_told(NETWORK_PROV_START, 300);
}

/** Checks that the device goes online within this time, with the same service and credentials. */
static void check_home(int seconds)
{
	zassert_ok(join_application(seconds));
	zassert_true(fake_wifi_is_connected());
	zassert_equal(times_told(NETWORK_PROV_START), 1);
	zassert_equal(times_told(NETWORK_PROV_END), 1);
	zassert_equal(times_told(NETWORK_PROV_CRED_SUCCESS), 0);
	zassert_true(is_provisioned());
}

ZTEST(manager, test_a_network_that_returns_while_the_service_runs_is_joined)
{
	lose_home();
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	check_home(75);
}

ZTEST(manager, test_the_stored_network_is_not_tried_while_a_client_is_there)
{
	struct fake_wifi_counters before, after;

	lose_home();
	zassert_ok(client_handshake_1(&client, POP));
	/* The response is sent before the attempt ends. */
	k_sleep(K_SECONDS(1));
	fake_wifi_get_counters(&before);
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	k_sleep(K_MSEC(CONFIG_NETWORK_PROV_RETRY_STORED_MS - 5 * MSEC_PER_SEC));
	fake_wifi_get_counters(&after);
	zassert_equal(after.connects, before.connects);
	/* It has left, and the console cannot tell. */
	check_home(75);
}

ZTEST(manager, test_a_service_that_is_ended_without_success_says_so)
{
	start_application();
	wait_until_told(NETWORK_PROV_START, 1);
	network_prov_mgr_stop_provisioning();
	zassert_equal(join_application(5), -ECANCELED);
}

ZTEST(manager, test_a_factory_reset_forgets_it_all)
{
	provision("Home", "correct-horse");
	zassert_true(is_provisioned());
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_false(is_provisioned());
	zassert_equal(network_prov_mgr_connect(), -ENOENT);
}
