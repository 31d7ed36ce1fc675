/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Requests over HTTP: on Zephyr's HTTP server, in a service of our own.
 *
 * It knows no access point; any network will do. All functions are for the provisioning thread.
 */

#ifndef NETPROV_HTTP_H_
#define NETPROV_HTTP_H_

#include <stdbool.h>

/**
 * Starts to answer, with the endpoints that there are now. Returns 0 once the server listens, or
 * -EADDRINUSE if it does not: the port is taken, or there are too few sockets.
 */
int netprov_http_start(void);

/**
 * Stops to answer: all requests are for nothing from now on. Stops the server too if nobody else
 * has a use for it. It does not wait; netprov_http_has_stopped() tells.
 */
void netprov_http_stop(void);

/** Whether the last answer has left, and the server is closed if it was to be. */
bool netprov_http_has_stopped(void);

#endif /* NETPROV_HTTP_H_ */
