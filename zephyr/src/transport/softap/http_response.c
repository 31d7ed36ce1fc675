/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Handles complete requests.
 *
 * The server's thread, which serves all clients of all services, passes the request to the
 * provisioning thread and waits for the response, for a limited time. It runs no cryptography, no
 * handlers and no callbacks, so its stack stays at Zephyr's default.
 *
 * After an error, the connection is closed without a response, because a client might interpret any
 * text as the response.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>

#include "engine/exchange.h"
#include "transport/softap/http_response.h"
#include "transport/softap/http_connection.h"
#include "transport/softap/http_incoming.h"
#include "transport/softap/http_page.h"
#include "transport/softap/http_probes.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "times.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** For the response being sent. There is one at a time, because the server has one thread. */
static char cookie[sizeof("session=4294967295")];
static struct http_header headers[2];

/** As netprov_exchange_begin(), but finds the session first, and adds the peer. */
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

	/* A cookie from another address was overheard, and is ignored. */
	ret = netprov_core_http_find_session(exchange->transport, incoming->number, incoming->peer,
					     incoming->cookie[0] != '\0' ? incoming->cookie : NULL,
					     &exchange->session);
	if (ret < 0) {
		return ret;
	}
	incoming->is_new_session = ret > 0;
	request.session = exchange->session;
	netprov_core_request(&request);
	netprov_http_set_established(netprov_core_established_session(NETPROV_TRANSPORT_HTTP));
	return 0;
}

static int request_response(struct netprov_http_connection *connection, const char *endpoint)
{
	struct netprov_incoming *incoming = connection->incoming;
	struct netprov_exchange *exchange;

	if (incoming == NULL) {
		/* Clients do not send an empty body, and could not tell its response from a
		 * failure.
		 */
		return -EBADMSG;
	}
	(void)memcpy(incoming->cookie, connection->request.cookie, sizeof(incoming->cookie));
	exchange = &incoming->exchange;
	exchange->begin = begin;
	exchange->endpoint = endpoint;
	return netprov_exchange(exchange, K_MSEC(NETPROV_RESPONSE_MS));
}

static void add_header(struct http_response_ctx *response, const char *name, const char *value)
{
	headers[response->header_count] = (struct http_header){name, value};
	response->headers = headers;
	response->header_count++;
}

/** Tells the client that the connection ends with this response, if later bytes were dropped. */
static void end_connection(struct http_client_ctx *client,
			   const struct netprov_http_connection *connection,
			   struct http_response_ctx *response)
{
	if (connection->is_last) {
		client->parser.flags |= F_CONNECTION_CLOSE;
		add_header(response, "Connection", "close");
	}
}

/** Passes the response to the server, which calls back when it has been sent. */
static void respond(struct http_client_ctx *client, struct netprov_http_connection *connection,
		    struct http_response_ctx *response)
{
	struct netprov_incoming *incoming = connection->incoming;

	response->status = HTTP_200_OK;
	response->body = incoming->buffer;
	response->body_len = incoming->exchange.length;
	response->final_chunk = false;
	if (incoming->is_new_session) {
		/* Without attributes, because clients would send them back too. */
		(void)snprintf(cookie, sizeof(cookie), "session=%u", incoming->exchange.session);
		add_header(response, "Set-Cookie", cookie);
	}
	netprov_http_connection_served(connection, incoming->exchange.session,
				       strcmp(incoming->exchange.endpoint, "prov-session") == 0);
	end_connection(client, connection, response);
	incoming->is_responded = true;
}

static void respond_status(struct http_client_ctx *client,
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

/** Closes the connection without a response. */
static int refuse(struct http_client_ctx *client, int error)
{
	LOG_DBG("%s: request refused: %d", (const char *)client->url_buffer, error);
	/* Otherwise the server would send a 500 with a text, which a client might decrypt. */
	client->http1_headers_sent = true;
	/* The only error that the server does not log. */
	return -ENOTCONN;
}

/** Starts the response to a request for the page or a probe. Returns false if it is neither. */
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
 * Sends the transfer that has started. The server considers the response sent and keeps the
 * connection open.
 */
static void respond_transfer(struct http_client_ctx *client,
			    struct netprov_http_connection *connection,
			    struct http_response_ctx *response)
{
	netprov_http_send_transfer(connection);
	client->http1_headers_sent = true;
	client->parser.flags &= ~F_CONNECTION_CLOSE;
	response->final_chunk = true;
}

/** Responds to a complete request. */
static int serve(struct http_client_ctx *client, struct netprov_http_connection *connection,
		 const char *endpoint, const char *path, struct http_response_ctx *response)
{
	int ret;

	if (endpoint == NULL && client->method == HTTP_GET && begin_transfer(connection, path)) {
		respond_transfer(client, connection, response);
		return 0;
	}
	/* Before the core is asked, so that such a request starts no session. */
	if (endpoint == NULL) {
		LOG_DBG("%s: no such endpoint, or the service is stopped",
			(const char *)client->url_buffer);
		respond_status(client, connection, response, HTTP_404_NOT_FOUND);
		return 0;
	}
	if (client->method != HTTP_POST) {
		LOG_DBG("%s: method not allowed", (const char *)client->url_buffer);
		respond_status(client, connection, response, HTTP_405_METHOD_NOT_ALLOWED);
		return 0;
	}
	/* A page on the internet must not drive the device through the phone that shows it. */
	if (connection->request.is_foreign) {
		LOG_INF("Refused: the request comes from another site's page");
		return -EACCES;
	}
	ret = request_response(connection, endpoint);
	if (ret == 0) {
		respond(client, connection, response);
	}
	return ret;
}

int netprov_http_respond(struct http_client_ctx *client, const char *endpoint, const char *path,
			 bool is_last, struct http_response_ctx *response)
{
	struct netprov_http_connection *connection = netprov_http_connection(client->fd);
	int ret;

	if (connection == NULL) {
		LOG_ERR("The socket does not belong to the service");
		return refuse(client, -ENOTSOCK);
	}
	if (connection->incoming != NULL && connection->incoming->is_responded) {
		/* The server has sent the response and asks for more of it. */
		netprov_incoming_drop(connection);
		response->final_chunk = true;
		return 0;
	}
	/* If the announced length is too long, do not wait for the body. */
	if (connection->request.is_too_long ||
	    ((client->parser.flags & F_CONTENTLENGTH) != 0 && !is_last &&
	     client->parser.content_length > CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE)) {
		ret = -EMSGSIZE;
	} else {
		ret = is_last ? serve(client, connection, endpoint, path, response) : 0;
	}
	if (ret != 0 ||
	    (is_last && connection->incoming != NULL && !connection->incoming->is_responded)) {
		netprov_incoming_drop(connection);
	}
	return ret == 0 ? 0 : refuse(client, ret);
}
