/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Log messages.
 *
 * All files share one log source, `netprov`: a source of its own for each part would cost flash. A
 * file that logs declares it with the level of its part:
 *
 *     LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);
 */

#ifndef NETPROV_LOG_H_
#define NETPROV_LOG_H_

#include <zephyr/logging/log.h>

/**
 * Logs "Failed to <what>: <error>" as an error. One call of it is smaller than a LOG_ERR(), and
 * without errors in the log it and its texts take no flash.
 */
#if defined(CONFIG_LOG) && CONFIG_NETWORK_PROV_LOG_LEVEL >= 1
void netprov_log_failure(const char *what, int error);
#else
static inline void netprov_log_failure(const char *what, int error)
{
	ARG_UNUSED(what);
	ARG_UNUSED(error);
}
#endif

#endif /* NETPROV_LOG_H_ */
