/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A request's path through the engine, and every way to abandon it: each line of the drawing in
 * exchange.h. soak.c takes them in random order.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/usage.h>

#include "core.h"
#include "engine/engine.h"
#include "engine/exchange.h"

#define SIZE 32

/** Longest duration of an event on a busy host. An emulated processor uses the host's clock. */
#define SOON K_SECONDS(60)

static uint8_t buffer[SIZE];
static struct netprov_exchange exchange;

/** Keeps the provisioning thread in the core until the test gives it. */
static K_SEM_DEFINE(go_on, 0, 1);
static K_SEM_DEFINE(arrived, 0, 1);

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	exchange = (struct netprov_exchange){
		.transport = NETPROV_TRANSPORT_HTTP,
		.buffer = buffer,
		.size = sizeof(buffer),
	};
	k_sem_reset(&go_on);
	k_sem_reset(&arrived);
	core_reset();
}

static void do_nothing(void *argument)
{
	ARG_UNUSED(argument);
}

/** Returns once the provisioning thread has done everything that was queued before this call. */
static void settle(void)
{
	zassert_ok(netprov_port_run(do_nothing, NULL));
}

/** Finishes whatever a test leaves. */
static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	netprov_exchange_release(&exchange);
	k_sem_give(&go_on);
	settle();
	zassert_false(netprov_exchange_is_busy(&exchange));
}

ZTEST_SUITE(engine, NULL, NULL, before, after, NULL);

/* Actions of the core. */

static void respond(const struct netprov_request *request)
{
	core_respond(request, 'r', request->length + 1);
}

static void fail(const struct netprov_request *request)
{
	netprov_port_respond(request->request, -EACCES, 5);
}

static void defer(const struct netprov_request *request)
{
	ARG_UNUSED(request);
	k_sem_give(&arrived);
}

static void wait_and_defer(const struct netprov_request *request)
{
	k_sem_give(&arrived);
	(void)k_sem_take(&go_on, K_FOREVER);
	/* Nothing else has written to the buffer. */
	zassert_equal(request->buffer[0], 'm');
}

static void wait_and_respond(const struct netprov_request *request)
{
	wait_and_defer(request);
	core_respond(request, 'r', SIZE);
}

/* Actions of the transport. */

static int submit(size_t length)
{
	memset(buffer, 'm', length);
	exchange.length = length;
	exchange.endpoint = "endpoint";
	exchange.session = 7;
	return netprov_exchange_submit(&exchange);
}

static void must_hold(uint8_t byte, size_t length)
{
	zassert_equal(exchange.length, length, "%zu", exchange.length);
	for (size_t i = 0; i < length; i++) {
		zassert_equal(buffer[i], byte, "at %zu: %02x", i, buffer[i]);
	}
}

static void must_be_wiped(void)
{
	for (size_t i = 0; i < SIZE; i++) {
		zassert_equal(buffer[i], 0, "at %zu: %02x", i, buffer[i]);
	}
}

/** Checks that the next request gets its own response. */
static void must_serve(void)
{
	core_on_request = respond;
	zassert_ok(submit(5));
	zassert_ok(netprov_exchange_wait(&exchange, SOON));
	must_hold('r', 6);
	netprov_exchange_release(&exchange);
	must_be_wiped();
}

/** Runs a function on the provisioning thread. */
static void on_thread(netprov_job_t job)
{
	zassert_ok(netprov_port_run(job, NULL));
}

ZTEST(engine, test_the_response_replaces_the_message)
{
	core_on_request = respond;
	zassert_ok(submit(SIZE - 1));
	zassert_ok(netprov_exchange_wait(&exchange, SOON));
	must_hold('r', SIZE);
	zassert_equal(core_request.transport, NETPROV_TRANSPORT_HTTP);
	zassert_equal(core_request.session, 7);
	zassert_str_equal(core_request.endpoint, "endpoint");
	zassert_equal_ptr(core_request.buffer, buffer);
	zassert_equal(core_request.length, SIZE - 1);
	zassert_equal(core_request.size, SIZE);
	/* The response stays until it is released. */
	zassert_ok(netprov_exchange_wait(&exchange, K_NO_WAIT));
	zassert_equal(netprov_exchange_submit(&exchange), -EBUSY);
	netprov_exchange_release(&exchange);
	must_be_wiped();
	zassert_equal(netprov_exchange_wait(&exchange, K_NO_WAIT), -EINVAL);
	zassert_equal(core_abandons, 0);
}

ZTEST(engine, test_an_error_is_told_until_it_is_released)
{
	core_on_request = fail;
	zassert_ok(submit(3));
	zassert_equal(netprov_exchange_wait(&exchange, SOON), -EACCES);
	zassert_equal(netprov_exchange_wait(&exchange, SOON), -EACCES);
	zassert_equal(exchange.length, 0);
	netprov_exchange_release(&exchange);
	must_be_wiped();
	must_serve();
}

static int refuse(struct netprov_exchange *refused)
{
	zassert_equal(netprov_exchange_begin(refused), 0);
	return -EPERM;
}

ZTEST(engine, test_a_transport_that_refuses_is_told_so)
{
	exchange.begin = refuse;
	core_on_request = defer;
	zassert_ok(submit(3));
	zassert_equal(netprov_exchange_wait(&exchange, SOON), -EPERM);
	/* The core no longer finds the request by its number. */
	zassert_is_null(netprov_port_buffer(core_request.request, &(size_t){0}));
}

static void begin_deferred(size_t length)
{
	core_on_request = defer;
	zassert_ok(submit(length));
	zassert_ok(k_sem_take(&arrived, SOON));
	settle();
	zassert_equal(netprov_exchange_wait(&exchange, K_MSEC(10)), -EAGAIN);
	zassert_false(netprov_exchange_is_busy(&exchange));
}

static void respond_to_deferred(void *argument)
{
	struct netprov_request request = core_request;
	size_t size = 0;

	ARG_UNUSED(argument);
	request.buffer = netprov_port_buffer(request.request, &size);
	zassert_equal_ptr(request.buffer, buffer);
	zassert_equal(size, SIZE);
	core_respond(&request, 'd', 9);
}

ZTEST(engine, test_a_response_may_come_later)
{
	begin_deferred(3);
	on_thread(respond_to_deferred);
	zassert_ok(netprov_exchange_wait(&exchange, K_NO_WAIT));
	must_hold('d', 9);
	netprov_exchange_release(&exchange);
	must_serve();
}

static void fail_deferred(void *argument)
{
	ARG_UNUSED(argument);
	netprov_port_respond(core_request.request, -EIO, 0);
}

ZTEST(engine, test_an_error_may_come_later)
{
	begin_deferred(3);
	on_thread(fail_deferred);
	zassert_equal(netprov_exchange_wait(&exchange, K_NO_WAIT), -EIO);
}

static void respond_too_late(void *argument)
{
	size_t size = 0;

	ARG_UNUSED(argument);
	zassert_is_null(netprov_port_buffer(core_request.request, &size));
	netprov_port_respond(core_request.request, 0, 4);
}

ZTEST(engine, test_the_core_is_told_of_a_deferred_request_that_is_given_up)
{
	begin_deferred(3);
	netprov_exchange_release(&exchange);
	must_be_wiped();
	on_thread(respond_too_late);
	zassert_equal(core_abandons, 1);
	zassert_equal(core_abandoned, core_request.request);
	zassert_equal(netprov_exchange_wait(&exchange, K_NO_WAIT), -EINVAL);
	must_be_wiped();
	must_serve();
	zassert_equal(core_abandons, 1);
}

ZTEST(engine, test_after_a_deferred_request_the_next_is_brought_at_once)
{
	uint32_t first;

	begin_deferred(3);
	first = core_request.request;
	netprov_exchange_release(&exchange);
	must_serve();
	zassert_equal(core_requests, 2);
	zassert_not_equal(core_request.request, first);
	zassert_equal(core_abandons, 1);
	zassert_equal(core_abandoned, first);
}

static void begin_in_core(void (*then)(const struct netprov_request *request))
{
	core_on_request = then;
	zassert_ok(submit(3));
	zassert_ok(k_sem_take(&arrived, SOON));
	zassert_equal(netprov_exchange_wait(&exchange, K_MSEC(10)), -EAGAIN);
	netprov_exchange_release(&exchange);
	/* The buffer is the core's until the core has ended the request. */
	must_hold('m', 3);
	zassert_true(netprov_exchange_is_busy(&exchange));
	zassert_equal(netprov_exchange_submit(&exchange), -EBUSY);
	zassert_equal(netprov_exchange_wait(&exchange, SOON), -EINVAL);
	netprov_exchange_release(&exchange);
	k_sem_give(&go_on);
	settle();
	zassert_false(netprov_exchange_is_busy(&exchange));
	must_be_wiped();
}

ZTEST(engine, test_a_response_to_a_request_that_was_given_up_in_the_core_is_wiped)
{
	begin_in_core(wait_and_respond);
	zassert_equal(core_abandons, 0);
	must_serve();
}

ZTEST(engine, test_the_core_is_told_when_it_defers_a_request_that_was_given_up)
{
	begin_in_core(wait_and_defer);
	zassert_equal(core_abandons, 1);
	zassert_equal(core_abandoned, core_request.request);
	must_serve();
	zassert_equal(core_abandons, 1);
}

static void wait_here(void *argument)
{
	ARG_UNUSED(argument);
	k_sem_give(&arrived);
	(void)k_sem_take(&go_on, K_FOREVER);
}

static void keep_thread_busy(struct k_work *work)
{
	ARG_UNUSED(work);
	wait_here(NULL);
}

static K_WORK_DEFINE(keeping_busy, keep_thread_busy);

ZTEST(engine, test_a_request_that_is_given_up_before_its_turn_is_not_brought)
{
	core_on_request = respond;
	zassert_true(k_work_submit_to_queue(&netprov_engine, &keeping_busy) > 0);
	zassert_ok(k_sem_take(&arrived, SOON));
	zassert_ok(submit(3));
	zassert_true(netprov_exchange_is_busy(&exchange));
	netprov_exchange_release(&exchange);
	must_be_wiped();
	zassert_false(netprov_exchange_is_busy(&exchange));
	k_sem_give(&go_on);
	settle();
	zassert_equal(core_requests, 0);
	zassert_equal(core_abandons, 0);
	must_serve();
}

/** Links are reported to the core in order and without additions, however long its thread was busy.
 */
ZTEST(engine, test_links_are_reported_in_order)
{
	zassert_true(k_work_submit_to_queue(&netprov_engine, &keeping_busy) > 0);
	zassert_ok(k_sem_take(&arrived, SOON));
	for (int i = 0; i < CORE_LINKS_MAX; i++) {
		netprov_engine_report_link(i % 2 == 0);
	}
	zassert_equal(core_link_count, 0);
	k_sem_give(&go_on);
	settle();
	zassert_between_inclusive(core_link_count, 30, CORE_LINKS_MAX - 1, "%d", core_link_count);
	for (int i = 0; i < core_link_count; i++) {
		zassert_equal(core_links[i], i % 2 == 0, "link %d", i);
	}
	core_link_count = 0;
	netprov_engine_report_link(true);
	settle();
	zassert_equal(core_link_count, 1);
	zassert_true(core_links[0]);
}

ZTEST(engine, test_of_two_requests_before_their_turn_the_second_is_brought)
{
	core_on_request = respond;
	zassert_true(k_work_submit_to_queue(&netprov_engine, &keeping_busy) > 0);
	zassert_ok(k_sem_take(&arrived, SOON));
	zassert_ok(submit(3));
	netprov_exchange_release(&exchange);
	zassert_ok(submit(8));
	k_sem_give(&go_on);
	zassert_ok(netprov_exchange_wait(&exchange, SOON));
	must_hold('r', 9);
	zassert_equal(core_requests, 1);
}

ZTEST(engine, test_all_three_at_once)
{
	core_on_request = respond;
	memset(buffer, 'm', 4);
	exchange.length = 4;
	zassert_ok(netprov_exchange(&exchange, SOON));
	must_hold('r', 5);
	netprov_exchange_release(&exchange);
	core_on_request = defer;
	memset(buffer, 'm', 4);
	exchange.length = 4;
	/* Long enough for the core to defer it on any host. */
	zassert_equal(netprov_exchange(&exchange, K_SECONDS(5)), -EAGAIN);
	must_be_wiped();
	must_serve();
	zassert_equal(core_abandons, 1);
}

ZTEST(engine, test_behind_a_request_that_timed_out_nobody_waits)
{
	core_on_request = respond;
	zassert_true(k_work_submit_to_queue(&netprov_engine, &keeping_busy) > 0);
	zassert_ok(k_sem_take(&arrived, SOON));
	exchange.length = 4;
	zassert_equal(netprov_exchange(&exchange, K_MSEC(10)), -EAGAIN);
	exchange.length = 4;
	zassert_equal(netprov_exchange(&exchange, K_FOREVER), -EBUSY);
	must_be_wiped();
	k_sem_give(&go_on);
	settle();
	zassert_equal(core_requests, 0);
	exchange.length = 4;
	zassert_ok(netprov_exchange(&exchange, SOON));
	must_hold('r', 5);
}

static void submit_here(void *argument)
{
	ARG_UNUSED(argument);
	zassert_equal(submit(1), -EDEADLK);
}

ZTEST(engine, test_the_provisioning_thread_does_not_wait_for_itself)
{
	on_thread(submit_here);
}

ZTEST(engine, test_usage)
{
	struct network_prov_usage usage;

	zassert_equal(network_prov_get_usage(NULL), -EINVAL);
	zassert_ok(network_prov_get_usage(&usage));
	zassert_equal(usage.stack_size, 4096);
	zassert_true(usage.stack_max <= usage.stack_size);
}
