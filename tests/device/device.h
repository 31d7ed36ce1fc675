/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A device, and whole sessions with it over each transport.
 */

#ifndef TESTS_DEVICE_DEVICE_H_
#define TESTS_DEVICE_DEVICE_H_

#include <stdbool.h>
#include <stdint.h>

#include <network_provisioning/network_prov_mgr.h>

#include "browser.h"
#include "client.h"
#if defined(CONFIG_NETWORK_PROV_BLE)
#include "gatt_client.h"
#endif

#define DEVICE_POP  "abcd1234"
#define DEVICE_NAME "PROV_TEST"
/** The endpoint of the application, which answers what it gets. */
#define DEVICE_CUSTOM "custom-data"

enum device_transport {
	DEVICE_HTTP,
	DEVICE_CONSOLE,
	/** If the image has it. */
	DEVICE_BLE,
};

/** Called for each event, on the provisioning thread; or NULL. */
extern void (*device_callback)(enum network_prov_cb_event event);

/** Called for each request to DEVICE_CUSTOM, on the provisioning thread; or NULL. */
extern void (*device_handler)(void);

/** What phones ask for over Bluetooth LE, or 0 for the least MTU, where messages have many parts. */
extern uint16_t device_mtu;

/**
 * Initialises the manager and starts the service with security 1. Returns 0 or a negative errno; the
 * manager is not initialised then.
 */
int device_start(enum device_transport transport);

/** Stops the service and deinitialises the manager, which must succeed. */
void device_stop(void);

/** A client, and its connection over any transport. */
struct device_peer {
	struct client client;
	struct browser browser;
#if defined(CONFIG_NETWORK_PROV_BLE)
	struct gatt_client phone;
#endif
};

/** A client over this transport, without a session and not yet connected. */
void device_meet(struct device_peer *peer, enum device_transport transport);

/** The client forgets its session and ends its connection. */
void device_part(struct device_peer *peer);

/**
 * A client provisions the started device: version, handshake, scan, the endpoint of the application,
 * credentials, and the result. Returns whether all of it has worked.
 */
bool device_session(enum device_transport transport, const char *ssid, const char *passphrase);

#endif /* TESTS_DEVICE_DEVICE_H_ */
