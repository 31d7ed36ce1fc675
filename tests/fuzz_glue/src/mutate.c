/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/sys/util.h>

#include "corpus.h"
#include "mutate.h"

#define CHANGES_MAX 8

static uint32_t state = 1;

void mutate_seed(uint32_t seed)
{
	state = seed * 2654435761U | 1;
}

/** Xorshift: the same on each machine. */
static uint32_t below(uint32_t limit)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state % limit;
}

static size_t make(uint8_t bytes[SCRIPT_MAX])
{
	size_t length = 1 + below(128);

	for (size_t i = 0; i < length; i++) {
		/* Small numbers select operations. */
		bytes[i] = (uint8_t)below(below(2) == 0 ? 16 : 256);
	}
	return length;
}

static size_t take(uint8_t bytes[SCRIPT_MAX])
{
	const struct corpus_entry *entry = corpus_get(below(corpus_count()));

	memcpy(bytes, entry->bytes, entry->length);
	return entry->length;
}

/** Puts a part of another script in place of what is from `at` on. */
static size_t cross(uint8_t bytes[SCRIPT_MAX], size_t at)
{
	const struct corpus_entry *other = corpus_get(below(corpus_count()));
	size_t from = other->length > 0 ? below(other->length) : 0;
	size_t size = MIN(other->length - from, SCRIPT_MAX - at);

	memcpy(&bytes[at], &other->bytes[from], size);
	return at + size;
}

static size_t change(uint8_t bytes[SCRIPT_MAX], size_t length)
{
	static const uint8_t special[] = {0, 1, 2, 0x7f, 0x80, 0xff, '\r', '\n', ';', ':'};
	/* Macros such as MIN() evaluate their arguments twice. */
	size_t at = length > 0 ? below(length) : 0;
	size_t size;

	switch (below(7)) {
	case 0:
		bytes[at] ^= BIT(below(8));
		return MAX(length, at + 1);
	case 1:
		bytes[at] = (uint8_t)below(256);
		return MAX(length, at + 1);
	case 2:
		bytes[at] = special[below(ARRAY_SIZE(special))];
		return MAX(length, at + 1);
	case 3:
		/* Bytes are left out. */
		size = 1 + below(16);
		size = MIN(size, length - at);
		memmove(&bytes[at], &bytes[at + size], length - at - size);
		return length - size;
	case 4:
		/* Bytes are put in. */
		size = 1 + below(8);
		size = MIN(size, SCRIPT_MAX - length);
		memmove(&bytes[at + size], &bytes[at], length - at);
		for (size_t i = 0; i < size; i++) {
			bytes[at + i] = (uint8_t)below(256);
		}
		return length + size;
	case 5:
		return cross(bytes, at);
	default:
		/* A part once more. */
		size = 1 + below(32);
		size = MIN(size, MIN(length - at, SCRIPT_MAX - length));
		memmove(&bytes[at + size], &bytes[at], length - at);
		return length + size;
	}
}

size_t mutate_next(uint8_t bytes[SCRIPT_MAX])
{
	size_t length;

	if (corpus_count() == 0 || below(16) == 0) {
		return make(bytes);
	}
	length = take(bytes);
	for (uint32_t n = 1 + below(CHANGES_MAX); n > 0; n--) {
		length = change(bytes, length);
	}
	return length;
}
