/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/slist.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/usage.h>

#include "engine.h"
#include "netprov_core.h"

LOG_MODULE_REGISTER(netprov_engine, CONFIG_NETWORK_PROV_LOG_LEVEL);

struct k_work_q netprov_engine;

static K_KERNEL_STACK_DEFINE(stack, CONFIG_NETWORK_PROV_THREAD_STACK_SIZE);

/** Calls the core when it wants to be called. */
static struct k_work_delayable timeouts;

/** Guards the exchanges: the list, and what the engine owns of each. */
static struct k_spinlock lock;

/** The exchanges that somebody waits for. */
static sys_slist_t waiting = SYS_SLIST_STATIC_INIT(&waiting);

static uint32_t last_number;

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

/* Exchanges. */

/** Takes the exchange that waits for this answer off the list. */
static struct netprov_exchange *take_waiting(uint32_t number)
{
	struct netprov_exchange *found = NULL;
	struct netprov_exchange *exchange;

	K_SPINLOCK(&lock) {
		SYS_SLIST_FOR_EACH_CONTAINER(&waiting, exchange, node) {
			if (exchange->number == number) {
				found = exchange;
				break;
			}
		}
		if (found != NULL) {
			(void)sys_slist_find_and_remove(&waiting, &found->node);
		}
	}
	return found;
}

static void answer(struct netprov_exchange *exchange, int error, const uint8_t *data,
		   size_t length)
{
	if (error == 0 && length > exchange->reply_size) {
		error = -EMSGSIZE;
	}
	exchange->error = error;
	exchange->reply_length = error == 0 ? length : 0;
	if (exchange->reply_length > 0) {
		memcpy(exchange->reply, data, length);
	}
	/* The core has copied what it keeps of the request: the next one may be prepared. */
	K_SPINLOCK(&lock) {
		exchange->busy = false;
	}
	k_sem_give(&exchange->answered);
}

void netprov_port_reply(const struct netprov_reply *reply)
{
	struct netprov_exchange *exchange = take_waiting(reply->request);

	if (exchange == NULL) {
		LOG_DBG("request %u: answered too late", reply->request);
		return;
	}
	answer(exchange, reply->error, reply->data, reply->length);
}

static void begin(struct k_work *work)
{
	struct netprov_exchange *exchange = CONTAINER_OF(work, struct netprov_exchange, work);
	uint32_t number = 0;
	int error;

	/* Once it is answered, its number may be that of the next request. */
	K_SPINLOCK(&lock) {
		number = exchange->number;
		exchange->begun = number;
	}
	error = exchange->begin(exchange);
	if (error != 0 && take_waiting(number) != NULL) {
		answer(exchange, error, NULL, 0);
	}
	K_SPINLOCK(&lock) {
		if (exchange->number == number) {
			exchange->busy = false;
		}
	}
	netprov_engine_reschedule();
}

bool netprov_exchange_is_busy(struct netprov_exchange *exchange)
{
	bool busy = false;

	K_SPINLOCK(&lock) {
		busy = exchange->busy;
	}
	return busy;
}

/** Puts the exchange on the list under a new number, unless it is busy. */
static bool claim(struct netprov_exchange *exchange)
{
	bool claimed = false;

	K_SPINLOCK(&lock) {
		if (!exchange->busy) {
			exchange->busy = true;
			exchange->number = ++last_number;
			sys_slist_append(&waiting, &exchange->node);
			claimed = true;
		}
	}
	return claimed;
}

/** Takes the exchange off the list. False if it is answered, or just being answered. */
static bool withdraw(struct netprov_exchange *exchange)
{
	bool withdrawn = false;

	K_SPINLOCK(&lock) {
		withdrawn = sys_slist_find_and_remove(&waiting, &exchange->node);
	}
	return withdrawn;
}

/** After this the request is not handed to the core, unless that has begun. */
static void cancel(struct netprov_exchange *exchange)
{
	/* What this says is of no use: the item may be running for the request before. */
	(void)k_work_cancel(&exchange->work);
	K_SPINLOCK(&lock) {
		if (exchange->begun != exchange->number) {
			exchange->busy = false;
		}
	}
}

int netprov_exchange_submit(struct netprov_exchange *exchange)
{
	int ret;

	if (netprov_engine_is_current()) {
		return -EDEADLK;
	}
	if (!claim(exchange)) {
		return -EBUSY;
	}
	k_sem_init(&exchange->answered, 0, 1);
	if (exchange->work.handler == NULL) {
		k_work_init(&exchange->work, begin);
	}
	ret = k_work_submit_to_queue(&netprov_engine, &exchange->work);
	if (ret < 0) {
		(void)withdraw(exchange);
		cancel(exchange);
		return ret;
	}
	return 0;
}

int netprov_exchange_wait(struct netprov_exchange *exchange, k_timeout_t timeout)
{
	return k_sem_take(&exchange->answered, timeout) == 0 ? exchange->error : -EAGAIN;
}

void netprov_exchange_abandon(struct netprov_exchange *exchange)
{
	if (withdraw(exchange)) {
		cancel(exchange);
	} else {
		/* It is being answered: that takes a moment, and then the reply is the caller's. */
		(void)k_sem_take(&exchange->answered, K_FOREVER);
	}
}

int netprov_exchange(struct netprov_exchange *exchange, k_timeout_t timeout)
{
	int ret = netprov_exchange_submit(exchange);

	if (ret != 0) {
		return ret;
	}
	if (k_sem_take(&exchange->answered, timeout) == 0) {
		return exchange->error;
	}
	if (!withdraw(exchange)) {
		(void)k_sem_take(&exchange->answered, K_FOREVER);
		return exchange->error;
	}
	cancel(exchange);
	return -EAGAIN;
}

/* Usage. */

static void get_heap_usage(void *argument)
{
	struct network_prov_usage *usage = argument;

	usage->heap_size = netprov_core_arena(&usage->heap_used, &usage->heap_max);
}

int network_prov_get_usage(struct network_prov_usage *usage)
{
	struct network_prov_usage result = {.stack_size = K_KERNEL_STACK_SIZEOF(stack)};
	int ret;

	if (usage == NULL) {
		return -EINVAL;
	}
	ret = netprov_port_run(get_heap_usage, &result);
	if (ret != 0) {
		return ret;
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
