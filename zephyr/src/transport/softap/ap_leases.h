/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Limits DHCP leases of the access point: none exceeds the lease time, and an address is
 *        always available to a new client.
 */

#ifndef NETPROV_AP_LEASES_H_
#define NETPROV_AP_LEASES_H_

#include <stdint.h>

#include <zephyr/net/net_if.h>

/** Starts managing the leases of the DHCP server on this interface. */
void netprov_ap_leases_start(struct net_if *iface);

/** Stops, and waits until it has stopped. */
void netprov_ap_leases_stop(void);

/** Frees the lease of the station with this MAC address, which has left. From any thread. */
void netprov_ap_leases_release(struct net_if *iface, const uint8_t *mac, uint8_t length);

#endif /* NETPROV_AP_LEASES_H_ */
