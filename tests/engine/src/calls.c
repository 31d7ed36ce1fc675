/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A thread that cannot wait calls a provisioning thread that is busy for about as long as the
 * caller waits. The caller withdraws its call while the provisioning thread starts it; with two
 * processors, at the same time. Either may win. A refused call must never run, and an accepted call
 * must have ended when the caller returns.
 */

#include <errno.h>

#include <zephyr/kernel.h>
#include <zephyr/random/random.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "engine/caller.h"
#include "engine/engine.h"
#include "netprov_core.h"
#include "times.h"

#define CALLS    100
#define IS_VALID 0x600dca11

/** The provisioning thread is busy for NETPROV_ATTENTION_MS plus or minus this time. */
#define JITTER_US (15 * USEC_PER_MSEC)

/** A call's argument, on the caller's stack. */
struct attempt {
	uint32_t mark;
	atomic_t runs;
};

static struct k_thread thread;
static K_THREAD_STACK_DEFINE(stack, 2048);
static int accepted, refused;
static atomic_t all_runs;

static void be_busy(struct k_work *work)
{
	ARG_UNUSED(work);
	k_busy_wait(NETPROV_ATTENTION_MS * USEC_PER_MSEC - JITTER_US +
		    sys_rand32_get() % (2 * JITTER_US));
}

static K_WORK_DEFINE(being_busy, be_busy);

static void run(void *argument)
{
	struct attempt *attempt = argument;

	zassert_equal(attempt->mark, IS_VALID, "its caller has returned");
	(void)atomic_inc(&all_runs);
	k_busy_wait(sys_rand32_get() % 200);
	(void)atomic_inc(&attempt->runs);
	zassert_equal(attempt->mark, IS_VALID, "its caller has returned meanwhile");
}

static void call(void)
{
	struct attempt attempt = {.mark = IS_VALID};
	int ret;

	(void)k_work_submit_to_queue(&netprov_engine, &being_busy);
	ret = netprov_port_run(run, &attempt);
	zassert_true(ret == 0 || ret == -EWOULDBLOCK, "%d", ret);
	zassert_equal(atomic_get(&attempt.runs), ret == 0 ? 1 : 0, "%d", ret);
	attempt.mark = 0;
	if (ret == 0) {
		accepted++;
	} else {
		refused++;
	}
}

static void do_nothing(void *argument)
{
	ARG_UNUSED(argument);
}

/** Waits until everything that is queued has run. Not for the thread that cannot wait. */
static void settle(void)
{
	zassert_ok(netprov_port_run(do_nothing, NULL));
}

static K_SEM_DEFINE(is_wanted, 0, 1);
static K_SEM_DEFINE(is_done, 0, 1);

static void call_when_asked(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	netprov_caller_learn(NETPROV_THREAD_NET_MGMT);
	for (int i = 0; i < CALLS; i++) {
		(void)k_sem_take(&is_wanted, K_FOREVER);
		call();
		k_sem_give(&is_done);
	}
}

ZTEST_SUITE(engine_calls, NULL, NULL, NULL, NULL, NULL);

ZTEST(engine_calls, test_a_refused_call_never_runs)
{
	(void)k_thread_create(&thread, stack, K_THREAD_STACK_SIZEOF(stack), call_when_asked, NULL,
			      NULL, NULL, 5, 0, K_NO_WAIT);
	for (int i = 0; i < CALLS; i++) {
		k_sem_give(&is_wanted);
		zassert_ok(k_sem_take(&is_done, K_SECONDS(60)));
		settle();
	}
	zassert_ok(k_thread_join(&thread, K_SECONDS(60)));
	TC_PRINT("%d accepted, %d refused\n", accepted, refused);
	/* A refused call that was still queued would have run by now. */
	zassert_equal(atomic_get(&all_runs), accepted);
	zassert_equal(accepted + refused, CALLS);
	if (!IS_ENABLED(CONFIG_SMP)) {
		/* With several processors, time is the host's, and all calls may be refused under
		 * load.
		 */
		zassert_true(accepted > 0 && refused > 0);
	}
}
