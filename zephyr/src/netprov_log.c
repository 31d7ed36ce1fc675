/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>

/* The level of the most verbose part. Each file has the level of its own. */
LOG_MODULE_REGISTER(netprov, CONFIG_NETWORK_PROV_LOG_SOURCE_LEVEL);

#if defined(CONFIG_LOG) && CONFIG_NETWORK_PROV_LOG_LEVEL >= 1
void netprov_log_failure(const char *what, int error);

void netprov_log_failure(const char *what, int error)
{
	LOG_ERR("Failed to %s: %d", what, error);
}
#endif
