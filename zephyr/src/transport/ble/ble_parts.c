/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Shares the buffers for long writes among the clients, on the host's receive thread.
 *
 * Zephyr's server keeps the parts of long writes in buffers of a pool. When the pool is empty, no
 * long request is possible. A client that writes parts and never ends the write uses buffers until
 * its link ends. Therefore each client leaves a share for each of the others.
 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/iterable_sections.h>

#include "transport/ble/ble.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);

/** Name of the pool in Zephyr's server. */
#define POOL_NAME "prep_pool"

/** Buffers left for the other clients. */
#define RESERVE (NETPROV_BLE_PARTS_SHARE * (CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS - 1))

struct net_buf_pool *netprov_ble_parts_pool(void)
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
	const struct net_buf_pool *pool = netprov_ble_parts_pool();
	size_t left = pool != NULL ? (size_t)atomic_get(&pool->avail_count) : SIZE_MAX;

	if (pool != NULL && left == pool->buf_count) {
		/* Zephyr does not report that a long write was cancelled. */
		*held = 0;
	}
	if (left <= RESERVE && *held >= NETPROV_BLE_PARTS_SHARE) {
		LOG_DBG("Part of a long write rejected: the rest is for other clients");
		return false;
	}
	if (left == 0) {
		LOG_DBG("Part of a long write rejected: no buffers");
		netprov_ble_links_starved();
		return false;
	}
	(*held)++;
	return true;
}
