/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What differs between the versions of Zephyr. Written for the newest.
 */

#ifndef NETPROV_COMPAT_H_
#define NETPROV_COMPAT_H_

#include <zephyr/net/net_ip.h>
#include <zephyr/version.h>

/* Zephyr 4.2 has the plain names alone. */
#ifndef NET_AF_INET
#define NET_AF_INET AF_INET
#define NET_SOCK_STREAM SOCK_STREAM
#define ZSOCK_SOL_SOCKET SOL_SOCKET
#define ZSOCK_SO_SNDTIMEO SO_SNDTIMEO
#define net_in_addr in_addr
#define net_sockaddr sockaddr
#define net_sockaddr_in sockaddr_in
#define net_socklen_t socklen_t
#endif

/* Up to Zephyr 4.3 the HTTP server does not tell when an answer is out, and names the rest thus. */
#if KERNEL_VERSION_NUMBER < ZEPHYR_VERSION(4, 4, 0)
#define http_transaction_status http_data_status
#define HTTP_SERVER_REQUEST_DATA_MORE HTTP_SERVER_DATA_MORE
#define HTTP_SERVER_REQUEST_DATA_FINAL HTTP_SERVER_DATA_FINAL
#endif

#endif /* NETPROV_COMPAT_H_ */
