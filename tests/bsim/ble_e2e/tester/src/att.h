/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Single requests of the attribute protocol, valid and invalid.
 *
 * Functions return 0, the error in the server's response (positive), or a negative errno if there
 * is no response: -ENOTCONN or -ECONNRESET when the link has ended.
 */

#ifndef TESTS_BSIM_ATT_H_
#define TESTS_BSIM_ATT_H_

#include <stddef.h>
#include <stdint.h>

#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/conn.h>

#define ATT_VALUE_MAX 512

/** Requests an MTU of up to 517. Sets `*mtu` to the server's. */
int att_exchange_mtu(struct bt_conn *conn, uint16_t wanted, uint16_t *mtu);

/** Writes as a phone does: in one request if the value fits, else in parts. */
int att_write(struct bt_conn *conn, uint16_t mtu, uint16_t handle, const void *value,
	      size_t length);

/** Reads as a phone does: part by part, until a part is not full. */
int att_read(struct bt_conn *conn, uint16_t mtu, uint16_t handle, uint8_t *value, size_t size,
	     size_t *length);

/** Sends one part of a long write. Returns -EBADMSG if the server does not repeat it. */
int att_prepare(struct bt_conn *conn, uint16_t handle, uint16_t offset, const void *part,
		size_t length);

/** Ends a long write. */
int att_execute(struct bt_conn *conn);
int att_cancel(struct bt_conn *conn);

/** Writes without a response. */
int att_command(struct bt_conn *conn, uint16_t handle, const void *value, size_t length);

/** Starts a write without waiting for the response. */
int att_begin_write(struct bt_conn *conn, uint16_t handle, const void *value, size_t length);

/** Reads the first attribute of this 16-bit type. */
int att_read_by_type(struct bt_conn *conn, uint16_t type, uint8_t *value, size_t size,
		     size_t *length);

#endif /* TESTS_BSIM_ATT_H_ */
