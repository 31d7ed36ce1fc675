/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Parses HTTP requests before Zephyr's server does, and provides a buffer for each body and
 * its response.
 *
 * The server passes bodies on in chunks, truncates long headers, switches to another protocol on
 * request, and responds with a text to anything that is not HTTP. Therefore each request is parsed
 * here first, with the same parser, and the server gets only what it can serve.
 *
 * All functions are for the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_INCOMING_H_
#define NETPROV_HTTP_INCOMING_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/exchange.h"
#include "transport/softap/http_slots.h"

/** A body being received, or a response being sent. */
struct netprov_incoming {
	/** The connection that uses it; NULL if it is free. */
	struct netprov_http_connection *connection;
	/** The response was passed to the server. */
	bool is_responded;
	/** The client must be told the number of its session. */
	bool is_new_session;
	/* Copies for the provisioning thread, which may hold them after the connection has ended. */
	uint32_t number;
	uint32_t peer;
	char cookie[NETPROV_HTTP_COOKIE_MAX + 1];
	/** The body is collected in `buffer`, and the response is sent from it. */
	struct netprov_exchange exchange;
	uint8_t buffer[CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE];
};

/** Prepares the connection for its next request. */
void netprov_incoming_begin(struct netprov_http_connection *connection);

/**
 * Reads a fragment of the connection's request. May modify it, to hide some headers from the
 * server.
 *
 * @return Number of bytes for the server, at least 1; or a negative errno if the fragment is not
 * part of an HTTP/1 request. Then close the connection.
 */
int netprov_incoming_take(struct netprov_http_connection *connection, uint8_t *data, size_t length);

/** Frees and wipes the connection's buffer, if it has one. */
void netprov_incoming_drop(struct netprov_http_connection *connection);

/** Ends a connection, which gives way to another one, and frees its buffer at once. */
void netprov_incoming_evict(struct netprov_http_connection *connection);

#endif /* NETPROV_HTTP_INCOMING_H_ */
