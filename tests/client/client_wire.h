/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Internal to the client: writing and reading messages.
 */

#ifndef TESTS_CLIENT_WIRE_H_
#define TESTS_CLIENT_WIRE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "client.h"

/* Writing messages. They are small: a length takes one or two bytes. */

struct writer {
	uint8_t bytes[512];
	size_t length;
};

static inline void put(struct writer *writer, uint8_t byte)
{
	if (writer->length < sizeof(writer->bytes)) {
		writer->bytes[writer->length++] = byte;
	}
}

static inline void put_varint(struct writer *writer, uint32_t value)
{
	for (; value >= 0x80; value >>= 7) {
		put(writer, (uint8_t)(value | 0x80));
	}
	put(writer, (uint8_t)value);
}

static inline void put_number(struct writer *writer, uint32_t field, uint32_t value)
{
	put_varint(writer, field << 3);
	put_varint(writer, value);
}

static inline void put_bytes(struct writer *writer, uint32_t field, const void *bytes,
			     size_t length)
{
	const uint8_t *from = bytes;

	put_varint(writer, field << 3 | 2);
	put_varint(writer, (uint32_t)length);
	for (size_t i = 0; i < length; i++) {
		put(writer, from[i]);
	}
}

static inline void put_message(struct writer *writer, uint32_t field, const struct writer *inner)
{
	put_bytes(writer, field, inner->bytes, inner->length);
}

/* Reading messages. */

struct reader {
	const uint8_t *at;
	const uint8_t *end;
};

struct field {
	uint32_t number;
	/** The value of a varint. */
	uint64_t value;
	/** The content, if it has one. */
	struct reader content;
};

static inline bool get_varint(struct reader *reader, uint64_t *value)
{
	*value = 0;
	for (int shift = 0; shift < 64 && reader->at < reader->end; shift += 7) {
		uint8_t byte = *reader->at++;

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			return true;
		}
	}
	return false;
}

static inline bool get_field(struct reader *reader, struct field *field)
{
	uint64_t tag, length;

	*field = (struct field){0};
	if (!get_varint(reader, &tag)) {
		return false;
	}
	field->number = (uint32_t)(tag >> 3);
	if ((tag & 7) == 0) {
		return get_varint(reader, &field->value);
	}
	if ((tag & 7) != 2 || !get_varint(reader, &length) ||
	    length > (uint64_t)(reader->end - reader->at)) {
		return false;
	}
	field->content.at = reader->at;
	reader->at += length;
	field->content.end = reader->at;
	return true;
}

/** Finds the last field with this number. Returns false if there is none. */
static inline bool find(struct reader reader, uint32_t number, struct field *found)
{
	struct field field;
	bool is_there = false;

	while (get_field(&reader, &field)) {
		if (field.number == number) {
			*found = field;
			is_there = true;
		}
	}
	return is_there;
}

static inline size_t size_of(const struct field *field)
{
	return (size_t)(field->content.end - field->content.at);
}

/** Returns the number in a field; 0 if the field is missing, as protobuf omits zeros. */
static inline uint64_t number_in(struct reader reader, uint32_t number)
{
	struct field field;

	return find(reader, number, &field) ? field.value : 0;
}

static inline bool copy_in(struct reader reader, uint32_t number, void *to, size_t length)
{
	struct field field;

	if (!find(reader, number, &field) || size_of(&field) != length) {
		return false;
	}
	memcpy(to, field.content.at, length);
	return true;
}

static inline void text_in(struct reader reader, uint32_t number, char *to, size_t size)
{
	struct field field;
	size_t length = 0;

	if (find(reader, number, &field)) {
		length = size_of(&field) < size ? size_of(&field) : size - 1;
		memcpy(to, field.content.at, length);
	}
	to[length] = '\0';
}

/**
 * Sends one message of a handshake of security 1 or 2, `type` with `command` in `field`, and finds
 * the content of the response. `reply` has room for CLIENT_MESSAGE_MAX bytes.
 */
int client_shake(struct client *client, uint32_t security, uint32_t type, uint32_t field,
		 const struct writer *command, uint8_t *reply, struct reader *content);

/**
 * Sends the payload `type` with `command` in `field`, and finds the content of the response.
 * `reply` has room for CLIENT_MESSAGE_MAX bytes.
 */
int client_exchange(struct client *client, const char *endpoint, uint32_t type, uint32_t field,
		    const struct writer *command, uint8_t *reply, struct reader *payload,
		    struct reader *content);

/** Sends a command with content to `prov-config`. Returns the `Status` of the response. */
int client_configure(struct client *client, uint32_t type, uint32_t field,
		     const struct writer *command);

/** Reads a network into the list at this index. Returns false if it is invalid. */
typedef bool (*client_entry_t)(struct reader entry, void *networks, size_t at);

/**
 * Scans with the command `type` and the two after it, in fields whose numbers are greater by ten.
 * Returns the number of networks in the list.
 */
int client_scan_for(struct client *client, uint32_t type, const struct writer *start,
		    client_entry_t read, void *networks, size_t max);

/** Sends a command to `prov-ctrl`. Returns the `Status` of the response. */
int client_control(struct client *client, uint32_t type, uint32_t field);

#endif /* TESTS_CLIENT_WIRE_H_ */
