/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Requests that are coming in over HTTP: a place for each client, its body and its cookies.
 *
 * All functions are for the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_INCOMING_H_
#define NETPROV_HTTP_INCOMING_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/net/http/server.h>

#include "engine.h"

#define NETPROV_HTTP_CLIENTS CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS

/** A request that is coming in. */
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
	size_t length;
	uint8_t body[CONFIG_NETWORK_PROV_SOFTAP_REQUEST_MAX];
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

/**
 * Keeps the place's body as it is while the exchange is busy, released or not: until then the
 * provisioning thread may read it. One place at a time.
 */
void netprov_incoming_lend(const struct netprov_incoming *incoming,
			   struct netprov_exchange *exchange);

/** Gives the place back. */
void netprov_incoming_release(struct netprov_incoming *incoming);

#endif /* NETPROV_HTTP_INCOMING_H_ */
