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
 * Takes a fragment of a request, and with the last one answers it. For the HTTP server's thread,
 * from the callback of a resource, whose arguments these are; the result is the callback's.
 *
 * @param endpoint The endpoint that the request is for. It outlives the request. NULL: for nothing.
 * @param is_last Whether nothing of the request is to follow.
 */
int netprov_http_answer(struct http_client_ctx *client, const char *endpoint, bool is_last,
			const struct http_request_ctx *request, struct http_response_ctx *response);

/** Whether the server is sending a response of ours to this client. */
bool netprov_http_is_answering(const struct http_client_ctx *client);

/** The server has sent the response to this client, or has failed to. */
void netprov_http_end(const struct http_client_ctx *client);

#endif /* NETPROV_HTTP_ANSWER_H_ */
