/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The access point's frames, at the host's interface.
 */

#ifndef ESP_PROV_TEST_AIR_H_
#define ESP_PROV_TEST_AIR_H_

struct net_if;

/**
 * Connects the simulated access point's interface with the host's: each receives the frames that
 * the other sends. The host is then a phone that has joined the access point.
 */
void air_join(struct net_if *access_point, struct net_if *host);

#endif /* ESP_PROV_TEST_AIR_H_ */
