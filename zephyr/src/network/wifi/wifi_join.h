/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Converts credentials and results between the core and the Wi-Fi driver.
 */

#ifndef NETPROV_WIFI_JOIN_H_
#define NETPROV_WIFI_JOIN_H_

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/net/wifi.h>
#include <zephyr/net/wifi_mgmt.h>

#include "netprov_core.h"

/** A network to join, kept while the station leaves the previous one. */
struct netprov_join {
	uint8_t ssid[WIFI_SSID_MAX_LEN];
	uint8_t ssid_length;
	uint8_t passphrase[WIFI_PSK_MAX_LEN];
	uint8_t passphrase_length;
	bool has_bssid;
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	uint8_t channel;
	enum netprov_security security;
};

/** Copies credentials. Returns 0, or -EINVAL if the SSID or the passphrase is invalid. */
int netprov_join_prepare(struct netprov_join *join, const struct netprov_credentials *credentials);

/** Fills in the parameters for the driver. They point into @p join. */
void netprov_join_params(const struct netprov_join *join, struct wifi_connect_req_params *params);

/** Returns the type as `enum netprov_auth`. */
uint8_t netprov_auth_of(enum wifi_security_type security);

/** Returns the reason why a network could not be joined, as NETPROV_FAILURE_*. */
int netprov_failure_of(enum wifi_conn_status status);

#endif /* NETPROV_WIFI_JOIN_H_ */
