/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A Bluetooth controller without a radio: the test is the other side of each link.
 *
 * Zephyr's host is the real one. The controller accepts every command, has no optional features, and
 * loses nothing. It can have a link when the host advertises.
 */

#ifndef TESTS_GATT_CONTROLLER_H_
#define TESTS_GATT_CONTROLLER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Links, by number from 0: one more than the host has. */
#define CONTROLLER_LINKS (CONFIG_BT_MAX_CONN + 1)

/** Longest L2CAP packet of the host, with its header. */
#define CONTROLLER_PACKET_MAX 600

/**
 * A link of the test. Both functions run on the controller's thread, which must not wait, nor call
 * the host.
 */
struct controller_listener {
	/** The host has sent an L2CAP packet. `packet` is without its header. */
	void (*received)(uint8_t link, uint16_t channel, const uint8_t *packet, size_t length);
	/** The link has ended, on either side. */
	void (*ended)(uint8_t link);
};

void controller_listen(const struct controller_listener *listener);

/** Checks whether the host advertises. */
bool controller_is_advertising(void);

/** What the host advertises with. */
struct controller_advertising {
	/** The advertisement and the scan response. */
	uint8_t ad[31], sd[31];
	uint8_t ad_length, sd_length;
	/** It uses `address`, and not the controller's own. */
	bool has_random_address;
	uint8_t address[6];
};

const struct controller_advertising *controller_advertising(void);

/** Starts a link. Returns false if the host does not advertise, or the link exists. */
bool controller_connect(uint8_t link);

/** Checks whether the link exists. */
bool controller_is_connected(uint8_t link);

/** Gets the handle of the link, which no other link had recently; 0 if it does not exist. */
uint16_t controller_handle(uint8_t link);

/** Ends a link if it exists: the peer gives this reason, or is lost. */
void controller_disconnect(uint8_t link, uint8_t reason);

/**
 * Sends a fragment of an L2CAP packet to the host, at most CONFIG_BT_BUF_ACL_RX_SIZE bytes. Waits
 * until the host has a buffer for it. Does nothing if the link does not exist.
 */
void controller_send(uint8_t link, const uint8_t *fragment, size_t length, bool is_first);

/** Makes each command take this long: up to 10 s, when the host gives up. */
void controller_set_delay(uint32_t ms);

/**
 * Makes command `n` (from 1) fail that the host sends while Bluetooth is ready, and those after it if
 * `lasts`. 0: none.
 */
void controller_fail(uint32_t n, bool lasts);

/** Returns whether a command has failed since controller_fail(). */
bool controller_has_failed(void);

#endif /* TESTS_GATT_CONTROLLER_H_ */
