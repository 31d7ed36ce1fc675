/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Provisioning over the device's console.
 *
 * The shell command `net_prov <endpoint> <session_id> <hex-request>` brings a request in hexadecimal
 * and prints the answer in lower-case hexadecimal, in a line of its own. An empty request is `-` or
 * left out. It is what `esp_prov --transport console` speaks.
 */

#ifndef NETWORK_PROVISIONING_SCHEME_CONSOLE_H_
#define NETWORK_PROVISIONING_SCHEME_CONSOLE_H_

#include <network_provisioning/network_prov_mgr.h>

/** @cond INTERNAL_HIDDEN */
#if defined(__ZEPHYR__) && !defined(CONFIG_NETWORK_PROV_CONSOLE)
/* The linker's message names the option. Code that is compiled and not used still links. */
#define NETWORK_PROV_SCHEME_NEEDS_CONSOLE \
	__asm__("network_prov_scheme_console__needs__CONFIG_NETWORK_PROV_CONSOLE")
#else
#define NETWORK_PROV_SCHEME_NEEDS_CONSOLE
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** The console. Service name and key are of no meaning to it. */
extern const struct network_prov_scheme network_prov_scheme_console
	NETWORK_PROV_SCHEME_NEEDS_CONSOLE;

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_SCHEME_CONSOLE_H_ */
