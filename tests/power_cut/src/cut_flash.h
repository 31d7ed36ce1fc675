/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A flash whose power fails at a chosen instant, in front of Zephyr's flash simulator.
 */

#ifndef TESTS_POWER_CUT_CUT_FLASH_H_
#define TESTS_POWER_CUT_CUT_FLASH_H_

#include <stdint.h>

#define CUT_FLASH_SIZE 4096

/** What the last write or erasure before the power cut leaves. */
enum cut_flash_last {
	/** It does not begin. */
	CUT_FLASH_NOTHING,
	/** The first half of it is done. */
	CUT_FLASH_HALF,
};

/** Cuts the power after this number of writes and erasures; the next one is cut as `last` says. */
void cut_flash_after(uint32_t operations, enum cut_flash_last last);

/** Restores the power. Returns the number of writes and erasures since cut_flash_after(). */
uint32_t cut_flash_power_on(void);

/** Erases all. */
void cut_flash_erase(void);

/** Copies the contents. */
void cut_flash_save(uint8_t contents[CUT_FLASH_SIZE]);

/** Restores them. */
void cut_flash_restore(const uint8_t contents[CUT_FLASH_SIZE]);

#endif /* TESTS_POWER_CUT_CUT_FLASH_H_ */
