/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The simulated radio: its state, and what the driver asks of it.
 */

#ifndef NETPROV_FAKE_WIFI_RADIO_H_
#define NETPROV_FAKE_WIFI_RADIO_H_

#include <zephyr/kernel.h>
#include <zephyr/net/wifi_mgmt.h>

#include <network_provisioning/test/fake_wifi.h>

/** No status is set for the next scan, connect or access point. */
#define FAKE_UNSET INT32_MIN

enum fake_station {
	STATION_IDLE,
	STATION_CONNECTING,
	/** Taken, and never heard of again. */
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

/** Guards all that follows. No event is raised with it: whoever listens may call us. */
extern struct k_mutex fake_lock;

/** What a test has set. */
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

/** How the radio stands. */
struct fake_radio {
	enum fake_station station;
	/** What the station has joined. */
	struct fake_wifi_ap joined;
	/** How the connect under way ends. */
	int outcome;
	/** Not NULL while a scan runs. */
	scan_result_cb_t scan_cb;
	int scan_status;
	bool ap_enabled;
	/** How the access point's start ends. */
	int ap_outcome;
	struct fake_wifi_counters counters;
	struct fake_wifi_scan_request last_scan;
	struct fake_asked connect;
	struct fake_asked ap;
};

extern struct fake_radio fake_radio;

/* What the driver asks for: 0 or a negative errno at once; what comes of it is an event. */

int fake_radio_scan(const struct wifi_scan_params *params, scan_result_cb_t cb);

int fake_radio_connect(const struct wifi_connect_req_params *params);

int fake_radio_disconnect(void);

int fake_radio_ap_enable(const struct wifi_connect_req_params *params);

int fake_radio_ap_disable(void);

/** How the station stands; how the access point stands if there is no link, or `ap`. */
void fake_radio_status(struct wifi_iface_status *status, bool ap);

#endif /* NETPROV_FAKE_WIFI_RADIO_H_ */
