/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What is stored, as a text.
 */

#ifndef TESTS_POWER_CUT_STORED_H_
#define TESTS_POWER_CUT_STORED_H_

#define STORED_SIZE 256

/**
 * Writes `SSID=passphrase ` for each stored network, the newest first. Nothing else may use the store
 * meanwhile. Returns 0, or the negative errno with which a network could not be read.
 */
int stored_text(char text[STORED_SIZE]);

#endif /* TESTS_POWER_CUT_STORED_H_ */
