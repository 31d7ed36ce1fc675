/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/usage.h>

#include "engine/engine.h"
#include "netprov_core.h"

LOG_MODULE_REGISTER(netprov_engine, CONFIG_NETWORK_PROV_LOG_LEVEL);

struct k_work_q netprov_engine;

static K_KERNEL_STACK_DEFINE(stack, CONFIG_NETWORK_PROV_THREAD_STACK_SIZE);

/** Calls the core when it wants to be called. */
static struct k_work_delayable timeouts;

bool netprov_engine_is_current(void)
{
	return k_current_get() == k_work_queue_thread_get(&netprov_engine);
}

/* Time-outs. */

void netprov_engine_reschedule(void)
{
	int64_t next = netprov_core_next_timeout();

	if (next < 0) {
		(void)k_work_cancel_delayable(&timeouts);
		return;
	}
	(void)k_work_reschedule_for_queue(&netprov_engine, &timeouts,
					  K_MSEC(MAX(next - k_uptime_get(), 0)));
}

static void handle_timeouts(struct k_work *work)
{
	ARG_UNUSED(work);
	netprov_core_handle_timeouts();
	netprov_engine_reschedule();
}

/* Calls of the API. */

struct call {
	struct k_work work;
	netprov_job_t job;
	void *argument;
};

static void run_call(struct k_work *work)
{
	struct call *call = CONTAINER_OF(work, struct call, work);

	call->job(call->argument);
	netprov_engine_reschedule();
}

int netprov_port_run(netprov_job_t job, void *argument)
{
	struct call call = {.job = job, .argument = argument};
	struct k_work_sync sync;
	int ret;

	if (netprov_engine_is_current()) {
		/* From a callback: whatever called it reschedules. */
		job(argument);
		return 0;
	}
	if (k_is_in_isr()) {
		return -EWOULDBLOCK;
	}
	k_work_init(&call.work, run_call);
	ret = k_work_submit_to_queue(&netprov_engine, &call.work);
	if (ret < 0) {
		return ret;
	}
	/* Not a semaphore of ours: the queue uses the item for a moment after the job has ended. */
	(void)k_work_flush(&call.work, &sync);
	return 0;
}

/* Usage. */

int network_prov_get_usage(struct network_prov_usage *usage)
{
	struct network_prov_usage result = {.stack_size = K_KERNEL_STACK_SIZEOF(stack)};

	if (usage == NULL) {
		return -EINVAL;
	}
#if defined(CONFIG_INIT_STACKS) && defined(CONFIG_THREAD_STACK_INFO)
	size_t unused;

	if (k_thread_stack_space_get(k_work_queue_thread_get(&netprov_engine), &unused) == 0) {
		result.stack_max = result.stack_size - unused;
	}
#endif
	*usage = result;
	return 0;
}

static int engine_init(void)
{
	const struct k_work_queue_config config = {.name = "netprov"};

	k_work_init_delayable(&timeouts, handle_timeouts);
	k_work_queue_init(&netprov_engine);
	k_work_queue_start(&netprov_engine, stack, K_KERNEL_STACK_SIZEOF(stack),
			   CONFIG_NETWORK_PROV_THREAD_PRIORITY, &config);
	return 0;
}

SYS_INIT(engine_init, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
