/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Limits how long a link may stay without a session.
 *
 * The service supports a few links, and each peer that connects uses one. While another phone can
 * still connect, no link is ended, because the owner may be typing the proof of possession. When no
 * further link is possible and no session is established, overdue links are ended, one at a time,
 * the most overdue first. While a session is established, no link is ended: its own link is kept,
 * and other phones are not needed.
 *
 * Only links that were created by our advertising or have written to the service are ended. With
 * extended advertising, the former is unknown (see netprov_ble_adv_is_ours()).
 *
 * Checks run on the provisioning thread; the host's threads report links and requests.
 */

#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/hci_types.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include "engine/caller.h"
#include "engine/engine.h"
#include "transport/ble/ble.h"
#include "transport/ble/ble_shared.h"
#include "times.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);

/** Longest time without a session of a link that makes requests, in milliseconds. */
#define LIFE_MS (2 * CONFIG_NETWORK_PROV_BLE_IDLE_LINK_MS)

/**
 * Requests without a session after which a link is treated like one without requests. A handshake
 * takes two, so this allows a few wrong proofs of possession, but no flood.
 */
#define REQUESTS_MAX 16

/** Time until the next check if a link could not be ended, in milliseconds. */
#define RETRY_MS 1000

/** Data of a link, by connection index. Times are in milliseconds since boot. */
struct times {
	/** Set by the host's threads, read by the provisioning thread. */
	atomic_t connected_at;
	atomic_t requested_at;
	atomic_t requests;
	/** Set by the provisioning thread: the link is being ended. */
	atomic_t is_ending;
};

static struct times times[CONFIG_BT_MAX_CONN];

static atomic_t is_watching;

/** A client could not get a buffer for a part of a long write, because other links use them. */
static atomic_t is_starved;

static void check(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(checking, check);

static void check_soon(void)
{
	if (atomic_get(&is_watching)) {
		(void)k_work_reschedule_for_queue(&netprov_engine, &checking, K_NO_WAIT);
	}
}

/** Result of a check of all links. */
struct view {
	/** Number of all links, and of those that use the service. */
	size_t links, ours;
	bool is_ending;
	/** The link that is due first, and milliseconds until then; negative if it is overdue. */
	struct bt_conn *first;
	int32_t due_ms;
};

/** Returns the milliseconds until the link is due; negative if it is overdue. */
static int32_t due(const struct times *link)
{
	uint32_t now = k_uptime_get_32();
	uint32_t connected_at = (uint32_t)atomic_get(&link->connected_at);
	uint32_t idle_end = (uint32_t)atomic_get(&link->requested_at) +
			    CONFIG_NETWORK_PROV_BLE_IDLE_LINK_MS;

	if (atomic_get(&link->requests) == 0 || atomic_get(&link->requests) > REQUESTS_MAX) {
		return (int32_t)(connected_at + NETPROV_BLE_FIRST_REQUEST_MS - now);
	}
	return MIN((int32_t)(idle_end - now), (int32_t)(connected_at + LIFE_MS - now));
}

static void view_link(struct bt_conn *conn, void *data)
{
	const struct times *link = &times[bt_conn_index(conn)];
	struct view *view = data;
	struct bt_conn_info info;

	/* Ignore the object that advertising holds for the next link. */
	if (bt_conn_get_info(conn, &info) != 0 ||
	    (info.state != BT_CONN_STATE_CONNECTED && info.state != BT_CONN_STATE_DISCONNECTING)) {
		return;
	}
	view->links++;
	if (!netprov_ble_is_known(conn) && !netprov_ble_adv_is_ours(conn)) {
		return;
	}
	view->ours++;
	view->is_ending |= atomic_get(&link->is_ending) != 0;
	if (view->first == NULL || due(link) < view->due_ms) {
		if (view->first != NULL) {
			bt_conn_unref(view->first);
		}
		view->first = bt_conn_ref(conn);
		view->due_ms = due(link);
	}
}

static void end(struct bt_conn *conn)
{
	struct times *link = &times[bt_conn_index(conn)];
	int ret = bt_conn_disconnect(conn, BT_HCI_ERR_REMOTE_USER_TERM_CONN);

	if (ret == 0) {
		atomic_set(&link->is_ending, 1);
		atomic_set(&is_starved, 0);
		LOG_INF("Ending a link without a session after %ld requests, to make room",
			(long)atomic_get(&link->requests));
	} else {
		LOG_DBG("Failed to end a link: %d", ret);
	}
}

/** Checks whether another phone could not connect or write. */
static bool is_full(const struct view *view)
{
	return view->links >= CONFIG_BT_MAX_CONN ||
	       view->ours >= CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS || atomic_get(&is_starved);
}

static void check(struct k_work *work)
{
	struct view view = {0};

	ARG_UNUSED(work);
	if (!atomic_get(&is_watching) || netprov_ble_has_session()) {
		return;
	}
	bt_conn_foreach(BT_CONN_TYPE_LE, view_link, &view);
	if (view.first == NULL) {
		return;
	}
	/* Otherwise the next check follows when a link starts or ends, or the session ends. */
	if (!view.is_ending && is_full(&view)) {
		if (view.due_ms <= 0) {
			end(view.first);
			view.due_ms = RETRY_MS;
		}
		(void)k_work_reschedule_for_queue(&netprov_engine, &checking, K_MSEC(view.due_ms));
	}
	bt_conn_unref(view.first);
}

void netprov_ble_links_requested(struct bt_conn *conn, bool is_whole)
{
	struct times *link = &times[bt_conn_index(conn)];

	atomic_set(&link->requested_at, (atomic_val_t)k_uptime_get_32());
	if (is_whole) {
		(void)atomic_inc(&link->requests);
	} else {
		/* With a small MTU a request has many parts. Count them once. */
		(void)atomic_cas(&link->requests, 0, 1);
	}
}

void netprov_ble_links_watch(bool watch)
{
	atomic_set(&is_watching, watch);
	if (watch) {
		check_soon();
	} else {
		(void)k_work_cancel_delayable(&checking);
	}
}

void netprov_ble_links_session_ended(void)
{
	check_soon();
}

void netprov_ble_links_starved(void)
{
	atomic_set(&is_starved, 1);
	check_soon();
}

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	struct times *link = &times[bt_conn_index(conn)];

	netprov_caller_learn(NETPROV_THREAD_BLUETOOTH);
	if (error != 0) {
		return;
	}
	atomic_set(&link->connected_at, (atomic_val_t)k_uptime_get_32());
	atomic_set(&link->requests, 0);
	atomic_set(&link->is_ending, 0);
	check_soon();
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(reason);
	atomic_set(&times[bt_conn_index(conn)].is_ending, 0);
	check_soon();
}

BT_CONN_CB_DEFINE(netprov_ble_links_callbacks) = {
	.connected = on_connected,
	.disconnected = on_disconnected,
};
