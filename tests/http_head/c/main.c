/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The glue's parser of HTTP requests as a program. It reads requests: their length and the length of
 * the fragments that they arrive in, as 32-bit numbers of this machine, and their bytes. For each, it
 * writes one line of what the glue has made of it.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "transport/softap/http_incoming.h"

/* What the parser needs of the glue's other files. */

void netprov_exchange_release(struct netprov_exchange *exchange)
{
	memset(exchange->buffer, 0, exchange->size);
	exchange->length = 0;
}

bool netprov_exchange_is_busy(struct netprov_exchange *exchange)
{
	(void)exchange;
	return false;
}

struct netprov_http_connection *
netprov_http_slots_buffer_holder(const struct netprov_http_connection *connection)
{
	(void)connection;
	return NULL;
}

void netprov_http_slots_shut(struct netprov_http_connection *connection)
{
	(void)connection;
}

static struct netprov_http_connection connection = {.number = 1};

/** Passes a fragment on in memory of exactly its size. Returns as netprov_incoming_take(). */
static int take(const uint8_t *data, size_t length)
{
	uint8_t *fragment = malloc(length);
	int taken;

	if (fragment == NULL) {
		abort();
	}
	memcpy(fragment, data, length);
	taken = netprov_incoming_take(&connection, fragment, length);
	free(fragment);
	if (taken == 0 || taken > (int)length) {
		abort();
	}
	return taken;
}

static void print_hex(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		printf("%02x", bytes[i]);
	}
}

static void answer(const uint8_t *data, size_t length, size_t fragment)
{
	const struct netprov_http_request *request = &connection.request;
	const char *verdict = "part";
	size_t end = 0;

	netprov_incoming_begin(&connection);
	while (end < length && !request->is_whole) {
		size_t next = length - end < fragment ? length - end : fragment;
		int taken = take(&data[end], next);

		if (taken < 0) {
			verdict = "refused";
			break;
		}
		end += (size_t)taken;
		if (!request->is_whole && (size_t)taken != next) {
			abort();
		}
	}
	if (request->is_whole) {
		verdict = "whole";
	}
	printf("%s error=%u method=%u url=%u end=%zu foreign=%d elsewhere=%d continue=%d long=%d "
	       "cookie=",
	       verdict, request->parser.http_errno, request->parser.method, request->url_length,
	       end, request->is_foreign, request->is_elsewhere, request->expects_continue,
	       request->is_too_long);
	print_hex((const uint8_t *)request->cookie, strlen(request->cookie));
	printf(" body=");
	if (connection.incoming != NULL) {
		print_hex(connection.incoming->buffer, connection.incoming->exchange.length);
	}
	printf("\n");
	netprov_incoming_drop(&connection);
	connection.is_last = false;
}

int main(void)
{
	uint32_t numbers[2];

	while (fread(numbers, sizeof(numbers), 1, stdin) == 1) {
		uint8_t *data = malloc(numbers[0] + 1);

		if (data == NULL || numbers[1] == 0 ||
		    fread(data, 1, numbers[0], stdin) != numbers[0]) {
			abort();
		}
		answer(data, numbers[0], numbers[1]);
		free(data);
	}
	return 0;
}
