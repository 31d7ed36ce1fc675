/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The networks in range, each with its passphrase.
 */

#ifndef ESP_PROV_TEST_WORLD_H_
#define ESP_PROV_TEST_WORLD_H_

/**
 * Adds a network: `ssid,passphrase,security,rssi,channel,bssid,visibility`. Ends the program if the
 * text is not a network.
 */
void world_add_network(const char *text);

/** Hands the networks to the simulated radio. */
void world_start(void);

#endif /* ESP_PROV_TEST_WORLD_H_ */
