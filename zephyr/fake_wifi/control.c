/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The functions with which tests control and query the simulated radio.
 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/test/fake_wifi.h>

#include "radio.h"

#define SET(setting, value)                                                                        \
	do {                                                                                       \
		k_mutex_lock(&fake_lock, K_FOREVER);                                               \
		(setting) = (value);                                                               \
		k_mutex_unlock(&fake_lock);                                                        \
	} while (false)

void fake_wifi_set_scan_aps(const struct fake_wifi_ap *aps, size_t count)
{
	k_mutex_lock(&fake_lock, K_FOREVER);
	fake_world.ap_count = MIN(count, ARRAY_SIZE(fake_world.aps));
	for (size_t i = 0; i < fake_world.ap_count; i++) {
		fake_world.aps[i] = aps[i];
		fake_world.aps[i].ssid_len = MIN(aps[i].ssid_len, WIFI_SSID_MAX_LEN);
	}
	k_mutex_unlock(&fake_lock);
}

void fake_wifi_set_expected_credentials(const char *ssid, const char *pass)
{
	k_mutex_lock(&fake_lock, K_FOREVER);
	fake_world.expects = ssid != NULL;
	memset(fake_world.ssid, 0, sizeof(fake_world.ssid));
	memset(fake_world.passphrase, 0, sizeof(fake_world.passphrase));
	strncpy(fake_world.ssid, ssid != NULL ? ssid : "", sizeof(fake_world.ssid) - 1);
	strncpy(fake_world.passphrase, pass != NULL ? pass : "", sizeof(fake_world.passphrase) - 1);
	k_mutex_unlock(&fake_lock);
}

void fake_wifi_set_scan_delay(uint32_t ms)
{
	SET(fake_world.scan_delay, ms);
}

void fake_wifi_set_next_scan_sync_error(int errnum)
{
	SET(fake_world.scan_error, -abs(errnum));
}

void fake_wifi_set_next_scan_status(int status)
{
	SET(fake_world.scan_status, status);
}

void fake_wifi_set_next_connect_result(enum wifi_conn_status status)
{
	SET(fake_world.connect_status, status);
}

void fake_wifi_set_next_connect_sync_error(int errnum)
{
	SET(fake_world.connect_error, -abs(errnum));
}

void fake_wifi_set_next_connect_silent(void)
{
	SET(fake_world.connect_silent, true);
}

void fake_wifi_set_next_disconnect_silent(void)
{
	SET(fake_world.disconnect_silent, true);
}

void fake_wifi_set_connect_delay(uint32_t ms)
{
	SET(fake_world.connect_delay, ms);
}

void fake_wifi_set_disconnect_delay(uint32_t ms)
{
	SET(fake_world.disconnect_delay, ms);
}

void fake_wifi_set_address(enum fake_wifi_address address)
{
	SET(fake_world.address, address);
}

void fake_wifi_set_address_delay(uint32_t ms)
{
	SET(fake_world.address_delay, ms);
}

void fake_wifi_set_next_ap_sync_error(int errnum)
{
	SET(fake_world.ap_error, -abs(errnum));
}

void fake_wifi_set_next_ap_result(enum wifi_ap_status status)
{
	SET(fake_world.ap_status, status);
}

bool fake_wifi_is_connected(void)
{
	bool connected;

	SET(connected, fake_radio.station == STATION_CONNECTED);
	return connected;
}

bool fake_wifi_is_ap_enabled(void)
{
	bool enabled;

	SET(enabled, fake_radio.ap_enabled);
	return enabled;
}

void fake_wifi_get_counters(struct fake_wifi_counters *counters)
{
	SET(*counters, fake_radio.counters);
}

bool fake_wifi_get_last_scan(struct fake_wifi_scan_request *request)
{
	SET(*request, fake_radio.last_scan);
	return fake_radio.counters.scans > 0;
}

static bool get_last(const struct fake_asked *asked, struct fake_wifi_request *request)
{
	SET(*request, asked->request);
	return asked->is_set;
}

static bool passphrase_is(const struct fake_asked *asked, const char *pass)
{
	bool same;

	SET(same, asked->is_set && strcmp(asked->passphrase, pass) == 0);
	return same;
}

bool fake_wifi_get_last_connect(struct fake_wifi_request *request)
{
	return get_last(&fake_radio.connect, request);
}

bool fake_wifi_last_passphrase_is(const char *pass)
{
	return passphrase_is(&fake_radio.connect, pass);
}

bool fake_wifi_get_last_ap(struct fake_wifi_request *request)
{
	return get_last(&fake_radio.ap, request);
}

bool fake_wifi_last_ap_passphrase_is(const char *pass)
{
	return passphrase_is(&fake_radio.ap, pass);
}
