/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Provisioning over HTTP on an access point of the device.
 */

/**
 * @defgroup network_prov_softap SoftAP transport
 * @ingroup network_prov
 * @brief Provisioning over HTTP on an access point of the device.
 *
 * The SSID of the access point is the service name. Its WPA2 passphrase is the service key: 8 to 63
 * characters, or NULL or empty for an open network. The device has the address 192.168.4.1 and runs
 * a DHCP server. Each endpoint is a path: `POST /<endpoint>`, with the request as the body.
 *
 * The radio must support access point and station at the same time, with an interface for each.
 * With a single interface, the driver decides what happens to the access point when the device
 * scans or joins a network. Most drivers stop it, so the phone loses the connection before it has
 * received the result.
 *
 * Zephyr's HTTP server has one thread. While a request is handled, which takes seconds if the
 * client waits for a scan, other clients of the server wait.
 *
 * With `CONFIG_NETWORK_PROV_SOFTAP_AP=n`, only the HTTP service is started and the application
 * provides the network. Service name and key are ignored then.
 *
 * To serve pages of the application on the same port (phones expect port 80), add resources to this
 * service:
 *
 * @code{.c}
 * HTTP_RESOURCE_DEFINE(my_page, network_prov_http_service, "/", &my_page_detail);
 * @endcode
 *
 * They take precedence over endpoints of the same name. If the server has other services or such
 * resources, it keeps running when provisioning ends, and requests to endpoints return 404. If the
 * application starts the server itself, before or after provisioning does, the application must
 * also stop it.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_SCHEME_SOFTAP_H_
#define NETWORK_PROVISIONING_SCHEME_SOFTAP_H_

#include <network_provisioning/network_prov_mgr.h>

/** @cond INTERNAL_HIDDEN */
#if defined(__ZEPHYR__) && !defined(CONFIG_NETWORK_PROV_SOFTAP)
/* An unresolved symbol names the option. Unused references still link. */
#define NETWORK_PROV_SCHEME_NEEDS_SOFTAP \
	__asm__("network_prov_scheme_softap__needs__CONFIG_NETWORK_PROV_SOFTAP")
#else
#define NETWORK_PROV_SCHEME_NEEDS_SOFTAP
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** @brief The SoftAP transport: an access point with an HTTP service. */
extern const struct network_prov_scheme network_prov_scheme_softap
	NETWORK_PROV_SCHEME_NEEDS_SOFTAP;

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_SCHEME_SOFTAP_H_ */
