/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Time limits of the glue, in milliseconds, and the relations between them.
 *
 * A limit is here if it depends on another one, on the core's, or on something outside the device.
 * The core's limits are in netprov_core.h.
 */

#ifndef NETPROV_TIMES_H_
#define NETPROV_TIMES_H_

#include <zephyr/sys/util.h>

#include "netprov_core.h"

/* ── Outside the device ─────────────────────────────────────────────────────────────────────── */

/** ATT transaction time-out: a request without a response for this long ends the bearer. */
#define NETPROV_ATT_TIMEOUT_MS 30000

/** Time-out of the Bluetooth host for a command to its controller. */
#define NETPROV_HCI_TIMEOUT_MS 10000

/** Longest supervision time-out that phones use: a silent link is reported lost after this time. */
#define NETPROV_SUPERVISION_MS 6000

/**
 * Longest time that a phone takes from connecting to its first request: it discovers the service.
 */
#define NETPROV_DISCOVERY_MS 5000

/* ── Engine ─────────────────────────────────────────────────────────────────────────────────── */

/**
 * Longest time that a call waits for the provisioning thread to start it, on a thread that cannot
 * wait. Longer than most requests take.
 */
#define NETPROV_ATTENTION_MS 100

BUILD_ASSERT(NETPROV_ATTENTION_MS * 10 <= NETPROV_HCI_TIMEOUT_MS,
	     "Bluetooth would assume a failed controller while its thread waits");

/* ── HTTP and console ───────────────────────────────────────────────────────────────────────── */

/** Longest time until a response over HTTP or the console. */
#define NETPROV_RESPONSE_MS 15000

BUILD_ASSERT(NETPROV_RESPONSE_MS > NETPROV_SCAN_WAIT_MS,
	     "A client that waits for a scan would get no response");

/** Longest time from a whole HTTP request until the first byte of its response. */
#define NETPROV_HTTP_RESPONSE_MS 20000

BUILD_ASSERT(NETPROV_HTTP_RESPONSE_MS > NETPROV_RESPONSE_MS,
	     "A connection would be closed before its response");

/** Longest time that the HTTP server's thread takes to close. */
#define NETPROV_HTTP_CLOSE_MS 16000

BUILD_ASSERT(NETPROV_HTTP_CLOSE_MS > NETPROV_RESPONSE_MS,
	     "The service would end before its last request");

/**
 * Time for which a connection with a handshake in progress is not replaced. The core protects the
 * handshake itself for the same time.
 */
#define NETPROV_HTTP_HANDSHAKE_MS NETPROV_HANDSHAKE_GRACE_MS

/* ── Bluetooth LE ───────────────────────────────────────────────────────────────────────────── */

/** Longest time that a write waits for its response, on the host's receive thread. */
#define NETPROV_BLE_WRITE_MS 4000

/** Longest time that the read after it waits for the rest. */
#define NETPROV_BLE_READ_MS 5000

BUILD_ASSERT(NETPROV_BLE_WRITE_MS + NETPROV_BLE_READ_MS > NETPROV_SCAN_WAIT_MS,
	     "A client that waits for a scan would get no response");
BUILD_ASSERT(MAX(NETPROV_BLE_WRITE_MS, NETPROV_BLE_READ_MS) * 2 < NETPROV_ATT_TIMEOUT_MS,
	     "ATT would end the link while a client waits");
BUILD_ASSERT(MAX(NETPROV_BLE_WRITE_MS, NETPROV_BLE_READ_MS) < NETPROV_HCI_TIMEOUT_MS,
	     "Bluetooth would assume a failed controller while its thread waits");

/** Longest time from a link's start to its first request. */
#define NETPROV_BLE_FIRST_REQUEST_MS 10000

BUILD_ASSERT(NETPROV_BLE_FIRST_REQUEST_MS > NETPROV_DISCOVERY_MS,
	     "Links would be ended while phones discover the service");

/** A link that has not written for this long, or has its slot for this long, may lose the slot. */
#define NETPROV_BLE_SLOT_IDLE_MS 10000
#define NETPROV_BLE_SLOT_LIFE_MS 60000

BUILD_ASSERT(NETPROV_BLE_SLOT_IDLE_MS > NETPROV_HANDSHAKE_GRACE_MS,
	     "A link would lose its slot while the core protects its handshake");
BUILD_ASSERT(NETPROV_BLE_SLOT_LIFE_MS > NETPROV_BLE_SLOT_IDLE_MS,
	     "A link would lose its slot although it writes");

/** When the service ends: longest time for the client to read its last response. */
#define NETPROV_BLE_LAST_READ_MS 2000

/** When the service ends: longest time for the links to end. */
#define NETPROV_BLE_DISCONNECT_MS 7000

BUILD_ASSERT(NETPROV_BLE_DISCONNECT_MS > NETPROV_SUPERVISION_MS,
	     "The service would be removed under a link that is silent");
BUILD_ASSERT(NETPROV_BLE_LAST_READ_MS + NETPROV_BLE_DISCONNECT_MS < NETPROV_STOP_WAIT_MS,
	     "network_prov_mgr_stop_provisioning() would return before the service has ended");

#endif /* NETPROV_TIMES_H_ */
