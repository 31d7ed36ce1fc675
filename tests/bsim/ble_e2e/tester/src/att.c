/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <string.h>

#include <zephyr/bluetooth/gatt.h>
#include <zephyr/kernel.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "host/att_internal.h"

#include "att.h"

/** Longest PDU of a request, without its opcode. */
#define PDU_MAX 516

struct answer {
	struct k_sem done;
	int error;
	uint8_t pdu[PDU_MAX];
	size_t length;
};

static void on_answer(struct bt_conn *conn, int err, const void *pdu, uint16_t length,
		      void *user_data)
{
	struct answer *answer = user_data;

	ARG_UNUSED(conn);
	if (answer == NULL) {
		return;
	}
	answer->error = err;
	answer->length = MIN(length, sizeof(answer->pdu));
	if (pdu != NULL) {
		memcpy(answer->pdu, pdu, answer->length);
	}
	k_sem_give(&answer->done);
}

static int send(struct bt_conn *conn, uint8_t opcode, const void *pdu, size_t length,
		struct answer *answer)
{
	struct bt_att_req *req = bt_att_req_alloc(K_FOREVER);
	struct net_buf *buf = bt_att_create_pdu(conn, opcode, length);
	int ret;

	if (buf == NULL) {
		bt_att_req_free(req);
		return -ENOTCONN;
	}
	net_buf_add_mem(buf, pdu, length);
	bt_att_set_tx_meta_data(buf, NULL, NULL, BT_ATT_CHAN_OPT_UNENHANCED_ONLY);
	req->func = on_answer;
	req->user_data = answer;
	req->buf = buf;
	req->att_op = opcode;
	req->len = length;
	ret = bt_att_req_send(conn, req);
	if (ret != 0) {
		bt_att_req_free(req);
	}
	return ret;
}

/** Waits without a limit: the host gives up after 30 s, which also gives a result. */
static int ask(struct bt_conn *conn, uint8_t opcode, const void *pdu, size_t length,
	       struct answer *answer)
{
	int ret;

	k_sem_init(&answer->done, 0, 1);
	ret = send(conn, opcode, pdu, length, answer);
	if (ret != 0) {
		return ret;
	}
	(void)k_sem_take(&answer->done, K_FOREVER);
	return answer->error;
}

int att_exchange_mtu(struct bt_conn *conn, uint16_t wanted, uint16_t *mtu)
{
	struct answer answer;
	uint8_t pdu[2];
	int ret;

	sys_put_le16(wanted, pdu);
	ret = ask(conn, BT_ATT_OP_MTU_REQ, pdu, sizeof(pdu), &answer);
	if (ret == 0) {
		*mtu = answer.length == 2 ? sys_get_le16(answer.pdu) : 0;
	}
	return ret;
}

static size_t put_value(uint8_t *pdu, uint16_t handle, const void *value, size_t length)
{
	sys_put_le16(handle, pdu);
	memcpy(&pdu[2], value, length);
	return 2 + length;
}

static int write_long(struct bt_conn *conn, uint16_t mtu, uint16_t handle, const uint8_t *value,
		      size_t length)
{
	const size_t part_max = mtu - 5;

	for (size_t at = 0; at < length; at += part_max) {
		int ret = att_prepare(conn, handle, at, &value[at], MIN(length - at, part_max));

		if (ret != 0) {
			(void)att_cancel(conn);
			return ret;
		}
	}
	return att_execute(conn);
}

int att_write(struct bt_conn *conn, uint16_t mtu, uint16_t handle, const void *value, size_t length)
{
	struct answer answer;
	uint8_t pdu[PDU_MAX];

	if (length + 3 > mtu) {
		return write_long(conn, mtu, handle, value, length);
	}
	return ask(conn, BT_ATT_OP_WRITE_REQ, pdu, put_value(pdu, handle, value, length), &answer);
}

int att_begin_write(struct bt_conn *conn, uint16_t handle, const void *value, size_t length)
{
	uint8_t pdu[PDU_MAX];

	return send(conn, BT_ATT_OP_WRITE_REQ, pdu, put_value(pdu, handle, value, length), NULL);
}

int att_read(struct bt_conn *conn, uint16_t mtu, uint16_t handle, uint8_t *value, size_t size,
	     size_t *length)
{
	struct answer answer;
	uint8_t pdu[4];

	sys_put_le16(handle, pdu);
	*length = 0;
	do {
		int ret;

		sys_put_le16(*length, &pdu[2]);
		ret = *length == 0 ? ask(conn, BT_ATT_OP_READ_REQ, pdu, 2, &answer)
				   : ask(conn, BT_ATT_OP_READ_BLOB_REQ, pdu, 4, &answer);
		if (ret != 0) {
			return ret;
		}
		if (answer.length > size - *length) {
			return -EMSGSIZE;
		}
		memcpy(&value[*length], answer.pdu, answer.length);
		*length += answer.length;
	} while (answer.length == mtu - 1u);
	return 0;
}

int att_prepare(struct bt_conn *conn, uint16_t handle, uint16_t offset, const void *part,
		size_t length)
{
	struct answer answer;
	uint8_t pdu[PDU_MAX];
	int ret;

	sys_put_le16(handle, pdu);
	sys_put_le16(offset, &pdu[2]);
	memcpy(&pdu[4], part, length);
	ret = ask(conn, BT_ATT_OP_PREPARE_WRITE_REQ, pdu, 4 + length, &answer);
	if (ret == 0 && (answer.length != 4 + length || memcmp(answer.pdu, pdu, 4 + length) != 0)) {
		return -EBADMSG;
	}
	return ret;
}

static int execute(struct bt_conn *conn, uint8_t flags)
{
	struct answer answer;

	return ask(conn, BT_ATT_OP_EXEC_WRITE_REQ, &flags, 1, &answer);
}

int att_execute(struct bt_conn *conn)
{
	return execute(conn, BT_ATT_FLAG_EXEC);
}

int att_cancel(struct bt_conn *conn)
{
	return execute(conn, BT_ATT_FLAG_CANCEL);
}

int att_command(struct bt_conn *conn, uint16_t handle, const void *value, size_t length)
{
	return bt_gatt_write_without_response(conn, handle, value, length, false);
}

int att_read_by_type(struct bt_conn *conn, uint16_t type, uint8_t *value, size_t size,
		     size_t *length)
{
	struct answer answer;
	uint8_t pdu[6];
	int ret;

	sys_put_le16(BT_ATT_FIRST_ATTRIBUTE_HANDLE, pdu);
	sys_put_le16(BT_ATT_LAST_ATTRIBUTE_HANDLE, &pdu[2]);
	sys_put_le16(type, &pdu[4]);
	ret = ask(conn, BT_ATT_OP_READ_TYPE_REQ, pdu, sizeof(pdu), &answer);
	if (ret != 0) {
		return ret;
	}
	/* The size of an entry, a handle, and the value. */
	if (answer.length < 3 || answer.pdu[0] < 2 || answer.pdu[0] > answer.length - 1) {
		return -EBADMSG;
	}
	*length = MIN(answer.pdu[0] - 2u, size);
	memcpy(value, &answer.pdu[3], *length);
	return 0;
}
