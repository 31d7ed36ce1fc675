/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Scripts that are kept: in the image, and in a file of the host.
 *
 * In a file, each has two bytes for its length, the lower first, before it.
 */

#ifndef TESTS_FUZZ_GLUE_CORPUS_H_
#define TESTS_FUZZ_GLUE_CORPUS_H_

#include <stddef.h>
#include <stdint.h>

#include "script.h"

struct corpus_entry {
	size_t length;
	uint8_t bytes[SCRIPT_MAX];
};

/** The entries, and how many there are. */
const struct corpus_entry *corpus_get(size_t index);
size_t corpus_count(void);

/** Adds one, if there is room. */
void corpus_add(const uint8_t *bytes, size_t length);

/** Adds those that are built into the image. */
void corpus_load(void);

/** Writes all into a file, which must exist. Returns 0, or -1 if that fails. */
int corpus_write(const char *path);

#endif /* TESTS_FUZZ_GLUE_CORPUS_H_ */
