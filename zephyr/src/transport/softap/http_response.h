/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Handles HTTP requests: passes them to the core and responds, or refuses them.
 */

#ifndef NETPROV_HTTP_RESPONSE_H_
#define NETPROV_HTTP_RESPONSE_H_

#include <stdbool.h>

#include <zephyr/net/http/server.h>

/**
 * Handles a fragment of a request, and responds to the request after the last one. Runs on the HTTP
 * server's thread in the callback of a resource, with the callback's arguments and result.
 * netprov_incoming_take() has collected the body.
 *
 * @param endpoint Endpoint of the request, or NULL if there is none. It must outlive the request.
 * @param path Path of the request, with its query; empty while the service is stopped.
 * @param is_last Whether this is the last fragment of the request.
 */
int netprov_http_respond(struct http_client_ctx *client, const char *endpoint, const char *path,
			 bool is_last, struct http_response_ctx *response);

#endif /* NETPROV_HTTP_RESPONSE_H_ */
