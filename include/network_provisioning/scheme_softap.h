/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Provisioning over HTTP, on an access point of the device.
 *
 * The access point has the service's name as its SSID and the service's key, if there is one, as
 * its WPA2 passphrase. The device is 192.168.4.1 on it and gives its clients their addresses. Each
 * endpoint is a path: `POST /<endpoint>`, with the message as the body.
 *
 * It takes a radio that is access point and station at once, with an interface for each. On one
 * that has a single interface the access point comes up, and what becomes of it when the device
 * scans or joins a network is the driver's affair: on most, the phone loses it before it has seen
 * the result.
 *
 * Zephyr's HTTP server has one thread: while a request is being answered, which takes some seconds
 * if the client waits for a scan, the server's other clients wait.
 *
 * With `CONFIG_NETWORK_PROV_SOFTAP_AP=n` the application brings the network, and only the HTTP
 * service is started. The name and the key are of no meaning then.
 *
 * Pages of the application's own on the same port, which phones take to be 80, are resources of
 * this service:
 *
 *     HTTP_RESOURCE_DEFINE(my_page, network_prov_http_service, "/", &my_page_detail);
 *
 * They come before endpoints of the same name. A server that has other services or such resources
 * is left running when provisioning ends; endpoints are not found then (404). An application may
 * start the server itself, earlier or later, and is then the one to stop it.
 */

#ifndef NETWORK_PROVISIONING_SCHEME_SOFTAP_H_
#define NETWORK_PROVISIONING_SCHEME_SOFTAP_H_

#include <network_provisioning/network_prov_mgr.h>

/** @cond INTERNAL_HIDDEN */
#if defined(__ZEPHYR__) && !defined(CONFIG_NETWORK_PROV_SOFTAP)
/* The linker's message names the option. Code that is compiled and not used still links. */
#define NETWORK_PROV_SCHEME_NEEDS_SOFTAP \
	__asm__("network_prov_scheme_softap__needs__CONFIG_NETWORK_PROV_SOFTAP")
#else
#define NETWORK_PROV_SCHEME_NEEDS_SOFTAP
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The access point with its HTTP service. The service's key is NULL or empty for an open network,
 * else 8 to 63 characters.
 */
extern const struct network_prov_scheme network_prov_scheme_softap
	NETWORK_PROV_SCHEME_NEEDS_SOFTAP;

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_SCHEME_SOFTAP_H_ */
