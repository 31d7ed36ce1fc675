/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/bluetooth/hci_types.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/byteorder.h>
#include <zephyr/sys/util.h>

#include "central.h"

/** How often, and at what interval, a client looks for advertising. */
#define LOOKS	    1200
#define LOOKS_AFTER K_MSEC(50)

/** ATT transaction time-out. */
#define RESPONSE_TIME K_SECONDS(30)

struct side {
	struct k_sem has_response;
	/** Opcode of the pending request, or 0. */
	uint8_t request;
	uint8_t response[CENTRAL_PDU_MAX];
	size_t length;
	uint16_t mtu;
};

static struct side sides[CONTROLLER_LINKS];

static bool is_response(const struct side *side, const uint8_t *pdu, size_t length)
{
	if (side->request == 0 || length == 0) {
		return false;
	}
	return pdu[0] == side->request + 1 ||
	       (pdu[0] == ATT_ERROR_RSP && length > 1 && pdu[1] == side->request);
}

static void received(uint8_t link, uint16_t channel, const uint8_t *packet, size_t length)
{
	struct side *side = &sides[link];

	/* All others are requests and notifications of the device, which need no response. */
	if (channel == CENTRAL_ATT && is_response(side, packet, length)) {
		side->length = MIN(length, sizeof(side->response));
		memcpy(side->response, packet, side->length);
		side->request = 0;
		k_sem_give(&side->has_response);
	}
}

static void ended(uint8_t link)
{
	k_sem_give(&sides[link].has_response);
}

static const struct controller_listener listener = {.received = received, .ended = ended};

bool central_try_connect(uint8_t link)
{
	struct side *side = &sides[link];

	if (controller_is_connected(link)) {
		return false;
	}
	controller_listen(&listener);
	k_sem_init(&side->has_response, 0, 1);
	side->request = 0;
	side->mtu = CENTRAL_MTU_LEAST;
	return controller_connect(link);
}

bool central_connect(uint8_t link)
{
	for (int i = 0; i < LOOKS; i++) {
		if (central_try_connect(link)) {
			return true;
		}
		k_sleep(LOOKS_AFTER);
	}
	return false;
}

void central_disconnect(uint8_t link)
{
	controller_disconnect(link, BT_HCI_ERR_REMOTE_USER_TERM_CONN);
}

void central_send_packet(uint8_t link, uint16_t channel, const uint8_t *packet, size_t length,
			 size_t fragment_max)
{
	uint8_t bytes[4 + CENTRAL_PDU_MAX];

	length = MIN(length, CENTRAL_PDU_MAX);
	sys_put_le16((uint16_t)length, &bytes[0]);
	sys_put_le16(channel, &bytes[2]);
	memcpy(&bytes[4], packet, length);
	length += 4;
	for (size_t at = 0; at < length; at += fragment_max) {
		controller_send(link, &bytes[at], MIN(fragment_max, length - at), at == 0);
	}
}

void central_send(uint8_t link, const uint8_t *pdu, size_t length)
{
	central_send_packet(link, CENTRAL_ATT, pdu, length, CONFIG_BT_BUF_ACL_RX_SIZE);
}

size_t central_request(uint8_t link, const uint8_t *pdu, size_t length,
		       uint8_t response[CENTRAL_PDU_MAX])
{
	struct side *side = &sides[link];
	bool has_response;

	if (!controller_is_connected(link)) {
		return 0;
	}
	side->request = pdu[0];
	k_sem_reset(&side->has_response);
	central_send(link, pdu, length);
	(void)k_sem_take(&side->has_response, RESPONSE_TIME);
	has_response = side->request == 0;
	side->request = 0;
	if (!has_response) {
		return 0;
	}
	memcpy(response, side->response, side->length);
	return side->length;
}

uint16_t central_mtu(uint8_t link)
{
	return sides[link].mtu;
}

bool central_exchange_mtu(uint8_t link, uint16_t mtu)
{
	uint8_t pdu[3] = {ATT_MTU_REQ};
	uint8_t response[CENTRAL_PDU_MAX];

	sys_put_le16(mtu, &pdu[1]);
	if (central_request(link, pdu, sizeof(pdu), response) != 3 ||
	    response[0] == ATT_ERROR_RSP) {
		return false;
	}
	sides[link].mtu = MAX(CENTRAL_MTU_LEAST, MIN(mtu, sys_get_le16(&response[1])));
	return true;
}
