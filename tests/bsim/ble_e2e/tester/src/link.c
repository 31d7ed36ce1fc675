/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/sys/util.h>

#include "babblekit/testcase.h"

#include "att.h"
#include "link.h"

/** As phones connect: an interval of 30 ms, and the link is lost after 4 s. */
#define CONNECTION BT_LE_CONN_PARAM(24, 24, 0, 400)

/* Scanning. */

static struct {
	const char *name;
	struct advert advert;
	bool is_found;
	struct k_sem done;
} wanted;

void link_begin(void)
{
	int ret = bt_enable(NULL);

	TEST_ASSERT(ret == 0, "Bluetooth is not enabled: %d", ret);
	k_sem_init(&wanted.done, 0, 1);
}

const uint8_t *link_element(const uint8_t *data, uint8_t size, uint8_t type, uint8_t *length)
{
	const uint8_t *found = NULL;

	for (size_t at = 0; at + 1 < size && data[at] > 0; at += 1 + data[at]) {
		if (data[at + 1] != type) {
			continue;
		}
		if (found != NULL || at + 1 + data[at] > size) {
			return NULL;
		}
		*length = data[at] - 1;
		found = &data[at + 2];
	}
	return found;
}

static bool has_wanted_name(const uint8_t *sd, uint8_t size)
{
	uint8_t length;
	const uint8_t *name = link_element(sd, size, BT_DATA_NAME_COMPLETE, &length);

	return name != NULL && length == strlen(wanted.name) &&
	       memcmp(name, wanted.name, length) == 0;
}

static void on_advert(const struct bt_le_scan_recv_info *info, struct net_buf_simple *buf)
{
	struct advert *advert = &wanted.advert;
	bool is_response = (info->adv_props & BT_GAP_ADV_PROP_SCAN_RESPONSE) != 0;

	if (wanted.is_found || buf->len > sizeof(advert->ad)) {
		return;
	}
	if (!is_response) {
		advert->address = *info->addr;
		advert->ad_length = buf->len;
		memcpy(advert->ad, buf->data, buf->len);
	} else if (bt_addr_le_eq(info->addr, &advert->address) &&
		   has_wanted_name(buf->data, buf->len)) {
		advert->sd_length = buf->len;
		memcpy(advert->sd, buf->data, buf->len);
		wanted.is_found = true;
		k_sem_give(&wanted.done);
	}
}

bool link_find(const char *name, int seconds, struct advert *advert)
{
	static struct bt_le_scan_cb callbacks = {.recv = on_advert};
	static bool is_registered;
	int ret;

	if (!is_registered) {
		is_registered = true;
		(void)bt_le_scan_cb_register(&callbacks);
	}
	wanted.name = name;
	wanted.advert = (struct advert){0};
	wanted.is_found = false;
	k_sem_reset(&wanted.done);
	/* A device that now advertises something else is not a duplicate. */
	ret = bt_le_scan_start(BT_LE_SCAN_PARAM(BT_LE_SCAN_TYPE_ACTIVE, BT_LE_SCAN_OPT_NONE,
						BT_GAP_SCAN_FAST_INTERVAL, BT_GAP_SCAN_FAST_WINDOW),
			       NULL);
	TEST_ASSERT(ret == 0, "no scan: %d", ret);
	ret = k_sem_take(&wanted.done, K_SECONDS(seconds));
	(void)bt_le_scan_stop();
	*advert = wanted.advert;
	return ret == 0;
}

void link_announce(const char *name)
{
	const struct bt_data ad[] = {
		BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_NO_BREDR),
	};
	const struct bt_data sd[] = {
		BT_DATA(BT_DATA_NAME_COMPLETE, name, strlen(name)),
	};
	int ret;

	(void)bt_le_adv_stop();
	ret = bt_le_adv_start(BT_LE_ADV_NCONN_IDENTITY, ad, ARRAY_SIZE(ad), sd, ARRAY_SIZE(sd));
	TEST_ASSERT(ret == 0, "failed to announce %s: %d", name, ret);
}

/* Connecting. */

static K_SEM_DEFINE(is_connected, 0, 1);
static K_SEM_DEFINE(is_disconnected, 0, 1);
static uint8_t connect_error, disconnect_reason;

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	ARG_UNUSED(conn);
	connect_error = error;
	k_sem_give(&is_connected);
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(conn);
	disconnect_reason = reason;
	k_sem_give(&is_disconnected);
}

BT_CONN_CB_DEFINE(link_callbacks) = {
	.connected = on_connected,
	.disconnected = on_disconnected,
};

bool link_try_connect(struct link *link, const struct advert *advert)
{
	*link = (struct link){.mtu = LINK_MTU_LEAST};
	k_sem_reset(&is_connected);
	k_sem_reset(&is_disconnected);
	if (bt_conn_le_create(&advert->address, BT_CONN_LE_CREATE_CONN, CONNECTION, &link->conn) !=
	    0) {
		link->conn = NULL;
		/* The previous connection's object is not free yet. */
		k_sleep(K_MSEC(50));
		return false;
	}
	if (k_sem_take(&is_connected, K_SECONDS(5)) != 0 || connect_error != 0) {
		bt_conn_unref(link->conn);
		link->conn = NULL;
		return false;
	}
	link->connected_at = k_uptime_get();
	return true;
}

void link_connect(struct link *link, const struct advert *advert)
{
	int ret;

	*link = (struct link){.mtu = LINK_MTU_LEAST};
	k_sem_reset(&is_connected);
	k_sem_reset(&is_disconnected);
	ret = bt_conn_le_create(&advert->address, BT_CONN_LE_CREATE_CONN, CONNECTION, &link->conn);
	TEST_ASSERT(ret == 0, "failed to start a connection: %d", ret);
	ret = k_sem_take(&is_connected, K_SECONDS(5));
	TEST_ASSERT(ret == 0 && connect_error == 0, "no connection: %d, 0x%02x", ret,
		    connect_error);
	link->connected_at = k_uptime_get();
}

uint8_t link_await_end(struct link *link, int seconds)
{
	TEST_ASSERT(k_sem_take(&is_disconnected, K_SECONDS(seconds)) == 0,
		    "the link is still there after %d s", seconds);
	bt_conn_unref(link->conn);
	link->conn = NULL;
	return disconnect_reason;
}

void link_close(struct link *link)
{
	(void)bt_conn_disconnect(link->conn, BT_HCI_ERR_REMOTE_USER_TERM_CONN);
	(void)link_await_end(link, 5);
}

bool link_is_up(const struct link *link)
{
	struct bt_conn_info info;

	return link->conn != NULL && bt_conn_get_info(link->conn, &info) == 0 &&
	       info.state == BT_CONN_STATE_CONNECTED;
}

void link_exchange_mtu(struct link *link, uint16_t mtu)
{
	uint16_t theirs = 0;
	int ret = att_exchange_mtu(link->conn, mtu, &theirs);

	TEST_ASSERT(ret == 0 && theirs >= LINK_MTU_LEAST, "no MTU: %d, %u", ret, theirs);
	link->mtu = MIN(mtu, theirs);
}

/* Discovering. */

static struct {
	struct link *link;
	uint16_t start, end;
	struct k_sem done;
} discovery;

static uint8_t on_service(struct bt_conn *conn, const struct bt_gatt_attr *attr,
			  struct bt_gatt_discover_params *params)
{
	ARG_UNUSED(conn);
	ARG_UNUSED(params);
	if (attr != NULL) {
		TEST_ASSERT(discovery.start == 0, "the service exists twice");
		discovery.start = attr->handle + 1;
		discovery.end = ((const struct bt_gatt_service_val *)attr->user_data)->end_handle;
		return BT_GATT_ITER_CONTINUE;
	}
	k_sem_give(&discovery.done);
	return BT_GATT_ITER_STOP;
}

static uint8_t on_characteristic(struct bt_conn *conn, const struct bt_gatt_attr *attr,
				 struct bt_gatt_discover_params *params)
{
	struct link *link = discovery.link;
	const struct bt_gatt_chrc *chrc;
	struct endpoint *endpoint;

	ARG_UNUSED(conn);
	ARG_UNUSED(params);
	if (attr == NULL) {
		k_sem_give(&discovery.done);
		return BT_GATT_ITER_STOP;
	}
	chrc = attr->user_data;
	TEST_ASSERT(link->count < LINK_ENDPOINTS_MAX, "too many characteristics");
	TEST_ASSERT(chrc->uuid->type == BT_UUID_TYPE_128, "a characteristic with a short UUID");
	endpoint = &link->endpoints[link->count++];
	endpoint->properties = chrc->properties;
	endpoint->handle = chrc->value_handle;
	endpoint->uuid = *BT_UUID_128(chrc->uuid);
	return BT_GATT_ITER_CONTINUE;
}

static uint8_t on_descriptor(struct bt_conn *conn, const struct bt_gatt_attr *attr,
			     struct bt_gatt_discover_params *params)
{
	struct link *link = discovery.link;
	struct endpoint *endpoint = NULL;

	ARG_UNUSED(conn);
	ARG_UNUSED(params);
	if (attr == NULL) {
		k_sem_give(&discovery.done);
		return BT_GATT_ITER_STOP;
	}
	/* All attributes are reported. Those after a value are its descriptors, up to the next
	 * declaration.
	 */
	for (size_t i = 0; i < link->count && link->endpoints[i].handle < attr->handle; i++) {
		endpoint = &link->endpoints[i];
	}
	if (endpoint == NULL || attr->uuid->type == BT_UUID_TYPE_128 ||
	    bt_uuid_cmp(attr->uuid, BT_UUID_GATT_CHRC) == 0) {
		return BT_GATT_ITER_CONTINUE;
	}
	if (bt_uuid_cmp(attr->uuid, BT_UUID_GATT_CUD) == 0) {
		endpoint->description = attr->handle;
		endpoint->names++;
	} else {
		endpoint->others++;
	}
	return BT_GATT_ITER_CONTINUE;
}

static bool discover(struct link *link, uint8_t type, const struct bt_uuid *uuid, uint16_t start,
		     uint16_t end, bt_gatt_discover_func_t func)
{
	static struct bt_gatt_discover_params params;

	params = (struct bt_gatt_discover_params){
		.uuid = uuid,
		.func = func,
		.start_handle = start,
		.end_handle = end,
		.type = type,
	};
	discovery.link = link;
	k_sem_init(&discovery.done, 0, 1);
	if (bt_gatt_discover(link->conn, &params) != 0) {
		return false;
	}
	(void)k_sem_take(&discovery.done, K_FOREVER);
	return true;
}

static bool read_names(struct link *link)
{
	for (size_t i = 0; i < link->count; i++) {
		struct endpoint *endpoint = &link->endpoints[i];
		size_t length = 0;
		int ret = att_read(link->conn, link->mtu, endpoint->description,
				   (uint8_t *)endpoint->name, sizeof(endpoint->name) - 1, &length);

		if (ret != 0 || length == 0) {
			return false;
		}
	}
	return true;
}

bool link_try_discover(struct link *link, const uint8_t uuid[16])
{
	static struct bt_uuid_128 service;

	service.uuid.type = BT_UUID_TYPE_128;
	memcpy(service.val, uuid, sizeof(service.val));
	link->count = 0;
	discovery.start = 0;
	return discover(link, BT_GATT_DISCOVER_PRIMARY, &service.uuid,
			BT_ATT_FIRST_ATTRIBUTE_HANDLE, BT_ATT_LAST_ATTRIBUTE_HANDLE, on_service) &&
	       discovery.start != 0 &&
	       discover(link, BT_GATT_DISCOVER_CHARACTERISTIC, NULL, discovery.start,
			discovery.end, on_characteristic) &&
	       discover(link, BT_GATT_DISCOVER_ATTRIBUTE, NULL, discovery.start, discovery.end,
			on_descriptor) &&
	       read_names(link) && link->count > 0;
}

void link_discover(struct link *link, const uint8_t uuid[16])
{
	TEST_ASSERT(link_try_discover(link, uuid), "the service was not found completely");
}

bool link_try_open(struct link *link, const char *name, uint16_t mtu, int seconds)
{
	static const uint8_t uuid[] = {LINK_SERVICE_UUID};
	struct advert advert;
	uint16_t theirs = 0;

	if (!link_find(name, seconds, &advert) || !link_try_connect(link, &advert)) {
		return false;
	}
	if (att_exchange_mtu(link->conn, mtu, &theirs) == 0 && theirs >= LINK_MTU_LEAST) {
		link->mtu = MIN(mtu, theirs);
		if (link_try_discover(link, uuid)) {
			return true;
		}
	}
	link_drop(link);
	return false;
}

void link_drop(struct link *link)
{
	if (link->conn == NULL) {
		return;
	}
	(void)bt_conn_disconnect(link->conn, BT_HCI_ERR_REMOTE_USER_TERM_CONN);
	(void)k_sem_take(&is_disconnected, K_SECONDS(10));
	bt_conn_unref(link->conn);
	link->conn = NULL;
}

void link_open(struct link *link, const char *name, uint16_t mtu)
{
	static const uint8_t uuid[] = {LINK_SERVICE_UUID};
	struct advert advert;

	TEST_ASSERT(link_find(name, 10, &advert), "%s is not found", name);
	link_connect(link, &advert);
	if (mtu != LINK_MTU_LEAST) {
		link_exchange_mtu(link, mtu);
	}
	link_discover(link, uuid);
}

const struct endpoint *link_endpoint(const struct link *link, const char *name)
{
	for (size_t i = 0; i < link->count; i++) {
		if (strcmp(link->endpoints[i].name, name) == 0) {
			return &link->endpoints[i];
		}
	}
	TEST_FAIL("there is no endpoint %s", name);
	return NULL;
}

int link_send(void *context, const char *endpoint, const uint8_t *request, size_t length,
	      uint8_t *reply, size_t size, size_t *reply_length)
{
	struct link *link = context;
	uint16_t handle = link_endpoint(link, endpoint)->handle;

	*reply_length = 0;
	link->error = att_write(link->conn, link->mtu, handle, request, length);
	if (link->error == 0 && !link->is_writing_only) {
		link->error = att_read(link->conn, link->mtu, handle, reply, size, reply_length);
	}
	return link->error;
}
