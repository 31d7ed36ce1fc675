/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Requests that are coming in over HTTP: what is read of them before Zephyr's server parses
 *        them, and a buffer for each body and its response.
 *
 * The server hands out bodies in chunks as they come, truncates long headers, serves requests for
 * an upgrade with another protocol, and answers what is not HTTP with a text. So each request is
 * parsed here first, with the same parser, and the server gets only what it can serve.
 *
 * All functions are for the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_INCOMING_H_
#define NETPROV_HTTP_INCOMING_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/exchange.h"
#include "transport/softap/http_connection.h"

/** A body that is coming in, or a response that is leaving. */
struct netprov_incoming {
	/** Whose it is; NULL if it is free. */
	struct netprov_http_connection *connection;
	/** The response is in the server's hands. */
	bool is_answered;
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
 * Reads a fragment of the connection's request. May change it: the server must not see some headers.
 *
 * @return How many bytes the server gets, at least 1, or a negative errno: the fragment is not part
 *         of a request in HTTP/1, and the connection is to be closed.
 */
int netprov_incoming_take(struct netprov_http_connection *connection, uint8_t *data, size_t length);

/** Frees the connection's buffer, if it has one, and has it wiped. */
void netprov_incoming_drop(struct netprov_http_connection *connection);

#endif /* NETPROV_HTTP_INCOMING_H_ */
