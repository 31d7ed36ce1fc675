/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Requests that are coming in over HTTP: a place for each client, with its cookies and one
 *        buffer for the body and the response.
 *
 * All functions are for the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_INCOMING_H_
#define NETPROV_HTTP_INCOMING_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/net/http/server.h>

#include "engine/exchange.h"

#define NETPROV_HTTP_CLIENTS CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS

/** A request that is coming in, or is being answered. */
struct netprov_incoming {
	/** Whose it is; NULL if the place is free. */
	struct http_client_ctx *client;
	/** The client's connection: by now there may be another one in its place. */
	uint32_t connection;
	/** When it began, in milliseconds since boot. */
	int64_t begun;
	/** What it brings as `Cookie`; empty if nothing. */
	char cookie[CONFIG_HTTP_SERVER_MAX_HEADER_LEN];
	/** Takes the chunks apart, if it comes in chunks. */
	struct http_parser chunks;
	bool is_chunked;
	/** Whether the last chunk has come. */
	bool is_whole;
	/** Whether the response is in the server's hands. */
	bool is_answered;
	/** Whether the client must be told the number of its session. */
	bool is_new_session;
	/** The body is collected in `buffer`, and the response sent from there. The provisioning
	 * thread may still hold it when nobody waits any more.
	 */
	struct netprov_exchange exchange;
	uint8_t buffer[CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE];
};

/**
 * The place of the client's request, which begins with this fragment if there is none yet. NULL if
 * all places are taken.
 */
struct netprov_incoming *netprov_incoming_of(struct http_client_ctx *client,
					     const struct http_request_ctx *request);

/**
 * Takes a fragment of the body. Returns 0, or a negative errno if the request is not to be
 * answered: it is too long, too slow, or not in HTTP.
 */
int netprov_incoming_take(struct netprov_incoming *incoming, const struct http_request_ctx *request,
			  bool is_last);

/** The place whose response the server is sending to this client; NULL if there is none. */
struct netprov_incoming *netprov_incoming_answered(const struct http_client_ctx *client);

/** Gives the place back, and has its buffer wiped. */
void netprov_incoming_release(struct netprov_incoming *incoming);

#endif /* NETPROV_HTTP_INCOMING_H_ */
