/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Writes that no phone makes. A long write comes part by part ("prepare") and is ended by an
 * "execute" or a cancel. Zephyr's server keeps the parts in buffers that all links share, and loses
 * one for good whenever parts that it has taken cannot be joined: so wrong parts must not be taken.
 */

#include <string.h>

#include <zephyr/bluetooth/gatt.h>

#include "att.h"
#include "tester.h"

/** The part of a long write at the least MTU. */
#define PART 18

/** More often than the device has buffers. */
#define ROUNDS 40

static const uint8_t zeros[ATT_VALUE_MAX];

static void check_refused(int ret, uint8_t expected, const char *what)
{
	TEST_ASSERT(ret == expected, "%s: %d, not 0x%02x", what, ret, expected);
}

/** A first part that is right. */
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

/** What was taken before the gap is a request, which makes no sense. */
static void execute_with_a_gap(const struct link *link, uint16_t handle)
{
	begin(link, handle);
	check_refused(att_prepare(link->conn, handle, 2 * PART, zeros, PART),
		      BT_ATT_ERR_INVALID_OFFSET, "a gap");
	TEST_ASSERT(att_execute(link->conn) > 0, "half a request is taken");
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

/** Parts of several values, of several writes to one value, of nothing. */
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
	/* After a cancel, where the cancelled one left off. */
	begin(link, handle);
	cancel(link);
	(void)att_prepare(link->conn, handle, PART, zeros, PART);
	(void)att_execute(link->conn);
}

/** That a whole long write still works, which takes nearly all buffers, and then all of it. */
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

/** The first descriptor for subscriptions: of Zephyr's own service, for changes of services. */
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
 * The same at an attribute that is Zephyr's own, and cannot be kept from taking wrong parts: the
 * buffers are lost, if Zephyr still loses them, and are back with the next link.
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
		/* Twice: what cannot be joined is left behind by the first. */
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

/* Other writes, before and in a session, which must not notice. */

static const uint8_t too_long[ATT_VALUE_MAX + 1];

static void write_wrongly(const struct link *link, const struct endpoint *endpoint)
{
	uint8_t value[CLIENT_MESSAGE_MAX];
	size_t length;

	/* Not a request: acknowledged, it would make an old response its own. */
	check_refused(att_write(link->conn, link->mtu, endpoint->handle, "", 0),
		      BT_ATT_ERR_INVALID_ATTRIBUTE_LEN, "zero bytes");
	if (link->mtu > ATT_VALUE_MAX + 4) {
		check_refused(att_write(link->conn, link->mtu, endpoint->handle, too_long,
					sizeof(too_long)),
			      BT_ATT_ERR_INVALID_ATTRIBUTE_LEN, "513 bytes");
	}
	/* Nobody could be told what is wrong with it. */
	TEST_ASSERT(att_command(link->conn, endpoint->handle, "ESP", 3) == 0, "no command is sent");
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
		    "an attribute that there is not");
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
		/* No answer, and not an empty one either: that reads as a success (7.E 66). */
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
	/* Subscribing, where something could be told, harms nothing. */
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
	TESTER_TEST("bad_writes", "Writes that make no sense", bad_writes),
	BSTEST_END_MARKER,
};
