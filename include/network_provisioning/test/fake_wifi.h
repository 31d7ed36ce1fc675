/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Simulated Wi-Fi driver and the functions with which tests control it.
 */

/**
 * @defgroup network_prov_fake_wifi Simulated Wi-Fi
 * @ingroup network_prov
 * @brief Simulated Wi-Fi driver and the functions with which tests control it.
 *
 * With `CONFIG_NETWORK_PROV_FAKE_WIFI`, there is a Wi-Fi interface that scans, joins networks and
 * opens an access point through `net_mgmt()` and its events, like a real one. The functions below
 * set its scan results and the outcome of its operations. A successful connect assigns an IPv4
 * address as if by DHCP. Packets are not delivered anywhere.
 *
 * Settings for the *next* scan, connect or access point apply once.
 *
 * @note The functions may be called from any thread.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_TEST_FAKE_WIFI_H_
#define NETWORK_PROVISIONING_TEST_FAKE_WIFI_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi.h>
#include <zephyr/net/wifi_mgmt.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @brief IPv4 address that the station is assigned. */
#define FAKE_WIFI_ADDRESS "192.168.77.2"

/** @brief A network in range. */
struct fake_wifi_ap {
	/** SSID. It may contain any bytes if `ssid_len` is set. */
	char ssid[WIFI_SSID_MAX_LEN + 1];
	/** Length of the SSID; 0 for a hidden one. */
	uint8_t ssid_len;
	/** Address of the access point. */
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	/** Channel. */
	uint8_t channel;
	/** Signal strength in dBm. */
	int8_t rssi;
	/** Security type. */
	enum wifi_security_type security;
};

/** @brief When the station is assigned its address. */
enum fake_wifi_address {
	/** After the connect result, as with most drivers. */
	FAKE_WIFI_ADDRESS_AFTER_LINK,
	/** Before the connect result, as with drivers that run DHCP themselves. */
	FAKE_WIFI_ADDRESS_BEFORE_LINK,
	/** Never: DHCP gets no response. */
	FAKE_WIFI_ADDRESS_NEVER,
};

/** @brief Number of calls to the driver since the last reset. */
struct fake_wifi_counters {
	/** Scans started. */
	uint32_t scans;
	/** Connects, including refused ones. */
	uint32_t connects;
	/** Disconnects, including refused ones. */
	uint32_t disconnects;
	/** Requests to enable the access point. */
	uint32_t ap_enables;
	/** Requests to disable the access point. */
	uint32_t ap_disables;
};

/** @brief Parameters of a connect or of an access point, without its secrets. */
struct fake_wifi_request {
	/** SSID, null-terminated. */
	char ssid[WIFI_SSID_MAX_LEN + 1];
	/** Length of the SSID. */
	uint8_t ssid_len;
	/** Address of the access point to join; all zeros for any. */
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	/** Channel, or `WIFI_CHANNEL_ANY`. */
	uint8_t channel;
	/** Frequency band, or `WIFI_FREQ_BAND_UNKNOWN`. */
	uint8_t band;
	/** Security type. */
	enum wifi_security_type security;
	/** Management frame protection. */
	enum wifi_mfp_options mfp;
	/** Length of the pre-shared key; 0 for none. */
	uint8_t psk_len;
	/** Length of the SAE password; 0 for none. */
	uint8_t sae_password_len;
	/** Time-out in seconds. */
	int timeout;
};

/** @brief Parameters of a scan. */
struct fake_wifi_scan_request {
	/** Active or passive. */
	enum wifi_scan_type type;
	/** Active dwell time per channel in milliseconds; 0 for the driver's default. */
	uint16_t dwell_time_active;
	/** Passive dwell time per channel in milliseconds; 0 for the driver's default. */
	uint16_t dwell_time_passive;
};

/**
 * @brief Restores the state at boot, without events.
 *
 * No network is in range, all credentials work, there are no delays, the link is down and the
 * access point is off.
 */
void fake_wifi_reset(void);

/**
 * @brief Sets the networks in range.
 *
 * A network in range can only be joined with its own security type, channel and address. A network
 * that is not in range can be joined with any.
 *
 * @param aps The networks. They are copied.
 * @param count Number of networks. Those beyond `CONFIG_NETWORK_PROV_FAKE_WIFI_AP_MAX` are ignored.
 */
void fake_wifi_set_scan_aps(const struct fake_wifi_ap *aps, size_t count);

/** @brief Sets the duration of a scan in milliseconds. */
void fake_wifi_set_scan_delay(uint32_t ms);

/** @brief Refuses the next scan at once with this errno, of either sign. */
void fake_wifi_set_next_scan_sync_error(int errnum);

/** @brief Ends the next scan with this status instead of 0 and without results. */
void fake_wifi_set_next_scan_status(int status);

/** @brief Sets the result of the next connect, whatever its parameters. */
void fake_wifi_set_next_connect_result(enum wifi_conn_status status);

/** @brief Refuses the next connect at once with this errno, of either sign. */
void fake_wifi_set_next_connect_sync_error(int errnum);

/** @brief Accepts the next connect, but never reports a result. */
void fake_wifi_set_next_connect_silent(void);

/**
 * @brief Sets the credentials that a connect must use.
 *
 * Another SSID is not found and another passphrase is wrong. The strings are copied.
 *
 * @param ssid SSID, or NULL to accept all credentials.
 * @param pass Passphrase.
 */
void fake_wifi_set_expected_credentials(const char *ssid, const char *pass);

/** @brief Sets the duration of a connect in milliseconds. */
void fake_wifi_set_connect_delay(uint32_t ms);

/** @brief Sets the duration of a disconnect in milliseconds. */
void fake_wifi_set_disconnect_delay(uint32_t ms);

/** @brief Executes the next disconnect without raising an event. */
void fake_wifi_set_next_disconnect_silent(void);

/** @brief Sets whether and when the station is assigned an address. */
void fake_wifi_set_address(enum fake_wifi_address address);

/** @brief Sets the duration of DHCP in milliseconds. */
void fake_wifi_set_address_delay(uint32_t ms);

/** @brief Drops the link for this reason. Does nothing if the link is down. */
void fake_wifi_drop_link(enum wifi_disconn_reason reason);

/** @brief Raises an unexpected connect result, as a late or faulty driver does. */
void fake_wifi_raise_connect_result(enum wifi_conn_status status);

/** @brief Raises an unexpected disconnect result. */
void fake_wifi_raise_disconnect_result(enum wifi_disconn_reason reason);

/** @brief Refuses the next access point at once with this errno, of either sign. */
void fake_wifi_set_next_ap_sync_error(int errnum);

/** @brief Sets the result of the next access point. */
void fake_wifi_set_next_ap_result(enum wifi_ap_status status);

/** @brief Returns the station's interface. */
struct net_if *fake_wifi_iface(void);

/**
 * @brief Returns the access point's interface.
 *
 * It is the station's, unless `CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE` is set.
 */
struct net_if *fake_wifi_ap_iface(void);

/** @brief Checks whether the station's link is up. */
bool fake_wifi_is_connected(void);

/** @brief Checks whether the access point is on. */
bool fake_wifi_is_ap_enabled(void);

/** @brief Gets the number of calls to the driver since the last reset. */
void fake_wifi_get_counters(struct fake_wifi_counters *counters);

/** @brief Gets the parameters of the last scan. Returns false if there was none. */
bool fake_wifi_get_last_scan(struct fake_wifi_scan_request *request);

/** @brief Gets the parameters of the last connect. Returns false if there was none. */
bool fake_wifi_get_last_connect(struct fake_wifi_request *request);

/** @brief Checks the passphrase of the last connect; "" for none. */
bool fake_wifi_last_passphrase_is(const char *pass);

/** @brief Gets the parameters of the last access point. Returns false if there was none. */
bool fake_wifi_get_last_ap(struct fake_wifi_request *request);

/** @brief Checks the passphrase of the last access point; "" for none. */
bool fake_wifi_last_ap_passphrase_is(const char *pass);

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_TEST_FAKE_WIFI_H_ */
