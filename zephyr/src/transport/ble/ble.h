/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The parts of provisioning over Bluetooth LE, as they see each other.
 *
 * ble.c is the scheme and starts and stops the others, on the provisioning thread: ble_gatt.c has
 * the service, ble_client.c its clients and their requests; ble_adv.c makes it known.
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
