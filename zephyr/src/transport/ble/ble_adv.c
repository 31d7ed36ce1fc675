/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Advertises as ESP-IDF does: the UUID of the service, by which apps filter, is in the
 * advertisement; the name and the manufacturer data are in the scan response. An app that sees the
 * name has seen the UUID before.
 *
 * A link does not end advertising: otherwise an idle peer would prevent the owner's phone from
 * finding the device. Each new link stops advertising, so it is restarted while a slot is free,
 * until a session is established. If that fails, because there is no connection object or because
 * the application advertises, it is tried again.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include "transport/ble/ble.h"
#include "engine/engine.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);

/** 160 ms, in units of 0.625 ms. */
#define INTERVAL 0x100

/** Time until the next attempt after a failure. */
#define RETRY_INTERVAL K_SECONDS(1)

static void try_again(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(retry, try_again);

/* For the provisioning thread. */
static struct netprov_ble_adv advertised;
static atomic_t is_wanted;
static atomic_t is_paused;

/** Whether we advertise. Cleared when a peer connects. */
static atomic_t is_on;

/** For the provisioning thread: advertising could not be stopped, and must be. */
static bool must_stop;

/** Links that were created by our advertising, by connection index. */
static ATOMIC_DEFINE(ours, CONFIG_BT_MAX_CONN);

static int advertise(void)
{
	static const uint8_t flags[] = {BT_LE_AD_GENERAL | BT_LE_AD_NO_BREDR};
	const struct bt_le_adv_param param = {
		.id = advertised.id,
		.options = BT_LE_ADV_OPT_CONN,
		.interval_min = INTERVAL,
		.interval_max = INTERVAL,
	};
	const struct bt_data ad[] = {
		BT_DATA(BT_DATA_FLAGS, flags, sizeof(flags)),
		BT_DATA(BT_DATA_UUID128_ALL, advertised.uuid, sizeof(advertised.uuid)),
	};
	const struct bt_data sd[] = {
		BT_DATA(BT_DATA_NAME_COMPLETE, advertised.name, strlen(advertised.name)),
		BT_DATA(BT_DATA_MANUFACTURER_DATA, advertised.mfg_data, advertised.mfg_length),
	};
	int ret;

	/* Set it first, because a peer may connect before bt_le_adv_start() returns. */
	atomic_set(&is_on, 1);
	ret = bt_le_adv_start(&param, ad, ARRAY_SIZE(ad), sd,
			      advertised.mfg_length > 0 ? ARRAY_SIZE(sd) : ARRAY_SIZE(sd) - 1);
	if (ret != 0) {
		atomic_set(&is_on, 0);
	}
	return ret;
}

/**
 * Most links from our advertising: one for each slot, so that none loses its handshake to another.
 * With extended advertising, some of them may be the application's, which need no slot.
 */
#define LINKS_MAX                                                                                  \
	(IS_ENABLED(CONFIG_BT_EXT_ADV) ? CONFIG_BT_MAX_CONN : CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS)

static bool is_full(void)
{
	int links = 0;

	for (int i = 0; i < CONFIG_BT_MAX_CONN; i++) {
		links += atomic_test_bit(ours, i);
	}
	return links >= LINKS_MAX;
}

static void stop_advertising(void)
{
	int ret;

	must_stop = false;
	/* With extended advertising, a link from another set may have cleared `is_on`. */
	if (!atomic_get(&is_on) && !IS_ENABLED(CONFIG_BT_EXT_ADV)) {
		return;
	}
	ret = bt_le_adv_stop();
	must_stop = ret != 0;
	if (must_stop) {
		/* The next service could not advertise. */
		LOG_WRN("Advertising not stopped yet: %d", ret);
		(void)k_work_schedule_for_queue(&netprov_engine, &retry, RETRY_INTERVAL);
		return;
	}
	/* A link that has started meanwhile is ours. */
	atomic_set(&is_on, 0);
}

/** Not for try_again(): a work item that cancels itself cannot be scheduled until it has returned. */
static void end(void)
{
	(void)k_work_cancel_delayable(&retry);
	stop_advertising();
}

static void try_again(struct k_work *work)
{
	int ret;

	ARG_UNUSED(work);
	if (!atomic_get(&is_wanted) || atomic_get(&is_paused)) {
		if (must_stop) {
			stop_advertising();
		}
		return;
	}
	if (atomic_get(&is_on) || is_full()) {
		return;
	}
	ret = advertise();
	if (ret != 0) {
		LOG_DBG("Advertising not started yet: %d", ret);
		(void)k_work_schedule_for_queue(&netprov_engine, &retry, RETRY_INTERVAL);
	}
}

static void advertise_again(void)
{
	if (atomic_get(&is_wanted)) {
		(void)k_work_reschedule_for_queue(&netprov_engine, &retry, K_NO_WAIT);
	}
}

static void on_connected(struct bt_conn *conn, uint8_t error)
{
	struct bt_conn_info info;

	if (!atomic_get(&is_on) || bt_conn_get_info(conn, &info) != 0 ||
	    info.role != BT_CONN_ROLE_PERIPHERAL) {
		return;
	}
	atomic_set(&is_on, 0);
	if (error == 0) {
		atomic_set_bit(ours, bt_conn_index(conn));
		netprov_engine_report_link(true);
	}
	advertise_again();
}

static void on_disconnected(struct bt_conn *conn, uint8_t reason)
{
	ARG_UNUSED(reason);
	if (atomic_test_and_clear_bit(ours, bt_conn_index(conn))) {
		netprov_engine_report_link(false);
		/* A connection object may already be free. */
		advertise_again();
	}
}

BT_CONN_CB_DEFINE(netprov_ble_adv_callbacks) = {
	.connected = on_connected,
	.disconnected = on_disconnected,
	/* A connection object is free, which advertising needs. */
	.recycled = advertise_again,
};

bool netprov_ble_adv_is_ours(struct bt_conn *conn)
{
	return !IS_ENABLED(CONFIG_BT_EXT_ADV) && atomic_test_bit(ours, bt_conn_index(conn));
}

size_t netprov_ble_adv_name_length(const char *name)
{
	size_t length = strlen(name);

	if (length <= NETPROV_BLE_NAME_MAX) {
		return length;
	}
	for (length = NETPROV_BLE_NAME_MAX; length > NETPROV_BLE_NAME_MAX - 3; length--) {
		/* A UTF-8 character starts here. */
		if (((uint8_t)name[length] & 0xc0) != 0x80) {
			return length;
		}
	}
	return (((uint8_t)name[length] & 0xc0) != 0x80) ? length : NETPROV_BLE_NAME_MAX;
}

#if defined(CONFIG_NETWORK_PROV_BLE_GAP_NAME)
/** The application's device name, while it is replaced. */
static char own_name[CONFIG_BT_DEVICE_NAME_MAX + 1];

/** iOS displays and caches this name. */
static void set_gap_name(void)
{
	int ret;

	if (own_name[0] == '\0') {
		strncpy(own_name, bt_get_name(), sizeof(own_name) - 1);
	}
	ret = bt_set_name(advertised.name);
	if (ret != 0) {
		netprov_log_failure("set the GAP device name", ret);
	}
}

static void restore_gap_name(void)
{
	if (own_name[0] != '\0') {
		(void)bt_set_name(own_name);
		own_name[0] = '\0';
	}
}
#else
static void set_gap_name(void)
{
}

static void restore_gap_name(void)
{
}
#endif

int netprov_ble_adv_start(const struct netprov_ble_adv *adv)
{
	int ret;

	if (must_stop) {
		end();
	}
	advertised = *adv;
	memset(ours, 0, sizeof(ours));
	atomic_set(&is_paused, 0);
	atomic_set(&is_wanted, 1);
	/* Set it first, because a client may read it as soon as it has connected. */
	set_gap_name();
	ret = advertise();
	switch (ret) {
	case 0:
		LOG_INF("Advertising as %s", advertised.name);
		return 0;
	case -ENOMEM:
	case -ECONNREFUSED:
		LOG_WRN("Advertising waits for a free connection or advertising set: increase %s",
			IS_ENABLED(CONFIG_BT_EXT_ADV) ? "CONFIG_BT_EXT_ADV_MAX_ADV_SET"
						      : "CONFIG_BT_MAX_CONN");
		(void)k_work_schedule_for_queue(&netprov_engine, &retry, RETRY_INTERVAL);
		return 0;
	case -EALREADY:
		LOG_ERR("The application advertises: stop that first, or set CONFIG_BT_EXT_ADV");
		ret = -EBUSY;
		break;
	default:
		netprov_log_failure("advertise", ret);
		break;
	}
	atomic_set(&is_wanted, 0);
	restore_gap_name();
	return ret;
}

void netprov_ble_adv_stop(void)
{
	atomic_set(&is_wanted, 0);
	end();
	restore_gap_name();
}

void netprov_ble_adv_pause(bool pause)
{
	if (atomic_set(&is_paused, pause) == pause) {
		return;
	}
	if (pause) {
		end();
	} else {
		advertise_again();
	}
}
