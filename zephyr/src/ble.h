/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The parts of provisioning over Bluetooth LE, as they see each other.
 *
 * ble.c is the scheme and starts and stops the others, on the provisioning thread: ble_gatt.c has
 * the service, its client and its requests; ble_adv.c makes it known.
 */

#ifndef NETPROV_BLE_H_
#define NETPROV_BLE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/uuid.h>

/** Longest name in a scan response of 31 bytes. Longer ones are cut, as under ESP-IDF. */
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

/** Begins to advertise and goes on, except while a client is connected. 0 or a negative errno. */
int netprov_ble_adv_start(const struct netprov_ble_adv *adv);

/** Stops to advertise; nothing if it does not. */
void netprov_ble_adv_stop(void);

/**
 * The link that came by our advertising, if it is there: with a reference to put, or NULL. With
 * extended advertising it is not known whose advertising a link came by, and there is none.
 */
struct bt_conn *netprov_ble_adv_link(void);

/** Registers the service. 0 or a negative errno. */
int netprov_ble_gatt_start(const uint8_t uuid[BT_UUID_SIZE_128]);

/** Takes no request any more; the last answer can still be read. */
void netprov_ble_gatt_close(void);

/** The link that has used the service, if it is there: with a reference to put, or NULL. */
struct bt_conn *netprov_ble_gatt_client(void);

/** Whether the client has an answer to come, or to read. */
bool netprov_ble_gatt_is_answering(void);

/**
 * Unregisters the service and forgets its client. Returns false, and has done nothing, if a
 * request is still waited for: try again.
 */
bool netprov_ble_gatt_stop(void);

#endif /* NETPROV_BLE_H_ */
