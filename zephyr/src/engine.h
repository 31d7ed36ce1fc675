/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The provisioning thread, and how the rest of the glue reaches it.
 *
 * The thread is a work queue. It owns the core: whatever calls `netprov_core_*()` is work on this
 * queue. Other threads submit work to it and do not wait, or wait for a bounded time, with one
 * exception: a thread of the application that calls the API waits until the call is done.
 */

#ifndef NETPROV_ENGINE_H_
#define NETPROV_ENGINE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/kernel.h>

/** The transports' numbers in the core. */
enum netprov_transport {
	NETPROV_TRANSPORT_BLE = 0,
	NETPROV_TRANSPORT_HTTP = 1,
	NETPROV_TRANSPORT_CONSOLE = 2,
};

/** The provisioning thread, for work items that call the core. */
extern struct k_work_q netprov_engine;

/** Whether the caller is the provisioning thread. */
bool netprov_engine_is_current(void);

/**
 * What a work item calls last, after it has called the core: the core may have another time-out
 * now. Exchanges and API calls do it by themselves.
 */
void netprov_engine_reschedule(void);

struct netprov_exchange;

/**
 * Hands a request to the core, by netprov_core_request() or the like, with `exchange->number`.
 * Runs on the provisioning thread. Returns 0 if the core took the request (it may be answered
 * already), or the negative errno to fail it with.
 */
typedef int (*netprov_exchange_begin_t)(struct netprov_exchange *exchange);

/**
 * A request and its answer, one at a time. Of static storage: the provisioning thread may still
 * hold it when whoever waited has given up. Zero-initialised but for what is set here.
 */
struct netprov_exchange {
	/** Set by the transport, once. */
	netprov_exchange_begin_t begin;
	/** Where the answer is copied to. Set by the transport, before each request. */
	uint8_t *reply;
	/** How much fits there; the transport passes it to the core as `reply_max`. */
	size_t reply_size;
	/** The core's number for the request. Set by the engine. */
	uint32_t number;
	/** The answer's length, if there is one. Set by the engine. */
	size_t reply_length;

	/* The engine's own. */
	struct k_work work;
	struct k_sem answered;
	sys_snode_t node;
	bool busy;
	uint32_t begun;
	int error;
};

/**
 * Whether the provisioning thread may still read the exchange and the request: after a time-out,
 * until it gets to it. Its buffers must not be written to as long.
 */
bool netprov_exchange_is_busy(struct netprov_exchange *exchange);

/**
 * Brings a request to the core. Not for the provisioning thread. Returns 0, and then the exchange
 * must be waited for until it is answered, or abandoned; -EBUSY if it is busy.
 */
int netprov_exchange_submit(struct netprov_exchange *exchange);

/**
 * Waits for the answer. Returns 0 with `reply_length` set; what the core failed the request with;
 * or -EAGAIN if there is no answer yet: wait again, or abandon it.
 *
 * A request that failed must be an error of the transport, never an empty answer: that reads as
 * success.
 */
int netprov_exchange_wait(struct netprov_exchange *exchange, k_timeout_t timeout);

/** Gives up an exchange that was submitted and is not answered: its reply is not written to. */
void netprov_exchange_abandon(struct netprov_exchange *exchange);

/**
 * All three: submits, waits, and abandons it if there is no answer in time, which is -EAGAIN.
 */
int netprov_exchange(struct netprov_exchange *exchange, k_timeout_t timeout);

#endif /* NETPROV_ENGINE_H_ */
