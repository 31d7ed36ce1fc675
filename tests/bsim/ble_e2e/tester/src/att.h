/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Requests of the attribute protocol, one by one, right and wrong ones.
 *
 * Functions return 0, the error that the server answered (positive), or a negative errno if there
 * is no answer: -ENOTCONN or -ECONNRESET when the link has ended.
 */

#ifndef TESTS_BSIM_ATT_H_
#define TESTS_BSIM_ATT_H_

#include <stddef.h>
#include <stdint.h>

#include <zephyr/bluetooth/att.h>
#include <zephyr/bluetooth/conn.h>

#define ATT_VALUE_MAX 512

/** An MTU of the client's choice, of up to 517. The server's goes to `*mtu`. */
int att_exchange_mtu(struct bt_conn *conn, uint16_t wanted, uint16_t *mtu);

/** Writes as a phone does: at once if it fits into a request, else part by part. */
int att_write(struct bt_conn *conn, uint16_t mtu, uint16_t handle, const void *value,
	      size_t length);

/** Reads as a phone does: on and on until a part is not full. */
int att_read(struct bt_conn *conn, uint16_t mtu, uint16_t handle, uint8_t *value, size_t size,
	     size_t *length);

/** One part of a long write. -EBADMSG if the server does not repeat it. */
int att_prepare(struct bt_conn *conn, uint16_t handle, uint16_t offset, const void *part,
		size_t length);

/** The end of a long write. */
int att_execute(struct bt_conn *conn);
int att_cancel(struct bt_conn *conn);

/** A write that is not answered. */
int att_command(struct bt_conn *conn, uint16_t handle, const void *value, size_t length);

/** Begins a write, and does not wait for the answer. */
int att_begin_write(struct bt_conn *conn, uint16_t handle, const void *value, size_t length);

/** Reads an attribute that is found by its 16-bit type, wherever it is. */
int att_read_by_type(struct bt_conn *conn, uint16_t type, uint8_t *value, size_t size,
		     size_t *length);

#endif /* TESTS_BSIM_ATT_H_ */
