/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The operations of a script.
 */

#ifndef TESTS_FUZZ_GLUE_APPLY_H_
#define TESTS_FUZZ_GLUE_APPLY_H_

#if defined(CONFIG_NETWORK_PROV_BLE)
#include "gatt_client.h"
#endif
#include "script.h"

/** Runs the next operation. */
void apply(struct script *script);

/** Ends what operations have left: connections and sessions of clients. */
void apply_end(void);

/**
 * Whether a client has proved since the last apply_end() that it knows the proof of possession. Over
 * Bluetooth LE, its session ends with its link.
 */
bool apply_is_proved(void);

/** Segments of HTTP connections. */
void apply_http(struct script *script);
void apply_http_end(void);

#if defined(CONFIG_NETWORK_PROV_BLE)
/** Links over Bluetooth LE. */
void apply_gatt(struct script *script);
void apply_gatt_end(void);

/** Those with clients, by their numbers. */
#define APPLY_GATT_CLIENTS 3
extern struct gatt_client apply_gatt_clients[APPLY_GATT_CLIENTS];

/** Returns whether the client has a link, which it gets if the device advertises. */
bool apply_gatt_is_near(uint8_t link);
#endif

/** Lines of the shell, and whole clients. */
void apply_shell(struct script *script);
void apply_client(struct script *script);
void apply_client_end(void);

/** Events of the network, and what the Wi-Fi driver does next. */
void apply_event(struct script *script);
void apply_driver(struct script *script);

/** Calls of the application. */
void apply_call(struct script *script);

#endif /* TESTS_FUZZ_GLUE_APPLY_H_ */
