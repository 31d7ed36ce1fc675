/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel types that the glue's headers use. */
#ifndef KERNEL_H_
#define KERNEL_H_

#include <stddef.h>
#include <stdint.h>

#include <zephyr/sys/util.h>

struct k_work {
	int unused;
};

struct k_sem {
	int unused;
};

typedef struct {
	int64_t ticks;
} k_timeout_t;

#endif /* KERNEL_H_ */
