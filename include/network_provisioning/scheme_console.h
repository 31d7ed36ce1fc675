/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Provisioning over the device's console.
 */

/**
 * @defgroup network_prov_console Console transport
 * @ingroup network_prov
 * @brief Provisioning over the device's console, as `esp_prov --transport console` does.
 *
 * The shell command `net_prov <endpoint> <session_id> <hex-request>` takes a request in hexadecimal
 * and prints the response in lower-case hexadecimal on a line of its own. For an empty request, use
 * `-` or leave the argument out.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_SCHEME_CONSOLE_H_
#define NETWORK_PROVISIONING_SCHEME_CONSOLE_H_

#include <network_provisioning/network_prov_mgr.h>

/** @cond INTERNAL_HIDDEN */
#if defined(__ZEPHYR__) && !defined(CONFIG_NETWORK_PROV_CONSOLE)
/* An unresolved symbol names the option. Unused references still link. */
#define NETWORK_PROV_SCHEME_NEEDS_CONSOLE \
	__asm__("network_prov_scheme_console__needs__CONFIG_NETWORK_PROV_CONSOLE")
#else
#define NETWORK_PROV_SCHEME_NEEDS_CONSOLE
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** @brief The console transport. Service name and key are ignored. */
extern const struct network_prov_scheme network_prov_scheme_console
	NETWORK_PROV_SCHEME_NEEDS_CONSOLE;

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_SCHEME_CONSOLE_H_ */
