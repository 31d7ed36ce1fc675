/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Endpoint that reports the device's status as text.
 */

/**
 * @defgroup network_prov_status Status endpoint
 * @ingroup network_prov
 * @brief Endpoint `netprov-status`, which reports the device's status as text.
 *
 * The protocol has two reasons for credentials that do not work, which apps show as a wrong
 * password and as a network that is not there. This endpoint reports the exact reason. Like every
 * endpoint of an application, it requires a session. The request is ignored; over HTTP it must not
 * be empty. The response is JSON:
 *
 *     {"state":"failed","reason":"no_address","mac":"02005e005301"}
 *     {"state":"connecting","attempts_left":2,"mac":"02005e005301"}
 *     {"state":"connected","ip":"192.168.1.23","rssi":-40,"channel":6,"mac":"02005e005301"}
 *     {"state":"connected","role":"child","network":"Home","ip":"fd00::1","eui64":"0011223344556677"}
 *
 * Fields:
 *
 * - `state`: `waiting`, `connecting`, `connected` or `failed`.
 * - `attempts_left` while connecting: the number of attempts, including the one in progress.
 * - `reason` of a failure. Wi-Fi: `wrong_passphrase`, `network_not_found`, `unsupported_security`,
 *   `weak_signal`, `handshake_timeout`, `no_address` or `storage`. Thread: `dataset_invalid`,
 *   `network_not_found` or `storage`.
 * - `ip` when connected. Thread: the address with a prefix of a border router, else the mesh-local
 *   one.
 * - Wi-Fi: `rssi` in dBm and `channel` when connected; always `mac`, the station's MAC address.
 * - Thread: `role` (`child`, `router` or `leader`) and `network`, the name of the network, when
 *   connected; always `eui64`, the radio's EUI-64.
 * - `device`: the hardware's device id in hexadecimal, with `CONFIG_HWINFO`.
 *
 * Requires `CONFIG_NETWORK_PROV_STATUS`.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_STATUS_H_
#define NETWORK_PROVISIONING_STATUS_H_

#ifdef __cplusplus
extern "C" {
#endif

/** @brief Name of the endpoint. */
#define NETWORK_PROV_STATUS_ENDPOINT "netprov-status"

/**
 * @brief Creates the endpoint. Call it before the service starts.
 *
 * The endpoint is one of `CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS`.
 *
 * @return As network_prov_mgr_endpoint_create().
 */
int network_prov_status_create(void);

/**
 * @brief Registers the handler of the endpoint. Call it in the `NETWORK_PROV_START` event.
 *
 * @return As network_prov_mgr_endpoint_register().
 */
int network_prov_status_register(void);

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_STATUS_H_ */
