/* SPDX-License-Identifier: Apache-2.0 */

/* Single requests of the attribute protocol, which no phone sends, and what is left of them. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>

#include "central.h"
#include "client.h"
#include "device.h"
#include "gatt_client.h"
#include "gatt_test.h"

#define ERROR_OFFSET	 0x07
#define ERROR_AUTHORIZE	 0x08
#define ERROR_QUEUE_FULL 0x09
#define ERROR_LENGTH	 0x0d
#define ERROR_UNLIKELY	 0x0e

/** Longest value of an attribute. */
#define VALUE_MAX 512

static struct gatt_client phones[CONTROLLER_LINKS];
static uint8_t response[CENTRAL_PDU_MAX];

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	for (uint8_t i = 0; i < CONTROLLER_LINKS; i++) {
		phones[i] = (struct gatt_client){.link = i, .mtu = 247};
	}
	zassert_ok(start_as("PROV_TEST"));
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	ARRAY_FOR_EACH_PTR(phones, phone) {
		gatt_close(phone);
	}
	k_sleep(K_SECONDS(1));
	stop();
}

ZTEST_SUITE(gatt_requests, NULL, NULL, before, after, NULL);

static struct client client_of(struct gatt_client *phone)
{
	return (struct client){.send = gatt_exchange, .context = phone};
}

static uint16_t handle_of(const struct gatt_client *phone, const char *name)
{
	for (size_t i = 0; i < phone->count; i++) {
		if (strcmp(phone->endpoints[i].name, name) == 0) {
			return phone->endpoints[i].handle;
		}
	}
	zassert_unreachable("there is no %s", name);
	return 0;
}

/** Sends a PDU of an opcode, a handle, and bytes. Returns the error of the response, or 0. */
static uint8_t send(uint8_t link, uint8_t opcode, uint16_t handle, const void *rest, size_t length)
{
	uint8_t pdu[CENTRAL_PDU_MAX] = {opcode};

	sys_put_le16(handle, &pdu[1]);
	memcpy(&pdu[3], rest, length);
	zassert_true(central_request(link, pdu, 3 + length, response) > 0, "no response");
	return response[0] == ATT_ERROR_RSP ? response[4] : 0;
}

static uint8_t prepare(uint8_t link, uint16_t handle, uint16_t offset, size_t length)
{
	uint8_t rest[2 + 242] = {0};

	sys_put_le16(offset, rest);
	return send(link, ATT_PREPARE_REQ, handle, rest, 2 + length);
}

static uint8_t execute(uint8_t link, uint8_t flags)
{
	const uint8_t pdu[2] = {ATT_EXECUTE_REQ, flags};

	zassert_true(central_request(link, pdu, sizeof(pdu), response) > 0, "no response");
	return response[0] == ATT_ERROR_RSP ? response[4] : 0;
}

static void expect_served(struct gatt_client *phone)
{
	struct client client = client_of(phone);
	struct client_status status;

	zassert_ok(client_handshake_1(&client, DEVICE_POP));
	zassert_ok(client_status(&client, &status));
	client_forget(&client);
}

ZTEST(gatt_requests, test_empty_writes)
{
	zassert_ok(gatt_open(&phones[0]));
	zassert_equal(send(0, ATT_WRITE_REQ, handle_of(&phones[0], "proto-ver"), NULL, 0),
		      ERROR_LENGTH);
	expect_served(&phones[0]);
}

ZTEST(gatt_requests, test_reads_without_a_write)
{
	uint8_t value[VALUE_MAX];
	size_t length;

	zassert_ok(gatt_open(&phones[0]));
	zassert_ok(gatt_read(&phones[0], handle_of(&phones[0], "proto-ver"), value, sizeof(value),
			     &length));
	zassert_equal(length, 0);
	/* The response is the one of the endpoint that was written. */
	zassert_ok(gatt_write(&phones[0], handle_of(&phones[0], "proto-ver"), (uint8_t *)"x", 1));
	zassert_ok(gatt_read(&phones[0], handle_of(&phones[0], "prov-ctrl"), value, sizeof(value),
			     &length));
	zassert_equal(length, 0);
	expect_served(&phones[0]);
}

/* Without a response, the client could not be told that it was refused. */
ZTEST(gatt_requests, test_writes_without_response)
{
	uint8_t pdu[4] = {ATT_WRITE_CMD, 0, 0, 'x'};
	uint8_t value[VALUE_MAX];
	size_t length;

	zassert_ok(gatt_open(&phones[0]));
	sys_put_le16(handle_of(&phones[0], "proto-ver"), &pdu[1]);
	central_send(0, pdu, sizeof(pdu));
	zassert_ok(gatt_read(&phones[0], handle_of(&phones[0], "proto-ver"), value, sizeof(value),
			     &length));
	zassert_equal(length, 0);
	expect_served(&phones[0]);
}

ZTEST(gatt_requests, test_parts_out_of_order)
{
	uint16_t handle;

	zassert_ok(gatt_open(&phones[0]));
	handle = handle_of(&phones[0], "prov-session");
	zassert_equal(prepare(0, handle, 100, 10), ERROR_OFFSET);
	zassert_ok(prepare(0, handle, 0, 100));
	zassert_equal(prepare(0, handle, 99, 10), ERROR_OFFSET);
	zassert_equal(prepare(0, handle, 101, 10), ERROR_OFFSET);
	zassert_ok(prepare(0, handle, 100, 10));
	zassert_ok(execute(0, 0));
	expect_served(&phones[0]);
}

ZTEST(gatt_requests, test_a_value_of_more_than_512_bytes)
{
	uint16_t handle;

	zassert_ok(gatt_open(&phones[0]));
	handle = handle_of(&phones[0], "prov-session");
	zassert_ok(prepare(0, handle, 0, 240));
	zassert_ok(prepare(0, handle, 240, 240));
	zassert_equal(prepare(0, handle, 480, 33), ERROR_LENGTH);
	zassert_ok(execute(0, 0));
	expect_served(&phones[0]);
}

/* Each client leaves a share of the buffers to each of the others. */
ZTEST(gatt_requests, test_parts_that_are_never_ended)
{
	uint16_t handle;
	uint16_t at = 0;

	zassert_ok(gatt_open(&phones[0]));
	handle = handle_of(&phones[0], "prov-session");
	while (at < VALUE_MAX && prepare(0, handle, at, 1) == 0) {
		at++;
	}
	zassert_true(at >= 8, "the longest request has 8 parts: %u", at);
	zassert_equal(prepare(0, handle, at, 1), ERROR_QUEUE_FULL);
	/* With parts: the MTU is the least. */
	phones[1].mtu = 0;
	zassert_ok(gatt_open(&phones[1]));
	zassert_ok(gatt_write(&phones[1], handle_of(&phones[1], "proto-ver"),
			      (const uint8_t *)"a request of 54 bytes is three parts of a long write..",
			      54));
}

/* Parts of other attributes: all buffers are gone, and the link that has them is sent away. */
ZTEST(gatt_requests, test_parts_to_other_services)
{
	/* The configuration of Service Changed: it can be written, and has no share. */
	uint16_t handle = 4;

	zassert_ok(gatt_open(&phones[0]));
	while (handle < 20 && prepare(0, handle, 0, 2) != 0) {
		handle++;
	}
	zassert_true(handle < 20, "no other attribute can be written in parts");
	while (prepare(0, handle, 0, 2) == 0) {
	}
	phones[1].mtu = 0;
	zassert_ok(gatt_open(&phones[1]));
	zassert_equal(prepare(1, handle_of(&phones[1], "proto-ver"), 0, 1), ERROR_QUEUE_FULL);
	zassert_ok(execute(0, 0));
	expect_served(&phones[1]);
}

ZTEST(gatt_requests, test_a_second_link_beside_a_session)
{
	struct client owner = client_of(&phones[0]);
	struct client_status status;
	uint16_t handle;

	zassert_ok(gatt_open(&phones[1]));
	handle = handle_of(&phones[1], "proto-ver");
	/* A client, and a link that is not one yet. */
	zassert_ok(send(1, ATT_WRITE_REQ, handle, "x", 1));
	zassert_ok(gatt_open(&phones[2]));
	zassert_ok(client_handshake_1(&owner, DEVICE_POP));
	zassert_equal(send(1, ATT_WRITE_REQ, handle, "x", 1), ERROR_AUTHORIZE);
	zassert_equal(send(2, ATT_WRITE_REQ, handle, "x", 1), ERROR_AUTHORIZE);
	zassert_ok(client_status(&owner, &status));
	/* When the owner has left, they are served. */
	gatt_close(&phones[0]);
	k_sleep(K_SECONDS(1));
	expect_served(&phones[2]);
	client_forget(&owner);
}

/* A link of the application's advertising needs a slot as well: it gets one that is idle. */
ZTEST(gatt_requests, test_more_links_than_slots)
{
	uint16_t handle = 0;

	for (uint8_t i = 0; i < CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS; i++) {
		zassert_ok(gatt_open(&phones[i]));
		handle = handle_of(&phones[i], "proto-ver");
		zassert_ok(send(i, ATT_WRITE_REQ, handle, "x", 1));
	}
	k_sleep(K_SECONDS(2));
	zassert_false(controller_is_advertising(), "no slot is free");
	/* One of them has to leave, because another phone cannot connect. */
	phones[3].mtu = 247;
	expect_served(&phones[3]);
}

static void request_stop(struct k_work *work)
{
	ARG_UNUSED(work);
	/* On the system work queue, this does not wait for the end. */
	network_prov_mgr_stop_provisioning();
}

static K_WORK_DEFINE(stopping, request_stop);

/* The service takes no more requests when it ends, and its client reads the last response. */
ZTEST(gatt_requests, test_a_write_while_the_service_ends)
{
	struct client owner = client_of(&phones[0]);
	uint16_t handle;

	zassert_ok(gatt_open(&phones[1]));
	handle = handle_of(&phones[1], "proto-ver");
	zassert_ok(client_handshake_1(&owner, DEVICE_POP));
	zassert_ok(gatt_write(&phones[0], handle_of(&phones[0], "proto-ver"), (uint8_t *)"x", 1));
	zassert_true(k_work_submit(&stopping) >= 0);
	k_msleep(100);
	zassert_true(controller_is_connected(0), "its client has not read the response");
	zassert_equal(send(1, ATT_WRITE_REQ, handle, "x", 1), ERROR_UNLIKELY);
	network_prov_mgr_wait();
	zassert_false(controller_is_connected(0));
	client_forget(&owner);
}
