/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The table of connections of the HTTP service: which ones keep a slot and a buffer, and for
 * how long. It closes those that are overdue.
 *
 * Functions are for the HTTP server's thread unless noted otherwise.
 */

#ifndef NETPROV_HTTP_SLOTS_H_
#define NETPROV_HTTP_SLOTS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/net/http/parser.h>

#include "transport/softap/http_transfer.h"

/** Clients that are served at the same time. */
#define NETPROV_HTTP_CLIENTS CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS

/** One more than clients, so that a new connection is accepted at once and replaces another. */
#define NETPROV_HTTP_CONNECTIONS (NETPROV_HTTP_CLIENTS + 1)

/** Longest `Host` that an `Origin` is compared with: `[` IPv6 address `]:65535`, or a name. */
#define NETPROV_HTTP_AUTHORITY_MAX 63

/** Longest collected cookies: `session=4294967295` three times, with separators. */
#define NETPROV_HTTP_COOKIE_MAX 58

struct netprov_incoming;

/** Data of the request being received. Cleared when a request starts. */
struct netprov_http_request {
	struct http_parser parser;
	/** The client's cookies named `session`, separated by semicolons; empty if none. */
	char cookie[NETPROV_HTTP_COOKIE_MAX + 1];
	uint8_t cookie_length;
	/** Where the last cookie in `cookie` starts. */
	uint8_t cookie_start;
	/** The rest of this cookie is ignored. */
	bool is_skipping;
	/** The header being read: candidates as bits, and bytes of the name so far. */
	uint8_t header;
	uint8_t name_length;
	bool is_in_value;
	/** Bytes of the value of `Expect`, or of the scheme of `Origin`, that match. */
	uint8_t matched;
	/** The value of `Host` or `Origin`, whichever came first, without a scheme. */
	char authority[NETPROV_HTTP_AUTHORITY_MAX];
	uint8_t authority_length;
	/** How many bytes of the second of the two have been compared with it. */
	uint8_t compared;
	bool has_host;
	bool has_origin;
	/** Another site's page has sent the request. Valid once the head is complete. */
	bool is_foreign;
	/**
	 * `Host` is not an address or a local name, so a resolver has directed it here. False if
	 * `Origin` differs from it.
	 */
	bool is_elsewhere;
	uint16_t url_length;
	bool expects_continue;
	bool has_head;
	bool has_body;
	/** Part of the body did not fit. */
	bool is_too_long;
	bool is_whole;
};

/** A connection. */
struct netprov_http_connection {
	/** Zephyr's socket behind `fd`; NULL if the slot is free. */
	void *socket;
	int fd;
	/** Number, counted from 1, never reused. */
	uint32_t number;
	/** The IPv4 address of the client, in network byte order. */
	uint32_t peer;
	/** When it is closed unless it makes progress, in milliseconds since boot; 0 for never. */
	int64_t deadline;
	/**
	 * When it gives way to a new connection, whatever its progress, in milliseconds since boot; 0
	 * if it keeps its slot.
	 */
	int64_t leaves_at;
	/** When it was accepted or last had a response, in milliseconds since boot. */
	int64_t used_at;
	/** When the current response must have been sent; 0 if none has started. */
	int64_t send_by;
	/** An endpoint has responded to it. */
	bool is_served;
	/** Its last response was one of a handshake. */
	bool is_shaking;
	/** The server closes it as soon as it notices. */
	bool is_shut;
	/** Bytes beyond the request were dropped: the response is the last. */
	bool is_last;
#ifdef CONFIG_NETWORK_PROV_SOFTAP_TRANSFER
	/** The response that is sent to it past the server. */
	struct netprov_transfer transfer;
#endif
	/** It no longer speaks HTTP, such as a WebSocket of the application. */
	bool is_opaque;
	/** The session of its last request; 0 if none. */
	uint32_t session;
	bool is_receiving;
	struct netprov_http_request request;
	/** The buffer of the request's body and the response; NULL if it has none. */
	struct netprov_incoming *incoming;
};

/** Returns the connection of a file descriptor, or NULL if it does not belong to the service. */
struct netprov_http_connection *netprov_http_connection(int fd);

/** Returns the connection of a socket, or NULL if there is none. */
struct netprov_http_connection *netprov_http_slots_find(const void *socket);

/**
 * Adds a connection from an address, in network byte order, that is closed at the deadline (in
 * milliseconds since boot) unless that is moved. Returns NULL if all slots are in use.
 */
struct netprov_http_connection *netprov_http_slots_add(int fd, void *socket, uint32_t peer,
						       int64_t deadline);

/** Frees the slot of a connection whose socket is closed. */
void netprov_http_slots_free(struct netprov_http_connection *connection);

/** Sets when the connection is closed, in milliseconds since boot; 0 for never. */
void netprov_http_slots_set_deadline(struct netprov_http_connection *connection, int64_t deadline);

/** Ends the connection: the server reads the end of the stream and closes it. */
void netprov_http_slots_shut(struct netprov_http_connection *connection);

/** Checks whether the connection's last request was of the established session. */
bool netprov_http_slots_is_in_session(const struct netprov_http_connection *connection);

/**
 * If there are more connections than clients, returns the one with the lowest rank. If that has been
 * idle for less than 50 ms, schedules its end instead. Never returns `active`, which keeps its slot.
 * Returns NULL if there is nothing to end.
 */
struct netprov_http_connection *
netprov_http_slots_surplus(struct netprov_http_connection *active);

/**
 * Returns the connection with the lowest rank that has a buffer, except `connection` and those of
 * the established session; NULL if there is none.
 */
struct netprov_http_connection *
netprov_http_slots_buffer_holder(const struct netprov_http_connection *connection);

/** Reports that an endpoint has responded to the connection in this session. */
void netprov_http_connection_served(struct netprov_http_connection *connection, uint32_t session,
				    bool is_handshake);

/**
 * Checks whether a client of the established session has this address, in network byte order. For
 * any thread.
 */
bool netprov_http_is_established_peer(uint32_t address);

/**
 * Sets the number of the established session, 0 for none. Its connections keep their slots. For the
 * provisioning thread.
 */
void netprov_http_set_established(uint32_t session);

#endif /* NETPROV_HTTP_SLOTS_H_ */
