/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "central.h"
#include "gatt_client.h"

/** An entry of a list of characteristics with UUIDs of 128 bits: handle, properties, handle, UUID. */
#define CHARACTERISTIC_SIZE (2 + 1 + 2 + 16)

/** The descriptor with the name is the one behind the value. */
static void add_endpoint(struct gatt_client *client, uint16_t handle)
{
	char *name = client->endpoints[client->count].name;
	size_t length;

	if (gatt_read(client, handle + 1, (uint8_t *)name, GATT_NAME_MAX - 1, &length) == 0) {
		name[length] = '\0';
		client->endpoints[client->count].handle = handle;
		client->count++;
	}
}

/** Discovers from this handle on. Returns where to continue, or 0 if that was all. */
static uint16_t discover(struct gatt_client *client, uint16_t from)
{
	uint8_t pdu[7] = {ATT_READ_TYPE_REQ, 0, 0, 0xff, 0xff};
	uint8_t response[CENTRAL_PDU_MAX];
	size_t length, size;

	sys_put_le16(from, &pdu[1]);
	sys_put_le16(BT_UUID_GATT_CHRC_VAL, &pdu[5]);
	length = central_request(client->link, pdu, sizeof(pdu), response);
	if (length < 4 || response[0] == ATT_ERROR_RSP) {
		return 0;
	}
	size = response[1];
	for (size_t at = 2; size >= 5 && at + size <= length; at += size) {
		from = sys_get_le16(&response[at]) + 1;
		if (size == CHARACTERISTIC_SIZE && client->count < GATT_ENDPOINTS_MAX) {
			add_endpoint(client, sys_get_le16(&response[at + 3]));
		}
	}
	return size >= 5 ? from : 0;
}

int gatt_open(struct gatt_client *client)
{
	if (controller_is_connected(client->link) && client->count > 0) {
		return 0;
	}
	client->count = 0;
	if (!controller_is_connected(client->link) && !central_connect(client->link)) {
		return -1;
	}
	if (client->mtu > 0 && !central_exchange_mtu(client->link, client->mtu)) {
		return -1;
	}
	for (uint16_t from = 1; from != 0;) {
		from = discover(client, from);
	}
	return client->count > 0 ? 0 : -1;
}

void gatt_close(struct gatt_client *client)
{
	central_disconnect(client->link);
	client->count = 0;
}

/** Sends a request. Returns 0, its error, or -1 without a response. */
static int ask(struct gatt_client *client, const uint8_t *pdu, size_t length, uint8_t *response,
	       size_t *response_length)
{
	*response_length = central_request(client->link, pdu, length, response);
	if (*response_length == 0) {
		return -1;
	}
	if (response[0] == ATT_ERROR_RSP) {
		return *response_length == 5 ? response[4] : -1;
	}
	return 0;
}

static int write_part(struct gatt_client *client, uint16_t handle, uint16_t offset,
		      const uint8_t *value, size_t length)
{
	uint8_t pdu[CENTRAL_PDU_MAX] = {ATT_PREPARE_REQ};
	uint8_t response[CENTRAL_PDU_MAX];
	size_t response_length;

	sys_put_le16(handle, &pdu[1]);
	sys_put_le16(offset, &pdu[3]);
	memcpy(&pdu[5], value, length);
	return ask(client, pdu, 5 + length, response, &response_length);
}

static int write_long(struct gatt_client *client, uint16_t handle, const uint8_t *value,
		      size_t length)
{
	uint8_t execute[2] = {ATT_EXECUTE_REQ, 1};
	uint8_t response[CENTRAL_PDU_MAX];
	size_t part = central_mtu(client->link) - 5;
	size_t response_length;
	int failed = 0;
	int ret;

	for (size_t at = 0; at < length && failed == 0; at += part) {
		failed = write_part(client, handle, at, &value[at], MIN(part, length - at));
	}
	/* Or cancels the parts. */
	execute[1] = failed == 0 ? 1 : 0;
	ret = ask(client, execute, sizeof(execute), response, &response_length);
	return failed != 0 ? failed : ret;
}

int gatt_write(struct gatt_client *client, uint16_t handle, const uint8_t *value, size_t length)
{
	uint8_t pdu[CENTRAL_PDU_MAX] = {ATT_WRITE_REQ};
	uint8_t response[CENTRAL_PDU_MAX];
	size_t response_length;

	if (length + 3 > central_mtu(client->link)) {
		return write_long(client, handle, value, length);
	}
	sys_put_le16(handle, &pdu[1]);
	memcpy(&pdu[3], value, length);
	return ask(client, pdu, 3 + length, response, &response_length);
}

int gatt_read(struct gatt_client *client, uint16_t handle, uint8_t *value, size_t size,
	      size_t *length)
{
	uint8_t pdu[5] = {ATT_READ_REQ};
	uint8_t response[CENTRAL_PDU_MAX];
	size_t response_length;

	*length = 0;
	sys_put_le16(handle, &pdu[1]);
	do {
		int ret = ask(client, pdu, pdu[0] == ATT_READ_REQ ? 3 : 5, response,
			      &response_length);

		if (ret != 0) {
			return ret;
		}
		if (*length + response_length - 1 > size) {
			return -1;
		}
		memcpy(&value[*length], &response[1], response_length - 1);
		*length += response_length - 1;
		pdu[0] = ATT_READ_BLOB_REQ;
		sys_put_le16((uint16_t)*length, &pdu[3]);
		/* After a full part, there may be another one. */
	} while (response_length == central_mtu(client->link));
	return 0;
}

int gatt_exchange(void *context, const char *endpoint, const uint8_t *request, size_t length,
		  uint8_t *reply, size_t size, size_t *reply_length)
{
	struct gatt_client *client = context;

	if (gatt_open(client) != 0) {
		return -1;
	}
	for (size_t i = 0; i < client->count; i++) {
		if (strcmp(client->endpoints[i].name, endpoint) == 0) {
			uint16_t handle = client->endpoints[i].handle;

			return gatt_write(client, handle, request, length) == 0 &&
					       gatt_read(client, handle, reply, size,
							 reply_length) == 0
				       ? 0
				       : -1;
		}
	}
	return -1;
}
