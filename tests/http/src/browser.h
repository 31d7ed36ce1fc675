/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief An HTTP client for tests, which controls every byte.
 */

#ifndef TESTS_HTTP_BROWSER_H_
#define TESTS_HTTP_BROWSER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BROWSER_BODY_MAX 4096

/** The server closed the connection without sending anything. */
#define BROWSER_CLOSED -1
/** Nothing came for 30 s. */
#define BROWSER_SILENT -2

/** A connection, and a cookie that outlives it. Start with `BROWSER`. */
struct browser {
	int fd;
	uint16_t port;
	/** The address of the device and of the client; NULL is that of the loopback interface. */
	const char *address;
	/** How long the client computes before each request, in milliseconds. */
	uint32_t thinks_ms;
	/** Sent as `Cookie` unless it is empty. A `Set-Cookie` replaces it. */
	char cookie[80];
	/** Closes the connection after each response. */
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
	/** The server closes the connection after this response. */
	bool closes;
	size_t length;
	uint8_t body[BROWSER_BODY_MAX + 1];
};

/** Opens a connection unless one is open. Returns 0 or a negative errno. */
int browser_connect(struct browser *browser);

void browser_close(struct browser *browser);

/** Sends bytes unchanged. */
int browser_send(struct browser *browser, const void *data, size_t length);

/** Like browser_send(), but lets the server take the bytes before more is sent. */
int browser_send_apart(struct browser *browser, const void *data, size_t length);

/** Reads a response. Returns its status. */
int browser_read(struct browser *browser, struct response *response);

/** Reads this many bytes. Returns 0, or -EIO if fewer come. */
int browser_read_bytes(struct browser *browser, void *data, size_t length);

/** Puts a request's head and body together. Returns the length. */
size_t browser_request(const struct browser *browser, char *out, size_t size, const char *method,
		       const char *path, const void *body, size_t length);

/** Posts a request and reads the response. Returns its status. */
int browser_post(struct browser *browser, const char *path, const void *body, size_t length,
		 struct response *response);

/** For `struct client`, with the browser as its context. */
int browser_exchange(void *browser, const char *endpoint, const uint8_t *request, size_t length,
		     uint8_t *reply, size_t size, size_t *reply_length);

#endif /* TESTS_HTTP_BROWSER_H_ */
