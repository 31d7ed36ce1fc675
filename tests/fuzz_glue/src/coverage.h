/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Which places of the module's C files a script has reached, and in what order.
 */

#ifndef TESTS_FUZZ_GLUE_COVERAGE_H_
#define TESTS_FUZZ_GLUE_COVERAGE_H_

#include <stddef.h>

/** Forgets what the last script has reached. */
void coverage_begin(void);

/** Returns how many steps no script had made before, and remembers them. */
size_t coverage_new(void);

/** How many steps all scripts have made. */
size_t coverage_total(void);

#endif /* TESTS_FUZZ_GLUE_COVERAGE_H_ */
