/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TESTS_BSIM_DEVICE_H_
#define TESTS_BSIM_DEVICE_H_

#include <stdbool.h>
#include <stddef.h>

/** Name that the application advertises. */
#define OWN_NAME "APP"

/** Creates the application's endpoints. Call it before the service starts. */
void endpoints_create(void);

/** Registers their handlers. Call it when the service has started. */
void endpoints_register(void);

/** Checks whether the application starts and stops from the system work queue. */
bool is_on_queue(void);

/** Starts an advertiser of the application as soon as provisioning's has stopped. */
void neighbour_begin(void);

/** Starts an advertising set of the application at once. Enables Bluetooth. */
void set_begin(void);

/** Call this on the provisioning thread before it does anything. */
void stack_paint_provisioning(void);

/** Returns the highest stack usage of this thread in bytes. */
size_t stack_provisioning_max(void);
size_t stack_receiving_max(void);

#endif /* TESTS_BSIM_DEVICE_H_ */
