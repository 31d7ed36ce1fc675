/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The page that provisions the device from a browser.
 *
 * All functions are for the HTTP server's thread.
 */

#ifndef NETPROV_HTTP_PAGE_H_
#define NETPROV_HTTP_PAGE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct netprov_http_connection;

#ifdef CONFIG_NETWORK_PROV_SOFTAP_PAGE

/**
 * Rewrites a request for the head of the page into one for the page, in place. Otherwise the server
 * would refuse it, or respond to it for every path. Only for the first fragment of a request.
 */
void netprov_page_rewrite_head(uint8_t *data, size_t length);

/** Starts sending the page, or only its head. */
void netprov_page_begin(struct netprov_http_connection *connection, bool is_head);

#else

static inline void netprov_page_rewrite_head(uint8_t *data, size_t length)
{
	(void)data;
	(void)length;
}

static inline void netprov_page_begin(struct netprov_http_connection *connection, bool is_head)
{
	(void)connection;
	(void)is_head;
}

#endif

#endif /* NETPROV_HTTP_PAGE_H_ */
