/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The tester's way to the device: finding it, a connection, and what its service has.
 *
 * What must work here and does not is a failure of the test.
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

/** The least MTU there is. */
#define LINK_MTU_LEAST 23

/** The service's UUID, if the application does not choose another. */
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
	/** Of its name. */
	uint16_t description;
	/** How many descriptors there are with names, and how many others. */
	int names, others;
	struct bt_uuid_128 uuid;
};

struct link {
	struct bt_conn *conn;
	uint16_t mtu;
	/** When it was connected, in milliseconds. */
	int64_t connected_at;
	struct endpoint endpoints[LINK_ENDPOINTS_MAX];
	size_t count;
	/** What the last request of the client came to: see att.h. */
	int error;
	/** Do not read after a write. */
	bool is_writing_only;
};

/** Waits until Bluetooth is on. */
void link_begin(void);

/** Scans until a device of this name is seen whole. False if there is none in these seconds. */
bool link_find(const char *name, int seconds, struct advert *advert);

/** Advertises this name from now on, for other testers to find. */
void link_announce(const char *name);

/** One element of an advertisement; NULL if it is not there exactly once. */
const uint8_t *link_element(const uint8_t *data, uint8_t size, uint8_t type, uint8_t *length);

void link_connect(struct link *link, const struct advert *advert);
void link_exchange_mtu(struct link *link, uint16_t mtu);
void link_discover(struct link *link, const uint8_t uuid[16]);

/** All of it: a device of this name, with the usual UUID. An MTU of 23 is not asked for. */
void link_open(struct link *link, const char *name, uint16_t mtu);

/* The same where others may be in the way. They return false, and leave no link, if it fails. */

bool link_try_connect(struct link *link, const struct advert *advert);
bool link_try_discover(struct link *link, const uint8_t uuid[16]);
/** Looks for the device for so many seconds. */
bool link_try_open(struct link *link, const char *name, uint16_t mtu, int seconds);

/** Ends it, if it is there still. */
void link_drop(struct link *link);

/** Ends it, and waits for the end. */
void link_close(struct link *link);

/** Waits until the device has ended it; the reason is the one of HCI. */
uint8_t link_await_end(struct link *link, int seconds);

bool link_is_up(const struct link *link);

/** The endpoint of this name, which there is. */
const struct endpoint *link_endpoint(const struct link *link, const char *name);

/** How a client asks over a link (`client_send_t`). The context is the link. */
int link_send(void *context, const char *endpoint, const uint8_t *request, size_t length,
	      uint8_t *reply, size_t size, size_t *reply_length);

/** A client on this link. */
#define LINK_CLIENT(_link)                                                                         \
	{                                                                                          \
		.send = link_send, .context = (_link)                                              \
	}

#endif /* TESTS_BSIM_LINK_H_ */
