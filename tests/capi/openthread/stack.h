/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A scripted Thread stack. Its calls are recorded in `port`.
 */
#ifndef STACK_H_
#define STACK_H_

#include <stdint.h>

/** Reports a network found, with this name and signal strength in dBm. */
void stack_found(const char *name, int8_t rssi);
/** Reports the device as attached to the network whose extended PAN ID is this byte repeated 8
 * times. */
void stack_attached(uint8_t ext_pan_id);
/** Reports the device as attached to the network of the byte vectors. */
void stack_attached_home(void);
/** Reports the device as the leader of that network, without another device. */
void stack_alone_home(void);
/** Reports the device's addresses, 16 bytes each or NULL. */
void stack_addresses(const uint8_t *mesh_local, const uint8_t *off_mesh);
void stack_detached(void);
/** Reports without what they should report. */
void stack_null(void);

#endif /* STACK_H_ */
