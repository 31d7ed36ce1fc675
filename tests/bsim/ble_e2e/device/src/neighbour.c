/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An application's other use of Bluetooth: it lets a second central connect. It uses the one legacy
 * advertiser, which is free while a session is established.
 */

#include <errno.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/kernel.h>

#include "babblekit/testcase.h"

#include "device.h"

/** Interval of checks whether the advertiser is free. */
#define INTERVAL K_MSEC(100)

static void advertise(struct k_work *work)
{
	struct k_work_delayable *advertising = k_work_delayable_from_work(work);
	const struct bt_data ad[] = {
		BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
	};
	const struct bt_data sd[] = {
		BT_DATA(BT_DATA_NAME_COMPLETE, OWN_NAME, sizeof(OWN_NAME) - 1),
	};
	int ret = bt_le_adv_start(BT_LE_ADV_CONN_FAST_1, ad, ARRAY_SIZE(ad), sd, ARRAY_SIZE(sd));

	if (ret == -EALREADY) {
		(void)k_work_schedule(advertising, INTERVAL);
		return;
	}
	TEST_ASSERT(ret == 0, "the application does not advertise: %d", ret);
}

static K_WORK_DELAYABLE_DEFINE(advertising, advertise);

void neighbour_begin(void)
{
	(void)k_work_schedule(&advertising, K_NO_WAIT);
}
