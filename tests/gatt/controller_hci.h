/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Between the controller's two files.
 */

#ifndef TESTS_GATT_CONTROLLER_HCI_H_
#define TESTS_GATT_CONTROLLER_HCI_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <zephyr/net_buf.h>

/** More bytes than the parameters have of any command or event that is looked at. */
#define CONTROLLER_PARAMETERS_MAX 64

/** Executes a command of the host. */
void controller_execute(struct net_buf *buf);

/** Raises an event. */
void controller_raise(uint8_t event, const void *parameters, size_t length);
void controller_raise_meta(uint8_t subevent, const void *parameters, size_t length);

/** Checks whether there is a link with this handle. */
bool controller_has(uint16_t handle);

/** Ends the link with this handle, if there is one. */
void controller_end(uint16_t handle, uint8_t reason);

/** Starts or stops advertising. */
void controller_set_advertising(bool advertises);

/** Ends all links and advertising, without events. */
void controller_reset(void);

#endif /* TESTS_GATT_CONTROLLER_HCI_H_ */
