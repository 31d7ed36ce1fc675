/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What the rest of the glue tells the station's part.
 */

#ifndef NETPROV_WIFI_H_
#define NETPROV_WIFI_H_

#include "compat.h"

/**
 * The address of the device's own access point; NULL when it is gone. Where one interface is both,
 * the station does not take it for an address that a network gave. On the provisioning thread.
 */
void netprov_wifi_set_ap_address(const struct net_in_addr *address);

#endif /* NETPROV_WIFI_H_ */
