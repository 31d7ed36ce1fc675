/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What the tests of the GATT server have in common.
 */

#ifndef TESTS_GATT_SERVER_GATT_TEST_H_
#define TESTS_GATT_SERVER_GATT_TEST_H_

/** Starts the service with this name. Returns 0, or the negative errno of the start. */
int start_as(const char *name);

/** Stops it. */
void stop(void);

#endif /* TESTS_GATT_SERVER_GATT_TEST_H_ */
