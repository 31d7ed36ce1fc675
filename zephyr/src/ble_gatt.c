/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The service: a characteristic for each endpoint. A write is a request, and what is read next is
 * its answer.
 *
 * Zephyr calls back on the host's receive thread and sends the response when the callback returns;
 * it has no way to respond later. So that thread brings the request to the provisioning thread and
 * waits, for a bounded time: it runs no cryptography and no handler, and its stack stays at
 * Zephyr's default. Most requests take some milliseconds. If the answer is not there in time, the
 * write is acknowledged without it, Bluetooth goes on, and the read that follows waits for it, for
 * a bounded time again.
 *
 * The first link that writes is the client, until it is gone. Others are refused.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "ble.h"
#include "engine.h"
#include "netprov_core.h"
#include "wipe.h"

LOG_MODULE_REGISTER(netprov_ble_gatt, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** Longest value of an attribute. */
#define VALUE_MAX BT_ATT_MAX_ATTRIBUTE_LEN

/** How long a write waits for the answer. What takes longer is not an error: see above. */
#define WRITE_WAIT K_SECONDS(4)

/** How long a read waits for the rest. With the write, for longer than the core lets a client wait
 * for a scan, and for less than clients wait.
 */
#define READ_WAIT K_SECONDS(5)

/** How long the last part of an answer takes to the client, at the longest usual interval. */
#define DELIVERY_TIME_MS 250

/** The five of the protocol, and the application's. */
#define ENDPOINTS_MAX (5 + CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS)

/** Of each endpoint: declaration, value, name. */
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
	/** Where the next part of a long write belongs. */
	uint16_t prepared;
};

/* Of the provisioning thread, and while it is registered read by the host. */
static struct endpoint endpoints[ENDPOINTS_MAX];
static struct bt_gatt_attr attributes[1 + ATTRIBUTES_EACH * ENDPOINTS_MAX];
static struct bt_uuid_128 service_uuid;
static struct bt_gatt_service service = {.attrs = attributes};

/** Whether requests are taken. */
static atomic_t is_open;

/** Held while the host's thread is in here; guards all that follows. */
static K_MUTEX_DEFINE(guard);

/** The client, referenced; NULL if there is none. */
static atomic_ptr_t client;

/** The number of its session: another one for each client. 0 if there is none. */
static atomic_t session;

static uint32_t last_session;

/** What there is to read. */
enum answer {
	ANSWER_NONE,
	/** The request is not answered yet. */
	ANSWER_PENDING,
	ANSWER_READY,
	ANSWER_FAILED,
};

/** The client's last request. The provisioning thread reads it, and may go on to when the client
 * is gone.
 */
static struct {
	struct netprov_exchange exchange;
	const struct endpoint *endpoint;
	enum answer answer;
	/** When it was read to its end, in milliseconds since boot; 0 if it was not. */
	int64_t read_at;
	uint32_t session;
	size_t length;
	uint8_t request[VALUE_MAX];
	uint8_t reply[VALUE_MAX];
} asking;

/* The provisioning thread's side. */

/** The session that the core may know of; 0 is none. */
static uint32_t told;

static void close_former(uint32_t current)
{
	if (told != 0 && told != current) {
		netprov_core_close_session(NETPROV_TRANSPORT_BLE, told);
	}
	told = current;
}

static int begin(struct netprov_exchange *exchange)
{
	const struct netprov_request request = {
		.request = exchange->number,
		.transport = NETPROV_TRANSPORT_BLE,
		.session = asking.session,
		.endpoint = asking.endpoint->name,
		.data = asking.request,
		.length = asking.length,
		.reply_max = exchange->reply_size,
	};

	close_former(request.session);
	netprov_core_request(&request);
	return 0;
}

static void handle_end(struct k_work *work)
{
	ARG_UNUSED(work);
	close_former((uint32_t)atomic_get(&session));
	netprov_engine_reschedule();
}

static K_WORK_DEFINE(session_end, handle_end);

/* The last request and its answer. */

static void wipe_request(void)
{
	/* In security 0 it may hold a passphrase. */
	if (!netprov_exchange_is_busy(&asking.exchange)) {
		netprov_wipe(asking.request, asking.length);
		asking.length = 0;
	}
}

/** Forgets the answer: there is nothing to read. */
static void forget(void)
{
	if (asking.answer == ANSWER_PENDING) {
		netprov_exchange_abandon(&asking.exchange);
	}
	asking.answer = ANSWER_NONE;
	asking.read_at = 0;
	asking.endpoint = NULL;
	netprov_wipe(asking.reply, sizeof(asking.reply));
	wipe_request();
}

/** Waits for the answer. -EAGAIN if it is not there yet; any other error is the request's. */
static int settle(k_timeout_t timeout)
{
	int ret = netprov_exchange_wait(&asking.exchange, timeout);

	if (ret == -EAGAIN) {
		return ret;
	}
	asking.answer = ret == 0 ? ANSWER_READY : ANSWER_FAILED;
	wipe_request();
	return ret;
}

static int ask(const struct endpoint *endpoint, const uint8_t *data, size_t length)
{
	int ret;

	forget();
	if (netprov_exchange_is_busy(&asking.exchange)) {
		return -EBUSY;
	}
	memcpy(asking.request, data, length);
	asking.length = length;
	asking.session = (uint32_t)atomic_get(&session);
	asking.endpoint = endpoint;
	asking.exchange.begin = begin;
	asking.exchange.reply = asking.reply;
	asking.exchange.reply_size = sizeof(asking.reply);
	ret = netprov_exchange_submit(&asking.exchange);
	if (ret != 0) {
		asking.answer = ANSWER_FAILED;
		return ret;
	}
	asking.answer = ANSWER_PENDING;
	ret = settle(WRITE_WAIT);
	return ret == -EAGAIN ? 0 : ret;
}

/* The client. */

/** Whether it is the client's link. It becomes it if there is no client. */
static bool claim(struct bt_conn *conn)
{
	struct bt_conn *current = atomic_ptr_get(&client);

	if (current == NULL) {
		current = bt_conn_ref(conn);
		if (current == NULL) {
			return false;
		}
		last_session = MAX(last_session + 1, 1);
		atomic_set(&session, last_session);
		atomic_ptr_set(&client, current);
	}
	return current == conn;
}

static void release_client(void)
{
	struct bt_conn *conn = atomic_ptr_get(&client);

	forget();
	ARRAY_FOR_EACH_PTR(endpoints, endpoint) {
		endpoint->prepared = 0;
	}
	atomic_set(&session, 0);
	atomic_ptr_set(&client, NULL);
	if (conn != NULL) {
		bt_conn_unref(conn);
	}
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(reason);
	/* No callback of this link runs any more, so it is not waited for here. */
	if (conn == atomic_ptr_get(&client)) {
		k_mutex_lock(&guard, K_FOREVER);
		release_client();
		k_mutex_unlock(&guard);
		(void)k_work_submit_to_queue(&netprov_engine, &session_end);
	}
}

BT_CONN_CB_DEFINE(netprov_ble_gatt_callbacks) = {
	.disconnected = on_disconnected,
};

struct bt_conn *netprov_ble_gatt_client(void)
{
	struct bt_conn *conn;

	k_sched_lock();
	conn = atomic_ptr_get(&client);
	conn = conn != NULL ? bt_conn_ref(conn) : NULL;
	k_sched_unlock();
	return conn;
}

/* Attributes. */

static ssize_t att_error(int error)
{
	switch (error) {
	case -EMSGSIZE:
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	case -EBUSY:
		return BT_GATT_ERR(BT_ATT_ERR_PROCEDURE_IN_PROGRESS);
	default:
		/* As NimBLE does under ESP-IDF. To clients one is like another. */
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_PDU);
	}
}

/**
 * Whether a part of a long write is the next. Zephyr's server finds out when it joins them, and
 * loses a buffer of its pool for good each time: so it must not get that far.
 */
static ssize_t prepare(struct endpoint *endpoint, uint16_t offset, uint16_t length)
{
	if (offset != 0 && offset != endpoint->prepared) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (offset + length > VALUE_MAX) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	endpoint->prepared = offset + length;
	return 0;
}

static ssize_t write_value(struct bt_conn *conn, struct endpoint *endpoint, const uint8_t *data,
			   uint16_t length, uint16_t offset, uint8_t flags)
{
	int ret;

	if (!atomic_get(&is_open)) {
		return BT_GATT_ERR(BT_ATT_ERR_UNLIKELY);
	}
	if ((flags & BT_GATT_WRITE_FLAG_CMD) != 0) {
		/* Nobody could be told what is wrong with it. */
		return BT_GATT_ERR(BT_ATT_ERR_WRITE_NOT_PERMITTED);
	}
	if (length == 0 && (flags & BT_GATT_WRITE_FLAG_PREPARE) == 0) {
		/* As under ESP-IDF: it is no request. */
		return 0;
	}
	if (!claim(conn)) {
		return BT_GATT_ERR(BT_ATT_ERR_AUTHORIZATION);
	}
	if ((flags & BT_GATT_WRITE_FLAG_PREPARE) != 0) {
		return prepare(endpoint, offset, length);
	}
	if ((flags & BT_GATT_WRITE_FLAG_EXECUTE) != 0) {
		endpoint->prepared = 0;
	}
	if (offset != 0) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_OFFSET);
	}
	if (length > VALUE_MAX) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_ATTRIBUTE_LEN);
	}
	ret = ask(endpoint, data, length);
	if (ret != 0) {
		LOG_DBG("%s: refused: %d", endpoint->name, ret);
		return att_error(ret);
	}
	return length;
}

static ssize_t on_write(struct bt_conn *conn, const struct bt_gatt_attr *attr, const void *data,
			uint16_t length, uint16_t offset, uint8_t flags)
{
	ssize_t ret;

	k_mutex_lock(&guard, K_FOREVER);
	ret = write_value(conn, attr->user_data, data, length, offset, flags);
	k_mutex_unlock(&guard);
	return ret;
}

static ssize_t read_value(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *data,
			  uint16_t size, uint16_t offset)
{
	ssize_t ret;

	if (conn != atomic_ptr_get(&client) || attr->user_data != asking.endpoint) {
		return bt_gatt_attr_read(conn, attr, data, size, offset, NULL, 0);
	}
	if (asking.answer == ANSWER_PENDING && settle(READ_WAIT) == -EAGAIN) {
		netprov_exchange_abandon(&asking.exchange);
		asking.answer = ANSWER_FAILED;
	}
	if (asking.answer != ANSWER_READY) {
		return BT_GATT_ERR(BT_ATT_ERR_INVALID_PDU);
	}
	ret = bt_gatt_attr_read(conn, attr, data, size, offset, asking.reply,
				asking.exchange.reply_length);
	/* A part that is full may be the last one, but the client asks for another. */
	if (ret >= 0 && ret < size) {
		asking.read_at = k_uptime_get();
	}
	return ret;
}

static ssize_t on_read(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *data,
		       uint16_t size, uint16_t offset)
{
	ssize_t ret;

	k_mutex_lock(&guard, K_FOREVER);
	ret = read_value(conn, attr, data, size, offset);
	k_mutex_unlock(&guard);
	return ret;
}

/* The table. */

static const struct bt_uuid_16 primary_service = BT_UUID_INIT_16(BT_UUID_GATT_PRIMARY_VAL);
static const struct bt_uuid_16 characteristic = BT_UUID_INIT_16(BT_UUID_GATT_CHRC_VAL);
static const struct bt_uuid_16 user_description = BT_UUID_INIT_16(BT_UUID_GATT_CUD_VAL);

/** The service's UUID, with the endpoint's number in its place. */
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

	endpoint->prepared = 0;
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
	for (size_t i = 0; i < ENDPOINTS_MAX; i++) {
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

	told = 0;
	make_table(uuid);
	ret = bt_gatt_service_register(&service);
	if (ret != 0) {
		LOG_ERR("The service is not registered: %d", ret);
		return ret;
	}
	atomic_set(&is_open, 1);
	return 0;
}

void netprov_ble_gatt_close(void)
{
	atomic_set(&is_open, 0);
}

bool netprov_ble_gatt_is_answering(void)
{
	bool is_answering;

	if (k_mutex_lock(&guard, K_NO_WAIT) != 0) {
		return true;
	}
	is_answering = asking.answer == ANSWER_PENDING;
	if (asking.answer == ANSWER_READY) {
		is_answering = asking.read_at == 0 ||
			       k_uptime_get() < asking.read_at + DELIVERY_TIME_MS;
	}
	k_mutex_unlock(&guard);
	return is_answering;
}

bool netprov_ble_gatt_stop(void)
{
	if (k_mutex_lock(&guard, K_NO_WAIT) != 0) {
		return false;
	}
	release_client();
	k_mutex_unlock(&guard);
	if (bt_gatt_service_is_registered(&service)) {
		(void)bt_gatt_service_unregister(&service);
	}
	return true;
}
