/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What ble_client.c records of links, for the files that end links. For any thread.
 */

#ifndef NETPROV_BLE_SHARED_H_
#define NETPROV_BLE_SHARED_H_

#include <stdbool.h>

#include <zephyr/bluetooth/conn.h>
#include <zephyr/sys/atomic.h>

/** The established session of an existing link; 0 for none. */
extern atomic_t netprov_ble_established;

/** Links that have been clients, by connection index. */
extern atomic_t netprov_ble_known[ATOMIC_BITMAP_SIZE(CONFIG_BT_MAX_CONN)];

/** Checks whether a client has an established session. */
static inline bool netprov_ble_has_session(void)
{
	return atomic_get(&netprov_ble_established) != 0;
}

/** Checks whether the link has been a client at any time. */
bool netprov_ble_is_known(struct bt_conn *conn);

#endif /* NETPROV_BLE_SHARED_H_ */
