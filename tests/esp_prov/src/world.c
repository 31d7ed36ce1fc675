/* SPDX-License-Identifier: Apache-2.0 */

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <nsi_tracing.h>

#include <zephyr/logging/log.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/test/fake_wifi.h>

#include "world.h"

LOG_MODULE_REGISTER(world, LOG_LEVEL_INF);

#define NETWORKS_MAX CONFIG_NETWORK_PROV_FAKE_WIFI_AP_MAX
#define FIELD_MAX    (WIFI_PSK_MAX_LEN + 1)

enum field {
	SSID,
	PASSPHRASE,
	SECURITY,
	RSSI,
	CHANNEL,
	BSSID,
	VISIBILITY,
	FIELDS,
};

/** A network's real name and passphrase: the radio shows no name for a hidden network. */
struct secret {
	char ssid[WIFI_SSID_MAX_LEN + 1];
	char passphrase[FIELD_MAX];
};

static struct fake_wifi_ap aps[NETWORKS_MAX];
static struct secret secrets[NETWORKS_MAX];
static size_t count;

static bool parse_security(const char *text, enum wifi_security_type *security)
{
	static const struct {
		const char *name;
		enum wifi_security_type security;
	} names[] = {
		{"open", WIFI_SECURITY_TYPE_NONE},
		{"wep", WIFI_SECURITY_TYPE_WEP},
		{"wpa-psk", WIFI_SECURITY_TYPE_WPA_PSK},
		{"wpa2-psk", WIFI_SECURITY_TYPE_PSK},
		{"wpa2-enterprise", WIFI_SECURITY_TYPE_EAP},
		{"wpa3-psk", WIFI_SECURITY_TYPE_SAE},
		{"wpa2-wpa3-psk", WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL},
	};

	ARRAY_FOR_EACH(names, i) {
		if (strcmp(text, names[i].name) == 0) {
			*security = names[i].security;
			return true;
		}
	}
	return false;
}

/** Splits the text. Returns false if the number of fields is wrong, or one is too long. */
static bool split(const char *text, char fields[FIELDS][FIELD_MAX])
{
	for (size_t i = 0; i < FIELDS; i++) {
		size_t length = strcspn(text, ",");

		if (length >= FIELD_MAX || (text[length] == ',') != (i + 1 < FIELDS)) {
			return false;
		}
		memcpy(fields[i], text, length);
		fields[i][length] = '\0';
		text += length + 1;
	}
	return true;
}

static bool parse(const char *text, struct fake_wifi_ap *ap, struct secret *secret)
{
	char fields[FIELDS][FIELD_MAX];

	if (!split(text, fields) || strlen(fields[SSID]) > WIFI_SSID_MAX_LEN ||
	    !parse_security(fields[SECURITY], &ap->security) ||
	    net_bytes_from_str(ap->bssid, sizeof(ap->bssid), fields[BSSID]) != 0) {
		return false;
	}
	strcpy(secret->ssid, fields[SSID]);
	strcpy(secret->passphrase, fields[PASSPHRASE]);
	if (strcmp(fields[VISIBILITY], "hidden") != 0) {
		strcpy(ap->ssid, fields[SSID]);
		ap->ssid_len = strlen(ap->ssid);
	}
	ap->rssi = atoi(fields[RSSI]);
	ap->channel = atoi(fields[CHANNEL]);
	return true;
}

void world_add_network(const char *text)
{
	if (count == NETWORKS_MAX || !parse(text, &aps[count], &secrets[count])) {
		nsi_print_error_and_exit("Not a network, or one too many: %s\n", text);
	}
	count++;
}

void world_start(void)
{
	fake_wifi_reset();
	fake_wifi_set_scan_aps(aps, count);
	/* Takes a while, like a real connection, so a client sees the state in between. */
	fake_wifi_set_scan_delay(200);
	fake_wifi_set_connect_delay(300);
	fake_wifi_set_address_delay(200);
}

/** The passphrase of the network with this name; NULL if none is in range. */
static const char *find_passphrase(const struct wifi_connect_req_params *params)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(secrets[i].ssid) == params->ssid_length &&
		    memcmp(secrets[i].ssid, params->ssid, params->ssid_length) == 0) {
			return secrets[i].passphrase;
		}
	}
	return NULL;
}

int __real_net_mgmt_NET_REQUEST_WIFI_CONNECT(uint64_t mgmt_request, struct net_if *iface,
					     void *data, size_t len);

/** CMakeLists.txt routes every connect call here. */
int __wrap_net_mgmt_NET_REQUEST_WIFI_CONNECT(uint64_t mgmt_request, struct net_if *iface,
					     void *data, size_t len)
{
	const struct wifi_connect_req_params *params = data;
	const char *passphrase = find_passphrase(params);
	char name[WIFI_SSID_MAX_LEN + 1] = {0};

	memcpy(name, params->ssid, MIN(params->ssid_length, WIFI_SSID_MAX_LEN));
	LOG_INF("Joining \"%s\"", name);
	if (passphrase != NULL) {
		fake_wifi_set_expected_credentials(name, passphrase);
	} else {
		fake_wifi_set_next_connect_result(WIFI_STATUS_CONN_AP_NOT_FOUND);
	}
	return __real_net_mgmt_NET_REQUEST_WIFI_CONNECT(mgmt_request, iface, data, len);
}
