/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The addresses that clients of the access point hold: none is held for longer than its
 *        lease, and one is always free for a newcomer.
 */

#ifndef NETPROV_AP_LEASES_H_
#define NETPROV_AP_LEASES_H_

#include <stdint.h>

#include <zephyr/net/net_if.h>

/** Starts to look after the leases of the DHCP server on this interface. */
void netprov_ap_leases_start(struct net_if *iface);

/** Stops, and waits for the end. */
void netprov_ap_leases_stop(void);

/** The station with this MAC address has left: its lease is free. From any thread. */
void netprov_ap_leases_release(struct net_if *iface, const uint8_t *mac, uint8_t length);

#endif /* NETPROV_AP_LEASES_H_ */
