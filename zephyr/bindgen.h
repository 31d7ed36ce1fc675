/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Read by bindgen ahead of the headers that zephyr-lang-rust names: see rust_app.cmake. Not part of the
 * image.
 *
 * bindgen evaluates macros itself, and does not know those that the compiler predefines. GCC and
 * picolibc define UINT_MAX by __INT_MAX__, so without this the bindings lack Zephyr's K_SEM_MAX_LIMIT,
 * and the crate `zephyr` does not compile.
 */

#include <limits.h>

#if UINT_MAX == 0xFFFFFFFF
#undef UINT_MAX
#define UINT_MAX 0xFFFFFFFFU
#endif
