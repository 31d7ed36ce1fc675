/* SPDX-License-Identifier: Apache-2.0 */

/* The endpoint netprov-status: the state from the public API and from Zephyr, as JSON. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/drivers/hwinfo.h>
#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/status.h>

#include "compat.h"
#include "network/wifi/wifi_address.h"
#include "network/wifi/wifi_events.h"

/** All fields at their longest. */
#define RESPONSE_MAX 256
/** Longest device id in the response, in bytes. */
#define DEVICE_ID_MAX 16

/** Text with room for RESPONSE_MAX bytes. Longer text is truncated. */
struct text {
	char *bytes;
	size_t length;
};

static void append(struct text *text, const char *format, ...)
{
	size_t room = RESPONSE_MAX - text->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(&text->bytes[text->length], room, format, arguments);
	va_end(arguments);
	text->length += CLAMP(length, 0, (int)room - 1);
}

static void append_hex(struct text *text, const char *field, const uint8_t *bytes, size_t length)
{
	append(text, ",\"%s\":\"", field);
	for (size_t i = 0; i < length; i++) {
		append(text, "%02x", bytes[i]);
	}
	append(text, "\"");
}

static const char *text_for(enum network_prov_cred_fail_reason reason)
{
	switch (reason) {
	case NETWORK_PROV_WIFI_AUTH_ERROR:
		return "wrong_passphrase";
	case NETWORK_PROV_WIFI_NETWORK_NOT_FOUND:
		return "network_not_found";
	case NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY:
		return "unsupported_security";
	case NETWORK_PROV_WIFI_WEAK_SIGNAL:
		return "weak_signal";
	case NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT:
		return "handshake_timeout";
	case NETWORK_PROV_WIFI_NO_ADDRESS:
		return "no_address";
	default:
		return "storage";
	}
}

static void append_connection(struct text *text, struct net_if *iface)
{
	struct wifi_iface_status status = {0};
	struct net_in_addr address;
	char ip[NET_IPV4_ADDR_LEN];

	if (netprov_address_find(iface, &address) &&
	    net_addr_ntop(NET_AF_INET, &address, ip, sizeof(ip)) != NULL) {
		append(text, ",\"ip\":\"%s\"", ip);
	}
	if (net_mgmt(NET_REQUEST_WIFI_IFACE_STATUS, iface, &status, sizeof(status)) == 0) {
		append(text, ",\"rssi\":%d,\"channel\":%u", status.rssi, status.channel);
	}
}

static void append_state(struct text *text, struct net_if *iface)
{
	enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_DISCONNECTED;
	enum network_prov_cred_fail_reason reason;
	uint32_t remaining;

	(void)network_prov_mgr_get_wifi_state(&state);
	if (state == NETWORK_PROV_WIFI_STA_CONNECTED) {
		append(text, "{\"state\":\"connected\"");
		if (iface != NULL) {
			append_connection(text, iface);
		}
	} else if (state != NETWORK_PROV_WIFI_STA_DISCONNECTED) {
		append(text, "{\"state\":\"connecting\"");
		if (network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == 0) {
			append(text, ",\"attempts_left\":%u", remaining);
		}
	} else if (network_prov_mgr_get_wifi_disconnect_reason(&reason) == 0) {
		append(text, "{\"state\":\"failed\",\"reason\":\"%s\"", text_for(reason));
	} else {
		append(text, "{\"state\":\"waiting\"");
	}
}

static void append_device(struct text *text, struct net_if *iface)
{
	if (iface != NULL && net_if_get_link_addr(iface) != NULL) {
		append_hex(text, "mac", net_if_get_link_addr(iface)->addr,
			   net_if_get_link_addr(iface)->len);
	}
#if defined(CONFIG_HWINFO)
	uint8_t id[DEVICE_ID_MAX];
	ssize_t length = hwinfo_get_device_id(id, sizeof(id));

	if (length > 0) {
		append_hex(text, "device", id, length);
	}
#endif
	append(text, "}");
}

static int on_request(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		      size_t *outlen)
{
	struct net_if *iface = netprov_wifi_iface();
	struct text text = {.bytes = k_malloc(RESPONSE_MAX)};

	ARG_UNUSED(user_ctx);
	ARG_UNUSED(inbuf);
	ARG_UNUSED(inlen);
	if (text.bytes == NULL) {
		return -ENOMEM;
	}
	append_state(&text, iface);
	append_device(&text, iface);
	*outbuf = (uint8_t *)text.bytes;
	*outlen = text.length;
	return 0;
}

int network_prov_status_create(void)
{
	return network_prov_mgr_endpoint_create(NETWORK_PROV_STATUS_ENDPOINT);
}

int network_prov_status_register(void)
{
	return network_prov_mgr_endpoint_register(NETWORK_PROV_STATUS_ENDPOINT, on_request, NULL);
}
