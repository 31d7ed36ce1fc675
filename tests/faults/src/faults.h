/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Makes the n-th call that the module makes to a function of Zephyr fail.
 */

#ifndef TESTS_FAULTS_FAULTS_H_
#define TESTS_FAULTS_FAULTS_H_

#include <stdbool.h>
#include <stdint.h>

/** The functions that can fail, by what the module needs them for. */
enum fault_point {
	FAULT_RANDOM,
	FAULT_WORK,
	FAULT_SETTINGS_LOAD,
	FAULT_SETTINGS_SAVE,
	FAULT_SETTINGS_DELETE,
	FAULT_CREDENTIALS_GET,
	FAULT_CREDENTIALS_SET,
	FAULT_CREDENTIALS_DELETE,
	FAULT_WIFI_SCAN,
	FAULT_WIFI_CONNECT,
	FAULT_WIFI_DISCONNECT,
	FAULT_WIFI_STATUS,
	FAULT_AP_ENABLE,
	FAULT_AP_DISABLE,
	FAULT_IF_UP,
	FAULT_ADDRESS_ADD,
	FAULT_DHCP_SERVER,
	FAULT_DNS_CONTEXT,
	FAULT_HTTP_START,
	FAULT_SOCKET,
	FAULT_BIND,
	FAULT_LISTEN,
	FAULT_ACCEPT,
	FAULT_RECEIVE,
	FAULT_SEND,
	FAULT_SOCKET_OPTION,
	FAULT_POLL,
	FAULT_BT_ENABLE,
	FAULT_BT_DISABLE,
	FAULT_BT_NAME,
	FAULT_GATT_REGISTER,
	FAULT_ADVERTISE,
	FAULT_ADVERTISE_STOP,
	FAULT_DISCONNECT,
	FAULT_LINK,
	/** Commands that Zephyr's host sends to the controller, while Bluetooth is ready. */
	FAULT_COMMAND,
	FAULT_POINTS,
};

/** Makes call `n` (from 1) to `point` fail, and those after it if `lasts`. */
void faults_arm(enum fault_point point, uint32_t n, bool lasts);

/** Nothing fails any more. Returns whether anything has. */
bool faults_disarm(void);

/** The name of a point. */
const char *faults_name(enum fault_point point);

#endif /* TESTS_FAULTS_FAULTS_H_ */
