/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Scans: which of the driver's results a client gets, and what a scan tells about joining.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "compat.h"
#include "device.h"

static struct client_network networks[CONFIG_NETWORK_PROV_SCAN_MAX_ENTRIES];

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	fake_wifi_reset();
	device_start(1);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	device_stop();
}

ZTEST_SUITE(scan, NULL, NULL, before, after, NULL);

static struct fake_wifi_ap ap_of(const char *ssid, enum wifi_security_type security)
{
	struct fake_wifi_ap ap = {
		.ssid_len = strlen(ssid),
		.bssid = {2, 0, 0, 0, 0, (uint8_t)ssid[0]},
		.channel = 6,
		.rssi = -50,
		.security = security,
	};

	memcpy(ap.ssid, ssid, ap.ssid_len);
	return ap;
}

ZTEST(scan, test_a_client_reads_what_the_driver_found)
{
	struct fake_wifi_ap aps[] = {
		ap_of("weak", WIFI_SECURITY_TYPE_NONE),
		ap_of("a name that has thirty-two bytes", WIFI_SECURITY_TYPE_PSK),
		ap_of("", WIFI_SECURITY_TYPE_PSK),
	};

	aps[0].rssi = -90;
	aps[1].rssi = -30;
	aps[1].channel = 13;
	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 2,
		      "a network without a name is not listed (7.D 54)");
	zassert_str_equal(networks[0].ssid, "a name that has thirty-two bytes");
	zassert_equal(networks[0].rssi, -30);
	zassert_equal(networks[0].channel, 13);
	zassert_equal(networks[0].auth, 3);
	zassert_mem_equal(networks[0].bssid, aps[1].bssid, sizeof(aps[1].bssid));
	zassert_str_equal(networks[1].ssid, "weak");
	zassert_equal(networks[1].auth, 0);
}

/* Clients fail at numbers beyond 7, and show networks that cannot be joined (7.D 55). */
ZTEST(scan, test_every_security_type_has_a_number_that_clients_know)
{
	static const struct {
		enum wifi_security_type type;
		uint8_t auth;
	} types[] = {
		{WIFI_SECURITY_TYPE_NONE, 0},
		{WIFI_SECURITY_TYPE_WEP, 1},
		{WIFI_SECURITY_TYPE_WPA_PSK, 2},
		{WIFI_SECURITY_TYPE_PSK, 3},
		{WIFI_SECURITY_TYPE_PSK_SHA256, 3},
		{WIFI_SECURITY_TYPE_FT_PSK, 3},
		{WIFI_SECURITY_TYPE_UNKNOWN, 4},
		{WIFI_SECURITY_TYPE_EAP_TLS, 5},
		{WIFI_SECURITY_TYPE_EAP_PEAP_MSCHAPV2, 5},
		{WIFI_SECURITY_TYPE_EAP_PEAP_GTC, 5},
		{WIFI_SECURITY_TYPE_EAP_TTLS_MSCHAPV2, 5},
		{WIFI_SECURITY_TYPE_EAP_PEAP_TLS, 5},
		{WIFI_SECURITY_TYPE_FT_EAP, 5},
		{WIFI_SECURITY_TYPE_FT_EAP_SHA384, 5},
		{WIFI_SECURITY_TYPE_WAPI, 5},
		{WIFI_SECURITY_TYPE_DPP, 5},
		{WIFI_SECURITY_TYPE_SAE_HNP, 6},
		{WIFI_SECURITY_TYPE_SAE_H2E, 6},
		{WIFI_SECURITY_TYPE_SAE_AUTO, 6},
		{WIFI_SECURITY_TYPE_SAE_EXT_KEY, 6},
		{WIFI_SECURITY_TYPE_FT_SAE, 6},
		{WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL, 7},
#if NETPROV_ZEPHYR_4_5
		{WIFI_SECURITY_TYPE_OWE, 0},
		{WIFI_SECURITY_TYPE_WEP_OPEN, 1},
		{WIFI_SECURITY_TYPE_WEP_SHARED, 1},
#endif
	};
	struct fake_wifi_ap aps[ARRAY_SIZE(types)];

	ARRAY_FOR_EACH(types, i) {
		const char name[] = {'A' + i, '\0'};

		aps[i] = ap_of(name, types[i].type);
		aps[i].rssi = -20 - i;
	}
	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), ARRAY_SIZE(types));
	ARRAY_FOR_EACH(types, i) {
		zassert_equal(networks[i].ssid[0], 'A' + i);
		zassert_equal(networks[i].auth, types[i].auth, "type %d is %d", types[i].type,
			      networks[i].auth);
	}
}

ZTEST(scan, test_a_scan_that_takes_its_time)
{
	struct fake_wifi_ap ap = ap_of("slow", WIFI_SECURITY_TYPE_PSK);

	fake_wifi_set_scan_aps(&ap, 1);
	fake_wifi_set_scan_delay(3000);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 1);
}

ZTEST(scan, test_a_scan_that_fails_is_told_and_the_next_one_works)
{
	struct fake_wifi_ap ap = ap_of("home", WIFI_SECURITY_TYPE_PSK);

	fake_wifi_set_scan_aps(&ap, 1);
	fake_wifi_set_next_scan_sync_error(EIO);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), -1);
	fake_wifi_set_next_scan_status(-ETIMEDOUT);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), -1);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 1);
}

/** Requests a passive scan of 150 ms per channel. */
ZTEST(scan, test_the_parameters_of_a_client_reach_the_driver)
{
	static const uint8_t start[] = {0x52, 0x09, 0x08, 0x01, 0x10, 0x01,
					0x18, 0x05, 0x20, 0x96, 0x01};
	struct fake_wifi_scan_request request;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length = 0;

	zassert_ok(client_ask(&client, "prov-scan", start, sizeof(start), reply, sizeof(reply),
			      &length));
	zassert_true(fake_wifi_get_last_scan(&request));
	zassert_equal(request.type, WIFI_SCAN_TYPE_PASSIVE);
	zassert_equal(request.dwell_time_passive, 150);
}

static K_SEM_DEFINE(foreign_scan_done, 0, 1);

static void on_scan_done(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	ARG_UNUSED(cb);
	ARG_UNUSED(event);
	ARG_UNUSED(iface);
	k_sem_give(&foreign_scan_done);
}

/* Trap 56: the list is frozen, whoever scans. */
ZTEST(scan, test_a_scan_of_another_component_changes_nothing)
{
	struct fake_wifi_ap ap = ap_of("mine", WIFI_SECURITY_TYPE_PSK);
	struct net_mgmt_event_callback callback;
	static const uint8_t status_of_scan[] = {0x08, 0x02};
	uint8_t first[CLIENT_MESSAGE_MAX];
	uint8_t second[CLIENT_MESSAGE_MAX];
	size_t first_length = 0;
	size_t second_length = 0;

	fake_wifi_set_scan_aps(&ap, 1);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 1);
	zassert_ok(client_ask(&client, "prov-scan", status_of_scan, sizeof(status_of_scan), first,
			      sizeof(first), &first_length));
	ap = ap_of("theirs", WIFI_SECURITY_TYPE_PSK);
	fake_wifi_set_scan_aps(&ap, 1);
	net_mgmt_init_event_callback(&callback, on_scan_done, NET_EVENT_WIFI_SCAN_DONE);
	net_mgmt_add_event_callback(&callback);
	zassert_ok(net_mgmt(NET_REQUEST_WIFI_SCAN, fake_wifi_iface(), NULL, 0));
	zassert_ok(k_sem_take(&foreign_scan_done, K_SECONDS(2)));
	net_mgmt_del_event_callback(&callback);
	zassert_ok(client_ask(&client, "prov-scan", status_of_scan, sizeof(status_of_scan), second,
			      sizeof(second), &second_length));
	zassert_equal(first_length, second_length);
	zassert_mem_equal(first, second, first_length);
}

/* What a scan tells about joining (7.C 46). */

static void join_after_scan(enum wifi_security_type type, const char *passphrase,
			    struct fake_wifi_request *request)
{
	struct fake_wifi_ap ap = ap_of("home", type);

	fake_wifi_set_scan_aps(&ap, 1);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 1);
	device_join("home", passphrase);
	zassert_true(fake_wifi_get_last_connect(request));
}

ZTEST(scan, test_an_open_network_is_joined_without_a_passphrase)
{
	struct fake_wifi_request request;

	join_after_scan(WIFI_SECURITY_TYPE_NONE, "", &request);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_NONE);
	zassert_equal(request.psk_len, 0);
}

#if NETPROV_ZEPHYR_4_5

/* Clients treat it as an open network, but the driver must not. */
ZTEST(scan, test_a_network_with_owe_is_joined_with_owe)
{
	struct fake_wifi_request request;

	join_after_scan(WIFI_SECURITY_TYPE_OWE, "", &request);
	zassert_equal(networks[0].auth, 0);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_OWE);
	zassert_equal(request.psk_len, 0);
	zassert_equal(request.mfp, WIFI_MFP_REQUIRED);
}

ZTEST(scan, test_a_network_that_no_longer_has_owe_is_joined_as_open)
{
	struct fake_wifi_ap ap = ap_of("home", WIFI_SECURITY_TYPE_OWE);
	struct fake_wifi_request request;

	fake_wifi_set_scan_aps(&ap, 1);
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 1);
	join_after_scan(WIFI_SECURITY_TYPE_NONE, "", &request);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_NONE);
	zassert_equal(request.mfp, WIFI_MFP_DISABLE);
}

#endif

ZTEST(scan, test_a_wpa2_network_is_joined_by_psk)
{
	struct fake_wifi_request request;

	join_after_scan(WIFI_SECURITY_TYPE_PSK, "correct-horse", &request);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_PSK);
	zassert_equal(request.psk_len, 13);
	zassert_equal(request.channel, WIFI_CHANNEL_ANY);
	zassert_equal(request.band, WIFI_FREQ_BAND_UNKNOWN);
	zassert_between_inclusive(request.timeout, 1, 5);
	zassert_true(fake_wifi_last_passphrase_is("correct-horse"));
}

ZTEST(scan, test_a_wpa3_network_is_joined_by_sae)
{
	struct fake_wifi_request request;

	join_after_scan(WIFI_SECURITY_TYPE_SAE, "correct-horse", &request);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_SAE);
	zassert_equal(request.sae_password_len, 13);
	zassert_equal(request.mfp, WIFI_MFP_REQUIRED);
}

ZTEST(scan, test_a_mixed_network_is_joined_by_either)
{
	struct fake_wifi_request request;

	join_after_scan(WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL, "correct-horse", &request);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL);
	zassert_equal(request.psk_len, 13);
	zassert_equal(request.sae_password_len, 13);
	zassert_equal(request.mfp, WIFI_MFP_OPTIONAL);
}

/* A key is not an SAE password, so a mixed network is joined with WPA2. */
ZTEST(scan, test_a_raw_key_joins_a_mixed_network_by_psk)
{
	static const char key[] =
		"0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef";
	struct fake_wifi_request request;

	join_after_scan(WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL, key, &request);
	zassert_equal(request.security, WIFI_SECURITY_TYPE_PSK);
	zassert_equal(request.psk_len, 64);
	zassert_true(fake_wifi_last_passphrase_is(key));
}
