/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The station's address: which of an interface's is one, and who asks for it.
 *
 * On the provisioning thread.
 */

#ifndef NETPROV_WIFI_ADDRESS_H_
#define NETPROV_WIFI_ADDRESS_H_

#include <stdbool.h>

#include <zephyr/net/net_if.h>

#include "compat.h"

/** Finds an address that a network is used with. */
bool netprov_address_find(struct net_if *iface, struct net_in_addr *address);

/**
 * Asks for an address on a link that has come up, unless it is an application's (@p is_ours is
 * false), which has an application's address: but if its DHCP was stopped here, it is started
 * again.
 */
void netprov_address_request(struct net_if *iface, bool is_ours);

/**
 * Gives up what the last network has given: with the next it would read as success at once. The
 * drivers that run DHCP themselves leave their address behind.
 */
void netprov_address_release(struct net_if *iface);

/**
 * The address of the device's own access point; NULL when it is gone. Where one interface is both,
 * the station does not take it for an address that a network gave.
 */
void netprov_address_set_ap(const struct net_in_addr *address);

#endif /* NETPROV_WIFI_ADDRESS_H_ */
