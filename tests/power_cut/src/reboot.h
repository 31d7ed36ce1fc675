/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The part of a boot that reads what is stored.
 */

#ifndef TESTS_POWER_CUT_REBOOT_H_
#define TESTS_POWER_CUT_REBOOT_H_

/**
 * Forgets what the settings, the store of credentials and the module's storage have in RAM, and
 * initialises them in the order of a boot. The manager must not be initialised. Returns 0, or what
 * the settings return if they do not start.
 */
int reboot(void);

#endif /* TESTS_POWER_CUT_REBOOT_H_ */
