/* SPDX-License-Identifier: Apache-2.0 */

/* DNS messages: parses a query and writes the response. No thread of its own, no Zephyr. */

#include <string.h>

#include "transport/softap/dns_message.h"

#define HEADER_SIZE 12

/** Longest name with its length bytes and the final 0 (RFC 1035, 3.1), and longest label. */
#define NAME_MAX_SIZE  255
#define LABEL_MAX_SIZE 63

/** Type and class, which follow the name. */
#define QUESTION_TAIL_SIZE 4

#define TYPE_A   1
#define CLASS_IN 1

/* Flags in the header's third byte. */
#define FLAG_RESPONSE            0x80
#define OPCODE_MASK              0x78
#define FLAG_AUTHORITATIVE       0x04
#define FLAG_TRUNCATED           0x02
#define FLAG_RECURSION_DESIRED   0x01
/** The fourth byte: recursion available, no error. */
#define RECURSION_AVAILABLE      0x80

static unsigned int read_16(const uint8_t *at)
{
	return ((unsigned int)at[0] << 8) | at[1];
}

/** Returns the size of the name at `at`, or 0 if it is malformed or compressed. */
static size_t name_size(const uint8_t *at, size_t length)
{
	size_t size = 0;

	while (size < length && size < NAME_MAX_SIZE) {
		uint8_t label = at[size];

		if (label == 0) {
			return size + 1;
		}
		/* Also rejects a pointer, whose two highest bits are set. A question cannot point
		 * to anything.
		 */
		if (label > LABEL_MAX_SIZE) {
			return 0;
		}
		size += 1 + (size_t)label;
	}
	return 0;
}

/** Returns the size of the query's question, or 0 if this is not a query with a single question. */
static size_t question_size(const uint8_t *query, size_t length)
{
	size_t name;

	if (length < HEADER_SIZE || length > NETPROV_DNS_QUERY_MAX) {
		return 0;
	}
	if ((query[2] & (FLAG_RESPONSE | OPCODE_MASK | FLAG_TRUNCATED)) != 0) {
		return 0;
	}
	/* One question, no answers, no authorities. Additional records, as EDNS has, are ignored.
	 */
	if (read_16(&query[4]) != 1 || read_16(&query[6]) != 0 || read_16(&query[8]) != 0) {
		return 0;
	}
	name = name_size(&query[HEADER_SIZE], length - HEADER_SIZE);
	if (name == 0 || length - HEADER_SIZE - name < QUESTION_TAIL_SIZE) {
		return 0;
	}
	return name + QUESTION_TAIL_SIZE;
}

size_t netprov_dns_respond(const uint8_t *query, size_t length, const uint8_t address[4],
			   uint8_t *response)
{
	/* A pointer to the question's name, A, IN, TTL 0, and the length of the address. */
	static const uint8_t answer[] = {0xc0, HEADER_SIZE, 0, TYPE_A, 0, CLASS_IN, 0, 0, 0, 0, 0, 4};
	size_t question = question_size(query, length);
	size_t size = HEADER_SIZE + question;
	const uint8_t *tail;

	if (question == 0) {
		return 0;
	}
	(void)memcpy(response, query, size);
	(void)memset(&response[2], 0, HEADER_SIZE - 2);
	response[2] = FLAG_RESPONSE | FLAG_AUTHORITATIVE | (query[2] & FLAG_RECURSION_DESIRED);
	response[3] = RECURSION_AVAILABLE;
	response[5] = 1;
	tail = &query[size - QUESTION_TAIL_SIZE];
	if (read_16(tail) == TYPE_A && read_16(&tail[2]) == CLASS_IN) {
		response[7] = 1;
		(void)memcpy(&response[size], answer, sizeof(answer));
		(void)memcpy(&response[size + sizeof(answer)], address, 4);
		size += sizeof(answer) + 4;
	}
	return size;
}
