/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zephyr/kernel.h>
#include <zephyr/net/socket.h>
#include <zephyr/sys/util.h>

#include "browser.h"

#define TIMEOUT_S 30

int browser_connect(struct browser *browser)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(browser->port),
	};
	struct timeval timeout = {.tv_sec = TIMEOUT_S};

	if (browser->fd >= 0) {
		return 0;
	}
	(void)zsock_inet_pton(AF_INET, browser->address != NULL ? browser->address : "127.0.0.1",
			      &address.sin_addr);
	browser->fd = zsock_socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
	if (browser->fd < 0) {
		return -errno;
	}
	(void)zsock_setsockopt(browser->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (zsock_connect(browser->fd, (struct sockaddr *)&address, sizeof(address)) != 0) {
		int ret = -errno;

		browser_close(browser);
		return ret;
	}
	return 0;
}

void browser_close(struct browser *browser)
{
	if (browser->fd >= 0) {
		(void)zsock_close(browser->fd);
	}
	browser->fd = -1;
}

int browser_send(struct browser *browser, const void *data, size_t length)
{
	const uint8_t *at = data;

	while (length > 0) {
		ssize_t sent = zsock_send(browser->fd, at, length, 0);

		if (sent < 0) {
			return -errno;
		}
		at += sent;
		length -= sent;
	}
	return 0;
}

int browser_send_apart(struct browser *browser, const void *data, size_t length)
{
	int ret = browser_send(browser, data, length);

	/* The pace of a slow client: it cannot know when the server has taken the bytes. */
	k_sleep(K_MSEC(2));
	return ret;
}

int browser_read_bytes(struct browser *browser, void *data, size_t length)
{
	uint8_t *at = data;

	while (length > 0) {
		ssize_t got = zsock_recv(browser->fd, at, length, 0);

		if (got <= 0) {
			return -EIO;
		}
		at += got;
		length -= got;
	}
	return 0;
}

/** What has been read of a response. */
struct reader {
	struct browser *browser;
	uint8_t buffer[256];
	size_t at;
	size_t end;
	/** BROWSER_CLOSED or BROWSER_SILENT once there is nothing more to read. */
	int ended;
};

static int next_byte(struct reader *reader)
{
	if (reader->at == reader->end) {
		ssize_t got = zsock_recv(reader->browser->fd, reader->buffer,
					 sizeof(reader->buffer), 0);

		if (got <= 0) {
			bool silent = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);

			reader->ended = silent ? BROWSER_SILENT : BROWSER_CLOSED;
			return -1;
		}
		reader->at = 0;
		reader->end = got;
	}
	return reader->buffer[reader->at++];
}

/** Reads a line, without its line end. Returns false if there is none. */
static bool read_line(struct reader *reader, char *line, size_t size)
{
	size_t length = 0;
	int byte;

	do {
		byte = next_byte(reader);
		if (byte < 0) {
			return false;
		}
		if (byte != '\r' && byte != '\n' && length < size - 1) {
			line[length++] = (char)byte;
		}
	} while (byte != '\n');
	line[length] = '\0';
	return true;
}

static bool read_body(struct reader *reader, struct response *response, size_t length)
{
	while (length-- > 0) {
		int byte = next_byte(reader);

		if (byte < 0 || response->length == BROWSER_BODY_MAX) {
			return false;
		}
		response->body[response->length++] = (uint8_t)byte;
	}
	return true;
}

static bool read_chunks(struct reader *reader, struct response *response)
{
	char line[32];
	size_t size;

	do {
		if (!read_line(reader, line, sizeof(line))) {
			return false;
		}
		size = strtoul(line, NULL, 16);
		if (!read_body(reader, response, size) || !read_line(reader, line, sizeof(line))) {
			return false;
		}
	} while (size > 0);
	return true;
}

static const char *value_of(const char *line, const char *name)
{
	size_t length = strlen(name);

	/* Spelled exactly like this: esp_prov looks for it in this case. */
	return strncmp(line, name, length) == 0 ? &line[length] : NULL;
}

static bool read_head(struct reader *reader, struct response *response, long *length)
{
	char line[128];
	const char *value;

	*length = -1;
	if (!read_line(reader, line, sizeof(line)) || strncmp(line, "HTTP/1.1 ", 9) != 0) {
		return false;
	}
	response->status = atoi(&line[9]);
	while (read_line(reader, line, sizeof(line)) && line[0] != '\0') {
		if ((value = value_of(line, "Set-Cookie: ")) != NULL) {
			strncpy(response->set_cookie, value, sizeof(response->set_cookie) - 1);
		} else if ((value = value_of(line, "Content-Type: ")) != NULL) {
			strncpy(response->content_type, value, sizeof(response->content_type) - 1);
		} else if ((value = value_of(line, "Allow: ")) != NULL) {
			strncpy(response->allow, value, sizeof(response->allow) - 1);
		} else if ((value = value_of(line, "Content-Length: ")) != NULL) {
			*length = atol(value);
		} else if (strcmp(line, "Connection: close") == 0) {
			response->closes = true;
		}
	}
	return reader->ended == 0;
}

int browser_read(struct browser *browser, struct response *response)
{
	struct reader reader = {.browser = browser};
	bool is_whole;
	long length;

	memset(response, 0, sizeof(*response));
	is_whole = read_head(&reader, response, &length) &&
		   (length >= 0 ? read_body(&reader, response, length)
				: read_chunks(&reader, response));
	if (!is_whole) {
		response->status = reader.ended;
	}
	if (is_whole && response->set_cookie[0] != '\0' && !browser->has_no_cookies) {
		strcpy(browser->cookie, response->set_cookie);
	}
	if (!is_whole || response->closes || browser->is_forgetful) {
		browser_close(browser);
	}
	return response->status;
}

size_t browser_request(const struct browser *browser, char *out, size_t size, const char *method,
		       const char *path, const void *body, size_t length)
{
	int head = snprintf(out, size, "%s %s HTTP/1.1\r\nHost: 192.168.4.1\r\n%s%s%s"
			    "Content-Length: %zu\r\n\r\n",
			    method, path, browser->cookie[0] != '\0' ? "Cookie: " : "",
			    browser->cookie, browser->cookie[0] != '\0' ? "\r\n" : "", length);

	if (head < 0 || head + length > size) {
		return 0;
	}
	if (length > 0) {
		memcpy(&out[head], body, length);
	}
	return head + length;
}

/** Closes the connection if the server has: clients check before they use one again. */
static void look(struct browser *browser)
{
	uint8_t byte;

	if (browser->fd >= 0 && zsock_recv(browser->fd, &byte, 1, ZSOCK_MSG_DONTWAIT) == 0) {
		browser_close(browser);
	}
}

int browser_post(struct browser *browser, const char *path, const void *body, size_t length,
		 struct response *response)
{
	static char request[BROWSER_BODY_MAX + 512];
	size_t size = browser_request(browser, request, sizeof(request), "POST", path, body, length);
	int ret;

	look(browser);
	ret = browser_connect(browser);
	if (ret != 0) {
		return ret;
	}
	/* The server may refuse it before all of it is sent. */
	(void)browser_send(browser, request, size);
	return browser_read(browser, response);
}

int browser_exchange(void *browser, const char *endpoint, const uint8_t *request, size_t length,
		     uint8_t *reply, size_t size, size_t *reply_length)
{
	static struct response response;
	char path[CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 2];

	k_sleep(K_MSEC(((struct browser *)browser)->thinks_ms));
	(void)snprintf(path, sizeof(path), "/%s", endpoint);
	if (browser_post(browser, path, request, length, &response) != 200 ||
	    response.length > size) {
		return -1;
	}
	memcpy(reply, response.body, response.length);
	*reply_length = response.length;
	return 0;
}
