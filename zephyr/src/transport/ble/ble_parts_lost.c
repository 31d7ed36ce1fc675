/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Recovers lost buffers for long writes. Compiled only before Zephyr 4.4, which loses none.
 *
 * Older servers lose a buffer of the pool permanently whenever they have accepted parts that they
 * cannot join (`att_exec_write_rsp()` as of Zephyr 4.2). Our attributes never accept such parts,
 * but those of Zephyr and of the application do, from any peer.
 *
 * When there are no links, no part is in use, so missing buffers are lost and the pool can be
 * reset. This is done when a link starts and is the only one: on the thread that also receives the
 * link's requests, before the first.
 */

#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/net_buf.h>

#include "transport/ble/ble.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);

/** Whether a link is the only one. */
struct company {
	const struct bt_conn *conn;
	bool is_alone;
};

/** A link that has ended may still have parts until its last reference is dropped. */
static void look_at(struct bt_conn *conn, void *data)
{
	struct company *company = data;
	struct bt_conn_info info;

	if (conn != company->conn &&
	    (bt_conn_get_info(conn, &info) != 0 || info.state != BT_CONN_STATE_CONNECTING)) {
		company->is_alone = false;
	}
}

static void reset_pool(struct net_buf_pool *pool)
{
	atomic_val_t lost = 0;

	K_SPINLOCK(&pool->lock) {
		lost = pool->buf_count - atomic_get(&pool->avail_count);
		if (lost > 0) {
			k_lifo_init(&pool->free);
			pool->uninit_count = pool->buf_count;
			atomic_set(&pool->avail_count, pool->buf_count);
		}
	}
	if (lost > 0) {
		LOG_INF("Recovered %ld lost buffers for long writes", (long)lost);
	}
}

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	struct company company = {.conn = conn, .is_alone = true};
	struct net_buf_pool *pool;

	if (error != 0) {
		return;
	}
	bt_conn_foreach(BT_CONN_TYPE_ALL, look_at, &company);
	pool = company.is_alone ? netprov_ble_parts_pool() : NULL;
	if (pool != NULL) {
		reset_pool(pool);
	}
}

BT_CONN_CB_DEFINE(netprov_ble_parts_callbacks) = {
	.connected = on_connected,
};
