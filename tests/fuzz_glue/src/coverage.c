/* SPDX-License-Identifier: Apache-2.0 */

#include <stdint.h>
#include <string.h>

#include <zephyr/sys/util.h>

#include "coverage.h"

#define STEPS 65536

/** How often each step was made: a jump between two places, by a hash of their addresses. */
static uint8_t counts[STEPS];

/** The numbers of times that were seen of each, as powers of two, a bit each. */
static uint8_t seen[STEPS];

static uintptr_t last_place;

/* The compiler's name for it. */
void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	/* Where the host has put the program does not matter. */
	uintptr_t place = (uintptr_t)__builtin_return_address(0) -
			  (uintptr_t)__sanitizer_cov_trace_pc;
	uint32_t step = (uint32_t)(place * 2654435761U ^ last_place) % STEPS;

	counts[step] += counts[step] < UINT8_MAX ? 1 : 0;
	last_place = (place * 2654435761U) >> 1;
}

void coverage_begin(void)
{
	memset(counts, 0, sizeof(counts));
	last_place = 0;
}

size_t coverage_new(void)
{
	size_t found = 0;

	for (size_t i = 0; i < STEPS; i++) {
		if (counts[i] > 0) {
			uint8_t bit = BIT(31 - __builtin_clz((uint32_t)counts[i]));

			found += (seen[i] & bit) == 0;
			seen[i] |= bit;
		}
	}
	return found;
}

size_t coverage_total(void)
{
	size_t total = 0;

	for (size_t i = 0; i < STEPS; i++) {
		total += seen[i] != 0;
	}
	return total;
}
