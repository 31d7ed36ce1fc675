/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief A Thread stack that does as it is told. What it was asked for is in `port`.
 */
#ifndef STACK_H_
#define STACK_H_

#include <stdint.h>

/** A discovery finds this network, of the name and the strength given. */
void stack_found(const char *name, int8_t rssi);
/** The device is part of the network whose extended PAN id is 8 times this byte. */
void stack_attached(uint8_t ext_pan_id);
/** The device is part of the network of the byte vectors. */
void stack_attached_home(void);
void stack_detached(void);

#endif /* STACK_H_ */
