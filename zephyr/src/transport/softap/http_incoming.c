/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Zephyr's server collects nothing, so requests are collected here, a place for each client. Nor
 * does it say when a client has left, and bodies in chunks it hands out as they came.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "transport/softap/http_incoming.h"

/** A request that has begun must be there after this, however slowly it drips. */
#define REQUEST_TIME_MS (10 * MSEC_PER_SEC)

static struct netprov_incoming places[NETPROV_HTTP_CLIENTS];

static uint32_t last_connection;

/* Places. */

/** The number of the client's connection. */
static uint32_t connection_of(struct http_client_ctx *client)
{
	/* The server leaves this pointer alone, and clears it when the connection ends. */
	if (client->parser.data == NULL) {
		last_connection = MAX(last_connection + 1, 1);
		client->parser.data = UINT_TO_POINTER(last_connection);
	}
	return POINTER_TO_UINT(client->parser.data);
}

/** Whether nobody waits for it: the server does not say when a client leaves. */
static bool is_abandoned(const struct netprov_incoming *incoming)
{
	return incoming->client == NULL ||
	       POINTER_TO_UINT(incoming->client->parser.data) != incoming->connection;
}

void netprov_incoming_release(struct netprov_incoming *incoming)
{
	incoming->client = NULL;
	incoming->is_answered = false;
	netprov_exchange_release(&incoming->exchange);
}

/** The client's request that is coming in; NULL if there is none. */
static struct netprov_incoming *find(const struct http_client_ctx *client)
{
	ARRAY_FOR_EACH_PTR(places, incoming) {
		if (incoming->client == client && !is_abandoned(incoming)) {
			return incoming;
		}
	}
	return NULL;
}

/** Takes a place for a request; NULL if there is none. */
static struct netprov_incoming *claim(struct http_client_ctx *client)
{
	ARRAY_FOR_EACH_PTR(places, incoming) {
		if (!is_abandoned(incoming)) {
			continue;
		}
		if (incoming->client != NULL) {
			netprov_incoming_release(incoming);
		}
		if (netprov_exchange_is_busy(&incoming->exchange)) {
			continue;
		}
		incoming->exchange.transport = NETPROV_TRANSPORT_HTTP;
		incoming->exchange.buffer = incoming->buffer;
		incoming->exchange.size = sizeof(incoming->buffer);
		incoming->connection = connection_of(client);
		incoming->client = client;
		incoming->begun = k_uptime_get();
		incoming->cookie[0] = '\0';
		incoming->is_chunked = false;
		incoming->is_whole = false;
		incoming->is_new_session = false;
		return incoming;
	}
	return NULL;
}

/** All cookies, as if they had come in one header. */
static void take_cookies(struct netprov_incoming *incoming, const struct http_request_ctx *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];
		size_t at = strlen(incoming->cookie);

		/* The application may have others captured. */
		if (strcasecmp(header->name, "Cookie") == 0) {
			(void)snprintf(&incoming->cookie[at], sizeof(incoming->cookie) - at, "%s%s",
				       at > 0 ? ";" : "", header->value);
		}
	}
}

struct netprov_incoming *netprov_incoming_answered(const struct http_client_ctx *client)
{
	struct netprov_incoming *incoming = find(client);

	return incoming != NULL && incoming->is_answered ? incoming : NULL;
}

struct netprov_incoming *netprov_incoming_of(struct http_client_ctx *client,
					     const struct http_request_ctx *request)
{
	struct netprov_incoming *incoming = find(client);

	if (incoming == NULL) {
		incoming = claim(client);
		if (incoming != NULL) {
			take_cookies(incoming, request);
		}
	}
	return incoming;
}

/* Bodies. */

static int append(struct netprov_incoming *incoming, const uint8_t *data, size_t length)
{
	struct netprov_exchange *exchange = &incoming->exchange;

	if (length > sizeof(incoming->buffer) - exchange->length) {
		return -EMSGSIZE;
	}
	memcpy(&incoming->buffer[exchange->length], data, length);
	exchange->length += length;
	return 0;
}

static int on_chunk(struct http_parser *parser, const char *at, size_t length)
{
	return append(parser->data, (const uint8_t *)at, length);
}

static int on_last_chunk(struct http_parser *parser)
{
	struct netprov_incoming *incoming = parser->data;

	incoming->is_whole = true;
	return 0;
}

static int parse_chunks(struct netprov_incoming *incoming, const uint8_t *at, size_t length)
{
	static const struct http_parser_settings settings = {
		.on_body = on_chunk,
		.on_message_complete = on_last_chunk,
	};

	if (length == 0) {
		/* To the parser that is the end of the connection. */
		return 0;
	}
	if (http_parser_execute(&incoming->chunks, &settings, (const char *)at, length) != length ||
	    incoming->chunks.http_errno != HPE_OK) {
		return -EBADMSG;
	}
	return 0;
}

/** Behind the end of a line, if there is one here; else NULL. */
static const uint8_t *skip_newline(const uint8_t *at, const uint8_t *end)
{
	if (at < end && *at == '\r') {
		at++;
	}
	return at < end && *at == '\n' ? at + 1 : NULL;
}

/** Whether this is how a chunk begins, and not a line of the head. */
static bool is_chunk_size(const uint8_t *at, const uint8_t *end)
{
	const uint8_t *from = at;
	uint8_t digit;

	while (at < end && char2hex(*at, &digit) == 0) {
		at++;
	}
	return at == end || (at > from && strchr("\r\n; ", *at) != NULL);
}

/**
 * Finds the end of the head in a fragment that is known to have it. It may be cut anywhere: in the
 * middle of the empty line too.
 */
static const uint8_t *find_body(const uint8_t *fragment, const uint8_t *end)
{
	const uint8_t *next = skip_newline(fragment, end);

	if (next != NULL && is_chunk_size(next, end)) {
		return next;
	}
	for (const uint8_t *at = fragment; at < end; at++) {
		next = *at == '\n' ? skip_newline(at + 1, end) : NULL;
		if (next != NULL) {
			return next;
		}
	}
	return end;
}

/**
 * Takes a fragment of a body in chunks. The server parses them but hands out the bytes as they
 * came, and with the head's last fragment not from the first chunk on. So it is done again, from
 * where the fragment begins.
 */
static int take_chunks(struct netprov_incoming *incoming, const struct http_request_ctx *request)
{
	static const char head[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
	const uint8_t *at = incoming->client->buffer;
	const uint8_t *end = request->data + request->data_len;

	if (!incoming->is_chunked) {
		incoming->is_chunked = true;
		incoming->chunks.data = incoming;
		http_parser_init(&incoming->chunks, HTTP_REQUEST);
		(void)parse_chunks(incoming, (const uint8_t *)head, sizeof(head) - 1);
		at = find_body(at, end);
	}
	return parse_chunks(incoming, at, end - at);
}

int netprov_incoming_take(struct netprov_incoming *incoming, const struct http_request_ctx *request,
			  bool is_last)
{
	const struct http_parser *parser = &incoming->client->parser;

	if (k_uptime_get() - incoming->begun > REQUEST_TIME_MS) {
		return -ETIMEDOUT;
	}
	if ((parser->flags & F_CHUNKED) != 0) {
		int ret = take_chunks(incoming, request);

		return ret == 0 && is_last && !incoming->is_whole ? -EBADMSG : ret;
	}
	/* Whoever announces too much has not to be waited for. */
	if (!is_last && parser->content_length > sizeof(incoming->buffer)) {
		return -EMSGSIZE;
	}
	return append(incoming, request->data, request->data_len);
}
