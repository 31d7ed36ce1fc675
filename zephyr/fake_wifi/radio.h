/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The simulated radio: its state, and the operations of the driver.
 */

#ifndef NETPROV_FAKE_WIFI_RADIO_H_
#define NETPROV_FAKE_WIFI_RADIO_H_

#include <zephyr/kernel.h>
#include <zephyr/net/wifi_mgmt.h>

#include <network_provisioning/test/fake_wifi.h>

/** Marks that no status is set for the next operation. */
#define FAKE_UNSET INT32_MIN

enum fake_station {
	STATION_IDLE,
	STATION_CONNECTING,
	/** The connect was accepted, but no result is ever reported. */
	STATION_SILENT,
	STATION_CONNECTED,
	STATION_DISCONNECTING,
};

/** A request and its passphrase. */
struct fake_asked {
	bool is_set;
	struct fake_wifi_request request;
	char passphrase[WIFI_SAE_PSWD_MAX_LEN + 1];
};

/** Guards the structures below. Not held when an event is raised, because handlers may call us. */
extern struct k_mutex fake_lock;

/** Settings of the test. */
struct fake_world {
	struct fake_wifi_ap aps[CONFIG_NETWORK_PROV_FAKE_WIFI_AP_MAX];
	size_t ap_count;
	uint32_t scan_delay;
	uint32_t connect_delay;
	uint32_t disconnect_delay;
	uint32_t address_delay;
	enum fake_wifi_address address;
	bool expects;
	char ssid[WIFI_SSID_MAX_LEN + 1];
	char passphrase[WIFI_SAE_PSWD_MAX_LEN + 1];
	int scan_error;
	int scan_status;
	int connect_error;
	int connect_status;
	bool connect_silent;
	bool disconnect_silent;
	int ap_error;
	int ap_status;
};

extern struct fake_world fake_world;

/** State of the radio. */
struct fake_radio {
	enum fake_station station;
	/** The network that the station has joined. */
	struct fake_wifi_ap joined;
	/** Result of the connect in progress. */
	int outcome;
	/** Not NULL while a scan is running. */
	scan_result_cb_t scan_cb;
	int scan_status;
	bool ap_enabled;
	/** Result of starting the access point. */
	int ap_outcome;
	struct fake_wifi_counters counters;
	struct fake_wifi_scan_request last_scan;
	struct fake_asked connect;
	struct fake_asked ap;
};

extern struct fake_radio fake_radio;

/** Tells the radio an interface of the station, of the access point, or of both. */
void fake_radio_attach(struct net_if *iface, bool is_station, bool is_ap);

/* Operations of the driver. They return 0 or a negative errno. Events report the outcome. */

int fake_radio_scan(const struct wifi_scan_params *params, scan_result_cb_t cb);

int fake_radio_connect(const struct wifi_connect_req_params *params);

int fake_radio_disconnect(void);

int fake_radio_ap_enable(const struct wifi_connect_req_params *params);

int fake_radio_ap_disable(void);

/**
 * Gets the status of the access point if `ap` is set or the station is idle, else the station's.
 */
void fake_radio_status(struct wifi_iface_status *status, bool ap);

#endif /* NETPROV_FAKE_WIFI_RADIO_H_ */
