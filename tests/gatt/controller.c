/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/bluetooth/buf.h>
#include <zephyr/bluetooth/hci.h>
#include <zephyr/bluetooth/hci_types.h>
#include <zephyr/device.h>
#include <zephyr/drivers/bluetooth.h>
#include <zephyr/kernel.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "controller.h"
#include "controller_hci.h"

#define DT_DRV_COMPAT vnd_bt_hci

/** Longer than any time-out that keeps a buffer. */
#define BUFFER_TIME K_SECONDS(120)

/* An event is handled before the next command, as in a controller. */
#define PRIORITY K_PRIO_COOP(2)

struct link {
	/** Connection handle, or 0 if the link is closed. */
	uint16_t handle;
	uint8_t packet[CONTROLLER_PACKET_MAX];
	size_t length;
};

static K_FIFO_DEFINE(from_host);
static K_MUTEX_DEFINE(lock);

static struct link links[CONTROLLER_LINKS];
static uint16_t last_handle;
static bool is_advertising;
static bt_hci_recv_t receive;
static const struct controller_listener *listener;

/* Events. */

static void give(struct net_buf *buf)
{
	if (receive == NULL || receive(DEVICE_DT_INST_GET(0), buf) != 0) {
		net_buf_unref(buf);
	}
}

void controller_raise(uint8_t event, const void *parameters, size_t length)
{
	const struct bt_hci_evt_hdr header = {.evt = event, .len = (uint8_t)length};
	struct net_buf *buf = bt_buf_get_evt(event, false, BUFFER_TIME);

	zassert_not_null(buf, "the host has no buffer for an event");
	net_buf_add_mem(buf, &header, sizeof(header));
	net_buf_add_mem(buf, parameters, length);
	give(buf);
}

void controller_raise_meta(uint8_t subevent, const void *parameters, size_t length)
{
	uint8_t bytes[CONTROLLER_PARAMETERS_MAX] = {subevent};

	memcpy(&bytes[1], parameters, length);
	controller_raise(BT_HCI_EVT_LE_META_EVENT, bytes, 1 + length);
}

/* Links. */

static struct link *find(uint16_t handle)
{
	ARRAY_FOR_EACH_PTR(links, link) {
		if (link->handle == handle && handle != 0) {
			return link;
		}
	}
	return NULL;
}

static uint8_t number_of(const struct link *link)
{
	return (uint8_t)ARRAY_INDEX(links, link);
}

/** Forgets the link. Returns its handle, or 0 if there was none. */
static uint16_t forget(struct link *link)
{
	uint16_t handle;

	k_mutex_lock(&lock, K_FOREVER);
	handle = link->handle;
	link->handle = 0;
	link->length = 0;
	k_mutex_unlock(&lock);
	if (handle != 0 && listener != NULL) {
		listener->ended(number_of(link));
	}
	return handle;
}

static void end(struct link *link, uint8_t reason)
{
	struct bt_hci_evt_disconn_complete event = {.reason = reason};
	uint16_t handle = forget(link);

	if (handle != 0) {
		event.handle = sys_cpu_to_le16(handle);
		controller_raise(BT_HCI_EVT_DISCONN_COMPLETE, &event, sizeof(event));
	}
}

bool controller_has(uint16_t handle)
{
	return find(handle) != NULL;
}

void controller_end(uint16_t handle, uint8_t reason)
{
	struct link *link = find(handle);

	if (link != NULL) {
		end(link, reason);
	}
}

void controller_set_advertising(bool advertises)
{
	is_advertising = advertises;
}

void controller_reset(void)
{
	is_advertising = false;
	ARRAY_FOR_EACH_PTR(links, link) {
		(void)forget(link);
	}
}

/* Data. */

static void confirm(uint16_t handle)
{
	struct {
		uint8_t count;
		struct bt_hci_handle_count link;
	} __packed event = {
		.count = 1,
		.link = {.handle = sys_cpu_to_le16(handle), .count = sys_cpu_to_le16(1)},
	};

	controller_raise(BT_HCI_EVT_NUM_COMPLETED_PACKETS, &event, sizeof(event));
}

static void take_fragment(struct link *link, const uint8_t *bytes, size_t length, bool is_first)
{
	size_t whole;

	link->length = is_first ? 0 : link->length;
	zassert_true(link->length + length <= sizeof(link->packet), "the host sends too much");
	memcpy(&link->packet[link->length], bytes, length);
	link->length += length;
	if (link->length < 4) {
		return;
	}
	whole = sys_get_le16(link->packet) + 4;
	zassert_true(link->length <= whole, "the host sends more than a packet");
	if (link->length == whole && listener != NULL) {
		listener->received(number_of(link), sys_get_le16(&link->packet[2]),
				   &link->packet[4], whole - 4);
	}
}

static void take_data(struct net_buf *buf)
{
	const struct bt_hci_acl_hdr *header = net_buf_pull_mem(buf, sizeof(*header));
	uint16_t handle = sys_le16_to_cpu(header->handle);
	struct link *link = find(bt_acl_handle(handle));

	/* Otherwise the link has just ended, which the host has not yet noticed. */
	if (link != NULL) {
		take_fragment(link, buf->data, buf->len,
			      bt_acl_flags_pb(bt_acl_flags(handle)) != BT_ACL_CONT);
		confirm(bt_acl_handle(handle));
	}
}

/* The driver. */

static void run(void *p1, void *p2, void *p3)
{
	ARG_UNUSED(p1);
	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	while (true) {
		struct net_buf *buf = k_fifo_get(&from_host, K_FOREVER);

		switch (net_buf_pull_u8(buf)) {
		case BT_HCI_H4_CMD:
			controller_execute(buf);
			break;
		case BT_HCI_H4_ACL:
			take_data(buf);
			break;
		default:
			zassert_unreachable("the host sends something else");
			break;
		}
		net_buf_unref(buf);
	}
}

K_THREAD_DEFINE(controller_thread, 8192, run, NULL, NULL, NULL, PRIORITY, 0, 0);

static int driver_open(const struct device *dev, bt_hci_recv_t recv)
{
	ARG_UNUSED(dev);
	controller_reset();
	receive = recv;
	return 0;
}

static int driver_close(const struct device *dev)
{
	ARG_UNUSED(dev);
	controller_reset();
	receive = NULL;
	return 0;
}

static int driver_send(const struct device *dev, struct net_buf *buf)
{
	ARG_UNUSED(dev);
	k_fifo_put(&from_host, buf);
	return 0;
}

static DEVICE_API(bt_hci, driver) = {
	.open = driver_open,
	.close = driver_close,
	.send = driver_send,
};

DEVICE_DT_INST_DEFINE(0, NULL, NULL, NULL, NULL, POST_KERNEL, CONFIG_KERNEL_INIT_PRIORITY_DEVICE,
		      &driver);

/* For the test. */

void controller_listen(const struct controller_listener *new_listener)
{
	listener = new_listener;
}

bool controller_is_advertising(void)
{
	return is_advertising;
}

bool controller_is_connected(uint8_t link)
{
	return links[link].handle != 0;
}

uint16_t controller_handle(uint8_t link)
{
	return links[link].handle;
}

bool controller_connect(uint8_t number)
{
	struct bt_hci_evt_le_conn_complete event = {
		.role = BT_HCI_ROLE_PERIPHERAL,
		.peer_addr = {.type = BT_ADDR_LE_RANDOM, .a = {{number, 0, 0, 0, 0, 0xc0}}},
		.interval = sys_cpu_to_le16(24),
		.supv_timeout = sys_cpu_to_le16(400),
	};
	struct link *link = &links[number];
	bool is_possible;

	k_mutex_lock(&lock, K_FOREVER);
	is_possible = is_advertising && link->handle == 0;
	if (is_possible) {
		is_advertising = false;
		last_handle = last_handle % 0xe00 + 1;
		link->handle = last_handle;
		link->length = 0;
		event.handle = sys_cpu_to_le16(last_handle);
	}
	k_mutex_unlock(&lock);
	if (is_possible) {
		controller_raise_meta(BT_HCI_EVT_LE_CONN_COMPLETE, &event, sizeof(event));
	}
	return is_possible;
}

void controller_disconnect(uint8_t link, uint8_t reason)
{
	end(&links[link], reason);
}

void controller_send(uint8_t link, const uint8_t *fragment, size_t length, bool is_first)
{
	struct net_buf *buf;
	uint16_t handle;

	if (!controller_is_connected(link)) {
		return;
	}
	buf = bt_buf_get_rx(BT_BUF_ACL_IN, BUFFER_TIME);
	zassert_not_null(buf, "the host has no buffer for data");
	handle = links[link].handle;
	if (handle == 0) {
		/* It has ended meanwhile. */
		net_buf_unref(buf);
		return;
	}
	net_buf_add_le16(buf, bt_acl_handle_pack(handle, is_first ? BT_ACL_START : BT_ACL_CONT));
	net_buf_add_le16(buf, (uint16_t)length);
	net_buf_add_mem(buf, fragment, length);
	give(buf);
}
