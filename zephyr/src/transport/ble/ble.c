/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/hci_types.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_ble.h>

#include "transport/ble/ble.h"
#include "transport/ble/ble_client.h"
#include "engine/engine.h"
#include "netprov_core.h"

LOG_MODULE_REGISTER(netprov_ble, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** How long a Bluetooth that the application is enabling may take. */
#define READY_TIME_MS 2000

/** How often it is looked whether all has stopped. */
#define STOP_INTERVAL K_MSEC(20)

/** How long the client may take to read its last answer: 512 bytes, in parts of 22. */
#define ANSWER_TIME_MS 2000

/**
 * How long the link may take to end: longer than a phone is waited for that says nothing any
 * more, which is 5 or 6 s. With the time above, it is less than the application is kept waiting.
 */
#define DISCONNECT_TIME_MS 7000

/* What the application sets, from any thread. */

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

/* Of the provisioning thread. */

/** Whether Bluetooth is on because of us. */
static bool is_enabler;

/** When the link is ended though the client has not read its answer. */
static int64_t answered_by;

/** When the service is unregistered though its client is still there. */
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

/* Bluetooth itself. */

/** Waits for somebody else's bt_enable(). */
static int await_ready(void)
{
	int64_t deadline = k_uptime_get() + READY_TIME_MS;

	while (!bt_is_ready()) {
		if (k_uptime_get() > deadline) {
			LOG_ERR("The application enables Bluetooth, but it is not ready: %s",
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
		LOG_ERR("Bluetooth is not enabled: %d", ret);
		return ret;
	}
	is_enabler = true;
	if (IS_ENABLED(CONFIG_BT_SETTINGS)) {
		/* Not before: the device's identity is in there. */
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

	if (!is_enabler || IS_ENABLED(CONFIG_NETWORK_PROV_BLE_KEEP_ON)) {
		return;
	}
	bt_conn_foreach(BT_CONN_TYPE_ALL, count, &links);
	if (links > 0) {
		LOG_WRN("Bluetooth stays on: there are other links");
		return;
	}
	ret = bt_disable();
	if (ret != 0) {
		LOG_WRN("Bluetooth stays on: %d", ret);
		return;
	}
	is_enabler = false;
}

/** The identity with this address; it is made if there is none. A number or a negative errno. */
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
		LOG_ERR("There is no room for another address: raise CONFIG_BT_ID_MAX (%d)", ret);
	}
	return ret;
}

/* The scheme. */

/** As under ESP-IDF, name and manufacturer data share 31 bytes, and the name comes first. */
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
		LOG_WRN("The scan response has no room for all: the name has %zu bytes, the "
			"manufacturer data %u",
			length, adv->mfg_length);
	}
}

/** On failure, stop() undoes what was done. */
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
		/* There is no client yet that could be waited for. */
		(void)netprov_ble_gatt_stop();
		disable();
	}
	return ret;
}

/** Begins to end a link of ours, unless that has begun. */
static void end_link(struct bt_conn *conn, void *is_left)
{
	if (!netprov_ble_client_is_known(conn) && !netprov_ble_adv_is_ours(conn)) {
		return;
	}
	if (!is_disconnecting) {
		(void)bt_conn_disconnect(conn, BT_HCI_ERR_REMOTE_USER_TERM_CONN);
	}
	*(bool *)is_left = true;
}

/**
 * Whether no link of ours is left. Begins to end those that are: all that have written to the
 * service, and those that advertising has led to.
 */
static bool is_disconnected(void)
{
	bool is_left = false;

	bt_conn_foreach(BT_CONN_TYPE_LE, end_link, &is_left);
	if (is_left && !is_disconnecting) {
		is_disconnecting = true;
		disconnected_by = k_uptime_get() + DISCONNECT_TIME_MS;
	}
	return !is_left;
}

static bool is_link_kept(void)
{
	return IS_ENABLED(CONFIG_NETWORK_PROV_BLE_KEEP_ON) &&
	       !IS_ENABLED(CONFIG_NETWORK_PROV_BLE_DISCONNECT_AT_END);
}

/** Whether the client has its answer, or has had its time to read it. */
static bool is_answered(void)
{
	return k_uptime_get() >= answered_by || !netprov_ble_client_is_answering();
}

/** Whether the link may be forgotten. */
static bool is_left(void)
{
	return is_link_kept() || is_disconnected() ||
	       (is_disconnecting && k_uptime_get() >= disconnected_by);
}

static void finish(struct k_work *work)
{
	ARG_UNUSED(work);
	if (!is_answered() || !is_left() || !netprov_ble_gatt_stop()) {
		(void)k_work_schedule_for_queue(&netprov_engine, &stopping, STOP_INTERVAL);
		return;
	}
	disable();
	netprov_core_service_stopped();
	netprov_engine_reschedule();
}

static bool stop(void)
{
	/* Without waiting: the host's thread may be waiting for this one. */
	netprov_ble_adv_stop();
	netprov_ble_links_watch(false);
	netprov_ble_gatt_close();
	is_disconnecting = false;
	answered_by = k_uptime_get() + ANSWER_TIME_MS;
	(void)k_work_schedule_for_queue(&netprov_engine, &stopping, STOP_INTERVAL);
	return false;
}

const struct network_prov_scheme network_prov_scheme_ble = {
	.start = start,
	.stop = stop,
	.qr_transport = "ble",
	.scan_ahead = true,
};
