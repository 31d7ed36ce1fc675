/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Clients and their requests.
 *
 * Zephyr calls back on the host's receive thread and sends the ATT response when the callback
 * returns; it cannot respond later. Therefore that thread passes the request to the provisioning
 * thread and waits for a limited time. It runs no cryptography and no handlers, so its stack stays
 * at Zephyr's default. Most requests take a few milliseconds. If there is no response in time, the
 * write is acknowledged, and the read that follows waits again for a limited time.
 *
 * The core decides whose session is established. A copy is kept here, so that the host's thread can
 * reject a link without waiting.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/conn.h>
#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include "transport/ble/ble.h"
#include "transport/ble/ble_client.h"
#include "transport/ble/ble_shared.h"
#include "engine/engine.h"
#include "engine/exchange.h"
#include "netprov_core.h"
#include "times.h"

/**
 * Time in milliseconds in which the last part of a response reaches the client, at the longest
 * usual connection interval.
 */
#define DELIVERY_TIME_MS 250

/** A client, or a free slot for one. */
struct netprov_ble_client {
	/** Held while the host's thread works on this link. Guards the members below. */
	struct k_mutex guard;
	/** Referenced. NULL if the slot is free. */
	atomic_ptr_t conn;
	/** Number of its session, unique to this client; 0 for none. */
	atomic_t session;
	/** For the provisioning thread: the session that the core may know; 0 for none. */
	uint32_t told;
	/** Set while that thread handles a request, until the established session is up to date. */
	atomic_t is_begun;
	/** Times of getting the slot and of the last write, in milliseconds since boot. */
	uint32_t admitted_at, wrote_at;
	/** Buffers taken for parts of the long write that is being received. */
	size_t parts;
	/** Expected offset of the next part, for each endpoint. */
	uint16_t prepared[NETPROV_BLE_ENDPOINTS_MAX];

	/**
	 * The last request and its response. The provisioning thread may still use it when the
	 * client has been removed.
	 */
	struct netprov_exchange exchange;
	/** Endpoint from which the response can be read; NULL for none. */
	const char *readable;
	/** When the response was read completely, in milliseconds since boot; 0 if it was not. */
	int64_t read_at;
	uint8_t buffer[NETPROV_BLE_VALUE_MAX];
};

static struct netprov_ble_client clients[CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS];

static atomic_t last_session;

/* The provisioning thread's side. */

/** Closes the core's sessions of clients that no longer exist. */
static void close_former(void)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		if (client->told != 0 && client->told != (uint32_t)atomic_get(&client->session)) {
			netprov_core_close_session(NETPROV_TRANSPORT_BLE, client->told);
			client->told = 0;
		}
	}
}

/** Updates the established session and what depends on it. */
static void publish(void)
{
	uint32_t session = netprov_core_established_session(NETPROV_TRANSPORT_BLE);
	bool has_ended = atomic_set(&netprov_ble_established, session) != 0 && session == 0;

	/* Links would be rejected. */
	netprov_ble_adv_pause(session != 0);
	if (has_ended) {
		netprov_ble_links_session_ended();
	}
}

static int begin(struct netprov_exchange *exchange)
{
	struct netprov_ble_client *client =
		CONTAINER_OF(exchange, struct netprov_ble_client, exchange);
	uint32_t session;

	close_former();
	session = netprov_core_established_session(NETPROV_TRANSPORT_BLE);
	if (session != 0 && session != exchange->session) {
		return -ECONNREFUSED;
	}
	client->told = exchange->session;
	atomic_set(&client->is_begun, 1);
	(void)netprov_exchange_begin(exchange);
	publish();
	atomic_set(&client->is_begun, 0);
	return 0;
}

static void handle_end(struct k_work *work)
{
	ARG_UNUSED(work);
	close_former();
	publish();
	netprov_ble_links_session_ended();
	netprov_engine_reschedule();
}

static K_WORK_DEFINE(session_end, handle_end);

/* The last request and its response. */

/** Drops both. Then there is nothing to read. */
static void forget(struct netprov_ble_client *client)
{
	netprov_exchange_release(&client->exchange);
	client->readable = NULL;
	client->read_at = 0;
}

int netprov_ble_client_request(struct netprov_ble_client *client, const char *endpoint,
			       const uint8_t *request, size_t length)
{
	struct netprov_exchange *exchange = &client->exchange;
	int ret;

	forget(client);
	if (netprov_exchange_is_busy(exchange)) {
		/* The provisioning thread still uses the buffer. */
		return -EBUSY;
	}
	memcpy(exchange->buffer, request, length);
	exchange->length = length;
	exchange->endpoint = endpoint;
	exchange->session = (uint32_t)atomic_get(&client->session);
	client->readable = endpoint;
	ret = netprov_exchange_submit(exchange);
	if (ret == 0) {
		ret = netprov_exchange_wait(exchange, K_MSEC(NETPROV_BLE_WRITE_MS));
	}
	return ret == -EAGAIN ? 0 : ret;
}

int netprov_ble_client_response(struct netprov_ble_client *client, const char *endpoint,
				const uint8_t **response, size_t *length)
{
	struct netprov_exchange *exchange = &client->exchange;
	int ret;

	*response = NULL;
	*length = 0;
	if (endpoint != client->readable) {
		return 0;
	}
	ret = netprov_exchange_wait(exchange, K_MSEC(NETPROV_BLE_READ_MS));
	if (ret == -EAGAIN) {
		netprov_exchange_release(exchange);
	}
	if (ret != 0) {
		return -EIO;
	}
	*response = exchange->buffer;
	*length = exchange->length;
	return 0;
}

void netprov_ble_client_was_read(struct netprov_ble_client *client)
{
	client->read_at = k_uptime_get();
}

/* Slots. */

/** Removes the client and frees the slot. */
static void release(struct netprov_ble_client *client)
{
	struct bt_conn *conn = atomic_ptr_set(&client->conn, NULL);
	atomic_val_t session = atomic_set(&client->session, 0);

	forget(client);
	memset(client->prepared, 0, sizeof(client->prepared));
	client->parts = 0;
	if (session != 0) {
		(void)atomic_cas(&netprov_ble_established, session, 0);
		(void)k_work_submit_to_queue(&netprov_engine, &session_end);
	}
	if (conn != NULL) {
		bt_conn_unref(conn);
	}
}

/** Checks whether the client may lose its slot to another link. */
static bool is_evictable(const struct netprov_ble_client *client)
{
	uint32_t now = k_uptime_get_32();

	return now - client->wrote_at >= NETPROV_BLE_SLOT_IDLE_MS ||
	       now - client->admitted_at >= NETPROV_BLE_SLOT_LIFE_MS;
}

/** Returns a free slot, or that of the evictable client that wrote longest ago, or NULL. */
static struct netprov_ble_client *choose_slot(void)
{
	struct netprov_ble_client *chosen = NULL;

	ARRAY_FOR_EACH_PTR(clients, client) {
		if (netprov_exchange_is_busy(&client->exchange) || atomic_get(&client->is_begun)) {
			continue;
		}
		if (atomic_ptr_get(&client->conn) == NULL) {
			return client;
		}
		if (is_evictable(client) &&
		    (chosen == NULL || (int32_t)(client->wrote_at - chosen->wrote_at) < 0)) {
			chosen = client;
		}
	}
	return chosen;
}

static int take_slot(struct bt_conn *conn, struct netprov_ble_client **client)
{
	struct netprov_ble_client *slot = choose_slot();

	if (slot == NULL || bt_conn_ref(conn) == NULL) {
		return -EBUSY;
	}
	k_mutex_lock(&slot->guard, K_FOREVER);
	release(slot);
	/* 0 means no session. */
	if (atomic_inc(&last_session) == -1) {
		(void)atomic_inc(&last_session);
	}
	atomic_set(&slot->session, atomic_get(&last_session));
	atomic_ptr_set(&slot->conn, conn);
	slot->admitted_at = k_uptime_get_32();
	*client = slot;
	return 0;
}

int netprov_ble_client_admit(struct bt_conn *conn, struct netprov_ble_client **client)
{
	struct netprov_ble_client *found = netprov_ble_client_find(conn);
	atomic_val_t session = atomic_get(&netprov_ble_established);
	int ret;

	if (session != 0 && (found == NULL || session != atomic_get(&found->session))) {
		if (found != NULL) {
			netprov_ble_client_put(found);
		}
		return -ECONNREFUSED;
	}
	if (found == NULL) {
		ret = take_slot(conn, &found);
		if (ret != 0) {
			return ret;
		}
	}
	found->wrote_at = k_uptime_get_32();
	atomic_set_bit(netprov_ble_known, bt_conn_index(conn));
	*client = found;
	return 0;
}

struct netprov_ble_client *netprov_ble_client_find(struct bt_conn *conn)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		if (atomic_ptr_get(&client->conn) != conn) {
			continue;
		}
		k_mutex_lock(&client->guard, K_FOREVER);
		if (atomic_ptr_get(&client->conn) == conn) {
			return client;
		}
		k_mutex_unlock(&client->guard);
	}
	return NULL;
}

void netprov_ble_client_put(struct netprov_ble_client *client)
{
	k_mutex_unlock(&client->guard);
}

uint16_t *netprov_ble_client_prepared(struct netprov_ble_client *client, size_t endpoint)
{
	return &client->prepared[endpoint];
}

size_t *netprov_ble_client_parts(struct netprov_ble_client *client)
{
	return &client->parts;
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	struct netprov_ble_client *client;

	ARG_UNUSED(reason);
	/* No callback of this link runs any more, so this does not wait. */
	atomic_clear_bit(netprov_ble_known, bt_conn_index(conn));
	client = netprov_ble_client_find(conn);
	if (client != NULL) {
		release(client);
		netprov_ble_client_put(client);
	}
}

BT_CONN_CB_DEFINE(netprov_ble_client_callbacks) = {
	.disconnected = on_disconnected,
};

void netprov_ble_client_begin(void)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		client->told = 0;
	}
	memset(netprov_ble_known, 0, sizeof(netprov_ble_known));
	atomic_set(&netprov_ble_established, 0);
}

/** Checks whether a response is pending, unread, or may not have reached the client yet. */
static bool awaits_response(struct netprov_ble_client *client)
{
	switch (netprov_exchange_wait(&client->exchange, K_NO_WAIT)) {
	case 0:
		return client->read_at == 0 || k_uptime_get() < client->read_at + DELIVERY_TIME_MS;
	case -EAGAIN:
		return true;
	default:
		return false;
	}
}

bool netprov_ble_client_awaits_response(void)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		bool is_pending;

		if (k_mutex_lock(&client->guard, K_NO_WAIT) != 0) {
			return true;
		}
		is_pending = atomic_get(&client->session) != 0 &&
			     atomic_get(&client->session) == atomic_get(&netprov_ble_established) &&
			     awaits_response(client);
		k_mutex_unlock(&client->guard);
		if (is_pending) {
			return true;
		}
	}
	return false;
}

bool netprov_ble_client_end(void)
{
	size_t locked = 0;

	while (locked < ARRAY_SIZE(clients) &&
	       k_mutex_lock(&clients[locked].guard, K_NO_WAIT) == 0) {
		locked++;
	}
	for (size_t i = 0; i < locked; i++) {
		if (locked == ARRAY_SIZE(clients)) {
			release(&clients[i]);
		}
		k_mutex_unlock(&clients[i].guard);
	}
	return locked == ARRAY_SIZE(clients);
}

static int clients_init(void)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		k_mutex_init(&client->guard);
		client->exchange.transport = NETPROV_TRANSPORT_BLE;
		client->exchange.begin = begin;
		client->exchange.buffer = client->buffer;
		client->exchange.size = sizeof(client->buffer);
	}
	return 0;
}

SYS_INIT(clients_init, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
