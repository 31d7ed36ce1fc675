/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Zephyr's server collects nothing, and its thread serves all clients of all services. So requests
 * are collected here, a place for each client; a whole one is brought to the provisioning thread,
 * and the server's thread waits for the answer, for a bounded time. It runs no cryptography, no
 * handler and no callback, and its stack stays at Zephyr's default.
 *
 * An error is a connection that is closed without a byte: what came instead of an answer, a client
 * might take for one.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/http/service.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_softap.h>

#include "compat.h"
#include "engine.h"
#include "http.h"
#include "netprov_core.h"
#include "wipe.h"

LOG_MODULE_REGISTER(netprov_http, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** A client that waits for a scan waits longest; the core answers it within 8 s. */
#define ANSWER_TIMEOUT K_SECONDS(15)

/** A request that has begun must be there after this, however slowly it drips. */
#define REQUEST_TIME_MS (10 * MSEC_PER_SEC)

/** How long the server may take to listen: after a failure it starts again by itself. */
#define LISTEN_TIME_MS (CONFIG_HTTP_SERVER_RESTART_DELAY + 1000)

/** How long the last answer has to leave. */
#define LINGER_MS 300

/** How long the server's thread may take to close: as long as its last request may. */
#define CLOSE_TIME_MS (16 * MSEC_PER_SEC)

/** The five of the protocol, and the application's. */
#define ENDPOINTS_MAX (5 + CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS)

#define CLIENTS CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS

/** A request that is coming in. */
struct incoming {
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

static int on_data(struct http_client_ctx *client, enum http_transaction_status status,
		   const struct http_request_ctx *request, struct http_response_ctx *response,
		   void *user_data);

/** All paths are ours: which endpoints there are is known only when the service starts. */
static struct http_resource_detail_dynamic resource = {
	.common = {
		.type = HTTP_RESOURCE_TYPE_DYNAMIC,
		.bitmask_of_supported_http_methods = BIT(HTTP_GET) | BIT(HTTP_POST) |
						     BIT(HTTP_PUT) | BIT(HTTP_PATCH) |
						     BIT(HTTP_DELETE),
		.content_type = "application/octet-stream",
	},
	.cb = on_data,
};

static uint16_t port = CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT;

/* Of IPv4, in words: without an address the server takes IPv6 alone if it has it. */
HTTP_SERVICE_DEFINE(network_prov_http_service, "0.0.0.0", &port, CLIENTS, CLIENTS, NULL,
		    &resource.common, NULL);

HTTP_SERVER_REGISTER_HEADER_CAPTURE(netprov_cookie, "Cookie");

/** Whether requests are answered. */
static atomic_t is_open;

/** Of the provisioning thread: whether the server is ours to stop, and by when it has stopped. */
static bool is_starter;
static bool is_closing;
static int64_t stopped_at;
static int64_t closed_by;

/** Written before `is_open` is set. */
static char endpoints[ENDPOINTS_MAX][CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 1];
static size_t endpoint_count;

/* All that follows is the server's thread's. */

static struct incoming places[CLIENTS];

static uint32_t last_connection;

/** The request that is being answered, of which there is one at a time: the server has one thread.
 * The provisioning thread reads it, and may go on to when nobody waits any more.
 */
static struct {
	struct netprov_exchange exchange;
	struct incoming *incoming;
	const char *endpoint;
	uint32_t session;
	bool is_new_session;
	uint8_t reply[CONFIG_NETWORK_PROV_SOFTAP_REPLY_MAX];
	char cookie[sizeof("session=4294967295")];
	struct http_header headers[2];
} asking;

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

/** Whether the provisioning thread may still read it. */
static bool is_lent(const struct incoming *incoming)
{
	return incoming == asking.incoming && netprov_exchange_is_busy(&asking.exchange);
}

/** Whether nobody waits for it: the server does not say when a client leaves. */
static bool is_abandoned(const struct incoming *incoming)
{
	return incoming->client == NULL ||
	       POINTER_TO_UINT(incoming->client->parser.data) != incoming->connection;
}

static void release(struct incoming *incoming)
{
	incoming->client = NULL;
	if (!is_lent(incoming)) {
		/* In security 0 it may hold a passphrase. */
		netprov_wipe(incoming->body, incoming->length);
		incoming->length = 0;
	}
}

/** The client's request that is coming in; NULL if there is none. */
static struct incoming *find(const struct http_client_ctx *client)
{
	ARRAY_FOR_EACH_PTR(places, incoming) {
		if (incoming->client == client && !is_abandoned(incoming)) {
			return incoming;
		}
	}
	return NULL;
}

/** Takes a place for a request; NULL if there is none. */
static struct incoming *claim(struct http_client_ctx *client)
{
	ARRAY_FOR_EACH_PTR(places, incoming) {
		if (!is_abandoned(incoming) || is_lent(incoming)) {
			continue;
		}
		release(incoming);
		incoming->connection = connection_of(client);
		incoming->client = client;
		incoming->begun = k_uptime_get();
		incoming->cookie[0] = '\0';
		incoming->is_chunked = false;
		incoming->is_whole = false;
		return incoming;
	}
	return NULL;
}

/* Bodies. */

static int append(struct incoming *incoming, const uint8_t *data, size_t length)
{
	if (length > sizeof(incoming->body) - incoming->length) {
		return -EMSGSIZE;
	}
	memcpy(&incoming->body[incoming->length], data, length);
	incoming->length += length;
	return 0;
}

static int on_chunk(struct http_parser *parser, const char *at, size_t length)
{
	return append(parser->data, (const uint8_t *)at, length);
}

static int on_last_chunk(struct http_parser *parser)
{
	struct incoming *incoming = parser->data;

	incoming->is_whole = true;
	return 0;
}

static int parse_chunks(struct incoming *incoming, const uint8_t *at, size_t length)
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
static int take_chunks(struct incoming *incoming, const struct http_request_ctx *request)
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

static int take(struct incoming *incoming, const struct http_request_ctx *request, bool is_last)
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
	if (!is_last && parser->content_length > sizeof(incoming->body)) {
		return -EMSGSIZE;
	}
	return append(incoming, request->data, request->data_len);
}

/** All cookies, as if they had come in one header. */
static void take_cookies(struct incoming *incoming, const struct http_request_ctx *request)
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

/* Answers. */

/** The endpoint of this path; NULL if there is none. */
static const char *find_endpoint(const char *url)
{
	size_t length = strcspn(url, "?");

	if (!atomic_get(&is_open) || url[0] != '/') {
		return NULL;
	}
	for (size_t i = 0; i < endpoint_count; i++) {
		if (strlen(endpoints[i]) == length - 1 &&
		    memcmp(endpoints[i], &url[1], length - 1) == 0) {
			return endpoints[i];
		}
	}
	return NULL;
}

static int begin(struct netprov_exchange *exchange)
{
	const struct incoming *incoming = asking.incoming;
	struct netprov_request request = {
		.request = exchange->number,
		.transport = NETPROV_TRANSPORT_HTTP,
		.endpoint = asking.endpoint,
		.data = incoming->body,
		.length = incoming->length,
		.reply_max = exchange->reply_size,
	};
	int ret;

	/* The core need not hear of connections that end: their numbers do not come again. */
	ret = netprov_core_http_session(request.transport, incoming->connection,
					incoming->cookie[0] != '\0' ? incoming->cookie : NULL,
					&request.session);
	if (ret < 0) {
		return ret;
	}
	asking.session = request.session;
	asking.is_new_session = ret > 0;
	netprov_core_request(&request);
	return 0;
}

static int ask(struct incoming *incoming, const char *endpoint)
{
	if (incoming->length == 0) {
		/* No client sends that, and no answer to it could be told from a failure. */
		return -EBADMSG;
	}
	if (netprov_exchange_is_busy(&asking.exchange)) {
		return -EBUSY;
	}
	asking.incoming = incoming;
	asking.endpoint = endpoint;
	asking.exchange.begin = begin;
	asking.exchange.reply = asking.reply;
	asking.exchange.reply_size = sizeof(asking.reply);
	return netprov_exchange(&asking.exchange, ANSWER_TIMEOUT);
}

static void add_header(struct http_response_ctx *response, const char *name, const char *value)
{
	asking.headers[response->header_count] = (struct http_header){name, value};
	response->headers = asking.headers;
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

static void answer(struct http_client_ctx *client, struct http_response_ctx *response)
{
	response->status = HTTP_200_OK;
	response->body = asking.reply;
	response->body_len = asking.exchange.reply_length;
	response->final_chunk = true;
	if (asking.is_new_session) {
		/* Bare: clients send back what they get, attributes included. */
		(void)snprintf(asking.cookie, sizeof(asking.cookie), "session=%u", asking.session);
		add_header(response, "Set-Cookie", asking.cookie);
	}
	make_room(client, response);
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
static int serve(struct http_client_ctx *client, struct incoming *incoming,
		 struct http_response_ctx *response)
{
	const char *endpoint = find_endpoint((const char *)client->url_buffer);
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
		answer(client, response);
	}
	return ret;
}

static int on_body(struct http_client_ctx *client, bool is_last,
		   const struct http_request_ctx *request, struct http_response_ctx *response)
{
	struct incoming *incoming = find(client);
	int ret;

	if (incoming == NULL) {
		incoming = claim(client);
		if (incoming == NULL) {
			return -ENOMEM;
		}
		take_cookies(incoming, request);
	}
	ret = take(incoming, request, is_last);
	if (ret == 0 && is_last) {
		ret = serve(client, incoming, response);
	}
	if (ret != 0 || is_last) {
		release(incoming);
	}
	return ret;
}

static int on_data(struct http_client_ctx *client, enum http_transaction_status status,
		   const struct http_request_ctx *request, struct http_response_ctx *response,
		   void *user_data)
{
	bool is_last = status == HTTP_SERVER_REQUEST_DATA_FINAL;
	int ret;

	ARG_UNUSED(user_data);
	/* The server lends a resource to one client until its request is complete, and does not
	 * take this one back if the client leaves before. It has to serve them all.
	 */
	resource.holder = NULL;
	if (status != HTTP_SERVER_REQUEST_DATA_MORE && !is_last) {
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
		ret = serve(client, NULL, response);
	} else {
		ret = on_body(client, is_last, request, response);
	}
	return ret == 0 ? 0 : refuse(client, ret);
}

/* Start and stop. */

static bool is_listening(void)
{
	return *network_prov_http_service.fd >= 0;
}

/** Whether the server runs for nobody but us. */
static bool is_only_user(void)
{
	int services;

	HTTP_SERVICE_COUNT(&services);
	return services == 1 && HTTP_SERVICE_RESOURCE_COUNT(&network_prov_http_service) == 0;
}

static void read_endpoints(void)
{
	uint16_t uuid16;

	endpoint_count = 0;
	while (endpoint_count < ENDPOINTS_MAX &&
	       netprov_core_endpoint(endpoint_count, endpoints[endpoint_count],
				     sizeof(endpoints[0]), &uuid16) == 0) {
		endpoint_count++;
	}
}

int netprov_http_start(void)
{
	int64_t deadline = k_uptime_get() + LISTEN_TIME_MS;
	int ret = http_server_start();

	if (ret == 0) {
		is_starter = true;
	} else if (ret != -EALREADY) {
		return ret;
	}
	while (!is_listening() && k_uptime_get() < deadline) {
		k_sleep(K_MSEC(5));
	}
	if (!is_listening()) {
		LOG_ERR("The HTTP server does not listen on port %u: is there another service on "
			"it, or too few sockets?", port);
		netprov_http_stop();
		return -EADDRINUSE;
	}
	read_endpoints();
	atomic_set(&is_open, 1);
	return 0;
}

void netprov_http_stop(void)
{
	atomic_set(&is_open, 0);
	stopped_at = k_uptime_get();
	closed_by = stopped_at + CLOSE_TIME_MS;
	is_closing = is_starter && is_only_user();
	if (is_closing) {
		is_starter = false;
		(void)http_server_stop();
	}
}

bool netprov_http_has_stopped(void)
{
	int64_t now = k_uptime_get();

	if (is_closing && is_listening() && now < closed_by) {
		return false;
	}
	return now - stopped_at >= LINGER_MS;
}
