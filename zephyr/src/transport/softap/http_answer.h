/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What becomes of a request over HTTP: it is brought to the core, and answered or refused.
 */

#ifndef NETPROV_HTTP_ANSWER_H_
#define NETPROV_HTTP_ANSWER_H_

#include <stdbool.h>

#include <zephyr/net/http/server.h>

/**
 * Takes notice of a fragment of a request, and answers the request with the last one. For the HTTP
 * server's thread, from the callback of a resource, whose arguments these are; the result is the
 * callback's. The body has been collected by netprov_incoming_take().
 *
 * @param endpoint The endpoint that the request is for. It outlives the request. NULL: for nothing.
 * @param path The path of the request, with its query; empty while the service does not run.
 * @param is_last Whether nothing of the request is to follow.
 */
int netprov_http_answer(struct http_client_ctx *client, const char *endpoint, const char *path,
			bool is_last, struct http_response_ctx *response);

#endif /* NETPROV_HTTP_ANSWER_H_ */
