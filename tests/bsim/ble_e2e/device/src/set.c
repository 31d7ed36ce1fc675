/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The application's own advertising set, with its own address. It exists before, during and after
 * provisioning.
 */

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/kernel.h>

#include "babblekit/testcase.h"

#include "device.h"

/** Interval of attempts while no further link is possible. */
#define INTERVAL K_MSEC(100)

static struct bt_le_ext_adv *set;

static void advertise(struct k_work *work)
{
	if (bt_le_ext_adv_start(set, BT_LE_EXT_ADV_START_DEFAULT) != 0) {
		(void)k_work_schedule(k_work_delayable_from_work(work), INTERVAL);
	}
}

static K_WORK_DELAYABLE_DEFINE(advertising, advertise);

/** A link ends a set's advertising. */
static void on_connected(struct bt_le_ext_adv *adv, struct bt_le_ext_adv_connected_info *info)
{
	ARG_UNUSED(adv);
	ARG_UNUSED(info);
	(void)k_work_schedule(&advertising, K_NO_WAIT);
}

void set_begin(void)
{
	static const struct bt_le_ext_adv_cb callbacks = {.connected = on_connected};
	const struct bt_data ad[] = {
		BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
	};
	const struct bt_data sd[] = {
		BT_DATA(BT_DATA_NAME_COMPLETE, OWN_NAME, sizeof(OWN_NAME) - 1),
	};
	struct bt_le_adv_param param = BT_LE_ADV_PARAM_INIT(
		BT_LE_ADV_OPT_CONN, BT_GAP_ADV_FAST_INT_MIN_2, BT_GAP_ADV_FAST_INT_MAX_2, NULL);
	int ret = bt_enable(NULL);

	TEST_ASSERT(ret == 0, "the application does not enable Bluetooth: %d", ret);
	ret = bt_id_create(NULL, NULL);
	TEST_ASSERT(ret > 0, "the application has no identity of its own: %d", ret);
	param.id = (uint8_t)ret;
	ret = bt_le_ext_adv_create(&param, &callbacks, &set);
	TEST_ASSERT(ret == 0, "there is no advertising set: %d", ret);
	ret = bt_le_ext_adv_set_data(set, ad, ARRAY_SIZE(ad), sd, ARRAY_SIZE(sd));
	TEST_ASSERT(ret == 0, "the set takes no data: %d", ret);
	ret = bt_le_ext_adv_start(set, BT_LE_EXT_ADV_START_DEFAULT);
	TEST_ASSERT(ret == 0, "the set does not advertise: %d", ret);
}
