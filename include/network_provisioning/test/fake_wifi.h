/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A Wi-Fi driver without a radio, and what a test does to its world.
 *
 * With CONFIG_NETWORK_PROV_FAKE_WIFI there is a Wi-Fi interface that scans, joins networks and
 * opens an access point as a real one does, by `net_mgmt()` and its events. What it finds and how
 * it fares is set here. A connect that succeeds gets an IPv4 address, as if by DHCP; no packet goes
 * anywhere.
 *
 * What is set for the *next* scan, connect or access point holds once. The functions may be called
 * from any thread.
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

/** The address that the station gets. */
#define FAKE_WIFI_ADDRESS "192.168.77.2"

/** A network in range. */
struct fake_wifi_ap {
	/** Its name; of any bytes, if `ssid_len` says how many. */
	char ssid[WIFI_SSID_MAX_LEN + 1];
	/** The name's length; 0 is a network that hides its name. */
	uint8_t ssid_len;
	/** Its address. */
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	/** Its channel. */
	uint8_t channel;
	/** Its strength in dBm. */
	int8_t rssi;
	/** Its security. */
	enum wifi_security_type security;
};

/** When the station gets its address. */
enum fake_wifi_address {
	/** After the connect result, as most drivers do. */
	FAKE_WIFI_ADDRESS_AFTER_LINK,
	/** Before the connect result, as drivers do that run DHCP themselves. */
	FAKE_WIFI_ADDRESS_BEFORE_LINK,
	/** Never: DHCP does not answer. */
	FAKE_WIFI_ADDRESS_NEVER,
};

/** How often the driver was asked for what, since the last reset. */
struct fake_wifi_counters {
	/** Scans that were started. */
	uint32_t scans;
	/** Connects, refused ones included. */
	uint32_t connects;
	/** Disconnects, refused ones included. */
	uint32_t disconnects;
	/** Access points that were asked for. */
	uint32_t ap_enables;
	/** Access points that were given up. */
	uint32_t ap_disables;
};

/** What a connect or an access point was asked for with, but for its secrets. */
struct fake_wifi_request {
	/** The network's name, terminated. */
	char ssid[WIFI_SSID_MAX_LEN + 1];
	/** The name's length. */
	uint8_t ssid_len;
	/** The address of the one access point to join; all zero is any. */
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	/** The channel, or WIFI_CHANNEL_ANY. */
	uint8_t channel;
	/** The frequency band, or WIFI_FREQ_BAND_UNKNOWN. */
	uint8_t band;
	/** The security. */
	enum wifi_security_type security;
	/** Protection of management frames. */
	enum wifi_mfp_options mfp;
	/** Length of the pre-shared key; 0 is none. */
	uint8_t psk_len;
	/** Length of the SAE password; 0 is none. */
	uint8_t sae_password_len;
	/** The time-out in seconds. */
	int timeout;
};

/** How a scan was asked for. */
struct fake_wifi_scan_request {
	/** Active or passive. */
	enum wifi_scan_type type;
	/** Milliseconds on a channel, active; 0 is the driver's choice. */
	uint16_t dwell_time_active;
	/** Milliseconds on a channel, passive; 0 is the driver's choice. */
	uint16_t dwell_time_passive;
};

/**
 * Back to how it was at boot: no network in range, any credentials join, no delays, the link down
 * and the access point off, without an event.
 */
void fake_wifi_reset(void);

/**
 * Sets the networks in range. The array is copied, up to CONFIG_NETWORK_PROV_FAKE_WIFI_AP_MAX.
 *
 * A network that is in range under its name can be joined only as it is: by its security, on its
 * channel, at its address. A name that is not in range can be joined however it is asked for.
 */
void fake_wifi_set_scan_aps(const struct fake_wifi_ap *aps, size_t count);

/** Sets how long a scan takes. */
void fake_wifi_set_scan_delay(uint32_t ms);

/** The next scan is refused at once with this errno, of either sign. */
void fake_wifi_set_next_scan_sync_error(int errnum);

/** The next scan ends with this status instead of 0, and finds nothing. */
void fake_wifi_set_next_scan_status(int status);

/** The next connect ends like this, whatever it asks for. */
void fake_wifi_set_next_connect_result(enum wifi_conn_status status);

/** The next connect is refused at once with this errno, of either sign. */
void fake_wifi_set_next_connect_sync_error(int errnum);

/** The next connect is taken, and never heard of again. */
void fake_wifi_set_next_connect_silent(void);

/**
 * Sets what a connect must ask for: another name is not found, another passphrase is wrong. The
 * strings are copied. Without a name any credentials will do.
 */
void fake_wifi_set_expected_credentials(const char *ssid, const char *pass);

/** Sets how long a connect takes. */
void fake_wifi_set_connect_delay(uint32_t ms);

/** Sets how long a disconnect takes. */
void fake_wifi_set_disconnect_delay(uint32_t ms);

/** The next disconnect is done, and no event says so. */
void fake_wifi_set_next_disconnect_silent(void);

/** Sets whether the station gets an address, and when. */
void fake_wifi_set_address(enum fake_wifi_address address);

/** Sets how long DHCP takes. */
void fake_wifi_set_address_delay(uint32_t ms);

/** The network is gone: the link is lost for this reason. Nothing without a link. */
void fake_wifi_drop_link(enum wifi_disconn_reason reason);

/** Raises a connect result out of nowhere, as a driver does that is late or confused. */
void fake_wifi_raise_connect_result(enum wifi_conn_status status);

/** Raises a disconnect result out of nowhere. */
void fake_wifi_raise_disconnect_result(enum wifi_disconn_reason reason);

/** The next access point is refused at once with this errno, of either sign. */
void fake_wifi_set_next_ap_sync_error(int errnum);

/** The next access point comes out like this. */
void fake_wifi_set_next_ap_result(enum wifi_ap_status status);

/** The station's interface. */
struct net_if *fake_wifi_iface(void);

/** The access point's interface: the station's, unless CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE. */
struct net_if *fake_wifi_ap_iface(void);

/** Whether the station has a link. */
bool fake_wifi_is_connected(void);

/** Whether the access point is on. */
bool fake_wifi_is_ap_enabled(void);

/** How often the driver was asked for what. */
void fake_wifi_get_counters(struct fake_wifi_counters *counters);

/** What was asked for with the last scan. False if there was none. */
bool fake_wifi_get_last_scan(struct fake_wifi_scan_request *request);

/** What was asked for with the last connect. False if there was none. */
bool fake_wifi_get_last_connect(struct fake_wifi_request *request);

/** Whether this was the passphrase of the last connect; "" is none. */
bool fake_wifi_last_passphrase_is(const char *pass);

/** What was asked for with the last access point. False if there was none. */
bool fake_wifi_get_last_ap(struct fake_wifi_request *request);

/** Whether this was the passphrase of the last access point; "" is none. */
bool fake_wifi_last_ap_passphrase_is(const char *pass);

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_TEST_FAKE_WIFI_H_ */
