/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A service on Zephyr's HTTP server that receives requests.
 *
 * It works on any network and does not depend on the access point. All functions are for the
 * provisioning thread.
 */

#ifndef NETPROV_HTTP_H_
#define NETPROV_HTTP_H_

#include <stdbool.h>

/**
 * Starts serving requests for the endpoints that exist now. Returns 0 when the server listens, or
 * -EADDRINUSE if it does not: the port is in use, or there are too few sockets.
 */
int netprov_http_start(void);

/**
 * Stops serving requests: further ones get 404. Also stops the server if nothing else uses it. Does
 * not wait; netprov_http_has_stopped() reports the end.
 */
void netprov_http_stop(void);

/** Checks whether the last response was sent and, if we stop the server, it has stopped. */
bool netprov_http_has_stopped(void);

#endif /* NETPROV_HTTP_H_ */
