/* SPDX-License-Identifier: Apache-2.0 */

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/services/bas.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/logging/log.h>

#include "bluetooth.h"

LOG_MODULE_DECLARE(app);

int app_bluetooth_start(void)
{
	int ret = bt_enable(NULL);

	return ret == 0 ? bt_bas_set_battery_level(80) : ret;
}

void app_bluetooth_advertise(void)
{
	const struct bt_data ad[] = {
		BT_DATA_BYTES(BT_DATA_FLAGS, BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR),
		BT_DATA_BYTES(BT_DATA_UUID16_ALL, BT_UUID_16_ENCODE(BT_UUID_BAS_VAL)),
	};
	int ret = bt_le_adv_start(BT_LE_ADV_CONN_FAST_2, ad, ARRAY_SIZE(ad), NULL, 0);

	if (ret == 0) {
		LOG_INF("Advertising the battery service");
	} else {
		LOG_ERR("Failed to start advertising: %d", ret);
	}
}
