/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Responses to probes, the requests with which phones and computers check whether a network
 * has internet access. For the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_PROBES_H_
#define NETPROV_HTTP_PROBES_H_

#include <stdbool.h>

struct netprov_http_connection;

#if defined(CONFIG_NETWORK_PROV_SOFTAP_PROBES_STAY) ||                                             \
	defined(CONFIG_NETWORK_PROV_SOFTAP_PROBES_PORTAL)

/**
 * Starts the response to a GET of this path if it is a probe or meant for another host, because the
 * access point's resolver directs every name to the device. Returns false if it is neither.
 */
bool netprov_probes_begin(struct netprov_http_connection *connection, const char *path);

#else

static inline bool netprov_probes_begin(struct netprov_http_connection *connection,
					const char *path)
{
	(void)connection;
	(void)path;
	return false;
}

#endif

#endif /* NETPROV_HTTP_PROBES_H_ */
