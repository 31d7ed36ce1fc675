/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What a stopped service must have given back.
 */

#ifndef TESTS_DEVICE_RESOURCES_H_
#define TESTS_DEVICE_RESOURCES_H_

#include <stddef.h>

/** Numbers of things in use. */
struct resources {
	size_t descriptors;
	size_t contexts;
	size_t packets;
	size_t buffers;
	/** Of all pools, Bluetooth's among them. */
	size_t pooled;
	/** Bluetooth links, and what advertising holds for the next one. */
	size_t links;
	size_t addresses;
	size_t heap;
};

/** Counts what is in use, after the time that TCP keeps closed connections. */
void resources_count(struct resources *resources);

/** Fails the test if there is more in use than before; `what` was done between. */
void resources_expect(const struct resources *before, const char *what, unsigned int number);

/** Prints what was in use before, and what is now. */
void resources_tell(const struct resources *before);

#endif /* TESTS_DEVICE_RESOURCES_H_ */
