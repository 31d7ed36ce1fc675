/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A client of a device for Thread networks. See client.h.
 */

#ifndef TESTS_CLIENT_THREAD_H_
#define TESTS_CLIENT_THREAD_H_

#include <stddef.h>
#include <stdint.h>

#include "client.h"

enum client_thread_state {
	CLIENT_ATTACHED = 0,
	CLIENT_ATTACHING = 1,
	CLIENT_DETACHED = 2,
	CLIENT_ATTACH_FAILED = 3,
};

enum client_thread_reason {
	CLIENT_NO_THREAD_REASON = -1,
	CLIENT_DATASET_INVALID = 0,
	CLIENT_THREAD_NOT_FOUND = 1,
};

/** A network that was found. For the network that the device is attached to, only the first four
 * members.
 */
struct client_thread_network {
	uint16_t pan_id;
	uint8_t ext_pan_id[8];
	uint8_t channel;
	char name[17];
	int8_t rssi;
	uint8_t lqi;
	uint8_t ext_addr[8];
};

struct client_thread_status {
	enum client_thread_state state;
	enum client_thread_reason reason;
	/** Zero, unless attached. */
	struct client_thread_network network;
};

/** These return the `Status` of the response: 0 is success. */
int client_thread_set(struct client *client, const uint8_t *dataset, size_t length);
int client_thread_apply(struct client *client);
int client_thread_status(struct client *client, struct client_thread_status *status);
int client_thread_reset(struct client *client);
int client_thread_reprovision(struct client *client);

/** Scans these channels (0: all), waits, and requests the results page by page. Returns their
 * number.
 */
int client_thread_scan(struct client *client, uint32_t channel_mask,
		       struct client_thread_network *networks, size_t max);

#endif /* TESTS_CLIENT_THREAD_H_ */
