/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A ready endpoint that tells clients in words how the device stands.
 *
 * The protocol has two reasons for credentials that do not work, and apps show most failures as a
 * wrong password. The endpoint `netprov-status` has the true one. It takes a session, like every
 * endpoint of an application. The request is ignored, and must not be empty over HTTP. The response
 * is JSON:
 *
 *     {"state":"failed","reason":"no_address","mac":"02005e005301"}
 *     {"state":"connecting","attempts_left":2,"mac":"02005e005301"}
 *     {"state":"connected","ip":"192.168.1.23","rssi":-40,"channel":6,"mac":"02005e005301"}
 *
 * `state` is `waiting`, `connecting`, `connected` or `failed`. `reason` is `wrong_passphrase`,
 * `network_not_found`, `unsupported_security`, `no_address` or `storage`. `device` is the device's
 * id from the hardware, in hexadecimal, with `CONFIG_HWINFO`.
 *
 * For Wi-Fi, with `CONFIG_NETWORK_PROV_STATUS`.
 */

#ifndef NETWORK_PROVISIONING_STATUS_H_
#define NETWORK_PROVISIONING_STATUS_H_

#ifdef __cplusplus
extern "C" {
#endif

/** The endpoint's name. */
#define NETWORK_PROV_STATUS_ENDPOINT "netprov-status"

/**
 * Adds the endpoint, before the start. It is one of `CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS`.
 * Returns as network_prov_mgr_endpoint_create().
 */
int network_prov_status_create(void);

/**
 * Starts to serve the endpoint, in the `NETWORK_PROV_START` event. Returns as
 * network_prov_mgr_endpoint_register().
 */
int network_prov_status_register(void);

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_STATUS_H_ */
