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
 * Hands the message of an exchange to the core. Runs on the provisioning thread. Returns 0 if the
 * core took the request, or the negative errno to fail it with. By the time the core's function
 * returns, it may have responded, and the transport may be preparing the next request: what the
 * transport sets must not be touched after that.
 */
typedef int (*netprov_exchange_begin_t)(struct netprov_exchange *exchange);

/**
 * Where an exchange is, and who may touch its buffer.
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
 * and GIVEN_UP, and to nobody in QUEUED and DEFERRED. Whoever leads back to FREE wipes it: the
 * provisioning thread before it leaves GIVEN_UP, else the transport's thread right after the change.
 *
 * All changes happen under one lock. Only the provisioning thread enters and leaves HANDLED, apart
 * from a release to GIVEN_UP, and only it leaves GIVEN_UP. A work item that runs too late, for a
 * request that was released while it was queued, finds the exchange in another state than QUEUED and
 * does nothing; if the next request is queued already, it begins that one. The core knows a request
 * by its number alone, and a number is found only from QUEUED to a release or the response: a late
 * netprov_port_buffer() or netprov_port_respond() never meets the next request.
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
 * A request and its response, one at a time, in one buffer. Has static storage: the provisioning
 * thread may still hold it when the transport has given it up. Zero-initialised, apart from what the
 * transport sets. Of the functions below, one thread at a time calls those for one exchange.
 */
struct netprov_exchange {
	/* Set by the transport, once. */

	enum netprov_transport transport;
	/** NULL for netprov_exchange_begin(). */
	netprov_exchange_begin_t begin;
	/** The message from its first byte, then the response. */
	uint8_t *buffer;
	/** The buffer's size in bytes: the longest message, and the longest response. */
	size_t size;

	/* Set by the transport for each request. */

	/** The length of what is in the buffer: of the message, then of the response. */
	size_t length;
	/** The endpoint's name. It stays valid until the exchange is free. */
	const char *endpoint;
	/** The session's number on the transport. */
	uint32_t session;

	/* The engine's own. */

	/** The core's number for the request. `begin` may read it. */
	uint32_t number;
	/** The number of a request that was released after the core deferred it; 0 for none. */
	uint32_t abandoned;
	enum netprov_exchange_state state;
	int error;
	struct k_work work;
	struct k_sem responded;
	sys_snode_t node;
};

/** Hands the message to the core, from `begin` on the provisioning thread. Returns 0. */
int netprov_exchange_begin(struct netprov_exchange *exchange);

/**
 * Whether the provisioning thread holds the exchange or is about to. While it does, neither the
 * buffer nor anything else that `begin` reads may change, and the exchange cannot be submitted.
 */
bool netprov_exchange_is_busy(struct netprov_exchange *exchange);

/**
 * Brings the message in the buffer to the core. Not for the provisioning thread. Returns 0 if it is
 * queued, and then the exchange must be released at some time; -EBUSY if it is not free.
 */
int netprov_exchange_submit(struct netprov_exchange *exchange);

/**
 * Waits for the response. Returns 0 with the response in `buffer` and its length in `length`; the
 * negative errno that the request failed with; -EAGAIN if there is no response yet; or -EINVAL if
 * nothing is submitted. The result stays the same until the exchange is released.
 *
 * A request that failed must become an error of the transport, never an empty response: clients read
 * that as success.
 */
int netprov_exchange_wait(struct netprov_exchange *exchange, k_timeout_t timeout);

/**
 * Ends an exchange at any stage: when the response has left, when the request failed, when the
 * client is gone, or when a message that was coming in is dropped. The buffer is wiped: when this
 * returns if the exchange is no longer busy, else by the provisioning thread when it has finished.
 */
void netprov_exchange_release(struct netprov_exchange *exchange);

/**
 * Submits and waits. Returns what netprov_exchange_wait() does, or -EBUSY. Unless it returns 0, the
 * exchange is released. After a time-out it returns -EBUSY at once, for every exchange, until the
 * provisioning thread has done what was queued by then.
 */
int netprov_exchange(struct netprov_exchange *exchange, k_timeout_t timeout);

#endif /* NETPROV_EXCHANGE_H_ */
