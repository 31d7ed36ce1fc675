/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The links that use the service, each with a session of its own in the core.
 *
 * A link becomes a client when it writes. The first client to complete a handshake is alone: while
 * its session is established and its link is there, the others are refused. Until then clients do not
 * disturb each other: each link that came by advertising has a slot. When links that came otherwise
 * find none, a client that has not written for 10 s, or has its slot for a minute, gives way.
 *
 * Functions are for the host's threads unless they say something else. A client is locked between
 * the call that returns it and netprov_ble_client_put().
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

/** The five of the protocol, and the application's. */
#define NETPROV_BLE_ENDPOINTS_MAX (5 + CONFIG_NETWORK_PROV_MAX_CUSTOM_ENDPOINTS)

struct netprov_ble_client;

/**
 * The link as a client, which it becomes by this. Returns 0; -ECONNREFUSED if the session of
 * another one is in force; -EBUSY if there is no place now.
 */
int netprov_ble_client_admit(struct bt_conn *conn, struct netprov_ble_client **client);

/** The link as a client; NULL if it is none. */
struct netprov_ble_client *netprov_ble_client_find(struct bt_conn *conn);

void netprov_ble_client_put(struct netprov_ble_client *client);

/** How many buffers the client has taken for parts: for netprov_ble_parts_take(). */
size_t *netprov_ble_client_parts(struct netprov_ble_client *client);

/** Where the next part of a long write to an endpoint belongs. */
uint16_t *netprov_ble_client_prepared(struct netprov_ble_client *client, size_t endpoint);

/**
 * Brings a request to the core, and waits for the answer for a while. Returns 0 if it is there, or
 * will be later; -ECONNREFUSED if the session of another one is in force by now; or the negative
 * errno that the request failed with. The endpoint's name stays where it is.
 */
int netprov_ble_client_ask(struct netprov_ble_client *client, const char *endpoint,
			   const uint8_t *request, size_t length);

/**
 * The answer to the last request, if that was for this endpoint, else an empty one. Waits for it
 * for a while. Returns 0, or -EIO if there is none.
 */
int netprov_ble_client_answer(struct netprov_ble_client *client, const char *endpoint,
			      const uint8_t **reply, size_t *length);

/** The client has been given the last part of the answer. */
void netprov_ble_client_was_read(struct netprov_ble_client *client);

/* For the provisioning thread. */

/** Before the service starts. */
void netprov_ble_client_begin(void);

/** Whether a client has the established session. */
bool netprov_ble_client_has_session(void);

/** Whether the link has been a client since it is there. */
bool netprov_ble_client_is_known(struct bt_conn *conn);

/** Whether the one with a session has an answer to come, or to read. */
bool netprov_ble_client_is_answering(void);

/**
 * Forgets all clients. Returns false, and has done nothing, if a request is still waited for: try
 * again.
 */
bool netprov_ble_client_end(void);

#endif /* NETPROV_BLE_CLIENT_H_ */
