/* SPDX-License-Identifier: Apache-2.0 */

/* The endpoint netprov-status, on the provisioning thread. */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include <zephyr/drivers/hwinfo.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/status.h>

#include "status/status.h"

/** Longest device id in the response, in bytes. */
#define DEVICE_ID_MAX 16

void netprov_text_append(struct netprov_text *text, const char *format, ...)
{
	size_t room = NETPROV_STATUS_MAX - text->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(&text->bytes[text->length], room, format, arguments);
	va_end(arguments);
	text->length += CLAMP(length, 0, (int)room - 1);
}

void netprov_text_append_hex(struct netprov_text *text, const char *field, const uint8_t *bytes,
			     size_t length)
{
	netprov_text_append(text, ",\"%s\":\"", field);
	for (size_t i = 0; i < length; i++) {
		netprov_text_append(text, "%02x", bytes[i]);
	}
	netprov_text_append(text, "\"");
}

static void append_device(struct netprov_text *text)
{
#if defined(CONFIG_HWINFO)
	uint8_t id[DEVICE_ID_MAX];
	ssize_t length = hwinfo_get_device_id(id, sizeof(id));

	if (length > 0) {
		netprov_text_append_hex(text, "device", id, length);
	}
#endif
	netprov_text_append(text, "}");
}

static int on_request(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		      size_t *outlen)
{
	struct netprov_text text = {.bytes = k_malloc(NETPROV_STATUS_MAX)};

	ARG_UNUSED(user_ctx);
	ARG_UNUSED(inbuf);
	ARG_UNUSED(inlen);
	if (text.bytes == NULL) {
		return -ENOMEM;
	}
	netprov_status_append_network(&text);
	append_device(&text);
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
