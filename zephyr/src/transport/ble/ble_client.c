/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Zephyr calls back on the host's receive thread and sends the response when the callback returns;
 * it has no way to respond later. So that thread brings the request to the provisioning thread and
 * waits, for a bounded time: it runs no cryptography and no handler, and its stack stays at
 * Zephyr's default. Most requests take some milliseconds. If the answer is not there in time, the
 * write is acknowledged without it, Bluetooth goes on, and the read that follows waits for it, for
 * a bounded time again.
 *
 * Whose session is in force is the core's to say. What is kept of it here is what the host's thread
 * goes by, so that it refuses a link without waiting for anybody.
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
#include "engine/engine.h"
#include "engine/exchange.h"
#include "netprov_core.h"

/** How long a write waits for the answer. What takes longer is not an error: see above. */
#define WRITE_WAIT K_SECONDS(4)

/** How long a read waits for the rest. With the write, for longer than the core lets a client wait
 * for a scan, and for less than clients wait.
 */
#define READ_WAIT K_SECONDS(5)

/** How long the last part of an answer takes to the client, at the longest usual interval. */
#define DELIVERY_TIME_MS 250

/**
 * When another link may take a client's slot, in milliseconds: after so long without a write, far
 * longer than a phone computes in a handshake, or after so long in the slot. Links that came by our
 * advertising have a slot each; this is for links that came otherwise.
 */
#define SLOT_IDLE_MS 10000
#define SLOT_LIFE_MS 60000

/** A place for a client, or a client. */
struct netprov_ble_client {
	/** Held while the host's thread is in here for this link; guards all that follows. */
	struct k_mutex guard;
	/** Referenced; NULL if the place is free. */
	atomic_ptr_t conn;
	/** The number of its session: another one for each client. 0 if there is none. */
	atomic_t session;
	/** Of the provisioning thread: the session that the core may know of; 0 is none. */
	uint32_t told;
	/** Set while that thread is at a request: whose session is in force, may be told later. */
	atomic_t is_begun;
	/** When it got the slot, and when it wrote last, in milliseconds since boot. */
	uint32_t admitted_at, wrote_at;
	/** Buffers taken for parts of the long write that is coming in. */
	size_t parts;
	uint16_t prepared[NETPROV_BLE_ENDPOINTS_MAX];

	/** The last request and its response. The provisioning thread may still hold it when the
	 * client is gone.
	 */
	struct netprov_exchange exchange;
	/** The endpoint that the response can be read from; NULL for none. */
	const char *readable;
	/** When the response was read to its end, in milliseconds since boot; 0 if it was not. */
	int64_t read_at;
	uint8_t buffer[NETPROV_BLE_VALUE_MAX];
};

static struct netprov_ble_client clients[CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS];

/** The session in force, of a link that is there; 0 if there is none. */
static atomic_t in_force;

/** The links that have been clients, by their indices. */
static ATOMIC_DEFINE(known, CONFIG_BT_MAX_CONN);

static atomic_t last_session;

/* The provisioning thread's side. */

static void close_former(void)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		if (client->told != 0 && client->told != (uint32_t)atomic_get(&client->session)) {
			netprov_core_close_session(NETPROV_TRANSPORT_BLE, client->told);
			client->told = 0;
		}
	}
}

static void publish(void)
{
	uint32_t session = netprov_core_session_in_force(NETPROV_TRANSPORT_BLE);

	bool has_ended = atomic_set(&in_force, session) != 0 && session == 0;

	/* Whom it would bring is refused. */
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
	session = netprov_core_session_in_force(NETPROV_TRANSPORT_BLE);
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

/** Forgets both: there is nothing to read. */
static void forget(struct netprov_ble_client *client)
{
	netprov_exchange_release(&client->exchange);
	client->readable = NULL;
	client->read_at = 0;
}

int netprov_ble_client_ask(struct netprov_ble_client *client, const char *endpoint,
			   const uint8_t *request, size_t length)
{
	struct netprov_exchange *exchange = &client->exchange;
	int ret;

	forget(client);
	if (netprov_exchange_is_busy(exchange)) {
		/* The provisioning thread still has the buffer. */
		return -EBUSY;
	}
	memcpy(exchange->buffer, request, length);
	exchange->length = length;
	exchange->endpoint = endpoint;
	exchange->session = (uint32_t)atomic_get(&client->session);
	client->readable = endpoint;
	ret = netprov_exchange_submit(exchange);
	if (ret == 0) {
		ret = netprov_exchange_wait(exchange, WRITE_WAIT);
	}
	return ret == -EAGAIN ? 0 : ret;
}

int netprov_ble_client_answer(struct netprov_ble_client *client, const char *endpoint,
			      const uint8_t **reply, size_t *length)
{
	struct netprov_exchange *exchange = &client->exchange;
	int ret;

	*reply = NULL;
	*length = 0;
	if (endpoint != client->readable) {
		return 0;
	}
	ret = netprov_exchange_wait(exchange, READ_WAIT);
	if (ret == -EAGAIN) {
		netprov_exchange_release(exchange);
	}
	if (ret != 0) {
		return -EIO;
	}
	*reply = exchange->buffer;
	*length = exchange->length;
	return 0;
}

void netprov_ble_client_was_read(struct netprov_ble_client *client)
{
	client->read_at = k_uptime_get();
}

/* Coming and going. */

/** Makes the place free. */
static void release(struct netprov_ble_client *client)
{
	struct bt_conn *conn = atomic_ptr_set(&client->conn, NULL);
	atomic_val_t session = atomic_set(&client->session, 0);

	forget(client);
	memset(client->prepared, 0, sizeof(client->prepared));
	client->parts = 0;
	if (session != 0) {
		(void)atomic_cas(&in_force, session, 0);
		(void)k_work_submit_to_queue(&netprov_engine, &session_end);
	}
	if (conn != NULL) {
		bt_conn_unref(conn);
	}
}

/** Whether the client may lose its slot to another link. */
static bool is_evictable(const struct netprov_ble_client *client)
{
	uint32_t now = k_uptime_get_32();

	return now - client->wrote_at >= SLOT_IDLE_MS || now - client->admitted_at >= SLOT_LIFE_MS;
}

/** A free place, or that of the evictable client that wrote longest ago. NULL if there is none. */
static struct netprov_ble_client *choose_place(void)
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

static int take_place(struct bt_conn *conn, struct netprov_ble_client **client)
{
	struct netprov_ble_client *place = choose_place();

	if (place == NULL || bt_conn_ref(conn) == NULL) {
		return -EBUSY;
	}
	k_mutex_lock(&place->guard, K_FOREVER);
	release(place);
	/* 0 would be none. */
	if (atomic_inc(&last_session) == -1) {
		(void)atomic_inc(&last_session);
	}
	atomic_set(&place->session, atomic_get(&last_session));
	atomic_ptr_set(&place->conn, conn);
	place->admitted_at = k_uptime_get_32();
	*client = place;
	return 0;
}

int netprov_ble_client_admit(struct bt_conn *conn, struct netprov_ble_client **client)
{
	struct netprov_ble_client *found = netprov_ble_client_find(conn);
	atomic_val_t session = atomic_get(&in_force);
	int ret;

	if (session != 0 && (found == NULL || session != atomic_get(&found->session))) {
		if (found != NULL) {
			netprov_ble_client_put(found);
		}
		return -ECONNREFUSED;
	}
	if (found == NULL) {
		ret = take_place(conn, &found);
		if (ret != 0) {
			return ret;
		}
	}
	found->wrote_at = k_uptime_get_32();
	atomic_set_bit(known, bt_conn_index(conn));
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
	/* No callback of this link runs any more, so it is not waited for here. */
	atomic_clear_bit(known, bt_conn_index(conn));
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
	memset(known, 0, sizeof(known));
	atomic_set(&in_force, 0);
}

bool netprov_ble_client_has_session(void)
{
	return atomic_get(&in_force) != 0;
}

bool netprov_ble_client_is_known(struct bt_conn *conn)
{
	return atomic_test_bit(known, bt_conn_index(conn));
}

/** Whether there is something that the client has not been given, and not just now. */
static bool is_answering(struct netprov_ble_client *client)
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

bool netprov_ble_client_is_answering(void)
{
	ARRAY_FOR_EACH_PTR(clients, client) {
		bool is_pending;

		if (k_mutex_lock(&client->guard, K_NO_WAIT) != 0) {
			return true;
		}
		is_pending = atomic_get(&client->session) != 0 &&
			     atomic_get(&client->session) == atomic_get(&in_force) &&
			     is_answering(client);
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
