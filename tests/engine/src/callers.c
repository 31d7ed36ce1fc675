/* SPDX-License-Identifier: Apache-2.0 */

/* Which threads may wait for the provisioning thread, and for how long. */

#include <errno.h>

#include <zephyr/irq_offload.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "core.h"
#include "engine/caller.h"
#include "engine/engine.h"

/** Function that a test runs on another thread. */
static void (*task)(void);

static K_SEM_DEFINE(is_wanted, 0, 1);
static K_SEM_DEFINE(is_done, 0, 1);
static K_SEM_DEFINE(go_on, 0, 1);

static void work_for_the_server(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	for (;;) {
		(void)k_sem_take(&is_wanted, K_FOREVER);
		task();
		k_sem_give(&is_done);
	}
}

/* The HTTP server's thread, as Zephyr defines it. */
K_THREAD_DEFINE(http_server_tid, 2048, work_for_the_server, NULL, NULL, NULL, 5, 0, 0);

static void work_for_the_system(struct k_work *work)
{
	ARG_UNUSED(work);
	task();
	k_sem_give(&is_done);
}

static K_WORK_DEFINE(working, work_for_the_system);

static void on_http_server(void)
{
	k_sem_give(&is_wanted);
}

static void on_system_work_queue(void)
{
	(void)k_work_submit(&working);
}

static void interrupt(const void *argument)
{
	ARG_UNUSED(argument);
	task();
	k_sem_give(&is_done);
}

static void in_interrupt(void)
{
	irq_offload(interrupt, NULL);
}

static void do_there(void (*there)(void), void (*what)(void))
{
	task = what;
	there();
	zassert_ok(k_sem_take(&is_done, K_SECONDS(60)));
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

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	k_sem_reset(&go_on);
	k_sem_reset(&is_done);
	/* Finish what the previous test has left on the provisioning thread. */
	settle();
	core_reset();
}

ZTEST_SUITE(engine_callers, NULL, NULL, before, NULL, NULL);

static int result, runs;
static bool may_wait;

static void count(void *argument)
{
	ARG_UNUSED(argument);
	runs++;
}

static void call(void)
{
	may_wait = netprov_port_may_wait();
	result = netprov_port_run(count, NULL);
}

static void check(void (*there)(void), bool expected_patience, int expected_result)
{
	int before_it = runs;

	do_there(there, call);
	zassert_equal(may_wait, expected_patience);
	zassert_equal(result, expected_result, "%d", result);
	zassert_equal(runs - before_it, expected_result == 0);
}

static void here(void)
{
	task();
	k_sem_give(&is_done);
}

ZTEST(engine_callers, test_a_thread_of_the_application_waits)
{
	check(here, true, 0);
	zassert_equal(core_catch_ups, 0);
}

ZTEST(engine_callers, test_threads_that_are_needed_do_not_wait_for_what_comes_of_a_call)
{
	check(on_system_work_queue, false, 0);
	check(on_http_server, false, 0);
	settle();
	zassert_between_inclusive(core_catch_ups, 1, 2);
}

static void learn(void)
{
	netprov_caller_learn(NETPROV_THREAD_BLUETOOTH);
}

static struct k_work_q learned_queue;
static K_THREAD_STACK_DEFINE(learned_stack, 2048);

static void on_learned(void)
{
	(void)k_work_submit_to_queue(&learned_queue, &working);
}

ZTEST(engine_callers, test_threads_that_were_learned_do_not_wait)
{
	k_work_queue_init(&learned_queue);
	k_work_queue_start(&learned_queue, learned_stack, K_THREAD_STACK_SIZEOF(learned_stack), 5,
			   NULL);
	check(on_learned, true, 0);
	do_there(on_learned, learn);
	check(on_learned, false, 0);
}

static void be_busy(struct k_work *work)
{
	ARG_UNUSED(work);
	(void)k_sem_take(&go_on, K_FOREVER);
}

static K_WORK_DEFINE(being_busy, be_busy);

ZTEST(engine_callers, test_a_busy_thread_refuses_those_that_cannot_wait)
{
	(void)k_work_submit_to_queue(&netprov_engine, &being_busy);
	check(on_system_work_queue, false, -EWOULDBLOCK);
	check(on_http_server, false, -EWOULDBLOCK);
	netprov_port_end(false);
	netprov_port_end(false);
	netprov_port_end(true);
	k_sem_give(&go_on);
	settle();
	zassert_equal(core_ends[0], 1, "%d", core_ends[0]);
	zassert_equal(core_ends[1], 1, "%d", core_ends[1]);
	/* Refused calls are not executed later. */
	zassert_equal(core_catch_ups, 0);
}

static void be_slow(void *argument)
{
	ARG_UNUSED(argument);
	k_sleep(K_MSEC(300));
	runs++;
}

static void call_slowly(void)
{
	result = netprov_port_run(be_slow, NULL);
}

/* Its work uses data on the caller's stack. */
ZTEST(engine_callers, test_a_call_that_has_begun_is_waited_for)
{
	int before_it = runs;

	do_there(on_system_work_queue, call_slowly);
	zassert_ok(result);
	zassert_equal(runs - before_it, 1);
}

ZTEST(engine_callers, test_an_interrupt_is_refused)
{
	check(in_interrupt, false, -EWOULDBLOCK);
}

static void be_interrupted(void *argument)
{
	ARG_UNUSED(argument);
	zassert_true(netprov_engine_is_current());
	check(in_interrupt, false, -EWOULDBLOCK);
}

ZTEST(engine_callers, test_an_interrupt_over_the_provisioning_thread_is_refused)
{
	task = call;
	zassert_ok(netprov_port_run(be_interrupted, NULL));
}
