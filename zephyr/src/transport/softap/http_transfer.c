/* SPDX-License-Identifier: Apache-2.0 */

/* Sends stored responses past the HTTP server, on its thread. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_pkt.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "transport/softap/http_connection.h"
#include "transport/softap/http_transfer.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** Longest time for the whole response, in milliseconds. Over a poor link, at 10 KB/s, it takes 6
 * s.
 */
#define WHOLE_TIME_MS (20 * MSEC_PER_SEC)

/** Longest time without progress, in milliseconds. A few lost packets take less. */
#define STALL_TIME_MS (5 * MSEC_PER_SEC)

/** Time for which a new transfer keeps its slot against new connections, in milliseconds. */
#define YOUNG_MS (3 * MSEC_PER_SEC)

/**
 * Bytes sent at a time before other connections are served. At most twice as much awaits an
 * acknowledgement. Two packets, because phones acknowledge every second one at once. A client that
 * acknowledges nothing keeps this many buffers of the stack from others.
 */
#define CHUNK_SIZE 512
#define WINDOW_SIZE (2 * CHUNK_SIZE)

/**
 * The number of the stack's send buffers that transfers leave to others. Unacknowledged data keeps
 * its buffers even after the connection is closed, until TCP gives up about 20 s later. If slow
 * readers had all buffers, no response could be sent, not even the owner's.
 */
#define BUFFERS_LEFT(count) ((count) / 2)

/** Pause of the thread when a socket is writable but accepts nothing, because no buffer is free. */
#define PAUSE K_MSEC(2)

/* The poll has an entry to stop it, one per service, and one per client to read. Our connections
 * have a second one to write. With fewer entries, the server would fail and restart.
 */
BUILD_ASSERT(CONFIG_ZVFS_POLL_MAX >= 1 + CONFIG_HTTP_SERVER_NUM_SERVICES +
					     CONFIG_HTTP_SERVER_MAX_CLIENTS +
					     NETPROV_HTTP_CONNECTIONS,
	     "The HTTP server could not wait for slow readers: set "
	     "CONFIG_ZVFS_POLL_MAX to 1 + CONFIG_HTTP_SERVER_NUM_SERVICES + "
	     "CONFIG_HTTP_SERVER_MAX_CLIENTS + CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS + 1");

static atomic_t is_allowed;

void netprov_transfer_enable(bool is_enabled)
{
	atomic_set(&is_allowed, is_enabled);
}

void netprov_transfer_begin(struct netprov_http_connection *connection, const void *head,
			    size_t head_length, const void *body, size_t body_length)
{
	connection->transfer = (struct netprov_transfer){
		.head = head,
		.body = body,
		.head_length = head_length,
		.length = head_length + body_length,
		.deadline = k_uptime_get() + WHOLE_TIME_MS,
	};
}

bool netprov_transfer_has_begun(const struct netprov_http_connection *connection)
{
	return connection->transfer.length != 0;
}

bool netprov_transfer_is_pending(const struct netprov_http_connection *connection)
{
	return connection->transfer.sent < connection->transfer.length && atomic_get(&is_allowed);
}

bool netprov_transfer_is_young(const struct netprov_http_connection *connection)
{
	return connection->transfer.length != 0 &&
	       connection->transfer.deadline - k_uptime_get() > WHOLE_TIME_MS - YOUNG_MS;
}

/** Checks whether sending a piece leaves enough buffers for others. */
static bool may_take_buffers(void)
{
	struct net_buf_pool *received;
	struct net_buf_pool *sent;
	struct k_mem_slab *rx;
	struct k_mem_slab *tx;

	net_pkt_get_info(&rx, &tx, &received, &sent);
	return atomic_get(&sent->avail_count) > BUFFERS_LEFT(sent->buf_count);
}

enum netprov_transfer_step netprov_transfer_step(struct netprov_http_connection *connection,
						 const struct socket_op_vtable *zephyr)
{
	struct netprov_transfer *transfer = &connection->transfer;
	const uint8_t *at;
	size_t left;
	ssize_t sent;

	if (!may_take_buffers()) {
		(void)k_sleep(PAUSE);
		return NETPROV_TRANSFER_STUCK;
	}
	if (transfer->sent == 0) {
		const int window = WINDOW_SIZE;

		(void)zephyr->setsockopt(connection->socket, ZSOCK_SOL_SOCKET, ZSOCK_SO_SNDBUF,
					 &window, sizeof(window));
	}
	if (transfer->sent < transfer->head_length) {
		at = &transfer->head[transfer->sent];
		left = transfer->head_length - transfer->sent;
	} else {
		at = &transfer->body[transfer->sent - transfer->head_length];
		left = transfer->length - transfer->sent;
	}
	sent = zephyr->sendto(connection->socket, at, MIN(left, CHUNK_SIZE), ZSOCK_MSG_DONTWAIT,
			      NULL, 0);
	if (sent < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM) {
		LOG_DBG("connection %u: closed: does not take the response: %d", connection->number,
			errno);
		return NETPROV_TRANSFER_OVER;
	}
	if (sent <= 0) {
		(void)k_sleep(PAUSE);
		return NETPROV_TRANSFER_STUCK;
	}
	transfer->sent += sent;
	return transfer->sent == transfer->length ? NETPROV_TRANSFER_OVER : NETPROV_TRANSFER_MOVED;
}

int64_t netprov_transfer_deadline(const struct netprov_http_connection *connection)
{
	return MIN(connection->transfer.deadline, k_uptime_get() + STALL_TIME_MS);
}
