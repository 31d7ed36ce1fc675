/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief How much of its memory the module uses: to choose the sizes in Kconfig by.
 */

#ifndef NETWORK_PROVISIONING_USAGE_H_
#define NETWORK_PROVISIONING_USAGE_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Sizes in bytes. */
struct network_prov_usage {
	/** The stack of the provisioning thread, `CONFIG_NETWORK_PROV_THREAD_STACK_SIZE`. */
	size_t stack_size;
	/**
	 * Of it, in use at most since boot; 0 if that is not known: it takes `CONFIG_INIT_STACKS` and
	 * `CONFIG_THREAD_STACK_INFO`.
	 */
	size_t stack_max;
};

/**
 * Tells how much memory is in use. From any thread. Returns 0, or -EINVAL for NULL.
 */
int network_prov_get_usage(struct network_prov_usage *usage);

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_USAGE_H_ */
