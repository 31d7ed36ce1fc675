/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief An HTTP client for tests, by the byte.
 */

#ifndef TESTS_HTTP_BROWSER_H_
#define TESTS_HTTP_BROWSER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BROWSER_BODY_MAX 4096

/** Nothing came, and the connection was closed. */
#define BROWSER_CLOSED -1
/** Nothing came for 30 s. */
#define BROWSER_SILENT -2

/** A connection, and the cookie that outlives it. Start with `BROWSER`. */
struct browser {
	int fd;
	uint16_t port;
	/** The device's address; NULL is that of the loopback interface. The client has the same. */
	const char *address;
	/** What the client computes before each request, in milliseconds. */
	uint32_t thinks_ms;
	/** What is sent as `Cookie`, unless it is empty. Replaced by what comes as `Set-Cookie`. */
	char cookie[80];
	/** Closes the connection after each answer. */
	bool is_forgetful;
	/** Keeps no cookie. */
	bool has_no_cookies;
};

#define BROWSER {.fd = -1, .port = CONFIG_NETWORK_PROV_SOFTAP_HTTP_PORT}

struct response {
	/** The status, BROWSER_CLOSED or BROWSER_SILENT. */
	int status;
	char set_cookie[64];
	char content_type[64];
	char allow[16];
	/** It is the connection's last. */
	bool closes;
	size_t length;
	uint8_t body[BROWSER_BODY_MAX + 1];
};

/** Opens a connection, unless there is one. Returns 0 or a negative errno. */
int browser_connect(struct browser *browser);

void browser_close(struct browser *browser);

/** Sends bytes as they are. */
int browser_send(struct browser *browser, const void *data, size_t length);

/** As browser_send(), and lets the server take them before more is sent. */
int browser_send_apart(struct browser *browser, const void *data, size_t length);

/** Reads an answer. Returns its status. */
int browser_read(struct browser *browser, struct response *response);

/** Reads so many bytes as they come. Returns 0, or -EIO if there are not so many. */
int browser_read_bytes(struct browser *browser, void *data, size_t length);

/** A request's head and body, put together. Returns its length. */
size_t browser_request(const struct browser *browser, char *out, size_t size, const char *method,
		       const char *path, const void *body, size_t length);

/** Posts, and reads the answer. Returns its status. */
int browser_post(struct browser *browser, const char *path, const void *body, size_t length,
		 struct response *response);

/** For `struct client`, whose context is the browser. */
int browser_exchange(void *browser, const char *endpoint, const uint8_t *request, size_t length,
		     uint8_t *reply, size_t size, size_t *reply_length);

#endif /* TESTS_HTTP_BROWSER_H_ */
