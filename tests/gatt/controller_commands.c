/* SPDX-License-Identifier: Apache-2.0 */

/* HCI commands, and the controller's responses. */

#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/hci.h>
#include <zephyr/bluetooth/hci_types.h>
#include <zephyr/kernel.h>
#include <zephyr/net_buf.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "controller.h"
#include "controller_hci.h"

/** Packets that the controller takes from the host at a time, and their longest size. */
#define ACL_COUNT 8
#define ACL_SIZE  251

static struct controller_advertising advertising;
static uint32_t delay_ms;

static struct {
	uint32_t left;
	bool lasts;
	bool has_failed;
} failure;

static void complete(uint16_t opcode, const void *parameters, size_t length)
{
	const struct bt_hci_evt_cmd_complete head = {.ncmd = 1, .opcode = sys_cpu_to_le16(opcode)};
	uint8_t bytes[sizeof(head) + CONTROLLER_PARAMETERS_MAX] = {0};

	memcpy(bytes, &head, sizeof(head));
	memcpy(&bytes[sizeof(head)], parameters, length);
	/* Of commands that are not known here, the rest of the response is zeros. */
	controller_raise(BT_HCI_EVT_CMD_COMPLETE, bytes, sizeof(bytes));
}

static void begin(uint16_t opcode, uint8_t status)
{
	const struct bt_hci_evt_cmd_status event = {
		.status = status, .ncmd = 1, .opcode = sys_cpu_to_le16(opcode)};

	controller_raise(BT_HCI_EVT_CMD_STATUS, &event, sizeof(event));
}

static bool fails(void)
{
	bool is_it = failure.left == 1 || (failure.lasts && failure.has_failed);

	failure.left -= failure.left > 0 ? 1 : 0;
	failure.has_failed |= is_it;
	return is_it;
}

static void disconnect(uint16_t opcode, const struct bt_hci_cp_disconnect *command)
{
	uint16_t handle = sys_le16_to_cpu(command->handle);

	begin(opcode, controller_has(handle) ? 0 : BT_HCI_ERR_UNKNOWN_CONN_ID);
	controller_end(handle, BT_HCI_ERR_LOCALHOST_TERM_CONN);
}

static void tell_version(uint16_t opcode, uint16_t handle)
{
	const struct bt_hci_evt_remote_version_info event = {.handle = handle, .version = 9};

	begin(opcode, 0);
	controller_raise(BT_HCI_EVT_REMOTE_VERSION_INFO, &event, sizeof(event));
}

static void tell_features(uint16_t opcode, uint16_t handle)
{
	const struct bt_hci_evt_le_remote_feat_complete event = {.handle = handle};

	begin(opcode, 0);
	controller_raise_meta(BT_HCI_EVT_LE_REMOTE_FEAT_COMPLETE, &event, sizeof(event));
}

static void update_connection(uint16_t opcode, uint16_t handle)
{
	const struct bt_hci_evt_le_conn_update_complete event = {
		.handle = handle,
		.interval = sys_cpu_to_le16(24),
		.supv_timeout = sys_cpu_to_le16(400),
	};

	begin(opcode, 0);
	controller_raise_meta(BT_HCI_EVT_LE_CONN_UPDATE_COMPLETE, &event, sizeof(event));
}

/** Advertising data, with its length before it. */
static void store(uint8_t data[31], uint8_t *length, const uint8_t *parameters)
{
	*length = MIN(parameters[0], 31);
	memcpy(data, &parameters[1], *length);
}

/** Takes what commands say about advertising. */
static void look_at(uint16_t opcode, const uint8_t *parameters)
{
	switch (opcode) {
	case BT_HCI_OP_LE_SET_ADV_ENABLE:
		controller_set_advertising(parameters[0] != 0);
		break;
	case BT_HCI_OP_LE_SET_ADV_PARAM:
		advertising.has_random_address =
			((const struct bt_hci_cp_le_set_adv_param *)parameters)->own_addr_type ==
			BT_ADDR_LE_RANDOM;
		break;
	case BT_HCI_OP_LE_SET_ADV_DATA:
		store(advertising.ad, &advertising.ad_length, parameters);
		break;
	case BT_HCI_OP_LE_SET_SCAN_RSP_DATA:
		store(advertising.sd, &advertising.sd_length, parameters);
		break;
	case BT_HCI_OP_LE_SET_RANDOM_ADDRESS:
		memcpy(advertising.address, parameters, sizeof(advertising.address));
		break;
	default:
		break;
	}
}

static void execute(uint16_t opcode, const uint8_t *parameters)
{
	static const struct bt_hci_rp_le_read_buffer_size buffers = {
		.le_max_len = sys_cpu_to_le16(ACL_SIZE), .le_max_num = ACL_COUNT};
	static const struct bt_hci_rp_read_bd_addr address = {
		.bdaddr = {{0x01, 0x02, 0x03, 0x04, 0x05, 0x06}}};
	/* LE, and nothing else. */
	static const struct bt_hci_rp_read_local_features features = {
		.features = {[4] = BIT(5) | BIT(6)}};
	static const uint8_t done;
	/* Most commands for a link begin with its handle. */
	uint16_t handle = parameters[0] | parameters[1] << 8;

	switch (opcode) {
	case BT_HCI_OP_HOST_NUM_COMPLETED_PACKETS:
		/* Has no response. */
		break;
	case BT_HCI_OP_RESET:
		controller_reset();
		complete(opcode, &done, sizeof(done));
		break;
	case BT_HCI_OP_READ_LOCAL_FEATURES:
		complete(opcode, &features, sizeof(features));
		break;
	case BT_HCI_OP_LE_READ_BUFFER_SIZE:
		complete(opcode, &buffers, sizeof(buffers));
		break;
	case BT_HCI_OP_READ_BD_ADDR:
		complete(opcode, &address, sizeof(address));
		break;
	case BT_HCI_OP_DISCONNECT:
		disconnect(opcode, (const struct bt_hci_cp_disconnect *)parameters);
		break;
	case BT_HCI_OP_READ_REMOTE_VERSION_INFO:
		tell_version(opcode, sys_cpu_to_le16(handle));
		break;
	case BT_HCI_OP_LE_READ_REMOTE_FEATURES:
		tell_features(opcode, sys_cpu_to_le16(handle));
		break;
	case BT_HCI_OP_LE_CONN_UPDATE:
		update_connection(opcode, sys_cpu_to_le16(handle));
		break;
	default:
		look_at(opcode, parameters);
		complete(opcode, &done, sizeof(done));
		break;
	}
}

void controller_execute(struct net_buf *buf)
{
	/* Longer than any command that is looked at. */
	uint8_t parameters[CONTROLLER_PARAMETERS_MAX] = {0};
	const struct bt_hci_cmd_hdr *header = net_buf_pull_mem(buf, sizeof(*header));
	uint16_t opcode = sys_le16_to_cpu(header->opcode);

	memcpy(parameters, buf->data, MIN(buf->len, sizeof(parameters)));
	k_msleep(delay_ms);
	if (opcode != BT_HCI_OP_HOST_NUM_COMPLETED_PACKETS && bt_is_ready() && fails()) {
		static const uint8_t failed = BT_HCI_ERR_UNSPECIFIED;

		complete(opcode, &failed, sizeof(failed));
		return;
	}
	execute(opcode, parameters);
}

/* For the test. */

const struct controller_advertising *controller_advertising(void)
{
	return &advertising;
}

void controller_set_delay(uint32_t ms)
{
	delay_ms = ms;
}

void controller_fail(uint32_t n, bool lasts)
{
	failure.left = n;
	failure.lasts = lasts;
	failure.has_failed = false;
}

bool controller_has_failed(void)
{
	return failure.has_failed;
}
