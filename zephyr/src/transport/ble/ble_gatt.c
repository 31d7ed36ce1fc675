/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The GATT service, with one characteristic per endpoint. A write is a request, and the next read
 * returns its response. ble_client.c handles the request in between. Writes and reads run on the
 * host's receive thread, start and stop on the provisioning thread.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "transport/ble/ble.h"
#include "transport/ble/ble_client.h"
#include "netprov_core.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);

/** Attributes of each endpoint: declaration, value, name. */
#define ATTRIBUTES_EACH 3

#if defined(CONFIG_NETWORK_PROV_BLE_FORCE_ENCRYPTION)
#define VALUE_PERMISSIONS (BT_GATT_PERM_READ_ENCRYPT | BT_GATT_PERM_WRITE_ENCRYPT)
#else
#define VALUE_PERMISSIONS (BT_GATT_PERM_READ | BT_GATT_PERM_WRITE)
#endif

struct endpoint {
	char name[CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX + 1];
	struct bt_uuid_128 uuid;
	struct bt_gatt_chrc chrc;
};

/* For the provisioning thread. While the service is registered, the host reads them. */
static struct endpoint endpoints[NETPROV_BLE_ENDPOINTS_MAX];
static struct bt_gatt_attr attributes[1 + ATTRIBUTES_EACH * NETPROV_BLE_ENDPOINTS_MAX];
static struct bt_uuid_128 service_uuid;
static struct bt_gatt_service service = {.attrs = attributes};

/** Whether requests are accepted. */
static atomic_t is_open;

/* Attributes. */

static ssize_t att_error(int error)
{
	switch (error) {
	case -EMSGSIZE:
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	case -EBUSY:
		return BT_GATT_ERR(BT_ATT_ERR_PROCEDURE_IN_PROGRESS);
	case -ECONNREFUSED:
		return BT_GATT_ERR(BT_ATT_ERR_AUTHORIZATION);
	default:
		/* As NimBLE in ESP-IDF. Clients do not distinguish errors. */
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_PDU);
	}
}

/**
 * Accepts a part of a long write only if it is the next one. Before 4.4, Zephyr's server notices a
 * wrong order only when it joins the parts, and then loses a buffer of its pool permanently.
 */
static ssize_t prepare(struct netprov_ble_client *client, uint16_t *prepared, uint16_t offset,
		       uint16_t length)
{
	if (offset != 0 && offset != *prepared) {
		LOG_DBG("Part of a long write rejected: offset %u instead of %u", offset,
			*prepared);
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (offset + length > NETPROV_BLE_VALUE_MAX) {
		LOG_DBG("Part of a long write rejected: over %u bytes", NETPROV_BLE_VALUE_MAX);
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	if (!netprov_ble_parts_take(netprov_ble_client_parts(client))) {
		return BT_GATT_ERR(BT_ATT_ERR_PREPARE_QUEUE_FULL);
	}
	*prepared = offset + length;
	return 0;
}

static ssize_t write_value(struct netprov_ble_client *client, const struct endpoint *endpoint,
			   const uint8_t *data, uint16_t length, uint16_t offset, uint8_t flags)
{
	uint16_t *prepared = netprov_ble_client_prepared(client, endpoint - endpoints);
	int ret;

	if ((flags & BT_GATT_WRITE_FLAG_PREPARE) != 0) {
		return prepare(client, prepared, offset, length);
	}
	if ((flags & BT_GATT_WRITE_FLAG_EXECUTE) != 0) {
		*prepared = 0;
		*netprov_ble_client_parts(client) = 0;
	}
	if (offset != 0) {
		LOG_DBG("Write rejected: it begins at offset %u", offset);
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (length > NETPROV_BLE_VALUE_MAX) {
		LOG_DBG("Write rejected: over %u bytes", NETPROV_BLE_VALUE_MAX);
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	ret = netprov_ble_client_request(client, endpoint->name, data, length);
	if (ret != 0) {
		LOG_DBG("%s: request rejected: %d", endpoint->name, ret);
		return att_error(ret);
	}
	return length;
}

static ssize_t on_write(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *data,
			uint16_t length, uint16_t offset, uint8_t flags)
{
	struct netprov_ble_client *client;
	ssize_t ret;

	if (!atomic_get(&is_open)) {
		LOG_DBG("Write rejected: the service is stopping");
		return BT_GATT_ERR(BT_ATT_ERR_UNLIKELY);
	}
	if ((flags & BT_GATT_WRITE_FLAG_CMD) != 0) {
		/* A client could not receive an error. */
		LOG_DBG("Write rejected: it is a write without response");
		return BT_GATT_ERR(BT_ATT_ERR_WRITE_NOT_PERMITTED);
	}
	if (length == 0 && (flags & BT_GATT_WRITE_FLAG_PREPARE) == 0) {
		/* If it were acknowledged, the client would read the last response as its own. */
		LOG_DBG("Write rejected: it is empty");
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	ret = netprov_ble_client_admit(conn, &client);
	if (ret != 0) {
		LOG_DBG("Write rejected: %s", ret == -ECONNREFUSED
						      ? "another link has the session"
						      : "all slots for links are in use");
		return att_error(ret);
	}
	netprov_ble_links_requested(conn, (flags & BT_GATT_WRITE_FLAG_PREPARE) == 0);
	ret = write_value(client, attr->user_data, data, length, offset, flags);
	netprov_ble_client_put(client);
	return ret;
}

static ssize_t read_value(struct netprov_ble_client *client, struct bt_conn *conn,
			  const struct bt_gatt_attr *attr, void *data, uint16_t size,
			  uint16_t offset)
{
	const struct endpoint *endpoint = attr->user_data;
	const uint8_t *response;
	size_t length;
	ssize_t ret;

	ret = netprov_ble_client_response(client, endpoint->name, &response, &length);
	if (ret != 0) {
		LOG_DBG("%s: no response to read", endpoint->name);
		return att_error(ret);
	}
	ret = bt_gatt_attr_read(conn, attr, data, size, offset, response, length);
	/* After a full part, the client reads another one, which may be empty. */
	if (ret >= 0 && ret < size) {
		netprov_ble_client_was_read(client);
	}
	return ret;
}

static ssize_t on_read(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *data,
		       uint16_t size, uint16_t offset)
{
	struct netprov_ble_client *client = netprov_ble_client_find(conn);
	ssize_t ret;

	if (client == NULL) {
		return bt_gatt_attr_read(conn, attr, data, size, offset, NULL, 0);
	}
	ret = read_value(client, conn, attr, data, size, offset);
	netprov_ble_client_put(client);
	return ret;
}

/* Attribute table. */

static const struct bt_uuid_16 primary_service = BT_UUID_INIT_16(BT_UUID_GATT_PRIMARY_VAL);
static const struct bt_uuid_16 characteristic = BT_UUID_INIT_16(BT_UUID_GATT_CHRC_VAL);
static const struct bt_uuid_16 user_description = BT_UUID_INIT_16(BT_UUID_GATT_CUD_VAL);

/** Makes the UUID of an endpoint: that of the service, with the endpoint's number in it. */
static void make_uuid(struct bt_uuid_128 *uuid, const uint8_t base[BT_UUID_SIZE_128],
		      uint16_t number)
{
	uuid->uuid.type = BT_UUID_TYPE_128;
	memcpy(uuid->val, base, sizeof(uuid->val));
	sys_put_le16(number, &uuid->val[12]);
}

static void add_endpoint(struct endpoint *endpoint)
{
	struct bt_gatt_attr *attribute = &attributes[service.attr_count];

	endpoint->chrc = (struct bt_gatt_chrc){
		.uuid = &endpoint->uuid.uuid,
		.properties = BT_GATT_CHRC_READ | BT_GATT_CHRC_WRITE,
	};
	attribute[0] = (struct bt_gatt_attr)BT_GATT_ATTRIBUTE(
		&characteristic.uuid, BT_GATT_PERM_READ, bt_gatt_attr_read_chrc, NULL,
		&endpoint->chrc);
	attribute[1] = (struct bt_gatt_attr)BT_GATT_ATTRIBUTE(
		&endpoint->uuid.uuid, VALUE_PERMISSIONS | BT_GATT_PERM_PREPARE_WRITE, on_read,
		on_write, endpoint);
	attribute[2] =
		(struct bt_gatt_attr)BT_GATT_ATTRIBUTE(&user_description.uuid, BT_GATT_PERM_READ,
						       bt_gatt_attr_read_cud, NULL, endpoint->name);
	service.attr_count += ATTRIBUTES_EACH;
}

static void make_table(const uint8_t uuid[BT_UUID_SIZE_128])
{
	uint16_t number;

	service_uuid.uuid.type = BT_UUID_TYPE_128;
	memcpy(service_uuid.val, uuid, sizeof(service_uuid.val));
	attributes[0] = (struct bt_gatt_attr)BT_GATT_ATTRIBUTE(
		&primary_service.uuid, BT_GATT_PERM_READ, bt_gatt_attr_read_service, NULL,
		&service_uuid);
	service.attr_count = 1;
	for (size_t i = 0; i < NETPROV_BLE_ENDPOINTS_MAX; i++) {
		if (netprov_core_endpoint(i, endpoints[i].name, sizeof(endpoints[i].name),
					  &number) != 0) {
			break;
		}
		make_uuid(&endpoints[i].uuid, uuid, number);
		add_endpoint(&endpoints[i]);
	}
}

int netprov_ble_gatt_start(const uint8_t uuid[BT_UUID_SIZE_128])
{
	int ret;

	netprov_ble_client_begin();
	make_table(uuid);
	ret = bt_gatt_service_register(&service);
	if (ret != 0) {
		netprov_log_failure("register the GATT service", ret);
		return ret;
	}
	atomic_set(&is_open, 1);
	return 0;
}

void netprov_ble_gatt_close(void)
{
	atomic_set(&is_open, 0);
}

bool netprov_ble_gatt_stop(void)
{
	if (!netprov_ble_client_end()) {
		return false;
	}
	if (bt_gatt_service_is_registered(&service)) {
		(void)bt_gatt_service_unregister(&service);
	}
	return true;
}
