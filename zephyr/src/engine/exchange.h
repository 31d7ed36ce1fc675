/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A request and its response, between a transport and the provisioning thread.
 */

#ifndef NETPROV_EXCHANGE_H_
#define NETPROV_EXCHANGE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/slist.h>

/** The transports' numbers in the core. */
enum netprov_transport {
	NETPROV_TRANSPORT_BLE = 0,
	NETPROV_TRANSPORT_HTTP = 1,
	NETPROV_TRANSPORT_CONSOLE = 2,
};

struct netprov_exchange;

/**
 * Passes the message of an exchange to the core, on the provisioning thread. Returns 0 if the core
 * accepted the request, or the negative errno to fail it with. When the core's function returns,
 * the core may have responded and the transport may be preparing the next request, so do not access
 * the members that the transport sets after that.
 */
typedef int (*netprov_exchange_begin_t)(struct netprov_exchange *exchange);

/**
 * State of an exchange, which determines who may access its buffer.
 *
 *     FREE ──submit──> QUEUED ──> HANDLED ──respond──> RESPONDED
 *                                  │   ^
 *               the core defers it │   │ netprov_port_buffer()
 *                                  v   │
 *                                 DEFERRED
 *
 * netprov_exchange_release() leads back to FREE from every state:
 *
 *     FREE, QUEUED, RESPONDED ──release──> FREE
 *     DEFERRED ──release──> FREE, and the core is told by work on the queue
 *     HANDLED ──release──> GIVEN_UP ──the core responds, or defers the request──> FREE
 *
 * The buffer belongs to the transport in FREE and RESPONDED, to the provisioning thread in HANDLED
 * and GIVEN_UP, and is not accessed in QUEUED and DEFERRED. The thread that changes the state to
 * FREE wipes it: the provisioning thread before it leaves GIVEN_UP, otherwise the transport's
 * thread right after the change.
 *
 * All changes are made under one lock. Only the provisioning thread enters and leaves HANDLED,
 * except for a release to GIVEN_UP, and only it leaves GIVEN_UP. If a request was released while
 * its work item was queued, the item finds another state than QUEUED and does nothing; if the next
 * request is already queued, it starts that one. The core identifies a request by its number. A
 * number is found only from QUEUED until the release or the response, so a late
 * netprov_port_buffer() or netprov_port_respond() never affects the next request.
 */
enum netprov_exchange_state {
	NETPROV_EXCHANGE_FREE,
	NETPROV_EXCHANGE_QUEUED,
	NETPROV_EXCHANGE_HANDLED,
	NETPROV_EXCHANGE_DEFERRED,
	NETPROV_EXCHANGE_RESPONDED,
	NETPROV_EXCHANGE_GIVEN_UP,
};

/**
 * A request and its response in one buffer, one at a time. It must have static storage, because the
 * provisioning thread may still use it when the transport has released it. Initialise it to zero,
 * except for the members that the transport sets. Only one thread at a time may call the functions
 * below for the same exchange.
 */
struct netprov_exchange {
	/* Set by the transport, once. */

	enum netprov_transport transport;
	/** NULL for netprov_exchange_begin(). */
	netprov_exchange_begin_t begin;
	/** Holds the message at its start, then the response. */
	uint8_t *buffer;
	/** Size of the buffer in bytes: the longest message and the longest response. */
	size_t size;

	/* Set by the transport for each request. */

	/** Length of the message, then of the response, in bytes. */
	size_t length;
	/** Name of the endpoint. It must remain valid until the exchange is free. */
	const char *endpoint;
	/** Number of the session on the transport. */
	uint32_t session;

	/* Used by the engine. */

	/** Number of the request in the core. `begin` may read it. */
	uint32_t number;
	/** Number of a request that was released after the core deferred it; 0 for none. */
	uint32_t abandoned;
	enum netprov_exchange_state state;
	int error;
	struct k_work work;
	struct k_sem responded;
	sys_snode_t node;
};

/** Passes the message to the core, from `begin` on the provisioning thread. Returns 0. */
int netprov_exchange_begin(struct netprov_exchange *exchange);

/**
 * Checks whether the provisioning thread uses the exchange or is about to. While it does, do not
 * modify the buffer or anything else that `begin` reads; the exchange cannot be submitted.
 */
bool netprov_exchange_is_busy(struct netprov_exchange *exchange);

/**
 * Queues the message in the buffer for the core. Must not be called on the provisioning thread.
 * Returns 0 on success; then the exchange must be released later. Returns -EBUSY if it is not free.
 */
int netprov_exchange_submit(struct netprov_exchange *exchange);

/**
 * Waits for the response. Returns 0 with the response in `buffer` and its length in `length`; the
 * negative errno that the request failed with; -EAGAIN if there is no response within the time-out;
 * or -EINVAL if no request is submitted. The result does not change until the exchange is released.
 *
 * Report a failed request as an error of the transport, never as an empty response, which clients
 * interpret as success.
 */
int netprov_exchange_wait(struct netprov_exchange *exchange, k_timeout_t timeout);

/**
 * Ends an exchange in any state: when the response was sent, when the request failed, when the
 * client has disconnected, or to drop a message that is being received. The buffer is wiped before
 * this returns, or, if the exchange is busy, by the provisioning thread when it has finished.
 */
void netprov_exchange_release(struct netprov_exchange *exchange);

/**
 * Submits and waits. Returns as netprov_exchange_wait(), or -EBUSY. Unless it returns 0, the
 * exchange is released. After a time-out, it returns -EBUSY at once for every exchange until the
 * provisioning thread has finished the work that was queued at that time.
 */
int netprov_exchange(struct netprov_exchange *exchange, k_timeout_t timeout);

#endif /* NETPROV_EXCHANGE_H_ */
