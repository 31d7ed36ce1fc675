/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What the tests of a long life have in common.
 */

#ifndef TESTS_ENDURANCE_ENDURANCE_H_
#define TESTS_ENDURANCE_ENDURANCE_H_

#include <zephyr/sys/util.h>

#include "device.h"

/** The transport that this image is about, besides the console. */
#define USUAL (IS_ENABLED(CONFIG_NETWORK_PROV_BLE) ? DEVICE_BLE : DEVICE_HTTP)

/** A session that provisions, between a start and a stop. */
void honest_session(enum device_transport transport);

#endif /* TESTS_ENDURANCE_ENDURANCE_H_ */
