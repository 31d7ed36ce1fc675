/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What the rest of an application does with Bluetooth: it lets a second central connect. It
 * advertises by the one legacy advertiser, which is free while a provisioning client is connected.
 */

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>

#include "babblekit/testcase.h"

#include "device.h"

#define NAME "APP"

static bool is_expected;

static void advertise(struct k_work *work)
{
	const struct bt_data ad[] = {
		BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
	};
	const struct bt_data sd[] = {
		BT_DATA(BT_DATA_NAME_COMPLETE, NAME, sizeof(NAME) - 1),
	};
	int ret = bt_le_adv_start(BT_LE_ADV_CONN_FAST_1, ad, ARRAY_SIZE(ad), sd, ARRAY_SIZE(sd));

	ARG_UNUSED(work);
	TEST_ASSERT(ret == 0, "the application does not advertise: %d", ret);
}

static K_WORK_DEFINE(advertising, advertise);

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	ARG_UNUSED(conn);
	if (is_expected && error == 0) {
		is_expected = false;
		(void)k_work_submit(&advertising);
	}
}

BT_CONN_CB_DEFINE(neighbour_callbacks) = {
	.connected = on_connected,
};

void neighbour_expect(void)
{
	is_expected = true;
}
