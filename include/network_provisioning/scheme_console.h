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

#ifdef __cplusplus
extern "C" {
#endif

/** The console. Service name and key are of no meaning to it. */
extern const struct network_prov_scheme network_prov_scheme_console;

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_SCHEME_CONSOLE_H_ */
