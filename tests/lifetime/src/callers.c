/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Calls from threads that the transports or the network need, and from interrupts. The transport of
 * these tests behaves like real ones: when it starts and stops, it waits for the system work queue
 * and for net_mgmt's thread. A call that blocked one of them would make it fail.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/irq_offload.h>
#include <zephyr/kernel.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/test/fake_wifi.h>

/** Time after which Bluetooth's host assumes that its controller has failed. */
#define PATIENCE K_SECONDS(10)

/** In milliseconds. A call that cannot wait must return within this time. */
#define PROMPT 500

#define EVENT_OF(_n)                                                                               \
	(NET_MGMT_EVENT_BIT | NET_MGMT_LAYER(NET_MGMT_LAYER_L2) |                                  \
	 NET_MGMT_LAYER_CODE(NET_MGMT_LAYER_CODE_USER2) | (_n))
/** Checks that net_mgmt's thread runs. */
#define EVENT_ALIVE EVENT_OF(1)
/** Makes it run the calls of a test. */
#define EVENT_CALL  EVENT_OF(2)

static K_SEM_DEFINE(queue_is_alive, 0, 1);
static K_SEM_DEFINE(net_mgmt_is_alive, 0, 1);
static K_SEM_DEFINE(is_made, 0, 1);
static K_SEM_DEFINE(go_on, 0, 1);
static K_SEM_DEFINE(is_held, 0, 1);
static struct k_sem told[NETWORK_PROV_SESSION_INVALID + 1];

/** What the application does in its callback. */
static void (*in_callback)(enum network_prov_cb_event event);

/** The calls that a test makes on another thread. */
static void (*calls)(void);

/* The transport. */

static int start_error;
static bool has_failed;

static void live(struct k_work *work)
{
	ARG_UNUSED(work);
	k_sem_give(&queue_is_alive);
}

static K_WORK_DEFINE(living, live);

static void need_threads(void)
{
	(void)k_work_submit(&living);
	has_failed |= k_sem_take(&queue_is_alive, PATIENCE) != 0;
	net_mgmt_event_notify(EVENT_ALIVE, NULL);
	has_failed |= k_sem_take(&net_mgmt_is_alive, PATIENCE) != 0;
}

static int needy_start(const char *service_name, const char *service_key)
{
	ARG_UNUSED(service_name);
	ARG_UNUSED(service_key);
	need_threads();
	return start_error;
}

static bool needy_stop(void)
{
	need_threads();
	return true;
}

static const struct network_prov_scheme needy = {.start = needy_start, .stop = needy_stop};

/* The threads. */

static void call_them(struct k_work *work)
{
	ARG_UNUSED(work);
	calls();
	k_sem_give(&is_made);
}

static K_WORK_DEFINE(calling, call_them);

static void on_net_event(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	ARG_UNUSED(cb);
	ARG_UNUSED(iface);
	if (event == EVENT_ALIVE) {
		k_sem_give(&net_mgmt_is_alive);
	} else if (event == EVENT_CALL) {
		calls();
		k_sem_give(&is_made);
	}
}

static void on_system_work_queue(void)
{
	(void)k_work_submit(&calling);
}

static void on_net_mgmt(void)
{
	net_mgmt_event_notify(EVENT_CALL, NULL);
}

static void interrupt(const void *argument)
{
	ARG_UNUSED(argument);
	calls();
	k_sem_give(&is_made);
}

static void in_interrupt(void)
{
	irq_offload(interrupt, NULL);
}

/** Runs the calls on that thread and waits until they have returned. */
static void make(void (*there)(void), void (*what)(void))
{
	calls = what;
	there();
	zassert_ok(k_sem_take(&is_made, PATIENCE), "the calls hang");
}

/* The application. */

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	if (in_callback != NULL) {
		in_callback(event);
	}
	k_sem_give(&told[event]);
}

static void must_be_told(enum network_prov_cb_event event)
{
	zassert_ok(k_sem_take(&told[event], K_SECONDS(5)), "event %d was not delivered", event);
}

static const struct network_prov_mgr_config config = {
	.scheme = &needy,
	.app_event_handler = {.event_cb = on_event},
};

static void *setup(void)
{
	static struct net_mgmt_event_callback callback;

	net_mgmt_init_event_callback(&callback, on_net_event, EVENT_OF(3));
	net_mgmt_add_event_callback(&callback);
	return NULL;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	in_callback = NULL;
	start_error = 0;
	has_failed = false;
	ARRAY_FOR_EACH_PTR(told, event) {
		k_sem_init(event, 0, K_SEM_MAX_LIMIT);
	}
	k_sem_reset(&is_made);
	k_sem_reset(&go_on);
	k_sem_reset(&is_held);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(network_prov_mgr_init(config));
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	in_callback = NULL;
	k_sem_give(&go_on);
	zassert_ok(network_prov_mgr_deinit());
	zassert_false(has_failed, "a thread that the transport needs was blocked");
}

ZTEST_SUITE(callers, NULL, setup, before, after, NULL);

/* Every function that returns an int, with valid arguments. */

static int call_init(void)
{
	return network_prov_mgr_init(config);
}

static int call_start(void)
{
	return network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, "pop", "name", NULL);
}

static int call_connect_or_provision(void)
{
	return network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "pop", "name", NULL);
}

static int call_is_provisioned(void)
{
	bool provisioned = true;
	int ret = network_prov_mgr_is_provisioned(&provisioned);

	return ret == 0 && provisioned ? -EBADMSG : ret;
}

static int call_disable_auto_stop(void)
{
	return network_prov_mgr_disable_auto_stop(100);
}

static int call_set_app_info(void)
{
	return network_prov_mgr_set_app_info("label", "1", NULL, 0);
}

static int call_create(void)
{
	return network_prov_mgr_endpoint_create("custom");
}

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

static int call_register(void)
{
	return network_prov_mgr_endpoint_register("custom", handle, NULL);
}

static int call_unregister(void)
{
	return network_prov_mgr_endpoint_unregister("custom");
}

static int call_stay_online(void)
{
	return network_prov_mgr_set_stay_online(false);
}

static int call_get_qr(void)
{
	char text[256];

	return network_prov_mgr_get_qr_payload(text, sizeof(text));
}

static void ignore(void *user_data, const char *text)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(text);
}

static int call_draw_qr(void)
{
	return network_prov_mgr_draw_qr(ignore, NULL);
}

static int call_configure(void)
{
	return network_prov_mgr_configure_wifi_sta("Home", "correct-horse");
}

static int call_get_state(void)
{
	enum network_prov_wifi_sta_state state;

	return network_prov_mgr_get_wifi_state(&state);
}

static int call_get_reason(void)
{
	enum network_prov_cred_fail_reason reason;

	return network_prov_mgr_get_wifi_disconnect_reason(&reason);
}

static int call_get_attempts(void)
{
	uint32_t attempts;

	return network_prov_mgr_get_wifi_remaining_conn_attempts(&attempts);
}

/** Results of each function if the manager is initialised and the service is not running. */
static const struct {
	const char *name;
	int (*call)(void);
	int idle;
} functions[] = {
	{"init", call_init, -EALREADY},
	{"connect", network_prov_mgr_connect, -EWOULDBLOCK},
	{"connect_or_provision", call_connect_or_provision, -EWOULDBLOCK},
	{"is_provisioned", call_is_provisioned, 0},
	{"disable_auto_stop", call_disable_auto_stop, 0},
	{"set_app_info", call_set_app_info, 0},
	{"endpoint_create", call_create, 0},
	{"endpoint_register", call_register, -EPERM},
	{"endpoint_unregister", call_unregister, 0},
	{"set_stay_online", call_stay_online, 0},
	{"get_qr_payload", call_get_qr, -EPERM},
	{"draw_qr", call_draw_qr, -EPERM},
	{"configure_wifi_sta", call_configure, -EPERM},
	{"reset_wifi_provisioning", network_prov_mgr_reset_wifi_provisioning, 0},
	{"reset_on_failure", network_prov_mgr_reset_wifi_sm_state_on_failure, -EPERM},
	{"reset_for_reprovision", network_prov_mgr_reset_wifi_sm_state_for_reprovision, -EPERM},
	{"get_wifi_state", call_get_state, 0},
	{"get_wifi_disconnect_reason", call_get_reason, -EPERM},
	{"get_wifi_remaining_conn_attempts", call_get_attempts, -EPERM},
	{"start_provisioning", call_start, 0},
};

static int results[ARRAY_SIZE(functions)];
static int64_t durations[ARRAY_SIZE(functions)];
static bool was_idle;

static void call_all(void)
{
	was_idle = network_prov_mgr_is_sm_idle();
	network_prov_mgr_wait();
	ARRAY_FOR_EACH(functions, i) {
		int64_t begun = k_uptime_get();

		results[i] = functions[i].call();
		durations[i] = k_uptime_get() - begun;
	}
}

static void must_all_be_refused(void)
{
	ARRAY_FOR_EACH(functions, i) {
		zassert_equal(results[i], -EWOULDBLOCK, "%s: %d", functions[i].name, results[i]);
		zassert_true(durations[i] < PROMPT, "%s takes %lld ms", functions[i].name,
			     (long long)durations[i]);
	}
}

/* A thread that the transport needs, while the provisioning thread is idle. */

static void stop(void)
{
	network_prov_mgr_stop_provisioning();
}

static void deinit(void)
{
	results[0] = network_prov_mgr_deinit();
}

static void check_calls(void (*there)(void))
{
	make(there, call_all);
	zassert_true(was_idle);
	ARRAY_FOR_EACH(functions, i) {
		zassert_equal(results[i], functions[i].idle, "%s: %d", functions[i].name,
			      results[i]);
		zassert_true(durations[i] < PROMPT, "%s takes %lld ms", functions[i].name,
			     (long long)durations[i]);
	}
	/* The last one was the start. */
	must_be_told(NETWORK_PROV_START);
	zassert_false(network_prov_mgr_is_sm_idle());
	make(there, stop);
	must_be_told(NETWORK_PROV_END);
	zassert_true(network_prov_mgr_is_sm_idle());
	make(there, deinit);
	zassert_ok(results[0]);
	must_be_told(NETWORK_PROV_DEINIT);
	zassert_ok(network_prov_mgr_init(config));
}

ZTEST(callers, test_the_system_work_queue_may_call)
{
	check_calls(on_system_work_queue);
}

ZTEST(callers, test_a_handler_of_network_events_may_call)
{
	check_calls(on_net_mgmt);
}

static void start(void)
{
	results[0] = call_start();
}

ZTEST(callers, test_a_start_that_fails_later_is_told_by_the_end)
{
	start_error = -EIO;
	make(on_system_work_queue, start);
	zassert_ok(results[0]);
	must_be_told(NETWORK_PROV_END);
	zassert_equal(k_sem_count_get(&told[NETWORK_PROV_START]), 0);
	zassert_true(network_prov_mgr_is_sm_idle());
	/* A caller that waits gets the error as the result, and no event. */
	zassert_equal(call_start(), -EIO);
	zassert_equal(k_sem_count_get(&told[NETWORK_PROV_END]), 0);
}

/* While the provisioning thread is busy. */

static void hold_at_start(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_START) {
		k_sem_give(&is_held);
		(void)k_sem_take(&go_on, K_FOREVER);
	}
}

/** Starts the service and keeps the provisioning thread in the callback for that event. */
static void serve_and_hold(void)
{
	in_callback = hold_at_start;
	make(on_system_work_queue, start);
	zassert_ok(results[0]);
	zassert_ok(k_sem_take(&is_held, K_SECONDS(5)));
}

static void check_busy(void (*there)(void))
{
	serve_and_hold();
	make(there, call_all);
	must_all_be_refused();
	zassert_false(was_idle, "the service runs");
	/* These are not refused. */
	make(there, stop);
	make(there, stop);
	make(there, deinit);
	zassert_ok(results[0]);
	k_sem_give(&go_on);
	must_be_told(NETWORK_PROV_END);
	must_be_told(NETWORK_PROV_DEINIT);
	zassert_ok(network_prov_mgr_init(config));
	zassert_equal(k_sem_count_get(&told[NETWORK_PROV_END]), 0, "one end is enough");
}

ZTEST(callers, test_the_system_work_queue_does_not_wait_for_a_busy_thread)
{
	check_busy(on_system_work_queue);
}

ZTEST(callers, test_a_handler_of_network_events_does_not_wait_for_a_busy_thread)
{
	check_busy(on_net_mgmt);
}

/* Interrupts. */

ZTEST(callers, test_an_interrupt_is_refused)
{
	make(in_interrupt, call_all);
	must_all_be_refused();
	zassert_true(was_idle);
	zassert_ok(call_start());
	make(in_interrupt, call_all);
	must_all_be_refused();
	zassert_false(was_idle);
	make(in_interrupt, stop);
	must_be_told(NETWORK_PROV_END);
	make(in_interrupt, deinit);
	must_be_told(NETWORK_PROV_DEINIT);
	zassert_ok(network_prov_mgr_init(config));
}

static void be_interrupted(enum network_prov_cb_event event)
{
	if (event == NETWORK_PROV_START) {
		in_interrupt();
	}
}

/* The caller is the interrupt, not the interrupted thread. */
ZTEST(callers, test_an_interrupt_over_the_provisioning_thread_is_refused)
{
	in_callback = be_interrupted;
	calls = call_all;
	zassert_ok(call_start());
	zassert_ok(k_sem_take(&is_made, K_NO_WAIT));
	must_all_be_refused();
	zassert_false(was_idle);
}
