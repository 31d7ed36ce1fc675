/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A whole request is brought to the provisioning thread, and the server's thread, which serves all
 * clients of all services, waits for the answer, for a bounded time. It runs no cryptography, no
 * handler and no callback, and its stack stays at Zephyr's default.
 *
 * An error is a connection that is closed without a byte: what came instead of an answer, a client
 * might take for one.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>

#include "engine/exchange.h"
#include "transport/softap/http_answer.h"
#include "transport/softap/http_connection.h"
#include "transport/softap/http_incoming.h"
#include "transport/softap/http_page.h"
#include "transport/softap/http_probes.h"
#include "netprov_core.h"

LOG_MODULE_DECLARE(netprov_http, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** A client that waits for a scan waits longest; the core answers it within 8 s. */
#define ANSWER_TIMEOUT K_SECONDS(15)

/** Of the response that the server is sending, of which there is one at a time: it has one thread. */
static char cookie[sizeof("session=4294967295")];
static struct http_header headers[2];

/** As netprov_exchange_begin(), with the session found first, and the peer told. */
static int begin(struct netprov_exchange *exchange)
{
	struct netprov_incoming *incoming =
		CONTAINER_OF(exchange, struct netprov_incoming, exchange);
	struct netprov_request request = {
		.request = exchange->number,
		.transport = exchange->transport,
		.peer = incoming->peer,
		.endpoint = exchange->endpoint,
		.buffer = exchange->buffer,
		.length = exchange->length,
		.size = exchange->size,
	};
	int ret;

	/* A cookie that comes from another address was overheard: it is taken for none. */
	ret = netprov_core_http_find_session(
		exchange->transport, incoming->number, incoming->peer,
		incoming->cookie[0] != '\0' ? incoming->cookie : NULL, &exchange->session);
	if (ret < 0) {
		return ret;
	}
	incoming->is_new_session = ret > 0;
	request.session = exchange->session;
	netprov_core_request(&request);
	netprov_http_set_established(netprov_core_session_in_force(NETPROV_TRANSPORT_HTTP));
	return 0;
}

static int ask(struct netprov_http_connection *connection, const char *endpoint)
{
	struct netprov_incoming *incoming = connection->incoming;
	struct netprov_exchange *exchange;

	if (incoming == NULL) {
		/* No client sends an empty body, and no answer to it could be told from a failure. */
		return -EBADMSG;
	}
	(void)memcpy(incoming->cookie, connection->request.cookie, sizeof(incoming->cookie));
	exchange = &incoming->exchange;
	exchange->begin = begin;
	exchange->endpoint = endpoint;
	return netprov_exchange(exchange, ANSWER_TIMEOUT);
}

static void add_header(struct http_response_ctx *response, const char *name, const char *value)
{
	headers[response->header_count] = (struct http_header){name, value};
	response->headers = headers;
	response->header_count++;
}

/** Tells the client that the connection ends with this response, if bytes behind it were dropped. */
static void end_connection(struct http_client_ctx *client,
			   const struct netprov_http_connection *connection,
			   struct http_response_ctx *response)
{
	if (connection->is_last) {
		client->parser.flags |= F_CONNECTION_CLOSE;
		add_header(response, "Connection", "close");
	}
}

/** Hands the response to the server, which calls again when it has sent it. */
static void answer(struct http_client_ctx *client, struct netprov_http_connection *connection,
		   struct http_response_ctx *response)
{
	struct netprov_incoming *incoming = connection->incoming;

	response->status = HTTP_200_OK;
	response->body = incoming->buffer;
	response->body_len = incoming->exchange.length;
	response->final_chunk = false;
	if (incoming->is_new_session) {
		/* Bare: clients send back what they get, attributes included. */
		(void)snprintf(cookie, sizeof(cookie), "session=%u", incoming->exchange.session);
		add_header(response, "Set-Cookie", cookie);
	}
	netprov_http_connection_served(connection, incoming->exchange.session,
				       strcmp(incoming->exchange.endpoint, "prov-session") == 0);
	end_connection(client, connection, response);
	incoming->is_answered = true;
}

static void answer_status(struct http_client_ctx *client,
			  const struct netprov_http_connection *connection,
			  struct http_response_ctx *response, enum http_status status)
{
	response->status = status;
	response->final_chunk = true;
	if (status == HTTP_405_METHOD_NOT_ALLOWED) {
		add_header(response, "Allow", "POST");
	}
	end_connection(client, connection, response);
}

/** Closes the connection without a byte. */
static int refuse(struct http_client_ctx *client, int error)
{
	LOG_DBG("%s: refused: %d", (const char *)client->url_buffer, error);
	/* Else the server would send a 500 with a text, which a client might decrypt. */
	client->http1_headers_sent = true;
	/* The one error of which the server does not complain. */
	return -ENOTCONN;
}

/** Begins the response to a request for what is no endpoint, if there is one. */
static bool begin_transfer(struct netprov_http_connection *connection, const char *path)
{
	bool is_root = path[0] == '/' && (path[1] == '\0' || path[1] == '?');

	if (netprov_probes_begin(connection, path)) {
		return true;
	}
	if (IS_ENABLED(CONFIG_NETWORK_PROV_SOFTAP_PAGE) && is_root) {
		netprov_page_begin(connection, connection->request.parser.method == HTTP_HEAD);
		return true;
	}
	return false;
}

/**
 * Sends the transfer that has begun. The server takes the response for sent and the connection for
 * open.
 */
static void answer_transfer(struct http_client_ctx *client,
			    struct netprov_http_connection *connection,
			    struct http_response_ctx *response)
{
	netprov_http_send_transfer(connection);
	client->http1_headers_sent = true;
	client->parser.flags &= ~F_CONNECTION_CLOSE;
	response->final_chunk = true;
}

/** Answers a request that is all there. */
static int serve(struct http_client_ctx *client, struct netprov_http_connection *connection,
		 const char *endpoint, const char *path, struct http_response_ctx *response)
{
	int ret;

	if (endpoint == NULL && client->method == HTTP_GET && begin_transfer(connection, path)) {
		answer_transfer(client, connection, response);
		return 0;
	}
	/* First, so that a request for nothing begins no session. */
	if (endpoint == NULL) {
		answer_status(client, connection, response, HTTP_404_NOT_FOUND);
		return 0;
	}
	if (client->method != HTTP_POST) {
		answer_status(client, connection, response, HTTP_405_METHOD_NOT_ALLOWED);
		return 0;
	}
	/* A page on the internet that the phone shows must not drive the device through the phone:
	 * without a byte, as every refusal.
	 */
	if (connection->request.is_foreign) {
		return -EACCES;
	}
	ret = ask(connection, endpoint);
	if (ret == 0) {
		answer(client, connection, response);
	}
	return ret;
}

int netprov_http_answer(struct http_client_ctx *client, const char *endpoint, const char *path,
			bool is_last, struct http_response_ctx *response)
{
	struct netprov_http_connection *connection = netprov_http_connection(client->fd);
	int ret;

	if (connection == NULL) {
		LOG_ERR("The socket is not one of the service's");
		return refuse(client, -ENOTSOCK);
	}
	if (connection->incoming != NULL && connection->incoming->is_answered) {
		/* The server has sent the response and asks for more of it. */
		netprov_incoming_drop(connection);
		response->final_chunk = true;
		return 0;
	}
	/* An announcement of too much is not waited for. */
	if (connection->request.is_too_long ||
	    ((client->parser.flags & F_CONTENTLENGTH) != 0 && !is_last &&
	     client->parser.content_length > CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE)) {
		ret = -EMSGSIZE;
	} else {
		ret = is_last ? serve(client, connection, endpoint, path, response) : 0;
	}
	if (ret != 0 || (is_last && connection->incoming != NULL &&
			 !connection->incoming->is_answered)) {
		netprov_incoming_drop(connection);
	}
	return ret == 0 ? 0 : refuse(client, ret);
}
