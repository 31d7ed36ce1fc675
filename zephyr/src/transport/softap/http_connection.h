/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The sockets of the HTTP service.
 *
 * Zephyr's HTTP server does not report a connection to its services before the first request, does
 * not limit the time of a request, and accepts no connections while all slots are in use. Therefore
 * the service creates its own listening socket, which the server allows. That socket and the
 * sockets it accepts are Zephyr's, with some operations wrapped: accept, receive, send and close.
 * The server calls them on its own thread.
 */

#ifndef NETPROV_HTTP_CONNECTION_H_
#define NETPROV_HTTP_CONNECTION_H_

#include <zephyr/net/http/service.h>

#include "transport/softap/http_slots.h"

/** The service, with the application's resources in it. */
extern const struct http_service_desc network_prov_http_service;

/** Creates the listening socket of the HTTP service. Returns it, or -1 with `errno` set. */
int netprov_http_listen(const struct http_service_desc *service, int family, int protocol);

/** Sends the connection's transfer, which has begun. Whatever the server sends meanwhile is
 * dropped.
 */
void netprov_http_send_transfer(struct netprov_http_connection *connection);

#endif /* NETPROV_HTTP_CONNECTION_H_ */
