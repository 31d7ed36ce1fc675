/* SPDX-License-Identifier: Apache-2.0 */

/* The scheme: enables Bluetooth, starts and stops the service, ends its links. */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/hci_types.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_ble.h>

#include "transport/ble/ble.h"
#include "transport/ble/ble_client.h"
#include "transport/ble/ble_shared.h"
#include "engine/engine.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "times.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_BLE_LOG_LEVEL);

/** Longest wait for an application that is enabling Bluetooth. */
#define READY_TIME_MS 2000

/** Interval of checks whether everything has stopped. */
#define STOP_INTERVAL K_MSEC(20)

/* Settings of the application, from any thread. */

static K_MUTEX_DEFINE(settings_lock);

static struct {
	uint8_t uuid[BT_UUID_SIZE_128];
	uint8_t mfg_data[NETPROV_BLE_NAME_MAX];
	uint8_t mfg_length;
	bool has_address;
	bt_addr_le_t address;
} chosen = {
	.uuid = {BT_UUID_128_ENCODE(0x021a9004, 0x0382, 0x4aea, 0xbff4, 0x6b3f1c5adfb4)},
};

/** Whether Bluetooth stays enabled when the service ends. */
static atomic_t keeps_on = ATOMIC_INIT(IS_ENABLED(CONFIG_NETWORK_PROV_BLE_KEEP_ON));

/* For the provisioning thread. */

/** Whether we have enabled Bluetooth. */
static bool is_enabler;

/** When links are ended even if the client has not read its response. */
static int64_t read_by;

/** When the service is unregistered even if its client is still connected. */
static int64_t disconnected_by;
static bool is_disconnecting;

static void finish(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(stopping, finish);

int network_prov_scheme_ble_set_service_uuid(const uint8_t uuid128[16])
{
	if (uuid128 == NULL) {
		return -EINVAL;
	}
	if (k_is_in_isr()) {
		return -EWOULDBLOCK;
	}
	k_mutex_lock(&settings_lock, K_FOREVER);
	memcpy(chosen.uuid, uuid128, sizeof(chosen.uuid));
	k_mutex_unlock(&settings_lock);
	return 0;
}

int network_prov_scheme_ble_set_mfg_data(const uint8_t *mfg_data, size_t mfg_data_len)
{
	if (mfg_data_len > sizeof(chosen.mfg_data) || (mfg_data == NULL && mfg_data_len > 0)) {
		return -EINVAL;
	}
	if (k_is_in_isr()) {
		return -EWOULDBLOCK;
	}
	k_mutex_lock(&settings_lock, K_FOREVER);
	if (mfg_data_len > 0) {
		memcpy(chosen.mfg_data, mfg_data, mfg_data_len);
	}
	chosen.mfg_length = mfg_data_len;
	k_mutex_unlock(&settings_lock);
	return 0;
}

int network_prov_scheme_ble_set_random_addr(const uint8_t rand_addr[6])
{
	bt_addr_le_t address = {.type = BT_ADDR_LE_RANDOM};

	if (rand_addr == NULL) {
		return -EINVAL;
	}
	memcpy(address.a.val, rand_addr, sizeof(address.a.val));
	if (!BT_ADDR_IS_STATIC(&address.a)) {
		return -EINVAL;
	}
	if (k_is_in_isr()) {
		return -EWOULDBLOCK;
	}
	k_mutex_lock(&settings_lock, K_FOREVER);
	chosen.address = address;
	chosen.has_address = true;
	k_mutex_unlock(&settings_lock);
	return 0;
}

void network_prov_scheme_ble_keep_on(bool keep_on)
{
	atomic_set(&keeps_on, keep_on);
}

/* Bluetooth itself. */

/** Waits until the application's bt_enable() has finished. */
static int await_ready(void)
{
	int64_t deadline = k_uptime_get() + READY_TIME_MS;

	while (!bt_is_ready()) {
		if (k_uptime_get() > deadline) {
			LOG_ERR("Bluetooth is enabled but not ready: %s",
				IS_ENABLED(CONFIG_BT_SETTINGS) ? "call settings_load() first"
							       : "wait for it first");
			return -EAGAIN;
		}
		k_sleep(K_MSEC(10));
	}
	return 0;
}

static int enable(void)
{
	int ret;

	if (bt_is_ready()) {
		return 0;
	}
	ret = bt_enable(NULL);
	if (ret == -EALREADY) {
		return await_ready();
	}
	if (ret != 0) {
		netprov_log_failure("enable Bluetooth", ret);
		return ret;
	}
	is_enabler = true;
	if (IS_ENABLED(CONFIG_BT_SETTINGS)) {
		/* They contain the device's identity. Load them after bt_enable(). */
		(void)settings_subsys_init();
		(void)settings_load_subtree("bt");
	}
	return 0;
}

static void count(struct bt_conn *conn, void *links)
{
	ARG_UNUSED(conn);
	(*(size_t *)links)++;
}

static void disable(void)
{
	size_t links = 0;
	int ret;

	if (!is_enabler || atomic_get(&keeps_on) != 0) {
		return;
	}
	bt_conn_foreach(BT_CONN_TYPE_ALL, count, &links);
	ret = links > 0 ? -EBUSY : bt_disable();
	if (ret != 0) {
		LOG_WRN("Bluetooth stays enabled: %zu other links, error %d", links, ret);
		return;
	}
	is_enabler = false;
}

/** Returns the identity with this address, which is created if necessary, or a negative errno. */
static int identity(bt_addr_le_t *address)
{
	bt_addr_le_t known[CONFIG_BT_ID_MAX];
	size_t count = ARRAY_SIZE(known);
	int ret;

	bt_id_get(known, &count);
	for (size_t i = 0; i < count; i++) {
		if (bt_addr_le_eq(&known[i], address)) {
			return i;
		}
	}
	ret = bt_id_create(address, NULL);
	if (ret < 0) {
		netprov_log_failure("add an address (CONFIG_BT_ID_MAX?)", ret);
	}
	return ret;
}

/* The scheme. */

/** As in ESP-IDF, name and manufacturer data share 31 bytes, and the name has priority. */
static void describe(struct netprov_ble_adv *adv, const char *name)
{
	size_t length = netprov_ble_adv_name_length(name);

	memcpy(adv->uuid, chosen.uuid, sizeof(adv->uuid));
	memcpy(adv->name, name, length);
	adv->name[length] = '\0';
	if (chosen.mfg_length > 0 && length + 2 < NETPROV_BLE_NAME_MAX) {
		adv->mfg_length = MIN(chosen.mfg_length, NETPROV_BLE_NAME_MAX - (length + 2));
		memcpy(adv->mfg_data, chosen.mfg_data, adv->mfg_length);
	}
	if (length < strlen(name) || adv->mfg_length < chosen.mfg_length) {
		LOG_WRN("Truncated: name to %zu bytes, manufacturer data to %u", length,
			adv->mfg_length);
	}
}

/** On failure, start() undoes what was done. */
static int start_service(const char *name)
{
	struct netprov_ble_adv adv = {0};
	bt_addr_le_t address;
	bool has_address;
	int ret;

	k_mutex_lock(&settings_lock, K_FOREVER);
	describe(&adv, name);
	has_address = chosen.has_address;
	address = chosen.address;
	k_mutex_unlock(&settings_lock);
	if (has_address) {
		ret = identity(&address);
		if (ret < 0) {
			return ret;
		}
		adv.id = ret;
	}
	ret = netprov_ble_gatt_start(adv.uuid);
	if (ret == 0) {
		ret = netprov_ble_adv_start(&adv);
	}
	if (ret == 0) {
		netprov_ble_links_watch(true);
	}
	return ret;
}

static int start(const char *service_name, const char *service_key)
{
	int ret;

	ARG_UNUSED(service_key);
	ret = enable();
	if (ret != 0) {
		return ret;
	}
	ret = start_service(service_name);
	if (ret != 0) {
		netprov_ble_gatt_close();
		/* Succeeds, because there is no client yet. */
		(void)netprov_ble_gatt_stop();
		disable();
	}
	return ret;
}

/** Starts to end a link of the service, unless that was started before. */
static void end_link(struct bt_conn *conn, void *is_left)
{
	if (!netprov_ble_is_known(conn) && !netprov_ble_adv_is_ours(conn)) {
		return;
	}
	if (!is_disconnecting) {
		(void)bt_conn_disconnect(conn, BT_HCI_ERR_REMOTE_USER_TERM_CONN);
	}
	*(bool *)is_left = true;
}

/**
 * Checks whether all links of the service have ended: those that have written to it, and those that
 * were created by our advertising. Starts to end the others.
 */
static bool is_disconnected(void)
{
	bool is_left = false;

	bt_conn_foreach(BT_CONN_TYPE_LE, end_link, &is_left);
	if (is_left && !is_disconnecting) {
		is_disconnecting = true;
		disconnected_by = k_uptime_get() + NETPROV_BLE_DISCONNECT_MS;
	}
	return !is_left;
}

static bool is_link_kept(void)
{
	return IS_ENABLED(CONFIG_NETWORK_PROV_BLE_KEEP_ON) &&
	       !IS_ENABLED(CONFIG_NETWORK_PROV_BLE_DISCONNECT_AT_END) && atomic_get(&keeps_on) != 0;
}

/** Checks whether the client has its response, or has had the time to read it. */
static bool is_response_read(void)
{
	return k_uptime_get() >= read_by || !netprov_ble_client_awaits_response();
}

/** Checks whether the service may be removed. */
static bool is_left(void)
{
	return is_link_kept() || is_disconnected() ||
	       (is_disconnecting && k_uptime_get() >= disconnected_by);
}

static void finish(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!is_response_read() || !is_left() || !netprov_ble_gatt_stop()) {
		(void)k_work_schedule_for_queue(&netprov_engine, &stopping, STOP_INTERVAL);
		return;
	}
	disable();
	netprov_core_service_stopped();
	netprov_engine_reschedule();
}

static bool stop(void)
{
	/* Do not wait, because the host's thread may be waiting for this one. */
	netprov_ble_adv_stop();
	netprov_ble_links_watch(false);
	netprov_ble_gatt_close();
	is_disconnecting = false;
	read_by = k_uptime_get() + NETPROV_BLE_LAST_READ_MS;
	(void)k_work_schedule_for_queue(&netprov_engine, &stopping, STOP_INTERVAL);
	return false;
}

const struct network_prov_scheme network_prov_scheme_ble = {
	.start = start,
	.stop = stop,
	.qr_transport = "ble",
	.scan_ahead = true,
	.retry_beside = IS_ENABLED(CONFIG_NETWORK_PROV_RETRY_BESIDE),
};
