/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Messages of the access point's resolver, under the host's sanitizers: fixed cases, then random
 * and mutated queries for the number of seconds in the argument (1 without it).
 */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "transport/softap/dns_message.h"

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			(void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);      \
			abort();                                                                   \
		}                                                                                  \
	} while (false)

static const uint8_t address[4] = {192, 168, 4, 1};

static uint8_t response[NETPROV_DNS_RESPONSE_MAX];
static size_t response_length;

/** Responds to a copy of the query of exactly its size, into a buffer of exactly the largest size.
 */
static size_t respond(const void *query, size_t length)
{
	uint8_t *in = malloc(length > 0 ? length : 1);
	uint8_t *out = malloc(NETPROV_DNS_RESPONSE_MAX);

	CHECK(in != NULL && out != NULL);
	memcpy(in, query, length);
	memset(out, 0xee, NETPROV_DNS_RESPONSE_MAX);
	response_length = netprov_dns_respond(in, length, address, out);
	CHECK(response_length <= NETPROV_DNS_RESPONSE_MAX);
	for (size_t i = response_length; i < NETPROV_DNS_RESPONSE_MAX; i++) {
		CHECK(out[i] == 0xee);
	}
	memcpy(response, out, response_length);
	free(in);
	free(out);
	return response_length;
}

/** Checks what must hold for each response. */
static void must_be_sound(const uint8_t *query, size_t length)
{
	if (respond(query, length) == 0) {
		return;
	}
	CHECK(length <= NETPROV_DNS_QUERY_MAX && (query[2] & 0x80) == 0);
	CHECK(memcmp(response, query, 2) == 0);
	CHECK(response[2] == (0x84 | (query[2] & 1)) && response[3] == 0x80);
	CHECK(response[4] == 0 && response[5] == 1 && response[6] == 0 && response[7] <= 1);
	CHECK(memcmp(&response[8], "\0\0\0\0", 4) == 0);
	/* At most the answer longer than the query, so it cannot be used for amplification. */
	CHECK(response_length <= length + 16);
	if (response[7] == 1) {
		CHECK(memcmp(&response[response_length - 4], address, 4) == 0);
		CHECK(memcmp(&response[response_length - 10], "\0\0\0\0\0\4", 6) == 0);
	}
}

static size_t put_query(uint8_t *out, const char *name, uint8_t type)
{
	static const uint8_t head[12] = {0x12, 0x34, 0x01, 0x00, 0, 1};
	size_t size = sizeof(head);

	memcpy(out, head, sizeof(head));
	while (*name != '\0') {
		size_t label = strcspn(name, ".");

		out[size++] = (uint8_t)label;
		memcpy(&out[size], name, label);
		size += label;
		name += label + (name[label] == '.' ? 1 : 0);
	}
	memcpy(&out[size], (uint8_t[]){0, 0, type, 0, 1}, 5);
	return size + 5;
}

static void test_questions(void)
{
	uint8_t query[600] = {0};
	size_t length = put_query(query, "connectivitycheck.gstatic.com", 1);

	CHECK(respond(query, length) == length + 16);
	must_be_sound(query, length);
	/* EDNS: additional records are ignored. */
	query[11] = 1;
	CHECK(respond(query, length + 11) == length + 16);
	query[11] = 0;
	/* AAAA, HTTPS, another class. */
	length = put_query(query, "captive.apple.com", 28);
	CHECK(respond(query, length) == length && response[7] == 0);
	length = put_query(query, "captive.apple.com", 65);
	CHECK(respond(query, length) == length && response[7] == 0);
	length = put_query(query, "captive.apple.com", 1);
	query[length - 1] = 3;
	CHECK(respond(query, length) == length && response[7] == 0);
	/* The root. */
	length = put_query(query, "", 1);
	CHECK(respond(query, length) == length + 16);
}

static void test_names(void)
{
	uint8_t query[600] = {0};
	char name[300];
	size_t length;

	/* Four labels of 63, 63, 63 and 61: the longest name. */
	memset(name, 'a', sizeof(name));
	name[63] = name[127] = name[191] = '.';
	name[253] = '\0';
	length = put_query(query, name, 1);
	CHECK(respond(query, length) == NETPROV_DNS_RESPONSE_MAX);
	name[253] = 'a';
	name[254] = '\0';
	length = put_query(query, name, 1);
	CHECK(respond(query, length) == 0);
	/* A compression pointer, to itself and elsewhere. */
	length = put_query(query, "abc", 1);
	query[12] = 0xc0;
	CHECK(respond(query, length) == 0);
	query[13] = 12;
	CHECK(respond(query, length) == 0);
}

static void test_what_gets_no_response(void)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{2, 0x81}, {2, 0x29}, {2, 0x03}, {5, 0}, {5, 2}, {4, 1}, {7, 1}, {9, 1}, {12, 64},
	};
	uint8_t query[600] = {0};
	size_t whole = put_query(query, "example.com", 1);

	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		uint8_t changed[600];

		memcpy(changed, query, sizeof(changed));
		changed[changes[i].at] = changes[i].value;
		CHECK(respond(changed, whole) == 0);
	}
	for (size_t length = 0; length < whole; length++) {
		CHECK(respond(query, length) == 0);
	}
	CHECK(respond(query, NETPROV_DNS_QUERY_MAX) != 0);
	CHECK(respond(query, NETPROV_DNS_QUERY_MAX + 1) == 0);
}

static unsigned long fuzz(int seconds)
{
	unsigned long count = 0;
	time_t end = time(NULL) + seconds;
	uint8_t query[600];

	srand(1);
	while (time(NULL) < end) {
		for (int i = 0; i < 10000; i++, count++) {
			size_t length = (size_t)rand() % sizeof(query);

			if (rand() % 4 == 0) {
				for (size_t at = 0; at < length; at++) {
					query[at] = (uint8_t)rand();
				}
			} else {
				memset(query, rand() % 70, sizeof(query));
				(void)put_query(query, "www.example.com", (uint8_t)(rand() % 70));
				for (int changes = rand() % 6; changes > 0; changes--) {
					query[(size_t)rand() % 48] = (uint8_t)rand();
				}
			}
			must_be_sound(query, length);
		}
	}
	return count;
}

int main(int argc, char **argv)
{
	test_questions();
	test_names();
	test_what_gets_no_response();
	printf("%lu random queries\n", fuzz(argc > 1 ? atoi(argv[1]) : 1));
	return 0;
}
