/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Wiping secrets.
 */

#ifndef NETPROV_WIPE_H_
#define NETPROV_WIPE_H_

#include <stddef.h>
#include <stdint.h>

/** Zeroes memory in a way that the compiler must not optimize away. */
static inline void netprov_wipe(void *memory, size_t size)
{
	volatile uint8_t *bytes = memory;

	for (size_t i = 0; i < size; i++) {
		bytes[i] = 0;
	}
}

#endif /* NETPROV_WIPE_H_ */
