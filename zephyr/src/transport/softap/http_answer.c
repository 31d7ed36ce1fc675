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

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>

#include "engine/exchange.h"
#include "transport/softap/http_answer.h"
#include "transport/softap/http_incoming.h"
#include "netprov_core.h"

LOG_MODULE_DECLARE(netprov_http, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** A client that waits for a scan waits longest; the core answers it within 8 s. */
#define ANSWER_TIMEOUT K_SECONDS(15)

/** Of the response that the server is sending, of which there is one at a time: it has one thread. */
static char cookie[sizeof("session=4294967295")];
static struct http_header headers[2];

static int begin(struct netprov_exchange *exchange)
{
	struct netprov_incoming *incoming =
		CONTAINER_OF(exchange, struct netprov_incoming, exchange);
	int ret;

	/* The core need not hear of connections that end: their numbers do not come again. */
	ret = netprov_core_http_session(exchange->transport, incoming->connection,
					incoming->cookie[0] != '\0' ? incoming->cookie : NULL,
					&exchange->session);
	if (ret < 0) {
		return ret;
	}
	incoming->is_new_session = ret > 0;
	return netprov_exchange_begin(exchange);
}

static int ask(struct netprov_incoming *incoming, const char *endpoint)
{
	struct netprov_exchange *exchange = &incoming->exchange;

	if (exchange->length == 0) {
		/* No client sends that, and no answer to it could be told from a failure. */
		return -EBADMSG;
	}
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

/**
 * Makes room, if all places are taken and others wait: phones open several connections and let
 * them linger. The answer is the connection's last.
 */
static void make_room(struct http_client_ctx *client, struct http_response_ctx *response)
{
	const struct http_service_desc *service = client->service;

	if (service->data->num_clients >= service->concurrent) {
		client->parser.flags |= F_CONNECTION_CLOSE;
		add_header(response, "Connection", "close");
	}
}

/** Hands the response to the server, which calls again when it has sent it. */
static void answer(struct http_client_ctx *client, struct netprov_incoming *incoming,
		   struct http_response_ctx *response)
{
	response->status = HTTP_200_OK;
	response->body = incoming->buffer;
	response->body_len = incoming->exchange.length;
	response->final_chunk = false;
	if (incoming->is_new_session) {
		/* Bare: clients send back what they get, attributes included. */
		(void)snprintf(cookie, sizeof(cookie), "session=%u", incoming->exchange.session);
		add_header(response, "Set-Cookie", cookie);
	}
	make_room(client, response);
	incoming->is_answered = true;
}

static void answer_status(struct http_client_ctx *client, struct http_response_ctx *response,
			  enum http_status status)
{
	response->status = status;
	response->final_chunk = true;
	if (status == HTTP_405_METHOD_NOT_ALLOWED) {
		add_header(response, "Allow", "POST");
	}
	make_room(client, response);
}

bool netprov_http_is_answering(const struct http_client_ctx *client)
{
	return netprov_incoming_answered(client) != NULL;
}

void netprov_http_end(const struct http_client_ctx *client)
{
	struct netprov_incoming *incoming = netprov_incoming_answered(client);

	if (incoming != NULL) {
		netprov_incoming_release(incoming);
	}
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

/** Answers a request that is all there. */
static int serve(struct http_client_ctx *client, const char *endpoint,
		 struct netprov_incoming *incoming, struct http_response_ctx *response)
{
	int ret;

	/* First, so that a request for nothing begins no session. */
	if (endpoint == NULL) {
		answer_status(client, response, HTTP_404_NOT_FOUND);
		return 0;
	}
	if (client->method != HTTP_POST) {
		answer_status(client, response, HTTP_405_METHOD_NOT_ALLOWED);
		return 0;
	}
	ret = ask(incoming, endpoint);
	if (ret == 0) {
		answer(client, incoming, response);
	}
	return ret;
}

static int on_body(struct http_client_ctx *client, const char *endpoint, bool is_last,
		   const struct http_request_ctx *request, struct http_response_ctx *response)
{
	struct netprov_incoming *incoming = netprov_incoming_of(client, request);
	int ret;

	if (incoming == NULL) {
		return -ENOMEM;
	}
	ret = netprov_incoming_take(incoming, request, is_last);
	if (ret == 0 && is_last) {
		ret = serve(client, endpoint, incoming, response);
	}
	if (ret != 0 || (is_last && !incoming->is_answered)) {
		netprov_incoming_release(incoming);
	}
	return ret;
}

int netprov_http_answer(struct http_client_ctx *client, const char *endpoint, bool is_last,
			const struct http_request_ctx *request, struct http_response_ctx *response)
{
	int ret;

	if (netprov_http_is_answering(client)) {
		/* The server has sent the response and asks for more of it. */
		netprov_http_end(client);
		response->final_chunk = true;
		return 0;
	}
	if (client->current_stream != NULL) {
		/* HTTP/2: requests side by side on one connection. No client speaks it. */
		return refuse(client, -EPROTONOSUPPORT);
	}
	if (client->http1_headers_sent) {
		/* The rest of a request that is answered already. */
		return refuse(client, -EBADMSG);
	}
	if (client->method == HTTP_GET || client->method == HTTP_DELETE) {
		/* What the server hands out with these is the query. */
		ret = serve(client, endpoint, NULL, response);
	} else {
		ret = on_body(client, endpoint, is_last, request, response);
	}
	return ret == 0 ? 0 : refuse(client, ret);
}
