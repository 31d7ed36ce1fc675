/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Makes scripts, by a seed.
 */

#ifndef TESTS_FUZZ_GLUE_MUTATE_H_
#define TESTS_FUZZ_GLUE_MUTATE_H_

#include <stddef.h>
#include <stdint.h>

#include "script.h"

/** Begins the sequence of this seed. */
void mutate_seed(uint32_t seed);

/** Makes a script: out of those in the corpus, or out of nothing. Returns its length. */
size_t mutate_next(uint8_t bytes[SCRIPT_MAX]);

#endif /* TESTS_FUZZ_GLUE_MUTATE_H_ */
