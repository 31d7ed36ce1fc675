/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Threads and callbacks: which functions may be called where, and that everything ends. The client
 * types into a shell; tests/console covers what it types.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/test/fake_wifi.h>
#include <network_provisioning/usage.h>

#include "client.h"
#include "typist.h"

#define THREADS 4

static K_SEM_DEFINE(ended, 0, K_SEM_MAX_LIMIT);
static K_SEM_DEFINE(deinitialised, 0, K_SEM_MAX_LIMIT);
static K_SEM_DEFINE(succeeded, 0, K_SEM_MAX_LIMIT);

/** What the application does in its callback, besides counting. */
static void (*in_callback)(enum network_prov_cb_event event);

/** The events so far, one letter each. */
static char story[64];

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	static const char letters[] = "ISRFOEDerlA";
	size_t length = strlen(story);

	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	if (event < sizeof(letters) - 1 && length < sizeof(story) - 1) {
		story[length] = letters[event];
	}
	if (in_callback != NULL) {
		in_callback(event);
	}
	if (event == NETWORK_PROV_END) {
		k_sem_give(&ended);
	} else if (event == NETWORK_PROV_DEINIT) {
		k_sem_give(&deinitialised);
	} else if (event == NETWORK_PROV_CRED_SUCCESS) {
		k_sem_give(&succeeded);
	}
}

static const struct network_prov_mgr_config config = {
	.scheme = &network_prov_scheme_console,
	.app_event_handler = {.event_cb = on_event},
};

static int serve(void)
{
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, "name", NULL);
}

static struct client client = {.send = typist_send, .context = "1"};

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_true(typist_begin(), "the shell has not started");
	fake_wifi_reset();
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	in_callback = NULL;
	memset(story, 0, sizeof(story));
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(network_prov_mgr_init(config));
	k_sem_reset(&ended);
	k_sem_reset(&deinitialised);
	k_sem_reset(&succeeded);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	in_callback = NULL;
	zassert_ok(network_prov_mgr_deinit());
}

ZTEST_SUITE(lifetime, NULL, NULL, before, after, NULL);

/* From callbacks. */

static void deinit_at_the_end(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_END) {
		/* As every upstream example does (7.B 23). */
		zassert_ok(network_prov_mgr_deinit());
	}
}

ZTEST(lifetime, test_deinit_inside_the_end_callback)
{
	in_callback = deinit_at_the_end;
	zassert_ok(serve());
	network_prov_mgr_stop_provisioning();
	zassert_ok(k_sem_take(&deinitialised, K_SECONDS(1)));
	zassert_str_equal(story, "ISED");
	zassert_equal(serve(), -EPERM);
	in_callback = NULL;
	zassert_ok(network_prov_mgr_init(config));
}

static int stop_and_answer(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
			   size_t *outlen)
{
	bool *deinit = user_ctx;

	ARG_UNUSED(inbuf);
	ARG_UNUSED(inlen);
	network_prov_mgr_stop_provisioning();
	if (*deinit) {
		zassert_ok(network_prov_mgr_deinit());
	}
	*outbuf = k_malloc(2);
	zassert_not_null(*outbuf);
	memcpy(*outbuf, "ok", 2);
	*outlen = 2;
	return 0;
}

static void stop_inside_a_handler(bool deinit)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length = 0;

	zassert_ok(network_prov_mgr_endpoint_create("custom-data"));
	zassert_ok(serve());
	zassert_ok(network_prov_mgr_endpoint_register("custom-data", stop_and_answer, &deinit));
	zassert_ok(client_handshake_0(&client));
	zassert_ok(client_ask(&client, "custom-data", (const uint8_t *)"x", 1, reply,
			      sizeof(reply), &length));
	zassert_equal(length, 2, "the client gets its response first (7.B 21)");
	zassert_ok(k_sem_take(&ended, K_SECONDS(5)));
	if (deinit) {
		zassert_ok(k_sem_take(&deinitialised, K_SECONDS(5)));
		zassert_ok(network_prov_mgr_init(config));
	}
	zassert_true(network_prov_mgr_is_sm_idle());
}

ZTEST(lifetime, test_stop_inside_a_handler)
{
	stop_inside_a_handler(false);
}

ZTEST(lifetime, test_deinit_inside_a_handler)
{
	stop_inside_a_handler(true);
}

static void start_again(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_END) {
		in_callback = NULL;
		zassert_ok(serve());
	}
}

ZTEST(lifetime, test_start_inside_the_end_callback)
{
	char version[512];

	in_callback = start_again;
	zassert_ok(serve());
	network_prov_mgr_stop_provisioning();
	zassert_ok(client_version(&client, version, sizeof(version)));
	zassert_false(network_prov_mgr_is_sm_idle());
}

static void call_everything(enum network_prov_cb_event event)
{
	enum network_prov_wifi_sta_state state;
	enum network_prov_cred_fail_reason reason;
	struct network_prov_usage usage;
	uint32_t attempts;
	bool provisioned;

	ARG_UNUSED(event);
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	(void)network_prov_mgr_get_wifi_state(&state);
	(void)network_prov_mgr_get_wifi_disconnect_reason(&reason);
	(void)network_prov_mgr_get_wifi_remaining_conn_attempts(&attempts);
	(void)network_prov_mgr_is_sm_idle();
	zassert_ok(network_prov_get_usage(&usage));
	/* Must return at once, because this is a callback. */
	network_prov_mgr_wait();
}

ZTEST(lifetime, test_every_function_may_be_called_from_a_callback)
{
	in_callback = call_everything;
	zassert_ok(serve());
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	zassert_ok(k_sem_take(&succeeded, K_SECONDS(30)));
	network_prov_mgr_stop_provisioning();
	zassert_str_equal(story, "ISRAOE");
}

/* From other threads. */

static struct k_thread threads[THREADS];
static K_THREAD_STACK_ARRAY_DEFINE(stacks, THREADS, 8192);

static void start_thread(int i, k_thread_entry_t entry, void *argument)
{
	k_thread_create(&threads[i], stacks[i], K_THREAD_STACK_SIZEOF(stacks[i]), entry, argument,
			(void *)(intptr_t)i, NULL, K_PRIO_PREEMPT(i), 0, K_NO_WAIT);
}

static void join(int count)
{
	for (int i = 0; i < count; i++) {
		zassert_ok(k_thread_join(&threads[i], K_SECONDS(120)), "thread %d hangs", i);
	}
}

static void ask_to_scan(void *result, void *unused_2, void *unused_3)
{
	struct client_network networks[4];

	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	*(int *)result = client_scan(&client, networks, ARRAY_SIZE(networks));
}

/** A client waits for a scan; then `finish` ends everything. */
static void end_with_a_request_in_flight(void (*finish)(void))
{
	int result = 1;

	fake_wifi_set_scan_delay(6000);
	zassert_ok(serve());
	zassert_ok(client_handshake_0(&client));
	start_thread(0, ask_to_scan, &result);
	k_sleep(K_SECONDS(1));
	zassert_equal(result, 1, "it waits");
	finish();
	zassert_equal(k_sem_count_get(&ended), 1, "everything has ended when the call returns");
	join(1);
	zassert_equal(result, -1, "the client is told");
}

ZTEST(lifetime, test_stop_with_a_request_in_flight)
{
	end_with_a_request_in_flight(network_prov_mgr_stop_provisioning);
	zassert_true(network_prov_mgr_is_sm_idle());
}

static void deinit(void)
{
	zassert_ok(network_prov_mgr_deinit());
}

ZTEST(lifetime, test_deinit_with_a_request_in_flight)
{
	struct client_network networks[4];

	end_with_a_request_in_flight(deinit);
	zassert_equal(k_sem_count_get(&deinitialised), 1);
	/* The previous manager's scan ends during this one's, and must not be taken for its own. */
	zassert_ok(network_prov_mgr_init(config));
	zassert_ok(serve());
	zassert_ok(client_handshake_0(&client));
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 0);
}

ZTEST(lifetime, test_deinit_during_an_attempt)
{
	fake_wifi_set_connect_delay(3000);
	zassert_ok(serve());
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	k_sleep(K_SECONDS(2));
	zassert_not_null(strchr(story, 'A'), "%s", story);
	zassert_ok(network_prov_mgr_deinit());
	zassert_ok(network_prov_mgr_init(config));
	zassert_ok(serve());
	zassert_not_ok(k_sem_take(&succeeded, K_SECONDS(40)),
		       "that was the previous manager's attempt");
}

static void wait_for_it(void *unused_1, void *unused_2, void *unused_3)
{
	ARG_UNUSED(unused_1);
	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	network_prov_mgr_wait();
}

ZTEST(lifetime, test_several_threads_wait_for_a_success)
{
	zassert_ok(serve());
	for (int i = 0; i < THREADS; i++) {
		start_thread(i, wait_for_it, NULL);
	}
	k_sleep(K_SECONDS(1));
	zassert_not_ok(k_thread_join(&threads[0], K_NO_WAIT));
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	join(THREADS);
	zassert_equal(k_sem_count_get(&succeeded), 1);
	network_prov_mgr_wait();
}

ZTEST(lifetime, test_several_threads_wait_for_the_end)
{
	zassert_ok(serve());
	for (int i = 0; i < THREADS; i++) {
		start_thread(i, wait_for_it, NULL);
	}
	k_sleep(K_SECONDS(1));
	network_prov_mgr_stop_provisioning();
	join(THREADS);
	network_prov_mgr_wait();
}

/** A thread with arbitrary calls, chosen by its number and not by chance. */
static void do_anything(void *argument, void *number, void *unused_3)
{
	uint32_t state = (uint32_t)(intptr_t)number + 1;
	enum network_prov_wifi_sta_state station;
	bool provisioned;

	ARG_UNUSED(argument);
	ARG_UNUSED(unused_3);
	for (int i = 0; i < 500; i++) {
		state = state * 1103515245U + 12345U;
		switch (state >> 16 & 7) {
		case 0:
			(void)network_prov_mgr_init(config);
			break;
		case 1:
			(void)network_prov_mgr_deinit();
			break;
		case 2:
			(void)serve();
			break;
		case 3:
			network_prov_mgr_stop_provisioning();
			break;
		case 4:
			(void)network_prov_mgr_configure_wifi_sta("Home", "correct-horse");
			break;
		case 5:
			(void)network_prov_mgr_get_wifi_state(&station);
			break;
		case 6:
			(void)network_prov_mgr_reset_wifi_sm_state_for_reprovision();
			break;
		default:
			(void)network_prov_mgr_is_provisioned(&provisioned);
			break;
		}
		if ((state >> 20 & 3) == 0) {
			k_msleep(state >> 24);
		}
	}
}

ZTEST(lifetime, test_any_thread_may_call_anything_at_any_time)
{
	for (int i = 0; i < THREADS; i++) {
		start_thread(i, do_anything, NULL);
	}
	join(THREADS);
	(void)network_prov_mgr_deinit();
	zassert_ok(network_prov_mgr_init(config));
	zassert_ok(serve());
	zassert_ok(client_handshake_0(&client));
	zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
	k_sem_reset(&succeeded);
	zassert_ok(k_sem_take(&succeeded, K_SECONDS(40)));
}

static void an_interrupt(struct k_timer *timer)
{
	ARG_UNUSED(timer);
	zassert_not_ok(network_prov_mgr_init(config));
}

ZTEST(lifetime, test_nothing_is_done_from_an_interrupt)
{
	static struct k_timer timer;

	k_timer_init(&timer, an_interrupt, NULL);
	zassert_ok(network_prov_mgr_deinit());
	memset(story, 0, sizeof(story));
	k_timer_start(&timer, K_MSEC(1), K_NO_WAIT);
	(void)k_timer_status_sync(&timer);
	zassert_str_equal(story, "");
	zassert_ok(network_prov_mgr_init(config));
}

static int echo(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		size_t *outlen)
{
	ARG_UNUSED(user_ctx);
	*outbuf = k_malloc(inlen);
	if (*outbuf == NULL) {
		return -ENOMEM;
	}
	memcpy(*outbuf, inbuf, inlen);
	*outlen = inlen;
	return 0;
}

/* Responses that were not freed would exhaust the system heap. */
ZTEST(lifetime, test_a_hundred_lives_leave_nothing_behind)
{
	uint8_t request[64] = {1}, response[sizeof(request)];
	struct network_prov_usage usage;
	size_t length;

	BUILD_ASSERT(100 * sizeof(request) > CONFIG_HEAP_MEM_POOL_SIZE);
	zassert_ok(network_prov_mgr_deinit());
	for (int i = 0; i < 100; i++) {
		zassert_ok(network_prov_mgr_init(config));
		zassert_ok(network_prov_mgr_endpoint_create("custom-data"));
		zassert_ok(serve());
		zassert_ok(network_prov_mgr_endpoint_register("custom-data", echo, NULL));
		zassert_ok(client_handshake_0(&client));
		zassert_ok(client_ask(&client, "custom-data", request, sizeof(request), response,
				      sizeof(response), &length));
		zassert_mem_equal(response, request, length);
		zassert_equal(length, sizeof(request));
		zassert_ok(network_prov_mgr_configure_wifi_sta("Home", "correct-horse"));
		network_prov_mgr_wait();
		zassert_ok(network_prov_mgr_deinit());
	}
	zassert_ok(network_prov_get_usage(&usage));
	zassert_equal(usage.stack_size, CONFIG_NETWORK_PROV_THREAD_STACK_SIZE);
	zassert_between_inclusive(usage.stack_max, 1, usage.stack_size - 512);
	TC_PRINT("stack: at most %zu of %zu bytes\n", usage.stack_max, usage.stack_size);
	zassert_ok(network_prov_mgr_init(config));
}
