/* SPDX-License-Identifier: Apache-2.0 */

/* enum netprov_exchange_state documents the states, and who owns the buffer in each. */

#include <errno.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/slist.h>
#include <zephyr/sys/util.h>

#include "engine/engine.h"
#include "engine/exchange.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "wipe.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_ENGINE_LOG_LEVEL);

/** Guards the exchanges: the list, and the state and number of each. */
static struct k_spinlock lock;

/** Exchanges that the core may look up by number: from QUEUED until they end. */
static sys_slist_t known = SYS_SLIST_STATIC_INIT(&known);

static uint32_t last_number;

/* On the provisioning thread. */

/** Returns the exchange with this number, or NULL if it has ended. Call with the lock held. */
static struct netprov_exchange *find(uint32_t number)
{
	struct netprov_exchange *exchange;

	SYS_SLIST_FOR_EACH_CONTAINER(&known, exchange, node) {
		if (exchange->number == number) {
			return exchange;
		}
	}
	return NULL;
}

/** Ends an exchange: its number is no longer found. Call with the lock held. */
static void end(struct netprov_exchange *exchange, enum netprov_exchange_state state)
{
	(void)sys_slist_find_and_remove(&known, &exchange->node);
	exchange->state = state;
}

static void wipe(struct netprov_exchange *exchange)
{
	/* It may contain a passphrase, or the plain text of a response that was not encrypted. */
	netprov_wipe(exchange->buffer, exchange->size);
	exchange->length = 0;
}

/** Frees an exchange that the transport released while the core used it. */
static void free_given_up(struct netprov_exchange *exchange)
{
	wipe(exchange);
	K_SPINLOCK(&lock) {
		end(exchange, NETPROV_EXCHANGE_FREE);
	}
}

void netprov_port_respond(uint32_t request, int error, size_t length)
{
	struct netprov_exchange *exchange = NULL;
	bool is_given_up = false;

	K_SPINLOCK(&lock) {
		exchange = find(request);
		if (exchange != NULL) {
			is_given_up = exchange->state == NETPROV_EXCHANGE_GIVEN_UP;
		}
		if (exchange != NULL && !is_given_up) {
			exchange->error = error;
			exchange->length = error == 0 ? length : 0;
			end(exchange, NETPROV_EXCHANGE_RESPONDED);
		}
	}
	if (exchange == NULL || is_given_up) {
		LOG_DBG("request %u: response dropped: the transport has released it", request);
	}
	if (is_given_up) {
		free_given_up(exchange);
	} else if (exchange != NULL) {
		k_sem_give(&exchange->responded);
	}
}

uint8_t *netprov_port_buffer(uint32_t request, size_t *size)
{
	uint8_t *buffer = NULL;

	K_SPINLOCK(&lock) {
		struct netprov_exchange *exchange = find(request);

		if (exchange != NULL && exchange->state != NETPROV_EXCHANGE_GIVEN_UP) {
			exchange->state = NETPROV_EXCHANGE_HANDLED;
			buffer = exchange->buffer;
			*size = exchange->size;
		}
	}
	return buffer;
}

int netprov_exchange_begin(struct netprov_exchange *exchange)
{
	const struct netprov_request request = {
		.request = exchange->number,
		.transport = exchange->transport,
		.session = exchange->session,
		.endpoint = exchange->endpoint,
		.buffer = exchange->buffer,
		.length = exchange->length,
		.size = exchange->size,
	};

	netprov_core_request(&request);
	return 0;
}

static void begin(struct netprov_exchange *exchange)
{
	/* Once the core has responded, the transport may have submitted the next request. */
	uint32_t number = exchange->number;
	bool is_given_up = false;
	int error = exchange->begin != NULL ? exchange->begin(exchange)
					    : netprov_exchange_begin(exchange);

	if (error != 0) {
		netprov_port_respond(number, error, 0);
		return;
	}
	K_SPINLOCK(&lock) {
		if (exchange->state == NETPROV_EXCHANGE_HANDLED) {
			exchange->state = NETPROV_EXCHANGE_DEFERRED;
		}
		is_given_up = exchange->state == NETPROV_EXCHANGE_GIVEN_UP;
	}
	if (is_given_up) {
		netprov_core_abandon(number);
		free_given_up(exchange);
	}
}

static void handle_exchange(struct k_work *work)
{
	struct netprov_exchange *exchange = CONTAINER_OF(work, struct netprov_exchange, work);
	uint32_t abandoned = 0;
	bool is_queued = false;

	K_SPINLOCK(&lock) {
		abandoned = exchange->abandoned;
		exchange->abandoned = 0;
		is_queued = exchange->state == NETPROV_EXCHANGE_QUEUED;
		if (is_queued) {
			exchange->state = NETPROV_EXCHANGE_HANDLED;
		}
	}
	if (abandoned != 0) {
		netprov_core_abandon(abandoned);
	}
	if (is_queued) {
		begin(exchange);
	}
	netprov_engine_reschedule();
}

/* On the transports' threads. */

static enum netprov_exchange_state state_of(struct netprov_exchange *exchange)
{
	enum netprov_exchange_state state = NETPROV_EXCHANGE_FREE;

	K_SPINLOCK(&lock) {
		state = exchange->state;
	}
	return state;
}

bool netprov_exchange_is_busy(struct netprov_exchange *exchange)
{
	switch (state_of(exchange)) {
	case NETPROV_EXCHANGE_QUEUED:
	case NETPROV_EXCHANGE_HANDLED:
	case NETPROV_EXCHANGE_GIVEN_UP:
		return true;
	default:
		return false;
	}
}

/** Adds the exchange to the list under a new number, if it is free. */
static bool claim(struct netprov_exchange *exchange)
{
	bool is_claimed = false;

	K_SPINLOCK(&lock) {
		if (exchange->state == NETPROV_EXCHANGE_FREE) {
			/* 0 means no request. */
			last_number = MAX(last_number + 1, 1);
			exchange->number = last_number;
			exchange->state = NETPROV_EXCHANGE_QUEUED;
			sys_slist_append(&known, &exchange->node);
			is_claimed = true;
		}
	}
	return is_claimed;
}

int netprov_exchange_submit(struct netprov_exchange *exchange)
{
	int ret;

	if (netprov_engine_is_current()) {
		return -EDEADLK;
	}
	if (exchange->work.handler == NULL) {
		k_work_init(&exchange->work, handle_exchange);
		(void)k_sem_init(&exchange->responded, 0, 1);
	}
	if (!claim(exchange)) {
		return -EBUSY;
	}
	ret = k_work_submit_to_queue(&netprov_engine, &exchange->work);
	if (ret < 0) {
		netprov_exchange_release(exchange);
		return ret;
	}
	return 0;
}

int netprov_exchange_wait(struct netprov_exchange *exchange, k_timeout_t timeout)
{
	k_timepoint_t until = sys_timepoint_calc(timeout);
	int ret;

	/* The semaphore may still be given for the previous request, so check the state. */
	do {
		switch (state_of(exchange)) {
		case NETPROV_EXCHANGE_RESPONDED:
			return exchange->error;
		case NETPROV_EXCHANGE_FREE:
		case NETPROV_EXCHANGE_GIVEN_UP:
			return -EINVAL;
		default:
			ret = k_sem_take(&exchange->responded, sys_timepoint_timeout(until));
		}
	} while (ret == 0);
	return state_of(exchange) == NETPROV_EXCHANGE_RESPONDED ? exchange->error : -EAGAIN;
}

void netprov_exchange_release(struct netprov_exchange *exchange)
{
	bool is_ours = true;
	bool is_deferred = false;

	K_SPINLOCK(&lock) {
		switch (exchange->state) {
		case NETPROV_EXCHANGE_HANDLED:
			exchange->state = NETPROV_EXCHANGE_GIVEN_UP;
			is_ours = false;
			break;
		case NETPROV_EXCHANGE_GIVEN_UP:
			is_ours = false;
			break;
		case NETPROV_EXCHANGE_DEFERRED:
			/* The core is told by the same work item that handles the next request. */
			exchange->abandoned = exchange->number;
			is_deferred = true;
			end(exchange, NETPROV_EXCHANGE_FREE);
			break;
		default:
			end(exchange, NETPROV_EXCHANGE_FREE);
			break;
		}
	}
	if (is_ours) {
		wipe(exchange);
	}
	if (is_deferred) {
		(void)k_work_submit_to_queue(&netprov_engine, &exchange->work);
	}
}

static void handle_marker(struct k_work *work)
{
	ARG_UNUSED(work);
}

/** Queued when a request timed out. Until it has run, further requests would time out too. */
static K_WORK_DEFINE(marker, handle_marker);

int netprov_exchange(struct netprov_exchange *exchange, k_timeout_t timeout)
{
	int ret = k_work_is_pending(&marker) ? -EBUSY : netprov_exchange_submit(exchange);

	if (ret == 0) {
		ret = netprov_exchange_wait(exchange, timeout);
		if (ret == -EAGAIN) {
			(void)k_work_submit_to_queue(&netprov_engine, &marker);
		}
	}
	if (ret != 0) {
		netprov_exchange_release(exchange);
	}
	return ret;
}
