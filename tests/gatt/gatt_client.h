/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A provisioning client's transport over Bluetooth LE: connects, discovers the endpoints by
 * their names, and writes and reads them as phones do.
 */

#ifndef TESTS_GATT_CLIENT_H_
#define TESTS_GATT_CLIENT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GATT_ENDPOINTS_MAX 16
#define GATT_NAME_MAX	   32

/** A client on a link. Zero all but the first members. */
struct gatt_client {
	/** The link's number. */
	uint8_t link;
	/** The MTU to ask for; 0 for none. */
	uint16_t mtu;

	/** What it has discovered on this link. */
	size_t count;
	struct {
		uint16_t handle;
		char name[GATT_NAME_MAX];
	} endpoints[GATT_ENDPOINTS_MAX];
};

/** Connects unless it is connected, agrees on the MTU, and discovers. Returns 0, or -1. */
int gatt_open(struct gatt_client *client);

/** Ends the link. */
void gatt_close(struct gatt_client *client);

/** Writes a value, in parts if it is long. Returns 0, an ATT error, or -1 without a response. */
int gatt_write(struct gatt_client *client, uint16_t handle, const uint8_t *value, size_t length);

/** Reads a value, in parts if it is long. Returns as gatt_write(). */
int gatt_read(struct gatt_client *client, uint16_t handle, uint8_t *value, size_t size,
	      size_t *length);

/** Sends a client's request (`client_send_t`). The context is a `struct gatt_client`. */
int gatt_exchange(void *context, const char *endpoint, const uint8_t *request, size_t length,
		  uint8_t *reply, size_t size, size_t *reply_length);

#endif /* TESTS_GATT_CLIENT_H_ */
