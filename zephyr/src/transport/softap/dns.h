/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The access point's resolver, which returns the device's address for every name. For the
 * provisioning thread.
 */

#ifndef NETPROV_DNS_H_
#define NETPROV_DNS_H_

#include <zephyr/net/net_if.h>
#include <zephyr/net/net_ip.h>

#include "compat.h"

#ifdef CONFIG_NETWORK_PROV_SOFTAP_DNS

/** Starts the resolver on this interface and address only. Returns 0 or a negative errno. */
int netprov_dns_start(struct net_if *iface, const struct net_in_addr *address);

/** Stops the resolver, if it is running. */
void netprov_dns_stop(void);

#else

static inline int netprov_dns_start(struct net_if *iface, const struct net_in_addr *address)
{
	(void)iface;
	(void)address;
	return 0;
}

static inline void netprov_dns_stop(void)
{
}

#endif

#endif /* NETPROV_DNS_H_ */
