/* SPDX-License-Identifier: Apache-2.0 */

/* What several files know of links. Any thread. */

#include "transport/ble/ble_shared.h"

atomic_t netprov_ble_established;

ATOMIC_DEFINE(netprov_ble_known, CONFIG_BT_MAX_CONN);

bool netprov_ble_is_known(struct bt_conn *conn)
{
	return atomic_test_bit(netprov_ble_known, bt_conn_index(conn));
}
