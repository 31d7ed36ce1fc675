/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_H_
#define UTIL_H_

#include <stddef.h>

#define ARG_UNUSED(argument) (void)(argument)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define ARRAY_FOR_EACH_PTR(array, pointer)                                                         \
	for (__typeof__((array)[0]) *pointer = (array); pointer < &(array)[ARRAY_SIZE(array)];     \
	     pointer++)
#define BIT(bit) (1UL << (bit))
#define BIT_MASK(bits) (BIT(bits) - 1UL)
#define CONTAINER_OF(member_of, type, member)                                                      \
	((type *)(void *)((char *)(member_of)-offsetof(type, member)))
/* No option that the parser looks at is on. */
#define IS_ENABLED(option) 0

#endif /* UTIL_H_ */
