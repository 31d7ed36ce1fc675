/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TESTS_BSIM_DEVICE_H_
#define TESTS_BSIM_DEVICE_H_

#include <stdbool.h>
#include <stddef.h>

/** What the application advertises itself by. */
#define OWN_NAME "APP"

/** Creates the application's endpoints; before the service starts. */
void endpoints_create(void);

/** Gives them their handlers; when it has started. */
void endpoints_register(void);

/** Whether the application starts and stops from the system work queue. */
bool is_on_queue(void);

/** Starts an advertiser of the application's own as soon as provisioning's has stopped. */
void neighbour_begin(void);

/** The same with an advertising set of its own, from now on; enables Bluetooth. */
void set_begin(void);

/** To be called by the provisioning thread, before it does anything. */
void stack_paint_provisioning(void);

/** What these threads took of their stacks at most, in bytes. */
size_t stack_provisioning_max(void);
size_t stack_receiving_max(void);

#endif /* TESTS_BSIM_DEVICE_H_ */
