/* SPDX-License-Identifier: Apache-2.0 */

/* Parses requests, and manages the buffers of their bodies. */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/http/parser.h>
#include <zephyr/sys/util.h>

#include "netprov_log.h"
#include "transport/softap/http_incoming.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** Zephyr's server looks up methods in a mask of 32 bits. */
#define METHODS_MAX 32

static struct netprov_incoming buffers[NETPROV_HTTP_CLIENTS];

/** Headers that are read here. */
enum header {
	HEADER_COOKIE,
	HEADER_EXPECT,
	HEADER_HOST,
	HEADER_ORIGIN,
	HEADER_UPGRADE,
	HEADERS,
};

static const char *const names[HEADERS] = {"cookie", "expect", "host", "origin", "upgrade"};

static const char continue_value[] = "100-continue";

static const char scheme[] = "http://";

static const char wanted_cookie[] = "session=";

/* Buffers. */

void netprov_incoming_drop(struct netprov_http_connection *connection)
{
	struct netprov_incoming *incoming = connection->incoming;

	connection->incoming = NULL;
	if (incoming != NULL) {
		incoming->connection = NULL;
		incoming->is_responded = false;
		netprov_exchange_release(&incoming->exchange);
	}
}

void netprov_incoming_evict(struct netprov_http_connection *connection)
{
	LOG_DBG("Connection %u: closed: replaced by a new one", connection->number);
	netprov_http_slots_shut(connection);
	netprov_incoming_drop(connection);
}

/** Takes a buffer for the connection's request. Returns NULL if none is free. */
static struct netprov_incoming *claim(struct netprov_http_connection *connection)
{
	ARRAY_FOR_EACH_PTR(buffers, incoming) {
		/* The provisioning thread may still use one that its connection has released. */
		if (incoming->connection != NULL ||
		    netprov_exchange_is_busy(&incoming->exchange)) {
			continue;
		}
		incoming->connection = connection;
		incoming->is_new_session = false;
		incoming->number = connection->number;
		incoming->peer = connection->peer;
		incoming->exchange.transport = NETPROV_TRANSPORT_HTTP;
		incoming->exchange.buffer = incoming->buffer;
		incoming->exchange.size = sizeof(incoming->buffer);
		incoming->exchange.length = 0;
		connection->incoming = incoming;
		return incoming;
	}
	return NULL;
}

/* Callbacks of the parser. */

/** Frees a buffer for this connection by ending another one. Returns false if all must be kept. */
static bool take_buffer(const struct netprov_http_connection *connection)
{
	struct netprov_http_connection *holder = netprov_http_slots_buffer_holder(connection);

	if (holder != NULL) {
		netprov_incoming_evict(holder);
	}
	return holder != NULL;
}

static struct netprov_http_connection *connection_of(struct http_parser *parser)
{
	return CONTAINER_OF(parser, struct netprov_http_connection, request.parser);
}

static int on_url(struct http_parser *parser, const char *at, size_t length)
{
	struct netprov_http_request *request = &connection_of(parser)->request;

	ARG_UNUSED(at);
	/* The server would respond to a longer one with an error text. */
	if (length >= (size_t)CONFIG_HTTP_SERVER_MAX_URL_LENGTH - request->url_length) {
		return -EMSGSIZE;
	}
	request->url_length += length;
	return 0;
}

static bool is_header(const struct netprov_http_request *request, enum header header)
{
	return (request->header & BIT(header)) != 0 &&
	       request->name_length == strlen(names[header]);
}

static int on_name(struct http_parser *parser, const char *at, size_t length)
{
	struct netprov_http_request *request = &connection_of(parser)->request;

	if (request->has_head) {
		/* A trailer, which is no header. */
		return 0;
	}
	if (request->is_in_value) {
		request->is_in_value = false;
		request->header = BIT_MASK(HEADERS);
		request->name_length = 0;
	}
	for (size_t i = 0; i < length && request->header != 0; i++) {
		for (size_t h = 0; h < HEADERS; h++) {
			/* The terminator of a name matches no byte, which excludes the name. */
			if ((request->header & BIT(h)) != 0 &&
			    names[h][request->name_length] != tolower((unsigned char)at[i])) {
				request->header &= ~BIT(h);
			}
		}
		request->name_length++;
	}
	/* Hide this header: the server would switch to HTTP/2. */
	if (!IS_ENABLED(CONFIG_HTTP_SERVER_WEBSOCKET) && length > 0 &&
	    is_header(request, HEADER_UPGRADE)) {
		((char *)at)[length - 1] = 'x';
	}
	return 0;
}

/** Ends the current cookie. Keeps it if its name is `session`. */
static void end_cookie(struct netprov_http_request *request)
{
	size_t length = request->cookie_length - request->cookie_start;

	if (!request->is_skipping && length >= sizeof(wanted_cookie) - 1 &&
	    request->cookie_length < NETPROV_HTTP_COOKIE_MAX) {
		request->cookie[request->cookie_length++] = ';';
	} else {
		request->cookie_length = request->cookie_start;
	}
	request->cookie_start = request->cookie_length;
	request->is_skipping = false;
}

/** Reads a byte of a cookie. Other cookies may have any length. */
static void take_cookie(struct netprov_http_request *request, char byte)
{
	size_t at = request->cookie_length - request->cookie_start;

	if (byte == ';') {
		end_cookie(request);
	} else if (request->is_skipping || (at == 0 && (byte == ' ' || byte == '\t'))) {
		return;
	} else if ((at < sizeof(wanted_cookie) - 1 && byte != wanted_cookie[at]) ||
		   request->cookie_length == NETPROV_HTTP_COOKIE_MAX) {
		request->cookie_length = request->cookie_start;
		request->is_skipping = true;
	} else {
		request->cookie[request->cookie_length++] = byte;
	}
}

/* Browsers put the site whose page sends a POST into `Origin`. Other clients send no `Origin`. */

/** Reads a byte of the value of `Host`, or of `Origin` after its scheme. */
static void take_authority(struct netprov_http_request *request, char byte)
{
	char lower = (char)tolower((unsigned char)byte);

	if (!request->has_host || !request->has_origin) {
		/* This header is the first of the two. */
		if (request->authority_length == NETPROV_HTTP_AUTHORITY_MAX) {
			/* Too long to be compared. This is taken back if there is no `Origin`. */
			request->is_foreign = true;
			return;
		}
		request->authority[request->authority_length++] = lower;
	} else if (request->compared == request->authority_length ||
		   request->authority[request->compared] != lower) {
		request->is_foreign = true;
	} else {
		request->compared++;
	}
}

/** Starts the value of `Host` or `Origin`. */
static void begin_authority(struct netprov_http_request *request, bool *has_it)
{
	request->is_foreign |= *has_it;
	*has_it = true;
}

static void take_origin(struct netprov_http_request *request, char byte)
{
	if (request->matched == sizeof(scheme) - 1) {
		take_authority(request, byte);
	} else if (scheme[request->matched] == tolower((unsigned char)byte)) {
		request->matched++;
	} else {
		/* `null`, or another scheme. */
		request->is_foreign = true;
	}
}

static bool ends_with(const char *text, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length > end_length && memcmp(&text[length - end_length], end, end_length) == 0;
}

/**
 * Checks whether the authority is an address or a name of the local network, which an attacker
 * elsewhere cannot make point to the device. The owner of another name can make it resolve to the
 * device's address once its page is loaded.
 */
static bool is_local(const struct netprov_http_request *request)
{
	const char *name = request->authority;
	size_t length = request->authority_length;
	const char *port;
	bool is_address;

	if (length > 0 && name[0] == '[') {
		return true;
	}
	port = memchr(name, ':', length);
	length = port != NULL ? (size_t)(port - name) : length;
	is_address = length > 0;
	for (size_t i = 0; i < length; i++) {
		is_address = is_address && (isdigit((unsigned char)name[i]) != 0 || name[i] == '.');
	}
	return is_address || ends_with(name, length, ".local") ||
	       (length == 9 && memcmp(name, "localhost", length) == 0);
}

/** Decides whether another site's page has sent the request. Call it when the head is complete. */
static void judge_origin(struct netprov_http_request *request)
{
	bool is_same = request->has_host && !request->is_foreign &&
		       request->compared == request->authority_length;

	/* If the two differ, the authority may be that of `Origin`. */
	request->is_elsewhere = request->has_host && (is_same || !request->has_origin) &&
				!is_local(request);
	request->is_foreign = request->has_origin && (!is_same || !is_local(request));
}

static int on_value(struct http_parser *parser, const char *at, size_t length)
{
	struct netprov_http_request *request = &connection_of(parser)->request;

	if (request->has_head) {
		return 0;
	}
	if (!request->is_in_value) {
		request->is_in_value = true;
		request->matched = 0;
		if (is_header(request, HEADER_COOKIE)) {
			end_cookie(request);
		} else if (is_header(request, HEADER_HOST)) {
			begin_authority(request, &request->has_host);
		} else if (is_header(request, HEADER_ORIGIN)) {
			begin_authority(request, &request->has_origin);
		}
	}
	for (size_t i = 0; i < length; i++) {
		if (is_header(request, HEADER_COOKIE)) {
			take_cookie(request, at[i]);
		} else if (is_header(request, HEADER_HOST)) {
			take_authority(request, at[i]);
		} else if (is_header(request, HEADER_ORIGIN)) {
			take_origin(request, at[i]);
		} else if (is_header(request, HEADER_EXPECT) &&
			   continue_value[request->matched] == tolower((unsigned char)at[i])) {
			request->matched++;
			request->expects_continue =
				request->matched == sizeof(continue_value) - 1;
		}
	}
	return 0;
}

static int on_head(struct http_parser *parser)
{
	struct netprov_http_connection *connection = connection_of(parser);
	struct netprov_http_request *request = &connection->request;

	if (request->has_head) {
		/* The end of a trailer. */
		return 0;
	}
	if (parser->method == HTTP_CONNECT || parser->method >= METHODS_MAX) {
		return -ENOTSUP;
	}
	request->has_head = true;
	judge_origin(request);
	end_cookie(request);
	request->cookie[request->cookie_length] = '\0';
	if (!IS_ENABLED(CONFIG_HTTP_SERVER_WEBSOCKET)) {
		parser->upgrade = 0;
	} else if (parser->upgrade != 0) {
		connection->is_opaque = true;
	}
	return 0;
}

static int on_body(struct http_parser *parser, const char *at, size_t length)
{
	struct netprov_http_connection *connection = connection_of(parser);
	struct netprov_incoming *incoming = connection->incoming;

	connection->request.has_body = true;
	if (incoming == NULL) {
		incoming = claim(connection);
		if (incoming == NULL && take_buffer(connection)) {
			incoming = claim(connection);
		}
	}
	if (incoming == NULL || length > sizeof(incoming->buffer) - incoming->exchange.length) {
		connection->request.is_too_long = true;
		return 0;
	}
	memcpy(&incoming->buffer[incoming->exchange.length], at, length);
	incoming->exchange.length += length;
	return 0;
}

static int on_end(struct http_parser *parser)
{
	connection_of(parser)->request.is_whole = true;
	/* Stop here. The next request must wait. */
	return 1;
}

/* Fragments. */

void netprov_incoming_begin(struct netprov_http_connection *connection)
{
	netprov_incoming_drop(connection);
	connection->request = (struct netprov_http_request){.is_in_value = true};
	http_parser_init(&connection->request.parser, HTTP_REQUEST);
}

/** Checks for anything except the line ends that old clients send after a body. */
static bool is_another_request(const uint8_t *at, size_t length)
{
	while (length > 0 && (*at == '\r' || *at == '\n')) {
		at++;
		length--;
	}
	return length > 0;
}

int netprov_incoming_take(struct netprov_http_connection *connection, uint8_t *data, size_t length)
{
	static const struct http_parser_settings settings = {
		.on_url = on_url,
		.on_header_field = on_name,
		.on_header_value = on_value,
		.on_headers_complete = on_head,
		.on_body = on_body,
		.on_message_complete = on_end,
	};
	struct netprov_http_request *request = &connection->request;
	size_t parsed = http_parser_execute(&request->parser, &settings, (const char *)data, length);

	if (connection->is_opaque) {
		return length;
	}
	if (!request->is_whole) {
		return request->parser.http_errno == HPE_OK && parsed == length ? (int)length
										: -EBADMSG;
	}
	/* A client that sends its next request early repeats it on another connection. */
	connection->is_last = is_another_request(&data[parsed], length - parsed);
	return parsed;
}
