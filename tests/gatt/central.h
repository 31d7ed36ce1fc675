/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The other side of a link: sends ATT PDUs and L2CAP packets, valid and invalid, and gets the
 * responses.
 */

#ifndef TESTS_GATT_CENTRAL_H_
#define TESTS_GATT_CENTRAL_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "controller.h"

#define CENTRAL_ATT 4

#define ATT_ERROR_RSP	    0x01
#define ATT_MTU_REQ	    0x02
#define ATT_FIND_INFO_REQ   0x04
#define ATT_FIND_TYPE_REQ   0x06
#define ATT_READ_TYPE_REQ   0x08
#define ATT_READ_REQ	    0x0a
#define ATT_READ_BLOB_REQ   0x0c
#define ATT_READ_MULT_REQ   0x0e
#define ATT_READ_GROUP_REQ  0x10
#define ATT_WRITE_REQ	    0x12
#define ATT_PREPARE_REQ	    0x16
#define ATT_EXECUTE_REQ	    0x18
#define ATT_NOTIFY	    0x1b
#define ATT_INDICATE	    0x1d
#define ATT_CONFIRM	    0x1e
#define ATT_READ_MULT_V_REQ 0x20
#define ATT_WRITE_CMD	    0x52

#define CENTRAL_MTU_LEAST 23

/** Longest PDU in either direction. */
#define CENTRAL_PDU_MAX 512

/** Connects if the device advertises. Returns whether it has. */
bool central_try_connect(uint8_t link);

/** Waits up to a minute until the device advertises, and connects. Returns whether it has. */
bool central_connect(uint8_t link);

/** Ends the link, if there is one. */
void central_disconnect(uint8_t link);

/** Sends an L2CAP packet in fragments of at most `fragment_max` bytes, with its header. */
void central_send_packet(uint8_t link, uint16_t channel, const uint8_t *packet, size_t length,
			 size_t fragment_max);

/** Sends an ATT PDU, and does not wait for a response. */
void central_send(uint8_t link, const uint8_t *pdu, size_t length);

/**
 * Sends an ATT request and waits for its response, up to 30 s. Returns the length of the response,
 * which may be an error response, or 0 after a time-out or when the link has ended.
 */
size_t central_request(uint8_t link, const uint8_t *pdu, size_t length,
		       uint8_t response[CENTRAL_PDU_MAX]);

/** The MTU of the link: the least one until central_exchange_mtu(). */
uint16_t central_mtu(uint8_t link);

/** Agrees on an MTU. Returns whether there is one. */
bool central_exchange_mtu(uint8_t link, uint16_t mtu);

#endif /* TESTS_GATT_CENTRAL_H_ */
