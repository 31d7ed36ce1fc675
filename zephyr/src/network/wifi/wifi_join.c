/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Converts credentials and results between the core and the Wi-Fi driver. Runs on the provisioning
 * thread and, for scan results, on net_mgmt's thread.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "network/wifi/wifi_join.h"
#include "network/wifi/wifi_owe.h"

/** Share of the attempt time-out given to association, in seconds; the rest is for DHCP. */
#define LINK_TIMEOUT_S MAX(CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS / 1500, 1)

uint8_t netprov_auth_of(enum wifi_security_type security)
{
	if (NETPROV_IS_OWE(security)) {
		/* Encrypted, but without a passphrase. Clients must not ask for one. */
		return NETPROV_AUTH_OPEN;
	}
	if (NETPROV_IS_WEP(security)) {
		return NETPROV_AUTH_WEP;
	}
	switch (security) {
	case WIFI_SECURITY_TYPE_NONE:
		return NETPROV_AUTH_OPEN;
	case WIFI_SECURITY_TYPE_WPA_PSK:
		return NETPROV_AUTH_WPA_PSK;
	case WIFI_SECURITY_TYPE_PSK:
	case WIFI_SECURITY_TYPE_PSK_SHA256:
	case WIFI_SECURITY_TYPE_FT_PSK:
		return NETPROV_AUTH_WPA2_PSK;
	case WIFI_SECURITY_TYPE_SAE_HNP:
	case WIFI_SECURITY_TYPE_SAE_H2E:
	case WIFI_SECURITY_TYPE_SAE_AUTO:
	case WIFI_SECURITY_TYPE_SAE_EXT_KEY:
	case WIFI_SECURITY_TYPE_FT_SAE:
		return NETPROV_AUTH_WPA3_PSK;
	case WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL:
		return NETPROV_AUTH_WPA2_WPA3_PSK;
	case WIFI_SECURITY_TYPE_EAP_TLS:
	case WIFI_SECURITY_TYPE_EAP_PEAP_MSCHAPV2:
	case WIFI_SECURITY_TYPE_EAP_PEAP_GTC:
	case WIFI_SECURITY_TYPE_EAP_TTLS_MSCHAPV2:
	case WIFI_SECURITY_TYPE_EAP_PEAP_TLS:
	case WIFI_SECURITY_TYPE_FT_EAP:
	case WIFI_SECURITY_TYPE_FT_EAP_SHA384:
	case WIFI_SECURITY_TYPE_WAPI:
	case WIFI_SECURITY_TYPE_DPP:
		/* Not joinable with a passphrase. The protocol has one value for all of them. */
		return NETPROV_AUTH_ENTERPRISE;
	default:
		/* Espressif's driver has no type for mixed modes, which most networks use. */
		return NETPROV_AUTH_WPA_WPA2_PSK;
	}
}

static bool is_raw_key(const struct netprov_join *join)
{
	return join->passphrase_length == WIFI_PSK_MAX_LEN;
}

static enum wifi_security_type security_for(const struct netprov_join *join)
{
	/* Only the supplicant and the simulation can choose the type. Espressif's driver rejects
	 * WPA_AUTO_PERSONAL and then considers itself connecting forever. Mixed networks accept
	 * PSK.
	 */
	bool chooses = NETPROV_SUPPLICANT_HAS_WPA3 || IS_ENABLED(CONFIG_NETWORK_PROV_FAKE_WIFI);

	switch (join->security) {
	case NETPROV_OPEN:
		return netprov_owe_open_type(join->ssid, join->ssid_length);
	case NETPROV_SAE:
		return WIFI_SECURITY_TYPE_SAE;
	case NETPROV_PSK:
		return WIFI_SECURITY_TYPE_PSK;
	default:
		if (join->passphrase_length == 0) {
			return netprov_owe_open_type(join->ssid, join->ssid_length);
		}
		/* SAE needs a password, not a raw key. */
		return chooses && !is_raw_key(join) ? WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL
						    : WIFI_SECURITY_TYPE_PSK;
	}
}

static bool needs_passphrase(enum wifi_security_type security)
{
	return security != WIFI_SECURITY_TYPE_NONE && !NETPROV_IS_OWE(security);
}

int netprov_failure_of(enum wifi_conn_status status)
{
	if (NETPROV_IS_REJECTION(status)) {
		/* The access point rejected the device. Clients show a failed authentication. */
		return NETPROV_FAILURE_WRONG_PASSWORD;
	}
	switch (status) {
	case WIFI_STATUS_CONN_WRONG_PASSWORD:
		return NETPROV_FAILURE_WRONG_PASSWORD;
	case WIFI_STATUS_CONN_AP_NOT_FOUND:
		return NETPROV_FAILURE_NOT_FOUND;
	case WIFI_STATUS_CONN_TIMEOUT:
		return NETPROV_FAILURE_TIMEOUT;
	default:
		/* Drivers use the general failure for any cause. */
		return NETPROV_FAILURE_OTHER;
	}
}

static bool is_hex(const uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t digit;

		if (char2hex(text[i], &digit) != 0) {
			return false;
		}
	}
	return true;
}

int netprov_join_prepare(struct netprov_join *join, const struct netprov_credentials *credentials)
{
	size_t length = credentials->passphrase_length;

	if (credentials->ssid_length == 0 || credentials->ssid_length > sizeof(join->ssid) ||
	    length > sizeof(join->passphrase)) {
		return -EINVAL;
	}
	*join = (struct netprov_join){
		.ssid_length = credentials->ssid_length,
		.passphrase_length = length,
		.has_bssid = credentials->bssid != NULL,
		.channel = credentials->channel,
		.security = credentials->security,
	};
	memcpy(join->ssid, credentials->ssid, join->ssid_length);
	if (length > 0) {
		memcpy(join->passphrase, credentials->passphrase, length);
	}
	if (join->has_bssid) {
		memcpy(join->bssid, credentials->bssid, sizeof(join->bssid));
	}
	if (!needs_passphrase(security_for(join))) {
		return 0;
	}
	if (length < WIFI_PSK_MIN_LEN) {
		return -EINVAL;
	}
	if (is_raw_key(join) &&
	    (join->security == NETPROV_SAE || !is_hex(join->passphrase, length))) {
		return -EINVAL;
	}
	return 0;
}

void netprov_join_params(const struct netprov_join *join, struct wifi_connect_req_params *params)
{
	*params = (struct wifi_connect_req_params){
		.ssid = join->ssid,
		.ssid_length = join->ssid_length,
		.band = WIFI_FREQ_BAND_UNKNOWN,
		.channel = join->channel != 0 ? join->channel : WIFI_CHANNEL_ANY,
		.security = security_for(join),
		.timeout = LINK_TIMEOUT_S,
	};
	if (NETPROV_IS_OWE(params->security)) {
		/* OWE requires protected management frames. */
		params->mfp = WIFI_MFP_REQUIRED;
	}
	if (needs_passphrase(params->security)) {
		params->psk = join->passphrase;
		params->psk_length = join->passphrase_length;
		params->mfp = WIFI_MFP_OPTIONAL;
	}
	if (params->security == WIFI_SECURITY_TYPE_SAE) {
		params->mfp = WIFI_MFP_REQUIRED;
	}
	if (params->security == WIFI_SECURITY_TYPE_SAE ||
	    params->security == WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL) {
		params->sae_password = join->passphrase;
		params->sae_password_length = join->passphrase_length;
	}
	if (join->has_bssid) {
		memcpy(params->bssid, join->bssid, sizeof(params->bssid));
	}
}
