/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Which session a request over HTTP belongs to.
 *
 * The functions are for the provisioning thread.
 */

#ifndef NETPROV_HTTP_SESSION_H_
#define NETPROV_HTTP_SESSION_H_

#include <stdint.h>

/**
 * Finds the session of a request by its cookies, else by its connection. A session that was begun
 * from another address is not found by its cookie: the cookie may have been overheard.
 *
 * @param peer The IPv4 address of the client, in network byte order.
 * @param cookies The client's cookies; may be empty.
 * @return As netprov_core_http_session().
 */
int netprov_http_session(uint8_t transport, uint32_t connection, uint32_t peer,
			 const char *cookies, uint32_t *session);

#endif /* NETPROV_HTTP_SESSION_H_ */
