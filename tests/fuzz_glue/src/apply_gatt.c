/* SPDX-License-Identifier: Apache-2.0 */

/* Links over Bluetooth LE: ATT requests that are nearly right, their parts, and anything else. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "apply.h"
#include "central.h"
#include "gatt_client.h"

/** The links with clients have endpoints that are known; on the others, handles are guesses. */
struct gatt_client apply_gatt_clients[APPLY_GATT_CLIENTS] = {
	{.link = 0, .mtu = 247},
	{.link = 1},
	{.link = 2, .mtu = 185},
};

static uint8_t pdu[CENTRAL_PDU_MAX];
static size_t length;
static uint16_t next_offset;

static void add_number(uint32_t number)
{
	if (length + 2 <= sizeof(pdu)) {
		sys_put_le16((uint16_t)number, &pdu[length]);
		length += 2;
	}
}

static void add_bytes(struct script *script)
{
	if (script_below(script, 4) == 0) {
		/* Longer than a script could have them. */
		size_t size = script_below(script, CENTRAL_PDU_MAX + 1);

		size = MIN(size, sizeof(pdu) - length);
		memset(&pdu[length], script_byte(script), size);
		length += size;
	} else {
		length += script_bytes(script, &pdu[length], sizeof(pdu) - length);
	}
}

/** The handle of an endpoint's value, or near it, or any. */
static void add_handle(struct script *script)
{
	const struct gatt_client *client =
		&apply_gatt_clients[script_below(script, ARRAY_SIZE(apply_gatt_clients))];
	uint32_t choice = script_below(script, 16);

	if (client->count == 0 || choice == 0) {
		add_number(script_below(script, 80));
	} else if (choice == 1) {
		add_number(script_below(script, UINT16_MAX + 1));
	} else {
		uint16_t handle = client->endpoints[choice % client->count].handle;

		add_number(choice == 2 ? handle + script_below(script, 3) - 1 : handle);
	}
}

/** Mostly the offset that continues the last part. */
static void add_offset(struct script *script)
{
	switch (script_below(script, 4)) {
	case 0:
		next_offset = 0;
		break;
	case 1:
		next_offset = script_below(script, CENTRAL_PDU_MAX + 16);
		break;
	default:
		break;
	}
	add_number(next_offset);
}

static void add_uuid(struct script *script)
{
	static const uint16_t uuids[] = {0x2800, 0x2801, 0x2803, 0x2901, 0x2902, 0x2a00, 0x2a05};

	add_number(uuids[script_below(script, ARRAY_SIZE(uuids))]);
}

static void build_write(struct script *script)
{
	pdu[0] = script_below(script, 8) == 0 ? ATT_WRITE_CMD : ATT_WRITE_REQ;
	length = 1;
	add_handle(script);
	add_bytes(script);
}

static void build_prepare(struct script *script)
{
	pdu[0] = ATT_PREPARE_REQ;
	length = 1;
	add_handle(script);
	add_offset(script);
	add_bytes(script);
	next_offset += length - 5;
}

static void build_execute(struct script *script)
{
	pdu[0] = ATT_EXECUTE_REQ;
	pdu[1] = script_below(script, 3);
	length = 2;
	next_offset = 0;
}

static void build_read(struct script *script)
{
	static const uint8_t kinds[] = {ATT_READ_REQ, ATT_READ_REQ, ATT_READ_BLOB_REQ,
					ATT_READ_MULT_REQ, ATT_READ_MULT_V_REQ};

	pdu[0] = kinds[script_below(script, ARRAY_SIZE(kinds))];
	length = 1;
	add_handle(script);
	switch (pdu[0]) {
	case ATT_READ_BLOB_REQ:
		add_offset(script);
		break;
	case ATT_READ_MULT_REQ:
	case ATT_READ_MULT_V_REQ:
		for (uint32_t n = script_below(script, 4); n > 0; n--) {
			add_handle(script);
		}
		break;
	default:
		break;
	}
}

static void build_search(struct script *script)
{
	static const uint8_t kinds[] = {ATT_FIND_INFO_REQ, ATT_FIND_TYPE_REQ, ATT_READ_TYPE_REQ,
					ATT_READ_GROUP_REQ};

	pdu[0] = kinds[script_below(script, ARRAY_SIZE(kinds))];
	length = 1;
	add_handle(script);
	add_number(script_below(script, 2) == 0 ? UINT16_MAX : script_below(script, 80));
	if (pdu[0] != ATT_FIND_INFO_REQ) {
		add_uuid(script);
	}
	if (pdu[0] == ATT_FIND_TYPE_REQ) {
		add_bytes(script);
	}
}

static void build_mtu(struct script *script)
{
	pdu[0] = ATT_MTU_REQ;
	length = 1;
	add_number(script_below(script, 600));
}

static void build_any(struct script *script)
{
	length = 0;
	add_bytes(script);
}

/** Whether the PDU has a response. */
static bool is_request(void)
{
	return length > 0 && pdu[0] % 2 == 0 && pdu[0] < 0x40 && pdu[0] != ATT_CONFIRM;
}

static void send_pdu(uint8_t link, struct script *script)
{
	uint8_t response[CENTRAL_PDU_MAX];

	if (script_below(script, 8) == 0) {
		central_send_packet(link, CENTRAL_ATT, pdu, length, 1 + script_below(script, 27));
	} else if (is_request() && script_below(script, 4) != 0) {
		(void)central_request(link, pdu, length, response);
	} else {
		central_send(link, pdu, length);
	}
}

/** Packets of other channels, and fragments of none. */
static void send_other(uint8_t link, struct script *script)
{
	build_any(script);
	switch (script_below(script, 3)) {
	case 0:
		controller_send(link, pdu, MIN(length, CONFIG_BT_BUF_ACL_RX_SIZE),
				script_below(script, 2) == 0);
		break;
	case 1:
		central_send_packet(link, 5, pdu, length, CONFIG_BT_BUF_ACL_RX_SIZE);
		break;
	default:
		central_send_packet(link, script_below(script, 72), pdu, length,
				    CONFIG_BT_BUF_ACL_RX_SIZE);
		break;
	}
}

bool apply_gatt_is_near(uint8_t link)
{
	if (!controller_is_connected(link)) {
		apply_gatt_clients[link].count = 0;
		(void)central_try_connect(link);
	}
	return controller_is_connected(link);
}

void apply_gatt(struct script *script)
{
	static void (*const builders[])(struct script *script) = {
		build_write,   build_write,  build_write,  build_prepare, build_prepare,
		build_execute, build_read,   build_read,   build_search,  build_mtu,
		build_any,
	};
	uint8_t link = script_below(script, CONTROLLER_LINKS);
	uint32_t choice = script_below(script, ARRAY_SIZE(builders) + 5);

	if (choice < ARRAY_SIZE(builders)) {
		if (!controller_is_connected(link)) {
			(void)central_try_connect(link);
		}
		builders[choice](script);
		send_pdu(link, script);
		return;
	}
	switch (choice - ARRAY_SIZE(builders)) {
	case 0:
		(void)central_try_connect(link);
		break;
	case 1:
		controller_disconnect(link, script_byte(script));
		break;
	case 2:
		send_other(link, script);
		break;
	case 3:
		k_msleep(script_below(script, 4));
		break;
	default:
		if (link < APPLY_GATT_CLIENTS && apply_gatt_is_near(link)) {
			(void)gatt_open(&apply_gatt_clients[link]);
		}
		break;
	}
}

void apply_gatt_end(void)
{
	for (uint8_t link = 0; link < CONTROLLER_LINKS; link++) {
		central_disconnect(link);
	}
	ARRAY_FOR_EACH_PTR(apply_gatt_clients, client) {
		client->count = 0;
	}
	next_offset = 0;
}
