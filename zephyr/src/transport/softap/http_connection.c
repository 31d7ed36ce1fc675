/* SPDX-License-Identifier: Apache-2.0 */

/* The sockets of the HTTP service: Zephyr's, with some operations wrapped. */

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/fdtable.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "transport/softap/http_connection.h"
#include "transport/softap/http_incoming.h"
#include "transport/softap/http_page.h"
#include "times.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

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

/** Zephyr's operations, and copies with some of them wrapped. */
static const struct socket_op_vtable *zephyr;
static struct socket_op_vtable listener_ops;
static struct socket_op_vtable connection_ops;

/* The operations, on the server's thread. */

/** Ends the connection with the lowest rank if there are more than clients. Never ends `active`. */
static void make_room(struct netprov_http_connection *active)
{
	struct netprov_http_connection *surplus = netprov_http_slots_surplus(active);

	if (surplus != NULL) {
		netprov_incoming_evict(surplus);
	}
}

static ssize_t receive(void *obj, void *buf, size_t size, int flags, struct net_sockaddr *addr,
		       net_socklen_t *addrlen)
{
	struct netprov_http_connection *connection = netprov_http_slots_find(obj);
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
		/* A transfer is the last response, and its head says so. */
		return 0;
	}
	is_first = !connection->is_receiving;
	if (!connection->is_receiving) {
		connection->is_receiving = true;
		connection->send_by = 0;
		/* The first request has had a deadline since accept. */
		if (connection->deadline == 0) {
			netprov_http_slots_set_deadline(connection, k_uptime_get() + REQUEST_TIME_MS);
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
		netprov_http_slots_set_deadline(connection,
			     connection->is_opaque ? 0 : k_uptime_get() + NETPROV_HTTP_RESPONSE_MS);
	}
	return taken;
}

static ssize_t send_bounded(void *obj, const void *buf, size_t size, int flags,
			    const struct net_sockaddr *addr, net_socklen_t addrlen)
{
	struct netprov_http_connection *connection = netprov_http_slots_find(obj);
	int64_t now = k_uptime_get();
	struct zsock_timeval left;
	ssize_t sent;

	if (connection == NULL || connection->is_opaque) {
		return zephyr->sendto(obj, buf, size, flags, addr, addrlen);
	}
	if (netprov_transfer_has_begun(connection)) {
		/* The server would end a response that it sends without it. */
		return size;
	}
	connection->used_at = now;
	if (connection->send_by == 0) {
		connection->send_by = now + (netprov_http_slots_is_in_session(connection) ? SEND_TIME_ESTABLISHED_MS
								       : SEND_TIME_MS);
		make_room(connection);
		/* The server ends idle connections by its own time-out. */
		netprov_http_slots_set_deadline(connection, connection->is_last ? connection->send_by : 0);
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
	netprov_http_slots_set_deadline(connection, netprov_transfer_deadline(connection));
}

static void send_more(struct netprov_http_connection *connection)
{
	switch (netprov_transfer_step(connection, zephyr)) {
	case NETPROV_TRANSFER_MOVED:
		netprov_http_slots_set_deadline(connection, netprov_transfer_deadline(connection));
		break;
	case NETPROV_TRANSFER_OVER:
		/* The server closes it. Data that is not acknowledged yet is sent first. */
		netprov_http_slots_shut(connection);
		break;
	case NETPROV_TRANSFER_STUCK:
		break;
	}
}

/**
 * The server polls its connections for reading. While a connection has a transfer, this makes the
 * poll also wake for writing, and sends the next piece. The server ignores that event.
 */
static int control(void *obj, unsigned int request, va_list args)
{
	struct netprov_http_connection *connection = netprov_http_slots_find(obj);
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
	struct netprov_http_connection *connection = netprov_http_slots_find(obj);

	if (connection != NULL) {
		netprov_incoming_drop(connection);
		netprov_http_slots_free(connection);
	}
	return zephyr->fd_vtable.close2(obj, fd);
}

static struct netprov_http_connection *add(int fd, void *socket, const struct net_sockaddr *addr)
{
	uint32_t peer = 0;

	if (addr->sa_family == NET_AF_INET) {
		peer = ((const struct net_sockaddr_in *)addr)->sin_addr.s_addr;
	}
	return netprov_http_slots_add(fd, socket, peer, k_uptime_get() + REQUEST_TIME_MS);
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
