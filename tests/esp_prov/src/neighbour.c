/* SPDX-License-Identifier: Apache-2.0 */

/* The application's own Bluetooth, next to provisioning: a service and advertising of its own. */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>

#include "neighbour.h"

LOG_MODULE_REGISTER(neighbour, LOG_LEVEL_INF);

#define OWN_UUID BT_UUID_128_ENCODE(0x5f6d1e00, 0x1b7c, 0x4f3a, 0x9d2e, 0x0c8a7b6d5e4f)

static const uint8_t own_uuid[] = {OWN_UUID};

/* The application's service. Clients must find it unchanged before, during and after provisioning.
 */
static uint8_t level = 42;

static ssize_t read_level(struct bt_conn *conn, const struct bt_gatt_attr *attr, void *buf,
			  uint16_t len, uint16_t offset)
{
	return bt_gatt_attr_read(conn, attr, buf, len, offset, &level, sizeof(level));
}

BT_GATT_SERVICE_DEFINE(own_service, BT_GATT_PRIMARY_SERVICE(BT_UUID_DECLARE_128(OWN_UUID)),
		       BT_GATT_CHARACTERISTIC(BT_UUID_BAS_BATTERY_LEVEL, BT_GATT_CHRC_READ,
					      BT_GATT_PERM_READ, read_level, NULL, NULL));

/** How often to check whether advertising is free: only one set can advertise. */
#define INTERVAL K_MSEC(50)

static void advertise(struct k_work *work)
{
	struct k_work_delayable *advertising = k_work_delayable_from_work(work);
	const struct bt_data ad[] = {BT_DATA(BT_DATA_UUID128_ALL, own_uuid, sizeof(own_uuid))};
	const struct bt_data sd[] = {BT_DATA(BT_DATA_NAME_COMPLETE, "OWN", 3)};
	int ret = bt_le_adv_start(BT_LE_ADV_CONN_FAST_1, ad, ARRAY_SIZE(ad), sd, ARRAY_SIZE(sd));

	if (ret == -EALREADY) {
		(void)k_work_schedule(advertising, INTERVAL);
	} else if (ret != 0) {
		LOG_ERR("The application cannot advertise: %d", ret);
	}
}

static K_WORK_DELAYABLE_DEFINE(advertising, advertise);

void neighbour_begin(void)
{
	(void)k_work_schedule(&advertising, K_NO_WAIT);
}

/** Logs how much of its stack Bluetooth's receive thread has used when a client has left. */
static void tell_stack(const struct k_thread *thread, void *data)
{
	size_t unused;

	ARG_UNUSED(data);
	if (strcmp(k_thread_name_get((k_tid_t)thread), "BT RX WQ") == 0 &&
	    k_thread_stack_space_get(thread, &unused) == 0) {
		LOG_INF("Stack of BT RX: %zu of %u", thread->stack_info.size - unused,
			CONFIG_BT_RX_STACK_SIZE);
	}
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(conn);
	ARG_UNUSED(reason);
	k_thread_foreach(tell_stack, NULL);
}

BT_CONN_CB_DEFINE(neighbour_callbacks) = {
	.disconnected = on_disconnected,
};
