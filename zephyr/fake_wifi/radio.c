/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The simulated radio: networks in range, scans, connects and the access point.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/ethernet.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/test/fake_wifi.h>

#include "../src/compat.h"
#include "radio.h"

LOG_MODULE_REGISTER(netprov_fake_wifi, CONFIG_NETWORK_PROV_FAKE_WIFI_LOG_LEVEL);

static struct net_if *station_iface;
static struct net_if *ap_iface;

static const uint8_t some_bssid[WIFI_MAC_ADDR_LEN] = {0x02, 0x00, 0x5e, 0x00, 0x53, 0xff};

K_MUTEX_DEFINE(fake_lock);

struct fake_world fake_world;
struct fake_radio fake_radio;

static struct k_work_delayable scan_work;
static struct k_work_delayable connect_work;
static struct k_work_delayable address_work;
static struct k_work_delayable disconnect_work;
static struct k_work_delayable ap_work;

void fake_radio_attach(struct net_if *iface, bool is_station, bool is_ap)
{
	if (is_station) {
		station_iface = iface;
	}
	if (is_ap) {
		ap_iface = iface;
	}
}

struct net_if *fake_wifi_iface(void)
{
	return station_iface;
}

struct net_if *fake_wifi_ap_iface(void)
{
	return ap_iface;
}

static int take(int *setting, int otherwise)
{
	int value = *setting;

	*setting = otherwise;
	return value;
}

static void remember(struct fake_asked *asked, const struct wifi_connect_req_params *params)
{
	struct fake_wifi_request *request = &asked->request;
	size_t length = 0;

	memset(asked, 0, sizeof(*asked));
	asked->is_set = true;
	request->ssid_len = params->ssid_length;
	memcpy(request->ssid, params->ssid, params->ssid_length);
	memcpy(request->bssid, params->bssid, sizeof(request->bssid));
	request->channel = params->channel;
	request->band = params->band;
	request->security = params->security;
	request->mfp = params->mfp;
	request->psk_len = params->psk_length;
	request->sae_password_len = params->sae_password_length;
	request->timeout = params->timeout;
	if (params->psk != NULL && params->psk_length > 0) {
		length = MIN(params->psk_length, sizeof(asked->passphrase) - 1);
		memcpy(asked->passphrase, params->psk, length);
	} else if (params->sae_password != NULL) {
		length = MIN(params->sae_password_length, sizeof(asked->passphrase) - 1);
		memcpy(asked->passphrase, params->sae_password, length);
	}
}

/* Interfaces and addresses. Called without the lock: they raise events. */

static void show_carrier(void)
{
	bool linked = fake_wifi_is_connected();
	bool enabled = fake_wifi_is_ap_enabled();

	if (ap_iface != station_iface) {
		(enabled ? net_if_carrier_on : net_if_carrier_off)(ap_iface);
		enabled = false;
	}
	(linked || enabled ? net_if_carrier_on : net_if_carrier_off)(station_iface);
}

static void parse_address(struct net_in_addr *address)
{
	(void)net_addr_pton(NET_AF_INET, FAKE_WIFI_ADDRESS, address);
}

static void add_address(void)
{
	struct net_in_addr address;

	parse_address(&address);
	if (net_if_ipv4_addr_add(station_iface, &address, NET_ADDR_DHCP, 0) == NULL) {
		LOG_ERR("No room for an address: increase CONFIG_NET_IF_MAX_IPV4_COUNT or "
			"CONFIG_NET_IF_UNICAST_IPV4_ADDR_COUNT");
	}
}

static void remove_address(void)
{
	struct net_in_addr address;

	(void)k_work_cancel_delayable(&address_work);
	parse_address(&address);
	(void)net_if_ipv4_addr_rm(station_iface, &address);
}

static void address_handler(struct k_work *work)
{
	ARG_UNUSED(work);
	if (fake_wifi_is_connected()) {
		add_address();
	}
}

/* Scans. */

static void report(scan_result_cb_t cb, const struct fake_wifi_ap *ap)
{
	struct wifi_scan_result result = {
		.ssid_length = ap->ssid_len,
		.band = ap->channel > 14 ? WIFI_FREQ_BAND_5_GHZ : WIFI_FREQ_BAND_2_4_GHZ,
		.channel = ap->channel,
		.security = ap->security,
		.mfp = WIFI_MFP_OPTIONAL,
		.rssi = ap->rssi,
		.mac_length = WIFI_MAC_ADDR_LEN,
	};

	memcpy(result.ssid, ap->ssid, ap->ssid_len);
	memcpy(result.mac, ap->bssid, sizeof(result.mac));
	cb(station_iface, 0, &result);
}

static bool ap_at(size_t index, struct fake_wifi_ap *ap)
{
	bool is_there;

	k_mutex_lock(&fake_lock, K_FOREVER);
	is_there = index < fake_world.ap_count;
	if (is_there) {
		*ap = fake_world.aps[index];
	}
	k_mutex_unlock(&fake_lock);
	return is_there;
}

static void scan_handler(struct k_work *work)
{
	struct fake_wifi_ap ap;
	scan_result_cb_t cb;
	int status;

	ARG_UNUSED(work);
	k_mutex_lock(&fake_lock, K_FOREVER);
	cb = fake_radio.scan_cb;
	status = fake_radio.scan_status;
	fake_radio.scan_cb = NULL;
	k_mutex_unlock(&fake_lock);
	if (cb == NULL) {
		return;
	}
	for (size_t i = 0; status == 0 && ap_at(i, &ap); i++) {
		report(cb, &ap);
	}
	cb(station_iface, status, NULL);
}

static int start_scan(const struct wifi_scan_params *params, scan_result_cb_t cb)
{
	int error = take(&fake_world.scan_error, 0);

	if (error != 0) {
		return error;
	}
	if (fake_radio.scan_cb != NULL) {
		return -EBUSY;
	}
	fake_radio.counters.scans++;
	fake_radio.last_scan = (struct fake_wifi_scan_request){0};
	if (params != NULL) {
		fake_radio.last_scan.type = params->scan_type;
		fake_radio.last_scan.dwell_time_active = params->dwell_time_active;
		fake_radio.last_scan.dwell_time_passive = params->dwell_time_passive;
	}
	fake_radio.scan_cb = cb;
	fake_radio.scan_status = take(&fake_world.scan_status, 0);
	(void)k_work_schedule(&scan_work, K_MSEC(fake_world.scan_delay));
	return 0;
}

int fake_radio_scan(const struct wifi_scan_params *params, scan_result_cb_t cb)
{
	int ret;

	k_mutex_lock(&fake_lock, K_FOREVER);
	ret = start_scan(params, cb);
	k_mutex_unlock(&fake_lock);
	return ret;
}

/* Joining and leaving. */

static bool same_security(enum wifi_security_type asked, enum wifi_security_type has)
{
	bool personal = has != WIFI_SECURITY_TYPE_NONE && !NETPROV_IS_OWE(has) &&
			!NETPROV_IS_WEP(has) && has != WIFI_SECURITY_TYPE_EAP;

	if (asked == WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL) {
		return personal;
	}
	if (has == WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL) {
		return asked == WIFI_SECURITY_TYPE_PSK || asked == WIFI_SECURITY_TYPE_SAE;
	}
	return asked == has;
}

static bool matches(const struct fake_wifi_ap *ap, const struct fake_wifi_request *request)
{
	static const uint8_t any[WIFI_MAC_ADDR_LEN];

	if (memcmp(request->bssid, any, sizeof(any)) != 0 &&
	    memcmp(request->bssid, ap->bssid, sizeof(any)) != 0) {
		return false;
	}
	return request->channel == WIFI_CHANNEL_ANY || request->channel == ap->channel;
}

/** Returns the result of a connect, by the networks in range. */
static int find_network(const struct fake_wifi_request *request, struct fake_wifi_ap *found)
{
	int status = WIFI_STATUS_CONN_SUCCESS;

	*found = (struct fake_wifi_ap){
		.ssid_len = request->ssid_len,
		.channel = request->channel == WIFI_CHANNEL_ANY ? 1 : request->channel,
		.rssi = -50,
		.security = request->security,
	};
	memcpy(found->ssid, request->ssid, request->ssid_len);
	memcpy(found->bssid, some_bssid, sizeof(found->bssid));
	for (size_t i = 0; i < fake_world.ap_count; i++) {
		const struct fake_wifi_ap *ap = &fake_world.aps[i];

		if (ap->ssid_len != request->ssid_len ||
		    memcmp(ap->ssid, request->ssid, request->ssid_len) != 0) {
			continue;
		}
		if (!matches(ap, request)) {
			status = WIFI_STATUS_CONN_AP_NOT_FOUND;
			continue;
		}
		*found = *ap;
		return same_security(request->security, ap->security) ? WIFI_STATUS_CONN_SUCCESS
								      : WIFI_STATUS_CONN_FAIL;
	}
	return status;
}

static int decide(void)
{
	const struct fake_wifi_request *request = &fake_radio.connect.request;
	int status = find_network(request, &fake_radio.joined);
	int set = take(&fake_world.connect_status, FAKE_UNSET);

	if (set != FAKE_UNSET) {
		return set;
	}
	if (fake_world.expects) {
		if (strlen(fake_world.ssid) != request->ssid_len ||
		    memcmp(fake_world.ssid, request->ssid, request->ssid_len) != 0) {
			return WIFI_STATUS_CONN_AP_NOT_FOUND;
		}
		if (strcmp(fake_world.passphrase, fake_radio.connect.passphrase) != 0) {
			return WIFI_STATUS_CONN_WRONG_PASSWORD;
		}
	}
	return status;
}

static void connect_handler(struct k_work *work)
{
	enum fake_wifi_address address;
	uint32_t delay;
	int outcome;

	ARG_UNUSED(work);
	k_mutex_lock(&fake_lock, K_FOREVER);
	if (fake_radio.station != STATION_CONNECTING) {
		k_mutex_unlock(&fake_lock);
		return;
	}
	outcome = fake_radio.outcome;
	address = fake_world.address;
	delay = fake_world.address_delay;
	fake_radio.station = outcome == WIFI_STATUS_CONN_SUCCESS ? STATION_CONNECTED : STATION_IDLE;
	k_mutex_unlock(&fake_lock);

	show_carrier();
	if (outcome == WIFI_STATUS_CONN_SUCCESS && address == FAKE_WIFI_ADDRESS_BEFORE_LINK) {
		add_address();
	}
	wifi_mgmt_raise_connect_result_event(station_iface, outcome);
	if (outcome == WIFI_STATUS_CONN_SUCCESS && address == FAKE_WIFI_ADDRESS_AFTER_LINK) {
		(void)k_work_schedule(&address_work, K_MSEC(delay));
	}
}

static int start_connect(const struct wifi_connect_req_params *params)
{
	int error = take(&fake_world.connect_error, 0);
	uint32_t delay;

	fake_radio.counters.connects++;
	if (fake_radio.station != STATION_IDLE) {
		/* As with chips, a network must be left before the next is joined. */
		return -EALREADY;
	}
	remember(&fake_radio.connect, params);
	if (error != 0) {
		return error;
	}
	if (fake_world.connect_silent) {
		fake_world.connect_silent = false;
		fake_radio.station = STATION_SILENT;
		return 0;
	}
	fake_radio.station = STATION_CONNECTING;
	fake_radio.outcome = decide();
	delay = fake_world.connect_delay;
	if (fake_world.address == FAKE_WIFI_ADDRESS_BEFORE_LINK) {
		delay += fake_world.address_delay;
	}
	(void)k_work_schedule(&connect_work, K_MSEC(delay));
	return 0;
}

int fake_radio_connect(const struct wifi_connect_req_params *params)
{
	int ret;

	k_mutex_lock(&fake_lock, K_FOREVER);
	ret = start_connect(params);
	k_mutex_unlock(&fake_lock);
	return ret;
}

static void disconnect_handler(struct k_work *work)
{
	bool silent;
	bool left;

	ARG_UNUSED(work);
	k_mutex_lock(&fake_lock, K_FOREVER);
	left = fake_radio.station == STATION_DISCONNECTING;
	silent = fake_world.disconnect_silent;
	if (left) {
		fake_radio.station = STATION_IDLE;
		fake_world.disconnect_silent = false;
	}
	k_mutex_unlock(&fake_lock);
	if (!left) {
		return;
	}
	remove_address();
	show_carrier();
	if (!silent) {
		wifi_mgmt_raise_disconnect_result_event(station_iface,
							WIFI_REASON_DISCONN_SUCCESS);
	}
}

int fake_radio_disconnect(void)
{
	int ret = 0;

	k_mutex_lock(&fake_lock, K_FOREVER);
	fake_radio.counters.disconnects++;
	if (fake_radio.station == STATION_IDLE || fake_radio.station == STATION_DISCONNECTING) {
		ret = -EALREADY;
	} else {
		fake_radio.station = STATION_DISCONNECTING;
		(void)k_work_schedule(&disconnect_work, K_MSEC(fake_world.disconnect_delay));
	}
	k_mutex_unlock(&fake_lock);
	return ret;
}

void fake_wifi_drop_link(enum wifi_disconn_reason reason)
{
	bool had_link;

	k_mutex_lock(&fake_lock, K_FOREVER);
	had_link = fake_radio.station == STATION_CONNECTED;
	if (had_link) {
		fake_radio.station = STATION_IDLE;
	}
	k_mutex_unlock(&fake_lock);
	if (had_link) {
		remove_address();
		show_carrier();
		wifi_mgmt_raise_disconnect_result_event(station_iface, reason);
	}
}

void fake_wifi_raise_connect_result(enum wifi_conn_status status)
{
	wifi_mgmt_raise_connect_result_event(station_iface, status);
}

void fake_wifi_raise_disconnect_result(enum wifi_disconn_reason reason)
{
	wifi_mgmt_raise_disconnect_result_event(station_iface, reason);
}

/* The access point. */

static void ap_handler(struct k_work *work)
{
	int outcome;

	ARG_UNUSED(work);
	k_mutex_lock(&fake_lock, K_FOREVER);
	outcome = fake_radio.ap_outcome;
	fake_radio.ap_enabled = outcome == WIFI_STATUS_AP_SUCCESS;
	k_mutex_unlock(&fake_lock);
	show_carrier();
	wifi_mgmt_raise_ap_enable_result_event(ap_iface, outcome);
}

static int start_ap(const struct wifi_connect_req_params *params)
{
	int error = take(&fake_world.ap_error, 0);

	fake_radio.counters.ap_enables++;
	remember(&fake_radio.ap, params);
	if (error != 0) {
		return error;
	}
	if (fake_radio.ap_enabled || k_work_delayable_is_pending(&ap_work)) {
		return -EALREADY;
	}
	fake_radio.ap_outcome = take(&fake_world.ap_status, WIFI_STATUS_AP_SUCCESS);
	(void)k_work_schedule(&ap_work, K_NO_WAIT);
	return 0;
}

int fake_radio_ap_enable(const struct wifi_connect_req_params *params)
{
	int ret;

	k_mutex_lock(&fake_lock, K_FOREVER);
	ret = start_ap(params);
	k_mutex_unlock(&fake_lock);
	return ret;
}

int fake_radio_ap_disable(void)
{
	bool was_enabled;

	(void)k_work_cancel_delayable(&ap_work);
	k_mutex_lock(&fake_lock, K_FOREVER);
	fake_radio.counters.ap_disables++;
	was_enabled = fake_radio.ap_enabled;
	fake_radio.ap_enabled = false;
	k_mutex_unlock(&fake_lock);
	if (!was_enabled) {
		return -EALREADY;
	}
	show_carrier();
	wifi_mgmt_raise_ap_disable_result_event(ap_iface, WIFI_STATUS_AP_SUCCESS);
	return 0;
}

static enum wifi_iface_state wifi_state(void)
{
	switch (fake_radio.station) {
	case STATION_CONNECTED:
		return WIFI_STATE_COMPLETED;
	case STATION_CONNECTING:
	case STATION_SILENT:
		return WIFI_STATE_ASSOCIATING;
	default:
		return fake_radio.scan_cb != NULL ? WIFI_STATE_SCANNING : WIFI_STATE_DISCONNECTED;
	}
}

static void ap_status(struct wifi_iface_status *status)
{
	const struct fake_wifi_request *request = &fake_radio.ap.request;

	status->iface_mode = WIFI_MODE_AP;
	if (!fake_radio.ap_enabled) {
		status->state = WIFI_STATE_DISCONNECTED;
		return;
	}
	status->state = WIFI_STATE_COMPLETED;
	status->ssid_len = request->ssid_len;
	memcpy(status->ssid, request->ssid, request->ssid_len);
	status->channel = request->channel;
	status->security = request->security;
}

void fake_radio_status(struct wifi_iface_status *status, bool ap)
{
	memset(status, 0, sizeof(*status));
	k_mutex_lock(&fake_lock, K_FOREVER);
	if (ap || (fake_radio.station == STATION_IDLE && fake_radio.ap_enabled)) {
		ap_status(status);
		goto out;
	}
	status->iface_mode = WIFI_MODE_INFRA;
	status->state = wifi_state();
	if (fake_radio.station == STATION_CONNECTED) {
		status->ssid_len = fake_radio.joined.ssid_len;
		memcpy(status->ssid, fake_radio.joined.ssid, fake_radio.joined.ssid_len);
		memcpy(status->bssid, fake_radio.joined.bssid, sizeof(status->bssid));
		status->channel = fake_radio.joined.channel;
		status->security = fake_radio.joined.security;
		status->rssi = fake_radio.joined.rssi;
	}
out:
	k_mutex_unlock(&fake_lock);
}

/* Start. */

static void set_defaults(void)
{
	memset(&fake_world, 0, sizeof(fake_world));
	memset(&fake_radio, 0, sizeof(fake_radio));
	fake_world.connect_status = FAKE_UNSET;
}

void fake_wifi_reset(void)
{
	struct k_work_sync sync;

	(void)k_work_cancel_delayable_sync(&scan_work, &sync);
	(void)k_work_cancel_delayable_sync(&connect_work, &sync);
	(void)k_work_cancel_delayable_sync(&address_work, &sync);
	(void)k_work_cancel_delayable_sync(&disconnect_work, &sync);
	(void)k_work_cancel_delayable_sync(&ap_work, &sync);
	k_mutex_lock(&fake_lock, K_FOREVER);
	set_defaults();
	k_mutex_unlock(&fake_lock);
	remove_address();
	show_carrier();
}

static int radio_init(void)
{
	k_work_init_delayable(&scan_work, scan_handler);
	k_work_init_delayable(&connect_work, connect_handler);
	k_work_init_delayable(&address_work, address_handler);
	k_work_init_delayable(&disconnect_work, disconnect_handler);
	k_work_init_delayable(&ap_work, ap_handler);
	set_defaults();
	return 0;
}

SYS_INIT(radio_init, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
