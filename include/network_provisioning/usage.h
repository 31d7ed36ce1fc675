/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Memory usage of the module.
 */

/**
 * @defgroup network_prov_usage Memory usage
 * @ingroup network_prov
 * @brief Measures memory usage, to choose sizes in Kconfig.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_USAGE_H_
#define NETWORK_PROVISIONING_USAGE_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief Memory usage, in bytes. */
struct network_prov_usage {
	/** Stack size of the provisioning thread, `CONFIG_NETWORK_PROV_THREAD_STACK_SIZE`. */
	size_t stack_size;
	/**
	 * Highest usage of that stack since boot. 0 unless both `CONFIG_INIT_STACKS` and
	 * `CONFIG_THREAD_STACK_INFO` are set.
	 */
	size_t stack_max;
};

/**
 * @brief Gets the memory usage.
 *
 * @note May be called from any thread.
 *
 * @param usage Receives the usage.
 *
 * @retval 0 Success.
 * @retval -EINVAL `usage` is NULL.
 */
int network_prov_get_usage(struct network_prov_usage *usage);

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_USAGE_H_ */
