/* SPDX-License-Identifier: Apache-2.0 */

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

/** For the whole response, in milliseconds. At 10 KB/s, a poor link, it takes 6 s. */
#define WHOLE_TIME_MS (20 * MSEC_PER_SEC)

/** Without progress, in milliseconds: a few lost packets take less. */
#define STALL_TIME_MS (5 * MSEC_PER_SEC)

/** How long a transfer keeps its slot against newcomers, in milliseconds. */
#define YOUNG_MS (3 * MSEC_PER_SEC)

/**
 * At most this much is sent before others have their turn, and twice as much waits for an
 * acknowledgement, in bytes. Two packets, because phones acknowledge every second one at once.
 * A reader that acknowledges nothing keeps so many of the stack's buffers from others.
 */
#define CHUNK_SIZE 512
#define WINDOW_SIZE (2 * CHUNK_SIZE)

/**
 * The share of the stack's buffers for sending that transfers leave to others. What a reader has not
 * acknowledged keeps buffers even after its connection is closed, until TCP gives up, some 20 s
 * later. If slow readers had all buffers, no response would leave, the owner's neither.
 */
#define BUFFERS_LEFT(count) ((count) / 2)

/** How long the thread pauses when a socket is writable and takes nothing: no buffers are free. */
#define PAUSE K_MSEC(2)

/* Its poll has an entry to stop it, one for each service, and for each client one to read; our
 * connections have one more to write. With fewer, the server would fail and start again.
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

/** Returns whether a piece leaves enough buffers to others. */
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
