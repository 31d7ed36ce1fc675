/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Compiled before Zephyr 4.4 only, which no longer loses buffers.
 *
 * Zephyr's server keeps the parts of long writes in buffers of one pool, and loses one for good
 * whenever parts that it has taken cannot be joined (`att_exec_write_rsp()` as of Zephyr 4.2). Our
 * own attributes never take such parts; Zephyr's and the application's do, from anybody, and with
 * the pool empty no long request gets through.
 *
 * Without any link no part is waited for: then what is missing is lost, and the pool begins anew.
 * That is the case when a link is there and no other: this is called on the thread that also reads
 * the link's requests, before the first.
 *
 * A client that writes parts and never ends the write holds buffers while its link is there. So each
 * client leaves a share for each of the others.
 */

#include <string.h>

#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/iterable_sections.h>

#include "transport/ble/ble.h"

LOG_MODULE_REGISTER(netprov_ble_parts, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** As Zephyr's server calls it: nobody else can. */
#define POOL_NAME "prep_pool"

/** What is left to the other clients. */
#define RESERVE (NETPROV_BLE_PARTS_SHARE * (CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS - 1))

static struct net_buf_pool *find_pool(void)
{
	STRUCT_SECTION_FOREACH(net_buf_pool, pool) {
		if (strcmp(pool->name, POOL_NAME) == 0 &&
		    pool->buf_count == CONFIG_BT_ATT_PREPARE_COUNT) {
			return pool;
		}
	}
	return NULL;
}

bool netprov_ble_parts_take(size_t *held)
{
	const struct net_buf_pool *pool = find_pool();
	size_t left = pool != NULL ? (size_t)atomic_get(&pool->avail_count) : SIZE_MAX;

	if (pool != NULL && left == pool->buf_count) {
		/* Zephyr does not tell when a long write was cancelled. */
		*held = 0;
	}
	if (left <= RESERVE && *held >= NETPROV_BLE_PARTS_SHARE) {
		LOG_DBG("A part is refused: what is left is for other clients");
		return false;
	}
	if (left == 0) {
		netprov_ble_links_starved();
		return false;
	}
	(*held)++;
	return true;
}

struct company {
	const struct bt_conn *conn;
	bool is_alone;
};

/** A link that has ended may still have parts, until nobody refers to it any more. */
static void look_at(struct bt_conn *conn, void *data)
{
	struct company *company = data;
	struct bt_conn_info info;

	if (conn != company->conn &&
	    (bt_conn_get_info(conn, &info) != 0 || info.state != BT_CONN_STATE_CONNECTING)) {
		company->is_alone = false;
	}
}

static void begin_anew(struct net_buf_pool *pool)
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
		LOG_INF("%ld buffers for long requests were lost, and are back", (long)lost);
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
	pool = company.is_alone ? find_pool() : NULL;
	if (pool != NULL) {
		begin_anew(pool);
	}
}

BT_CONN_CB_DEFINE(netprov_ble_parts_callbacks) = {
	.connected = on_connected,
};
