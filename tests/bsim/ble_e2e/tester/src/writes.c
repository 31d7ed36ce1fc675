/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes that no phone makes. A long write arrives part by part ("prepare") and ends with an
 * "execute" or a cancel. Zephyr's server keeps the parts in buffers that all links share. It loses
 * one permanently if it has accepted parts that it cannot join, so wrong parts must not be
 * accepted.
 */

#include <string.h>

#include <zephyr/bluetooth/gatt.h>

#include "att.h"
#include "tester.h"

/** Size of a part at the smallest MTU. */
#define PART 18

/** More rounds than the device has buffers. */
#define ROUNDS 40

static const uint8_t zeros[ATT_VALUE_MAX];

static void check_refused(int ret, uint8_t expected, const char *what)
{
	TEST_ASSERT(ret == expected, "%s: %d, not 0x%02x", what, ret, expected);
}

/** Sends a valid first part. */
static void begin(const struct link *link, uint16_t handle)
{
	int ret = att_prepare(link->conn, handle, 0, zeros, PART);

	TEST_ASSERT(ret == 0, "a first part is refused: %d", ret);
}

static void cancel(const struct link *link)
{
	int ret = att_cancel(link->conn);

	TEST_ASSERT(ret == 0, "a cancel is refused: %d", ret);
}

static void gap_and_overlap(const struct link *link, uint16_t handle)
{
	begin(link, handle);
	check_refused(att_prepare(link->conn, handle, 2 * PART, zeros, PART),
		      BT_ATT_ERR_INVALID_OFFSET, "a gap");
	cancel(link);
	begin(link, handle);
	check_refused(att_prepare(link->conn, handle, PART / 2, zeros, PART),
		      BT_ATT_ERR_INVALID_OFFSET, "an overlap");
	cancel(link);
}

/** The part before the gap becomes a request, which is invalid. */
static void execute_with_a_gap(const struct link *link, uint16_t handle)
{
	begin(link, handle);
	check_refused(att_prepare(link->conn, handle, 2 * PART, zeros, PART),
		      BT_ATT_ERR_INVALID_OFFSET, "a gap");
	TEST_ASSERT(att_execute(link->conn) > 0, "half a request is accepted");
}

static void too_much(const struct link *link, uint16_t handle)
{
	uint16_t at = 0;

	for (; at + PART <= ATT_VALUE_MAX; at += PART) {
		TEST_ASSERT(att_prepare(link->conn, handle, at, zeros, PART) == 0,
			    "the part at %u is refused", at);
	}
	check_refused(att_prepare(link->conn, handle, at, zeros, PART),
		      BT_ATT_ERR_INVALID_ATTRIBUTE_LEN, "more than 512 bytes");
	cancel(link);
	check_refused(att_prepare(link->conn, handle, 0xffff, zeros, PART),
		      BT_ATT_ERR_INVALID_OFFSET, "the highest offset");
	cancel(link);
}

/** Parts of several values, of several writes to one value, and empty parts. */
static void interleaved(const struct link *link, uint16_t handle, uint16_t other)
{
	begin(link, handle);
	begin(link, other);
	TEST_ASSERT(att_prepare(link->conn, handle, PART, zeros, PART) == 0, "the second part");
	TEST_ASSERT(att_prepare(link->conn, other, PART, zeros, PART) == 0, "the other's second");
	cancel(link);
	begin(link, handle);
	begin(link, handle);
	begin(link, handle);
	cancel(link);
	TEST_ASSERT(att_prepare(link->conn, handle, 0, zeros, 0) == 0, "an empty part");
	cancel(link);
	/* Continues at the offset where a cancelled write stopped. */
	begin(link, handle);
	cancel(link);
	(void)att_prepare(link->conn, handle, PART, zeros, PART);
	(void)att_execute(link->conn);
}

/** Checks that a complete long write, which needs nearly all buffers, works, and then a
 * provisioning.
 */
static void check_all_is_well(struct link *link)
{
	struct client client = LINK_CLIENT(link);

	tester_handshake(&client);
	tester_check_custom(&client, ATT_VALUE_MAX);
	tester_finish(&client);
}

static void prepares(void)
{
	static struct link link;

	TEST_START("prepares");
	link_begin();
	link_open(&link, NAME, LINK_MTU_LEAST);
	for (int i = 0; i < ROUNDS; i++) {
		const uint16_t session = link_endpoint(&link, "prov-session")->handle;
		const uint16_t config = link_endpoint(&link, "prov-config")->handle;

		TEST_ASSERT(att_execute(link.conn) == 0, "nothing is executed");
		cancel(&link);
		gap_and_overlap(&link, session);
		execute_with_a_gap(&link, session);
		too_much(&link, config);
		interleaved(&link, config, session);
		if (i % 10 == 9) {
			/* Another connection, with parts left behind. */
			begin(&link, session);
			link_close(&link);
			link_open(&link, NAME, LINK_MTU_LEAST);
		}
	}
	check_all_is_well(&link);
	TEST_PASS("prepares");
}

static uint16_t changed_handle;
static K_SEM_DEFINE(changed_found, 0, 1);

static uint8_t on_changed(struct bt_conn *conn, const struct bt_gatt_attr *attr,
			  struct bt_gatt_discover_params *params)
{
	ARG_UNUSED(conn);
	ARG_UNUSED(params);
	if (attr != NULL) {
		changed_handle = attr->handle;
	}
	k_sem_give(&changed_found);
	return BT_GATT_ITER_STOP;
}

/** Finds the first descriptor for subscriptions, that of Zephyr's service for service changes. */
static uint16_t find_subscription(const struct link *link)
{
	static struct bt_gatt_discover_params params;

	params = (struct bt_gatt_discover_params){
		.uuid = BT_UUID_GATT_CCC,
		.func = on_changed,
		.start_handle = BT_ATT_FIRST_ATTRIBUTE_HANDLE,
		.end_handle = BT_ATT_LAST_ATTRIBUTE_HANDLE,
		.type = BT_GATT_DISCOVER_DESCRIPTOR,
	};
	changed_handle = 0;
	TEST_ASSERT(bt_gatt_discover(link->conn, &params) == 0, "no discovery");
	(void)k_sem_take(&changed_found, K_FOREVER);
	return changed_handle;
}

/**
 * Wrong parts for Zephyr's own attribute, which cannot be prevented from accepting them. The
 * buffers are lost, if this Zephyr loses them, and available again for the next link.
 */
static void prepares_elsewhere(void)
{
	static struct link link;
	uint16_t handle;

	TEST_START("prepares elsewhere");
	link_begin();
	link_open(&link, NAME, LINK_MTU_LEAST);
	handle = find_subscription(&link);
	TEST_ASSERT(handle != 0, "nothing to subscribe to");
	for (int i = 0; i < ROUNDS; i++) {
		(void)att_prepare(link.conn, handle, 0, "\x02", 1);
		(void)att_prepare(link.conn, handle, 4, "\x00", 1);
		/* Twice: the first leaves behind what cannot be joined. */
		(void)att_execute(link.conn);
		(void)att_execute(link.conn);
	}
	handle = link_endpoint(&link, "proto-ver")->handle;
	(void)att_prepare(link.conn, handle, 0, "E", 1);
	TEST_PRINT("MTU %u: long writes then: 0x%02x", link.mtu,
		   att_prepare(link.conn, handle, 1, "SP", 2));
	link_close(&link);
	link_open(&link, NAME, LINK_MTU_LEAST);
	check_all_is_well(&link);
	TEST_PASS("prepares elsewhere");
}

/* Other invalid writes, before and during a session, which must not be affected. */

static const uint8_t too_long[ATT_VALUE_MAX + 1];

static void write_wrongly(const struct link *link, const struct endpoint *endpoint)
{
	uint8_t value[CLIENT_MESSAGE_MAX];
	size_t length;

	/* Not a request: if it were acknowledged, the client would take an old response as its own.
	 */
	check_refused(att_write(link->conn, link->mtu, endpoint->handle, "", 0),
		      BT_ATT_ERR_INVALID_ATTRIBUTE_LEN, "zero bytes");
	if (link->mtu > ATT_VALUE_MAX + 4) {
		check_refused(att_write(link->conn, link->mtu, endpoint->handle, too_long,
					sizeof(too_long)),
			      BT_ATT_ERR_INVALID_ATTRIBUTE_LEN, "513 bytes");
	}
	/* A write without response: the client could not be told of an error. */
	TEST_ASSERT(att_command(link->conn, endpoint->handle, "ESP", 3) == 0,
		    "failed to send a command");
	check_refused(att_write(link->conn, link->mtu, endpoint->description, "name", 4),
		      BT_ATT_ERR_WRITE_NOT_PERMITTED, "another name");
	check_refused(att_prepare(link->conn, endpoint->description, 0, "name", 4),
		      BT_ATT_ERR_WRITE_NOT_PERMITTED, "a part of another name");
	/* The declaration. */
	check_refused(att_write(link->conn, link->mtu, endpoint->handle - 1, "\x00", 1),
		      BT_ATT_ERR_WRITE_NOT_PERMITTED, "another declaration");
	TEST_ASSERT(att_execute(link->conn) == 0, "nothing is executed");
	TEST_ASSERT(att_read(link->conn, link->mtu, endpoint->handle + 0x100, value, sizeof(value),
			     &length) == BT_ATT_ERR_INVALID_HANDLE,
		    "a missing attribute");
}

static void out_of_order(const struct link *link)
{
	static const char *const names[] = {"prov-ctrl", "prov-scan", "prov-config", "custom-data",
					    "links"};
	uint8_t value[CLIENT_MESSAGE_MAX];
	size_t length;

	ARRAY_FOR_EACH(names, i) {
		const struct endpoint *endpoint = link_endpoint(link, names[i]);

		TEST_ASSERT(att_read(link->conn, link->mtu, endpoint->handle, value, sizeof(value),
				     &length) == 0 &&
				    length == 0,
			    "%s: something to read before a write", names[i]);
		check_refused(att_write(link->conn, link->mtu, endpoint->handle, "\x08\x00", 2),
			      BT_ATT_ERR_INVALID_PDU, names[i]);
		/* No response, not even an empty one, which would read as a success (7.E 66). */
		TEST_ASSERT(att_read(link->conn, link->mtu, endpoint->handle, value, sizeof(value),
				     &length) > 0 ||
				    length == 0,
			    "%s: %zu bytes after an error", names[i], length);
	}
	check_refused(att_write(link->conn, link->mtu, link_endpoint(link, "prov-session")->handle,
				"\xff\xff\xff", 3),
		      BT_ATT_ERR_INVALID_PDU, "rubbish");
}

static void bad_writes(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("bad writes");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	out_of_order(&link);
	for (size_t i = 0; i < link.count; i++) {
		write_wrongly(&link, &link.endpoints[i]);
	}
	/* Subscribing, where notifications would be possible, has no effect. */
	(void)att_write(link.conn, link.mtu, find_subscription(&link), "\x02\x00", 2);
	tester_handshake(&client);
	for (size_t i = 0; i < link.count; i++) {
		write_wrongly(&link, &link.endpoints[i]);
		gap_and_overlap(&link, link_endpoint(&link, "proto-ver")->handle);
		tester_check_session(&client);
	}
	tester_finish(&client);
	TEST_PASS("bad writes");
}

const struct bst_test_instance write_tests[] = {
	TESTER_TEST("prepares", "Wrong parts of long writes", prepares),
	TESTER_TEST("prepares_elsewhere", "Wrong parts for Zephyr's own attributes",
		    prepares_elsewhere),
	TESTER_TEST("bad_writes", "Invalid writes", bad_writes),
	BSTEST_END_MARKER,
};
