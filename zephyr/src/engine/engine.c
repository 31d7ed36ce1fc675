/* SPDX-License-Identifier: Apache-2.0 */

/* The provisioning thread: time-outs of the core and calls of the API. */

#include <errno.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/usage.h>

#include "engine/caller.h"
#include "engine/engine.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "times.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_ENGINE_LOG_LEVEL);

struct k_work_q netprov_engine;

static K_KERNEL_STACK_DEFINE(stack, CONFIG_NETWORK_PROV_THREAD_STACK_SIZE);

/** Calls the core at its next time-out. */
static struct k_work_delayable timeouts;

bool netprov_engine_is_current(void)
{
	/* In an interrupt that preempts the thread, the core may be in use. */
	return !k_is_in_isr() && k_current_get() == k_work_queue_thread_get(&netprov_engine);
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

/* Clients that connect and disconnect. */

static struct {
	struct k_spinlock lock;
	/** A bit for each event that is not reported yet, the latest lowest, after a leading 1. */
	uint32_t events;
} links = {.events = 1};

static void report_links(void)
{
	bool is_connected = false;
	int count = 0;

	do {
		K_SPINLOCK(&links.lock) {
			count = 31 - __builtin_clz(links.events);
			if (count > 0) {
				is_connected = (links.events & BIT(count - 1)) != 0;
				links.events = BIT(count - 1) | (links.events & BIT_MASK(count - 1));
			}
		}
		if (count > 0) {
			netprov_core_transport(is_connected);
		}
	} while (count > 0);
}

/* Work that does not wait. */

static void catch_up(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!IS_ENABLED(CONFIG_NETWORK_PROV_MINIMAL)) {
		report_links();
	}
	netprov_core_catch_up();
	netprov_engine_reschedule();
}

/** Executes the work of calls that could not wait for it, and reports links. */
static K_WORK_DEFINE(catching_up, catch_up);

void netprov_engine_report_link(bool is_connected)
{
	if (IS_ENABLED(CONFIG_NETWORK_PROV_MINIMAL)) {
		return;
	}
	K_SPINLOCK(&links.lock) {
		/* If the thread is busy for more than 30 events, the rest is not reported. */
		if (links.events < BIT(31)) {
			links.events = (links.events << 1) | is_connected;
		}
	}
	(void)k_work_submit_to_queue(&netprov_engine, &catching_up);
}

/* Calls of the API. */

struct call {
	struct k_work work;
	netprov_job_t job;
	void *argument;
	/** Given when the job has ended; NULL if the caller waits by k_work_flush(). */
	struct k_sem *done;
};

static void run_call(struct k_work *work)
{
	struct call *call = CONTAINER_OF(work, struct call, work);

	call->job(call->argument);
	if (call->done != NULL) {
		(void)k_work_submit_to_queue(&netprov_engine, &catching_up);
		k_sem_give(call->done);
	}
	netprov_engine_reschedule();
}

/** Waits briefly for the call to start. If it has started, waits for its end. */
static int await_attention(struct call *call)
{
	struct k_work_sync sync;

	if (k_sem_take(call->done, K_MSEC(NETPROV_ATTENTION_MS)) != 0) {
		/* Cancels the call if it has not started. Otherwise waits for its end. */
		(void)k_work_cancel_sync(&call->work, &sync);
		if (k_sem_take(call->done, K_NO_WAIT) != 0) {
			netprov_port_refuse();
			return -EWOULDBLOCK;
		}
	}
	(void)k_work_flush(&call->work, &sync);
	return 0;
}

int netprov_port_run(netprov_job_t job, void *argument)
{
	struct call call = {.job = job, .argument = argument};
	enum netprov_patience patience;
	struct k_work_sync sync;
	struct k_sem done;
	int ret;

	if (netprov_engine_is_current()) {
		/* From a callback. The work item that runs it reschedules. */
		job(argument);
		return 0;
	}
	patience = netprov_caller_patience();
	if (patience == NETPROV_PATIENCE_NONE) {
		netprov_port_refuse();
		return -EWOULDBLOCK;
	}
	if (patience == NETPROV_PATIENCE_BRIEF) {
		(void)k_sem_init(&done, 0, 1);
		call.done = &done;
	}
	k_work_init(&call.work, run_call);
	ret = k_work_submit_to_queue(&netprov_engine, &call.work);
	if (ret < 0) {
		return ret;
	}
	if (patience == NETPROV_PATIENCE_BRIEF) {
		return await_attention(&call);
	}
	/* Not by a semaphore, because the queue still uses the item after the job has ended. */
	(void)k_work_flush(&call.work, &sync);
	return 0;
}

bool netprov_port_may_wait(void)
{
	return netprov_engine_is_current() ||
	       netprov_caller_patience() == NETPROV_PATIENCE_ENDLESS;
}

void netprov_port_refuse(void)
{
	LOG_ERR("Call refused: this thread or interrupt cannot wait. Call again later, or from a "
		"thread of the application");
}

void netprov_port_warn_no_proof(void)
{
	LOG_WRN("No proof of possession: anyone in range can provision this device. Pass one as "
		"sec_params, with security 1 or 2");
}

static void end_service(struct k_work *work)
{
	ARG_UNUSED(work);
	netprov_core_end(false);
	netprov_engine_reschedule();
}

static void end_manager(struct k_work *work)
{
	ARG_UNUSED(work);
	netprov_core_end(true);
	netprov_engine_reschedule();
}

static K_WORK_DEFINE(ending_service, end_service);
static K_WORK_DEFINE(ending_manager, end_manager);

void netprov_port_end(bool deinit)
{
	/* Has no effect if the item is already queued. */
	(void)k_work_submit_to_queue(&netprov_engine, deinit ? &ending_manager : &ending_service);
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
