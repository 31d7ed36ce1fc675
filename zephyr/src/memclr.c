/* SPDX-License-Identifier: Apache-2.0 */

/* A function that Rust code for Arm needs and not every C library has. See zephyr/rust.cmake. */

#include <stddef.h>
#include <string.h>

void netprov_port_memclr(void *start, size_t size);

void netprov_port_memclr(void *start, size_t size)
{
	memset(start, 0, size);
}
