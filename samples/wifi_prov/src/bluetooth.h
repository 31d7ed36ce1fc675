/* SPDX-License-Identifier: Apache-2.0 */

/** @file The application's own use of Bluetooth: a battery service. */

#ifndef APP_BLUETOOTH_H_
#define APP_BLUETOOTH_H_

/** Enables Bluetooth. Returns 0 or a negative errno. */
int app_bluetooth_start(void);

/** Starts the application's advertising. Call it when provisioning has ended. */
void app_bluetooth_advertise(void);

#endif /* APP_BLUETOOTH_H_ */
