/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Differences between the Zephyr versions that the module supports: 4.2.99, 4.4 and 4.5.
 *
 * The rest of the code is written for the newest version. Each block names the version in which
 * Zephyr changed.
 */

#ifndef NETPROV_COMPAT_H_
#define NETPROV_COMPAT_H_

#include <zephyr/net/net_ip.h>
#include <zephyr/sys/util.h>
#include <zephyr/version.h>

#define NETPROV_ZEPHYR_4_4 (KERNEL_VERSION_NUMBER >= ZEPHYR_VERSION(4, 4, 0))
#define NETPROV_ZEPHYR_4_5 (KERNEL_VERSION_NUMBER >= ZEPHYR_VERSION(4, 5, 0))

/* 4.4 prefixes the names of sockets. */
#ifndef NET_AF_INET
#define NET_AF_INET AF_INET
#define NET_AF_INET6 AF_INET6
#define NET_SOCK_STREAM SOCK_STREAM
#define NET_SOCK_DGRAM SOCK_DGRAM
#define NET_IPPROTO_UDP IPPROTO_UDP
#define net_htons htons
#define ZSOCK_SOL_SOCKET SOL_SOCKET
#define ZSOCK_SO_SNDTIMEO SO_SNDTIMEO
#define ZSOCK_SO_SNDBUF SO_SNDBUF
#define net_in_addr in_addr
#define net_sockaddr sockaddr
#define net_sockaddr_in sockaddr_in
#define net_socklen_t socklen_t
#endif

/* 4.4 renames the HTTP server's states, and calls back when a response has been sent. */
#if !NETPROV_ZEPHYR_4_4
#define http_transaction_status http_data_status
#define HTTP_SERVER_REQUEST_DATA_MORE HTTP_SERVER_DATA_MORE
#define HTTP_SERVER_REQUEST_DATA_FINAL HTTP_SERVER_DATA_FINAL
#endif

/* 4.5 passes the interface to the functions of a Wi-Fi driver, and of an Ethernet driver except
 * send(). The name of the parameter is `dev`.
 */
#if NETPROV_ZEPHYR_4_5
#define NETPROV_DRIVER_DEV const struct device *dev, __maybe_unused struct net_if *iface
#else
#define NETPROV_DRIVER_DEV const struct device *dev
#endif

/* 4.5 adds security types and reasons of a rejection. Earlier drivers do not report them. */
#if NETPROV_ZEPHYR_4_5
#define NETPROV_IS_OWE(type) ((type) == WIFI_SECURITY_TYPE_OWE)
#define NETPROV_IS_WEP(type)                                                                       \
	((type) == WIFI_SECURITY_TYPE_WEP || (type) == WIFI_SECURITY_TYPE_WEP_OPEN ||              \
	 (type) == WIFI_SECURITY_TYPE_WEP_SHARED)
#define NETPROV_IS_REJECTION(status)                                                               \
	((status) == WIFI_STATUS_CONN_AUTH_REJECT || (status) == WIFI_STATUS_CONN_ASSOC_REJECT)
#define NETPROV_TYPE_OWE WIFI_SECURITY_TYPE_OWE
#else
#define NETPROV_IS_OWE(type)         false
#define NETPROV_IS_WEP(type)         ((type) == WIFI_SECURITY_TYPE_WEP)
#define NETPROV_IS_REJECTION(status) false
#define NETPROV_TYPE_OWE             WIFI_SECURITY_TYPE_NONE
#endif

/* Espressif's driver joins networks with OWE only if its option for that is set. */
#define NETPROV_DRIVER_HAS_OWE (!IS_ENABLED(CONFIG_WIFI_ESP32) || IS_ENABLED(CONFIG_ESP32_WIFI_OWE))

/* 4.4 adds a supplicant with external WPA3, and one option for both variants. */
#define NETPROV_SUPPLICANT_HAS_WPA3                                                                \
	(IS_ENABLED(CONFIG_WIFI_NM_WPA_SUPPLICANT_WPA3) ||                                         \
	 IS_ENABLED(CONFIG_WIFI_NM_WPA_SUPPLICANT_WPA3_COMMON))

/* 4.5 adds up the eventfds that its subsystems need; the option is the minimum. */
#ifdef ZVFS_EVENTFD_SIZE
#define NETPROV_EVENTFDS ZVFS_EVENTFD_SIZE
#else
#define NETPROV_EVENTFDS CONFIG_ZVFS_EVENTFD_MAX
#endif

#endif /* NETPROV_COMPAT_H_ */
