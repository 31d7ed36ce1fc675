/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The station's IPv4 address: finds, requests and releases it.
 *
 * On the provisioning thread.
 */

#ifndef NETPROV_WIFI_ADDRESS_H_
#define NETPROV_WIFI_ADDRESS_H_

#include <stdbool.h>

#include <zephyr/net/net_if.h>

#include "compat.h"

/** Finds the address that the network assigned to the station. Returns false if there is none. */
bool netprov_address_find(struct net_if *iface, struct net_in_addr *address);

/**
 * Requests an address by DHCP after the link has come up. If the application created the link
 * (@p is_ours is false), the application also provides the address; DHCP is then started only if
 * netprov_address_release() has stopped it.
 */
void netprov_address_request(struct net_if *iface, bool is_ours);

/**
 * Releases the address of the previous network. Otherwise it would look like an immediate success
 * on the next one. Drivers that run DHCP themselves do not remove their address.
 */
void netprov_address_release(struct net_if *iface);

/**
 * Sets the address of the device's own access point; NULL when it is closed. If one interface is
 * both access point and station, this address is ignored as the station's.
 */
void netprov_address_set_ap(const struct net_in_addr *address);

#endif /* NETPROV_WIFI_ADDRESS_H_ */
