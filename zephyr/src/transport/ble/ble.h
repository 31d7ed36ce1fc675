/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The parts of provisioning over Bluetooth LE, as they see each other.
 *
 * ble.c is the scheme and starts and stops the others, on the provisioning thread: ble_gatt.c has
 * the service, ble_client.c its clients and their requests; ble_adv.c makes it known; ble_links.c
 * ends links that keep others out; ble_parts.c looks after the buffers for long writes.
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
 * Longest name in a scan response of 31 bytes. Longer ones are cut, as under ESP-IDF; and in the QR
 * code too (rust/capi/src/qr.rs).
 */
#define NETPROV_BLE_NAME_MAX 29

/**
 * How many buffers for parts of long writes each client can have, whatever others hold: for a request
 * of 512 bytes in parts of 180, as they are at an MTU of 185.
 */
#define NETPROV_BLE_PARTS_SHARE 3

/** What is advertised. */
struct netprov_ble_adv {
	/** The identity to advertise with. */
	uint8_t id;
	/** The service's UUID, least significant byte first. */
	uint8_t uuid[BT_UUID_SIZE_128];
	char name[NETPROV_BLE_NAME_MAX + 1];
	/** Manufacturer data; none if the length is 0. */
	uint8_t mfg_data[NETPROV_BLE_NAME_MAX];
	uint8_t mfg_length;
};

/** How many bytes of a name are advertised: whole characters. */
size_t netprov_ble_adv_name_length(const char *name);

/**
 * Begins to advertise and goes on as long as there is room for another link, except while it is
 * paused. 0 or a negative errno.
 */
int netprov_ble_adv_start(const struct netprov_ble_adv *adv);

/** Stops to advertise; nothing if it does not. */
void netprov_ble_adv_stop(void);

/** Whether there is a reason not to advertise now. */
void netprov_ble_adv_pause(bool is_paused);

/**
 * Whether the link came by our advertising. With extended advertising it is not known whose
 * advertising a link came by, and none did.
 */
bool netprov_ble_adv_is_ours(struct bt_conn *conn);

/**
 * Begins or ceases to end links without a session that keep others out. For the provisioning thread.
 */
void netprov_ble_links_watch(bool watch);

/** No session is established any more: other phones are wanted again. */
void netprov_ble_links_session_ended(void);

/** A client could not have a buffer that it should have. For the host's threads. */
void netprov_ble_links_starved(void);

/** The link has made a request, or a part of one. For the host's threads. */
void netprov_ble_links_requested(struct bt_conn *conn, bool is_whole);

/**
 * Whether a client may take another buffer for a part of a long write. `*held` is how many it has
 * taken since its last long write, and is counted here. Each of the other clients can still have as
 * many as a request takes at the usual MTUs. For the host's threads.
 */
bool netprov_ble_parts_take(size_t *held);

/** Registers the service. 0 or a negative errno. */
int netprov_ble_gatt_start(const uint8_t uuid[BT_UUID_SIZE_128]);

/** Takes no request any more; the last answer can still be read. */
void netprov_ble_gatt_close(void);

/**
 * Unregisters the service and forgets its clients. Returns false, and has done nothing, if a
 * request is still waited for: try again.
 */
bool netprov_ble_gatt_stop(void);

#endif /* NETPROV_BLE_H_ */
