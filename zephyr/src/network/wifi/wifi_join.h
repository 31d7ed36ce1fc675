/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What it takes to join a network: words of the protocol, and words of the driver.
 */

#ifndef NETPROV_WIFI_JOIN_H_
#define NETPROV_WIFI_JOIN_H_

#include <stdbool.h>
#include <stdint.h>

#include <zephyr/net/wifi.h>
#include <zephyr/net/wifi_mgmt.h>

#include "netprov_core.h"

/** A network to join, kept while another is being left. */
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

/** Copies the credentials. -EINVAL if there can be no such network or passphrase. */
int netprov_join_prepare(struct netprov_join *join, const struct netprov_credentials *credentials);

/** What to ask of the driver. It points into @p join. */
void netprov_join_params(const struct netprov_join *join, struct wifi_connect_req_params *params);

/** `WifiAuthMode` of `network_constants.proto`. */
uint8_t netprov_auth_of(enum wifi_security_type security);

/** NETPROV_FAILURE_*: why a network could not be joined. */
int netprov_failure_of(enum wifi_conn_status status);

#endif /* NETPROV_WIFI_JOIN_H_ */
