/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief An application that was written for ESP-IDF.
 */

#ifndef TESTS_GATT_SERVER_PORTED_H_
#define TESTS_GATT_SERVER_PORTED_H_

#include <stdbool.h>

/** Its endpoint, which returns a request backwards. */
#define PORTED_ENDPOINT "custom-data"

#define PORTED_POP "abcd1234"

/** Starts the service. Returns 0, or what has failed. */
int ported_start(void);

/** Whether it has received this network. */
bool ported_has_received(const char *ssid);

/** Whether its service has ended, after which it deinitialises the manager. */
bool ported_has_ended(void);

#endif /* TESTS_GATT_SERVER_PORTED_H_ */
