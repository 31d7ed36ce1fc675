/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief DNS messages of the access point's resolver (RFC 1035). Plain C, without Zephyr.
 */

#ifndef NETPROV_DNS_MESSAGE_H_
#define NETPROV_DNS_MESSAGE_H_

#include <stddef.h>
#include <stdint.h>

/** Longest query that gets a response, in bytes: the limit of a datagram without EDNS. */
#define NETPROV_DNS_QUERY_MAX 512

/** Longest response in bytes: header, a question with the longest name, and an address. */
#define NETPROV_DNS_RESPONSE_MAX (12 + 255 + 4 + 16)

/**
 * Writes the response to a query. Every name has this IPv4 address, in network byte order. A
 * question of another type than A gets an empty response without an error. The client must not
 * keep anything (TTL 0): the network that it joins next has other addresses.
 *
 * @param response Room for NETPROV_DNS_RESPONSE_MAX bytes, apart from the query.
 * @return The response's length in bytes. 0: no query, or malformed; do not respond.
 */
size_t netprov_dns_respond(const uint8_t *query, size_t length, const uint8_t address[4],
			   uint8_t *response);

#endif /* NETPROV_DNS_MESSAGE_H_ */
