/* SPDX-License-Identifier: Apache-2.0 */

/* The connections of the HTTP service: deadlines, slots and ranks. */

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/fdtable.h>
#include <zephyr/sys/util.h>

#include "transport/softap/http_slots.h"
#include "netprov_log.h"
#include "times.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** Time after accept or a response during which a connection is not replaced. */
#define GRACE_MS 50

/** Guards the members of a connection that the work item and the server's thread share. */
static struct k_spinlock lock;

static struct netprov_http_connection connections[NETPROV_HTTP_CONNECTIONS];

static uint32_t last_number;

/** Set by the provisioning thread. */
static atomic_t established;

static void close_overdue(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(overdue, close_overdue);

/* Deadlines. */

/** Returns when a connection is closed, in milliseconds since boot; INT64_MAX for never. */
static int64_t closed_at(const struct netprov_http_connection *connection)
{
	int64_t at = connection->deadline != 0 ? connection->deadline : INT64_MAX;

	return connection->leaves_at != 0 ? MIN(at, connection->leaves_at) : at;
}

/** Schedules the work item for the nearest deadline. */
static void reschedule(void)
{
	int64_t nearest = INT64_MAX;

	K_SPINLOCK(&lock) {
		ARRAY_FOR_EACH_PTR(connections, connection) {
			if (connection->socket != NULL && !connection->is_shut) {
				nearest = MIN(nearest, closed_at(connection));
			}
		}
	}
	if (nearest != INT64_MAX) {
		(void)k_work_reschedule(&overdue, K_MSEC(MAX(nearest - k_uptime_get(), 0)));
	}
}

void netprov_http_slots_set_deadline(struct netprov_http_connection *connection, int64_t deadline)
{
	K_SPINLOCK(&lock) {
		connection->deadline = deadline;
	}
	/* If it is 0, the work item finds nothing to do. */
	if (deadline != 0) {
		reschedule();
	}
}

static void set_leaves_at(struct netprov_http_connection *connection, int64_t at)
{
	K_SPINLOCK(&lock) {
		connection->leaves_at = at;
	}
	if (at != 0) {
		reschedule();
	}
}

/**
 * Ends the connection with this number: the server reads the end of the stream and closes it. Takes
 * the lock of the file descriptor, as the server does, so that it cannot be reused meanwhile.
 */
static void shut(struct netprov_http_connection *connection, int fd, uint32_t number)
{
	const struct fd_op_vtable *ops;
	struct k_mutex *fd_lock;
	bool is_it = false;
	void *socket = zvfs_get_fd_obj_and_vtable(fd, &ops, &fd_lock);

	if (socket == NULL) {
		return;
	}
	(void)k_mutex_lock(fd_lock, K_FOREVER);
	K_SPINLOCK(&lock) {
		is_it = connection->socket == socket && connection->number == number;
		if (is_it) {
			connection->is_shut = true;
		}
	}
	if (is_it) {
		(void)CONTAINER_OF(ops, struct socket_op_vtable, fd_vtable)
			->shutdown(socket, ZSOCK_SHUT_RD);
	}
	(void)k_mutex_unlock(fd_lock);
}

void netprov_http_slots_shut(struct netprov_http_connection *connection)
{
	shut(connection, connection->fd, connection->number);
}

static void close_overdue(struct k_work *work)
{
	ARG_UNUSED(work);
	ARRAY_FOR_EACH_PTR(connections, connection) {
		bool is_overdue = false;
		uint32_t number = 0;
		int fd = -1;

		K_SPINLOCK(&lock) {
			is_overdue = connection->socket != NULL && !connection->is_shut &&
				     closed_at(connection) <= k_uptime_get();
			number = connection->number;
			fd = connection->fd;
		}
		if (is_overdue) {
			LOG_DBG("Connection %u: closed: idle or too slow", number);
			shut(connection, fd, number);
		}
	}
	reschedule();
}

/* Slots. */

bool netprov_http_slots_is_in_session(const struct netprov_http_connection *connection)
{
	uint32_t session = atomic_get(&established);

	return session != 0 && connection->session == session;
}

/** Returns the rank of a connection. The one with the lowest rank is replaced first. */
static int rank_of(const struct netprov_http_connection *connection)
{
	if (netprov_http_slots_is_in_session(connection)) {
		return 3;
	}
	if ((connection->is_shaking && k_uptime_get() - connection->used_at < NETPROV_HTTP_HANDSHAKE_MS) ||
	    netprov_transfer_is_young(connection)) {
		return 2;
	}
	return connection->is_served ? 1 : 0;
}

/** Checks whether `connection` is replaced before `other`, which may be NULL. */
static bool is_replaced_before(const struct netprov_http_connection *connection,
			       const struct netprov_http_connection *other)
{
	if (other == NULL) {
		return true;
	}
	if (rank_of(connection) != rank_of(other)) {
		return rank_of(connection) < rank_of(other);
	}
	return connection->used_at < other->used_at;
}

struct netprov_http_connection *
netprov_http_slots_surplus(struct netprov_http_connection *active)
{
	struct netprov_http_connection *chosen = NULL;
	size_t count = 0;
	int64_t due;

	set_leaves_at(active, 0);
	ARRAY_FOR_EACH_PTR(connections, connection) {
		if (connection->socket == NULL || connection->is_shut ||
		    connection->leaves_at != 0) {
			continue;
		}
		count++;
		if (connection != active && is_replaced_before(connection, chosen)) {
			chosen = connection;
		}
	}
	if (count <= NETPROV_HTTP_CLIENTS || chosen == NULL) {
		return NULL;
	}
	due = chosen->used_at + GRACE_MS;
	if (due > k_uptime_get()) {
		set_leaves_at(chosen, due);
		return NULL;
	}
	return chosen;
}

struct netprov_http_connection *
netprov_http_slots_buffer_holder(const struct netprov_http_connection *connection)
{
	struct netprov_http_connection *chosen = NULL;

	ARRAY_FOR_EACH_PTR(connections, other) {
		if (other != connection && other->incoming != NULL &&
		    !netprov_http_slots_is_in_session(other) && is_replaced_before(other, chosen)) {
			chosen = other;
		}
	}
	return chosen;
}

struct netprov_http_connection *netprov_http_connection(int fd)
{
	ARRAY_FOR_EACH_PTR(connections, connection) {
		if (connection->socket != NULL && connection->fd == fd) {
			return connection;
		}
	}
	return NULL;
}

struct netprov_http_connection *netprov_http_slots_find(const void *socket)
{
	ARRAY_FOR_EACH_PTR(connections, connection) {
		if (connection->socket == socket) {
			return connection;
		}
	}
	return NULL;
}

struct netprov_http_connection *netprov_http_slots_add(int fd, void *socket, uint32_t peer,
						       int64_t deadline)
{
	struct netprov_http_connection *connection = netprov_http_slots_find(NULL);

	if (connection == NULL) {
		return NULL;
	}
	last_number = MAX(last_number + 1, 1);
	K_SPINLOCK(&lock) {
		*connection = (struct netprov_http_connection){
			.socket = socket,
			.peer = peer,
			.fd = fd,
			.number = last_number,
			.used_at = k_uptime_get(),
			.deadline = deadline,
		};
	}
	reschedule();
	return connection;
}

void netprov_http_slots_free(struct netprov_http_connection *connection)
{
	K_SPINLOCK(&lock) {
		connection->socket = NULL;
	}
}

void netprov_http_connection_served(struct netprov_http_connection *connection, uint32_t session,
				    bool is_handshake)
{
	connection->is_served = true;
	connection->is_shaking = is_handshake;
	connection->session = session;
}

bool netprov_http_is_established_peer(uint32_t address)
{
	bool is_one = false;

	K_SPINLOCK(&lock) {
		ARRAY_FOR_EACH_PTR(connections, connection) {
			is_one |= connection->socket != NULL && connection->peer == address &&
				  netprov_http_slots_is_in_session(connection);
		}
	}
	return is_one;
}

void netprov_http_set_established(uint32_t session)
{
	atomic_set(&established, session);
}
