/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Responses that are sent past the HTTP server.
 *
 * The server has one thread, and its own way to send blocks that thread until the client has
 * received everything. It also sends every response with a chunked body. A transfer is a response
 * that is stored in flash. The server's poll sends a piece of it whenever the socket accepts one,
 * so a slow reader does not delay others. The connection is closed after it.
 *
 * All functions except netprov_transfer_enable() are for the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_TRANSFER_H_
#define NETPROV_HTTP_TRANSFER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netprov_http_connection;
struct socket_op_vtable;

/** A response of a connection. */
struct netprov_transfer {
	/** The head and the body must remain valid and unchanged. */
	const uint8_t *head;
	const uint8_t *body;
	uint32_t head_length;
	/** Bytes to send, including the head; 0 while no transfer is in progress. */
	uint32_t length;
	uint32_t sent;
	/** When everything must have been sent, in milliseconds since boot. */
	int64_t deadline;
};

/** Result of a step. */
enum netprov_transfer_step {
	/** A part was sent. */
	NETPROV_TRANSFER_MOVED,
	/** The socket accepted nothing. */
	NETPROV_TRANSFER_STUCK,
	/** Everything was sent, or the socket failed. */
	NETPROV_TRANSFER_OVER,
};

#ifdef CONFIG_NETWORK_PROV_SOFTAP_TRANSFER

/** Allows or stops transfers. After a stop, those in progress do not continue. */
void netprov_transfer_enable(bool is_enabled);

/** Starts a transfer. The body's length may be 0. */
void netprov_transfer_begin(struct netprov_http_connection *connection, const void *head,
			    size_t head_length, const void *body, size_t body_length);

/** Checks whether the connection's response is a transfer. */
bool netprov_transfer_has_begun(const struct netprov_http_connection *connection);

/** Checks whether more must be sent. */
bool netprov_transfer_is_pending(const struct netprov_http_connection *connection);

/** Checks whether a transfer is young enough to keep its slot. */
bool netprov_transfer_is_young(const struct netprov_http_connection *connection);

/** Sends what the socket accepts without blocking, at most one piece. */
enum netprov_transfer_step netprov_transfer_step(struct netprov_http_connection *connection,
						 const struct socket_op_vtable *zephyr);

/** Returns when the connection is closed unless it accepts more, in milliseconds since boot. */
int64_t netprov_transfer_deadline(const struct netprov_http_connection *connection);

#else

static inline void netprov_transfer_enable(bool is_enabled)
{
	(void)is_enabled;
}

static inline bool netprov_transfer_has_begun(const struct netprov_http_connection *connection)
{
	(void)connection;
	return false;
}

static inline bool netprov_transfer_is_pending(const struct netprov_http_connection *connection)
{
	(void)connection;
	return false;
}

static inline bool netprov_transfer_is_young(const struct netprov_http_connection *connection)
{
	(void)connection;
	return false;
}

static inline enum netprov_transfer_step
netprov_transfer_step(struct netprov_http_connection *connection,
		      const struct socket_op_vtable *zephyr)
{
	(void)connection;
	(void)zephyr;
	return NETPROV_TRANSFER_OVER;
}

static inline int64_t netprov_transfer_deadline(const struct netprov_http_connection *connection)
{
	(void)connection;
	return 0;
}

#endif

#endif /* NETPROV_HTTP_TRANSFER_H_ */
