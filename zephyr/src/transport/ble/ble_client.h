/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The links that use the service, each with a session of its own in the core.
 *
 * A link becomes a client when it writes. When the first client completes a handshake, the others
 * are rejected until its session or its link ends. Until then clients do not disturb each other:
 * each link that was created by our advertising gets a slot. If another link finds no free slot, it
 * replaces a client that has been idle for NETPROV_BLE_SLOT_IDLE_MS, or has had its slot for
 * NETPROV_BLE_SLOT_LIFE_MS.
 *
 * Functions are for the host's threads unless noted otherwise. A client is locked between the call
 * that returns it and netprov_ble_client_put().
 */

#ifndef NETPROV_BLE_CLIENT_H_
#define NETPROV_BLE_CLIENT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/conn.h>

/** Longest value of an attribute. */
#define NETPROV_BLE_VALUE_MAX BT_ATT_MAX_ATTRIBUTE_LEN

/** The five endpoints of the protocol, and those of the application. */
#define NETPROV_BLE_ENDPOINTS_MAX (5 + CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS)

struct netprov_ble_client;

/**
 * Gets the client of the link, which becomes a client if it is not one yet. Returns 0;
 * -ECONNREFUSED if the session of another link is established; -EBUSY if no slot is available.
 */
int netprov_ble_client_admit(struct bt_conn *conn, struct netprov_ble_client **client);

/** Gets the client of the link. Returns NULL if the link is not a client. */
struct netprov_ble_client *netprov_ble_client_find(struct bt_conn *conn);

/** Unlocks the client. */
void netprov_ble_client_put(struct netprov_ble_client *client);

/** Gets the number of buffers that the client has taken, for netprov_ble_parts_take(). */
size_t *netprov_ble_client_parts(struct netprov_ble_client *client);

/** Gets the expected offset of the next part of a long write to an endpoint. */
uint16_t *netprov_ble_client_prepared(struct netprov_ble_client *client, size_t endpoint);

/**
 * Sends a request to the core and waits up to NETPROV_BLE_WRITE_MS for the response. Returns 0 if
 * there is one or it may follow later; -ECONNREFUSED if the session of another link is established
 * by now; or the negative errno that the request failed with. `endpoint` must remain valid.
 */
int netprov_ble_client_request(struct netprov_ble_client *client, const char *endpoint,
			       const uint8_t *request, size_t length);

/**
 * Gets the response to the last request, or an empty one if that was for another endpoint. Waits up
 * to NETPROV_BLE_READ_MS. Returns 0, or -EIO if there is no response.
 */
int netprov_ble_client_response(struct netprov_ble_client *client, const char *endpoint,
				const uint8_t **response, size_t *length);

/** Reports that the client has read the last part of the response. */
void netprov_ble_client_was_read(struct netprov_ble_client *client);

/* For the provisioning thread. */

/** Call before the service starts. */
void netprov_ble_client_begin(void);

/** Checks whether the client with the session still has to receive a response. */
bool netprov_ble_client_awaits_response(void);

/**
 * Removes all clients. Returns false, and does nothing, while a request is in progress. Then call
 * it again later.
 */
bool netprov_ble_client_end(void);

#endif /* NETPROV_BLE_CLIENT_H_ */
