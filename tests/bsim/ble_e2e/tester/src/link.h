/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The tester's link to the device: finding it, connecting, and what its service contains.
 *
 * A step that must work fails the test if it does not.
 */

#ifndef TESTS_BSIM_LINK_H_
#define TESTS_BSIM_LINK_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/bluetooth/addr.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/uuid.h>
#include <zephyr/kernel.h>

#include "client.h"

#define LINK_ENDPOINTS_MAX 16

/** The smallest MTU. */
#define LINK_MTU_LEAST 23

/** The service's UUID, unless the application sets another one. */
#define LINK_SERVICE_UUID BT_UUID_128_ENCODE(0x021a9004, 0x0382, 0x4aea, 0xbff4, 0x6b3f1c5adfb4)

/** What a device advertises. */
struct advert {
	bt_addr_le_t address;
	uint8_t ad[31];
	uint8_t ad_length;
	uint8_t sd[31];
	uint8_t sd_length;
};

struct endpoint {
	char name[32];
	uint8_t properties;
	uint16_t handle;
	/** Handle of the descriptor with its name. */
	uint16_t description;
	/** Number of descriptors with a name, and of others. */
	int names, others;
	struct bt_uuid_128 uuid;
};

struct link {
	struct bt_conn *conn;
	uint16_t mtu;
	/** When the link was connected, in milliseconds since boot. */
	int64_t connected_at;
	struct endpoint endpoints[LINK_ENDPOINTS_MAX];
	size_t count;
	/** Result of the client's last request: see att.h. */
	int error;
	/** Do not read after a write. */
	bool is_writing_only;
};

/** Waits until Bluetooth is enabled. */
void link_begin(void);

/** Scans until a device with this name and all its data is found. Returns false after the given
 * time.
 */
bool link_find(const char *name, int seconds, struct advert *advert);

/** Advertises this name from now on, for other testers. */
void link_announce(const char *name);

/** Returns an element of an advertisement; NULL unless it occurs exactly once. */
const uint8_t *link_element(const uint8_t *data, uint8_t size, uint8_t type, uint8_t *length);

void link_connect(struct link *link, const struct advert *advert);
void link_exchange_mtu(struct link *link, uint16_t mtu);
void link_discover(struct link *link, const uint8_t uuid[16]);

/** Opens a link completely: to a device with this name and the usual UUID. Does not request an MTU
 * of 23.
 */
void link_open(struct link *link, const char *name, uint16_t mtu);

/* As above, where other peers may interfere. On failure, they return false and leave no link. */

bool link_try_connect(struct link *link, const struct advert *advert);
bool link_try_discover(struct link *link, const uint8_t uuid[16]);
/** Searches for the device for this number of seconds. */
bool link_try_open(struct link *link, const char *name, uint16_t mtu, int seconds);

/** Ends the link, if it still exists. */
void link_drop(struct link *link);

/** Ends the link and waits for the end. */
void link_close(struct link *link);

/** Waits until the device has ended the link. Returns the reason, as in HCI. */
uint8_t link_await_end(struct link *link, int seconds);

bool link_is_up(const struct link *link);

/** Returns the endpoint with this name, which must exist. */
const struct endpoint *link_endpoint(const struct link *link, const char *name);

/** Sends a client's request over a link (`client_send_t`). The context is the link. */
int link_send(void *context, const char *endpoint, const uint8_t *request, size_t length,
	      uint8_t *reply, size_t size, size_t *reply_length);

/** Creates a client on this link. */
#define LINK_CLIENT(_link)                                                                         \
	{                                                                                          \
		.send = link_send, .context = (_link)                                              \
	}

#endif /* TESTS_BSIM_LINK_H_ */
