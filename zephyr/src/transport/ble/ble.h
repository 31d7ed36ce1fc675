/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Internal interfaces of provisioning over Bluetooth LE.
 *
 * ble.c is the scheme. It starts and stops the other files, on the provisioning thread: ble_gatt.c
 * has the GATT service, ble_client.c its clients and their requests, ble_adv.c the advertising.
 * ble_links.c ends links that block others. ble_parts.c shares the buffers for long writes.
 * ble_shared.c has what several files know of links.
 */

#ifndef NETPROV_BLE_H_
#define NETPROV_BLE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/uuid.h>

/**
 * Longest name in a scan response of 31 bytes. Longer names are truncated, as in ESP-IDF, also in
 * the QR code (rust/capi/src/qr.rs).
 */
#define NETPROV_BLE_NAME_MAX 29

/**
 * Buffers for parts of long writes that each client can have, whatever the others use: sufficient
 * for a request of 512 bytes in parts of 180, the size at an MTU of 185.
 */
#define NETPROV_BLE_PARTS_SHARE 3

/** Advertising parameters. */
struct netprov_ble_adv {
	/** The identity to advertise with. */
	uint8_t id;
	/** UUID of the service, least significant byte first. */
	uint8_t uuid[BT_UUID_SIZE_128];
	char name[NETPROV_BLE_NAME_MAX + 1];
	/** Manufacturer data; none if the length is 0. */
	uint8_t mfg_data[NETPROV_BLE_NAME_MAX];
	uint8_t mfg_length;
};

/** Returns the number of bytes of a name that are advertised: whole characters only. */
size_t netprov_ble_adv_name_length(const char *name);

/**
 * Starts advertising. It continues while another link is possible, except while it is paused.
 * Returns 0 or a negative errno.
 */
int netprov_ble_adv_start(const struct netprov_ble_adv *adv);

/** Stops advertising. Does nothing if it is stopped. */
void netprov_ble_adv_stop(void);

/** Pauses or resumes advertising. */
void netprov_ble_adv_pause(bool is_paused);

/**
 * Checks whether the link was created by our advertising. With extended advertising this is
 * unknown, and false is returned.
 */
bool netprov_ble_adv_is_ours(struct bt_conn *conn);

/**
 * Starts or stops ending links without a session that block others. For the provisioning thread.
 */
void netprov_ble_links_watch(bool watch);

/** Reports that no session is established any more, so other phones may connect again. */
void netprov_ble_links_session_ended(void);

/** Reports that a client could not get its share of the buffers. For the host's threads. */
void netprov_ble_links_starved(void);

/** Reports that the link has sent a request or a part of one. For the host's threads. */
void netprov_ble_links_requested(struct bt_conn *conn, bool is_whole);

/**
 * Checks whether a client may take another buffer for a part of a long write, and counts it in
 * `*held`, the number taken since its last long write. NETPROV_BLE_PARTS_SHARE buffers remain
 * available to each of the other clients. For the host's threads.
 */
bool netprov_ble_parts_take(size_t *held);

struct net_buf_pool;

/** Returns the server's pool of buffers for long writes, or NULL if this Zephyr names it otherwise. */
struct net_buf_pool *netprov_ble_parts_pool(void);

/** Registers the GATT service. Returns 0 or a negative errno. */
int netprov_ble_gatt_start(const uint8_t uuid[BT_UUID_SIZE_128]);

/** Rejects further requests. The last response can still be read. */
void netprov_ble_gatt_close(void);

/**
 * Unregisters the GATT service and removes its clients. Returns false, and does nothing, while a
 * request is in progress. Then call it again later.
 */
bool netprov_ble_gatt_stop(void);

#endif /* NETPROV_BLE_H_ */
