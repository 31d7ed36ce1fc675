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

/** What Zephyr's settings do not recover from. */
enum settings_damage {
	DAMAGE_NONE,
	/**
	 * ZMS, cut before the header of a sector that was never used: it starts, writes to the sector,
	 * and finds nothing of that at the next boot.
	 */
	DAMAGE_NO_HEADER,
	/**
	 * ZMS, cut in the middle of an entry, of which the half has the right CRC-8 by chance, as one in
	 * 256 has: it starts, and the next data would be written where no write can begin. It can be that
	 * they find another place.
	 */
	DAMAGE_HALF_ENTRY,
	/**
	 * NVS, cut before the entry of data that fill a page to the last byte: before a correction of
	 * early 2026, it does not start.
	 */
	DAMAGE_FULL_PAGE,
	DAMAGES,
};

/** Looks at the settings after a boot. */
enum settings_damage settings_damage(void);

#endif /* TESTS_POWER_CUT_REBOOT_H_ */
