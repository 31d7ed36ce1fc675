/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The options of the command line.
 */

#ifndef ESP_PROV_TEST_OPTIONS_H_
#define ESP_PROV_TEST_OPTIONS_H_

#include <stdbool.h>
#include <stdint.h>

struct options {
	/** Whether clients use HTTP or Bluetooth. If neither, they use the console. */
	bool is_softap;
	bool is_ble;
	/** Whether the application advertises too while a client is connected. */
	bool advertises;
	/** The security scheme. */
	int32_t security;
	/** The proof of possession of security 1, or NULL. */
	const char *pop;
	/** Salt and verifier of security 2, in hexadecimal. */
	const char *salt;
	const char *verifier;
	/** The device's address on the host's interface; NULL for none. */
	const char *address;
	/** Whether the host's interface is the access point's. */
	bool has_air;
	/** How often to try a connection. */
	uint32_t attempts;
	/** Whether the service keeps running after a success. */
	bool no_auto_stop;
};

extern struct options options;

#endif /* ESP_PROV_TEST_OPTIONS_H_ */
