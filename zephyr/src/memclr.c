/* SPDX-License-Identifier: Apache-2.0 */

/* What Rust's code for Arm takes for granted and not every C library has: zephyr/rust.cmake. */

#include <stddef.h>
#include <string.h>

void netprov_port_memclr(void *start, size_t size);

void netprov_port_memclr(void *start, size_t size)
{
	memset(start, 0, size);
}
