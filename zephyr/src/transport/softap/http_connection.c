/* SPDX-License-Identifier: Apache-2.0 */

/* The connections of the HTTP service: deadlines, slots, and the wrapped socket operations. */

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/fdtable.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "transport/softap/http_connection.h"
#include "transport/softap/http_incoming.h"
#include "transport/softap/http_page.h"
#include "times.h"
#include "netprov_log.h"

/**
 * Longest time from accept, or from the first byte of a later request, until the request is
 * complete. The longest request of a phone takes less than a second, but browsers open connections
 * in advance.
 */
#define REQUEST_TIME_MS (10 * MSEC_PER_SEC)

/**
 * Longest time from the first byte of the response until the client has received all of it. The
 * server serves no other client meanwhile, so clients outside the established session get less.
 */
#define SEND_TIME_MS 200
#define SEND_TIME_ESTABLISHED_MS (5 * MSEC_PER_SEC)

/** Time after accept or a response during which a connection is not replaced. */
#define GRACE_MS 50

/** Guards the members of a connection that the work item and the server's thread share. */
static struct k_spinlock lock;

static struct netprov_http_connection connections[NETPROV_HTTP_CONNECTIONS];

static uint32_t last_number;

/** Set by the provisioning thread. */
static atomic_t established;

/** Zephyr's operations, and copies with some of them wrapped. */
static const struct socket_op_vtable *zephyr;
static struct socket_op_vtable listener_ops;
static struct socket_op_vtable connection_ops;

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

static void set_deadline(struct netprov_http_connection *connection, int64_t deadline)
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
		(void)zephyr->shutdown(socket, ZSOCK_SHUT_RD);
	}
	(void)k_mutex_unlock(fd_lock);
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

static bool is_in_session(const struct netprov_http_connection *connection)
{
	uint32_t session = atomic_get(&established);

	return session != 0 && connection->session == session;
}

/** Returns the rank of a connection. The one with the lowest rank is replaced first. */
static int rank_of(const struct netprov_http_connection *connection)
{
	if (is_in_session(connection)) {
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

/** Ends a connection and frees its buffer at once. */
static void end(struct netprov_http_connection *connection)
{
	LOG_DBG("Connection %u: closed: replaced by a new one", connection->number);
	shut(connection, connection->fd, connection->number);
	netprov_incoming_drop(connection);
}

/**
 * If there are more connections than clients, ends the one with the lowest rank, or schedules that
 * for when it has been idle for GRACE_MS. Never ends `active`, which keeps its slot.
 */
static void make_room(struct netprov_http_connection *active)
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
		return;
	}
	due = chosen->used_at + GRACE_MS;
	if (due > k_uptime_get()) {
		set_leaves_at(chosen, due);
		return;
	}
	end(chosen);
}

bool netprov_http_take_buffer(struct netprov_http_connection *connection)
{
	struct netprov_http_connection *chosen = NULL;

	ARRAY_FOR_EACH_PTR(connections, other) {
		if (other != connection && other->incoming != NULL && !is_in_session(other) &&
		    is_replaced_before(other, chosen)) {
			chosen = other;
		}
	}
	if (chosen == NULL) {
		return false;
	}
	end(chosen);
	return true;
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

static struct netprov_http_connection *find(const void *socket)
{
	ARRAY_FOR_EACH_PTR(connections, connection) {
		if (connection->socket == socket) {
			return connection;
		}
	}
	return NULL;
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
				  is_in_session(connection);
		}
	}
	return is_one;
}

void netprov_http_set_established(uint32_t session)
{
	atomic_set(&established, session);
}

/* The operations, on the server's thread. */

static ssize_t receive(void *obj, void *buf, size_t size, int flags, struct net_sockaddr *addr,
		       net_socklen_t *addrlen)
{
	struct netprov_http_connection *connection = find(obj);
	ssize_t got = zephyr->recvfrom(obj, buf, size, flags, addr, addrlen);
	bool is_first;
	int taken;

	if (got <= 0 || connection == NULL || connection->is_opaque) {
		return got;
	}
	if (connection->is_last) {
		/* Drop what follows the last request. */
		return 0;
	}
	if (netprov_transfer_has_begun(connection)) {
		/* A transfer is the last response, and says so. */
		return 0;
	}
	is_first = !connection->is_receiving;
	if (!connection->is_receiving) {
		connection->is_receiving = true;
		connection->send_by = 0;
		/* The first request has had a deadline since accept. */
		if (connection->deadline == 0) {
			set_deadline(connection, k_uptime_get() + REQUEST_TIME_MS);
		}
		netprov_incoming_begin(connection);
	}
	taken = netprov_incoming_take(connection, buf, got);
	if (taken < 0) {
		LOG_DBG("Connection %u: closed: not an HTTP/1 request: %d", connection->number,
			taken);
		return 0;
	}
	if (is_first) {
		netprov_page_rewrite_head(buf, taken);
	}
	if (connection->request.expects_continue && connection->request.has_head &&
	    !connection->request.has_body && !connection->request.is_whole) {
		static const char response[] = "HTTP/1.1 100 Continue\r\n\r\n";

		connection->request.expects_continue = false;
		(void)zephyr->sendto(obj, response, sizeof(response) - 1, ZSOCK_MSG_DONTWAIT, NULL,
				     0);
	}
	if (connection->request.is_whole || connection->is_opaque) {
		connection->is_receiving = false;
		set_deadline(connection,
			     connection->is_opaque ? 0 : k_uptime_get() + NETPROV_HTTP_RESPONSE_MS);
	}
	return taken;
}

static ssize_t send_bounded(void *obj, const void *buf, size_t size, int flags,
			    const struct net_sockaddr *addr, net_socklen_t addrlen)
{
	struct netprov_http_connection *connection = find(obj);
	int64_t now = k_uptime_get();
	struct zsock_timeval left;
	ssize_t sent;

	if (connection == NULL || connection->is_opaque) {
		return zephyr->sendto(obj, buf, size, flags, addr, addrlen);
	}
	if (netprov_transfer_has_begun(connection)) {
		/* The server ends a response that is sent without it. */
		return size;
	}
	connection->used_at = now;
	if (connection->send_by == 0) {
		connection->send_by = now + (is_in_session(connection) ? SEND_TIME_ESTABLISHED_MS
								       : SEND_TIME_MS);
		make_room(connection);
		/* The server ends idle connections by its own time-out. */
		set_deadline(connection, connection->is_last ? connection->send_by : 0);
	}
	left.tv_sec = MAX(connection->send_by - now, 0) / MSEC_PER_SEC;
	left.tv_usec = MAX(connection->send_by - now, 0) % MSEC_PER_SEC * USEC_PER_MSEC;
	if (now >= connection->send_by) {
		LOG_DBG("Connection %u: closed: response not received in time", connection->number);
		errno = ETIMEDOUT;
		return -1;
	}
	(void)zephyr->setsockopt(obj, ZSOCK_SOL_SOCKET, ZSOCK_SO_SNDTIMEO, &left, sizeof(left));
	sent = zephyr->sendto(obj, buf, size, flags, addr, addrlen);
	if (sent < 0) {
		LOG_DBG("Connection %u: closed: response not received: %d", connection->number,
			errno);
	}
	return sent;
}

void netprov_http_send_transfer(struct netprov_http_connection *connection)
{
	connection->used_at = k_uptime_get();
	make_room(connection);
	set_deadline(connection, netprov_transfer_deadline(connection));
}

static void send_more(struct netprov_http_connection *connection)
{
	switch (netprov_transfer_step(connection, zephyr)) {
	case NETPROV_TRANSFER_MOVED:
		set_deadline(connection, netprov_transfer_deadline(connection));
		break;
	case NETPROV_TRANSFER_OVER:
		/* The server closes it, and what is still to be acknowledged is sent first. */
		shut(connection, connection->fd, connection->number);
		break;
	case NETPROV_TRANSFER_STUCK:
		break;
	}
}

/**
 * The server polls its connections for reading. While one has a transfer, this has the poll
 * wake for writing, too, and sends then. The server ignores that event.
 */
static int control(void *obj, unsigned int request, va_list args)
{
	struct netprov_http_connection *connection = find(obj);
	struct zsock_pollfd *polled;
	va_list copy;
	int ret;

	if (connection == NULL ||
	    (request != ZFD_IOCTL_POLL_PREPARE && request != ZFD_IOCTL_POLL_UPDATE)) {
		return zephyr->fd_vtable.ioctl(obj, request, args);
	}
	va_copy(copy, args);
	polled = va_arg(copy, struct zsock_pollfd *);
	va_end(copy);
	if (request == ZFD_IOCTL_POLL_PREPARE) {
		polled->events &= ~ZSOCK_POLLOUT;
		if (!connection->is_shut && netprov_transfer_is_pending(connection)) {
			polled->events |= ZSOCK_POLLOUT;
		}
	}
	ret = zephyr->fd_vtable.ioctl(obj, request, args);
	if (ret == 0 && request == ZFD_IOCTL_POLL_UPDATE && !connection->is_shut &&
	    (polled->revents & ZSOCK_POLLOUT) != 0 && netprov_transfer_is_pending(connection)) {
		send_more(connection);
	}
	return ret;
}

static int close_connection(void *obj, int fd)
{
	struct netprov_http_connection *connection = find(obj);

	if (connection != NULL) {
		netprov_incoming_drop(connection);
		K_SPINLOCK(&lock) {
			connection->socket = NULL;
		}
	}
	return zephyr->fd_vtable.close2(obj, fd);
}

static struct netprov_http_connection *add(int fd, void *socket, const struct net_sockaddr *addr)
{
	struct netprov_http_connection *connection = find(NULL);
	int64_t now = k_uptime_get();
	uint32_t peer = 0;

	if (connection == NULL) {
		return NULL;
	}
	last_number = MAX(last_number + 1, 1);
	if (addr->sa_family == NET_AF_INET) {
		peer = ((const struct net_sockaddr_in *)addr)->sin_addr.s_addr;
	}
	K_SPINLOCK(&lock) {
		*connection = (struct netprov_http_connection){
			.socket = socket,
			.peer = peer,
			.fd = fd,
			.number = last_number,
			.used_at = now,
			.deadline = now + REQUEST_TIME_MS,
		};
	}
	return connection;
}

static int accept_newcomer(void *obj, struct net_sockaddr *addr, net_socklen_t *addrlen)
{
	struct netprov_http_connection *newcomer;
	const struct fd_op_vtable *ops;
	void *socket;
	int fd = zephyr->accept(obj, addr, addrlen);

	if (fd < 0) {
		return fd;
	}
	socket = zvfs_get_fd_obj_and_vtable(fd, &ops, NULL);
	newcomer = add(fd, socket, addr);
	if (newcomer == NULL) {
		LOG_DBG("Connection refused: all slots are in use");
		(void)zsock_close(fd);
		errno = ENOMEM;
		return -1;
	}
	zvfs_finalize_typed_fd(fd, socket, &connection_ops.fd_vtable, ZVFS_MODE_IFSOCK);
	make_room(newcomer);
	reschedule();
	return fd;
}

int netprov_http_listen(const struct http_service_desc *service, int family, int protocol)
{
	const struct fd_op_vtable *ops;
	void *socket;
	int fd = zsock_socket(family, NET_SOCK_STREAM, protocol);

	ARG_UNUSED(service);
	if (fd < 0) {
		return fd;
	}
	socket = zvfs_get_fd_obj_and_vtable(fd, &ops, NULL);
	zephyr = CONTAINER_OF(ops, struct socket_op_vtable, fd_vtable);
	listener_ops = *zephyr;
	listener_ops.accept = accept_newcomer;
	connection_ops = *zephyr;
	connection_ops.recvfrom = receive;
	connection_ops.sendto = send_bounded;
	connection_ops.fd_vtable.close2 = close_connection;
	if (IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_TRANSFER)) {
		connection_ops.fd_vtable.ioctl = control;
	}
	zvfs_finalize_typed_fd(fd, socket, &listener_ops.fd_vtable, ZVFS_MODE_IFSOCK);
	return fd;
}
