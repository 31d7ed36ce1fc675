/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A power cut at every write and every erasure of the settings' flash, before it and in the middle
 * of it. After the next boot, the old or the new networks are stored, and another can be.
 */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "cut_flash.h"
#include "device.h"
#include "reboot.h"
#include "stored.h"

#define PLACES CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES

/**
 * Settings of an application that are written before, so that the pages are full, and garbage is
 * collected, at another instant of the operation each time.
 */
#define FILLERS_MAX 24

/** Something that writes to the store. */
struct operation {
	const char *name;
	/** What is stored before: pairs of SSID and passphrase, up to NULL. */
	const char *const before[2 * PLACES + 1];
	/** The network that is joined, or NULL to erase all. */
	const char *ssid;
	const char *passphrase;
	/** What is stored when it is done. */
	const char *after;
};

static const struct operation operations[] = {
	{
		.name = "the first network",
		.before = {NULL},
		.ssid = "A",
		.passphrase = "password-a",
		.after = "A=password-a ",
	},
	{
		.name = "a second network",
		.before = {"A", "password-a", NULL},
		.ssid = "B",
		.passphrase = "password-b",
		.after = "B=password-b A=password-a ",
	},
	{
		.name = "another passphrase",
		.before = {"A", "password-a", "B", "password-b", NULL},
		.ssid = "A",
		.passphrase = "another-one",
		.after = "A=another-one B=password-b ",
	},
	{
		.name = "another network in a full store",
		.before = {"A", "password-a", "B", "password-b", "C", "password-c", NULL},
		.ssid = "D",
		.passphrase = "password-d",
		.after = "D=password-d C=password-c B=password-b ",
	},
	{
		.name = "erasing one network",
		.before = {"A", "password-a", NULL},
		.after = "",
	},
	{
		.name = "erasing a full store",
		.before = {"A", "password-a", "B", "password-b", "C", "password-c", NULL},
		.after = "",
	},
};

/** What is stored of the network that is joined after the power cut. */
#define LATER "Z=password-z "

static uint8_t flash[CUT_FLASH_SIZE];

static void forget_session(void)
{
	zassert_ok(network_prov_mgr_reset_wifi_sm_state_for_reprovision());
	k_msgq_purge(&device_events);
}

static void join(const char *ssid, const char *passphrase)
{
	device_join(ssid, passphrase);
	forget_session();
}

/** How many power cuts have left Zephyr's settings in each state. */
static uint32_t damages[DAMAGES];

/** Joins or erases, whether there is power or not. */
static void run(const struct operation *operation)
{
	struct device_event event;

	if (operation->ssid == NULL) {
		(void)network_prov_mgr_reset_wifi_provisioning();
		return;
	}
	device_provision(operation->ssid, operation->passphrase);
	zassert_ok(k_msgq_get(&device_events, &event, K_SECONDS(120)), "it neither works nor fails");
	forget_session();
}

/** Begins with this number of settings of the application, and the networks. */
static void prepare(const struct operation *operation, uint32_t fillers)
{
	cut_flash_erase();
	zassert_ok(reboot());
	for (uint32_t i = 0; i < fillers; i++) {
		uint8_t value[32] = {(uint8_t)i};

		zassert_ok(settings_save_one("app/counter", value, sizeof(value)));
	}
	device_start(1);
	for (size_t i = 0; operation->before[i] != NULL; i += 2) {
		join(operation->before[i], operation->before[i + 1]);
	}
	device_stop();
	cut_flash_save(flash);
}

/** Boots with what was stored before. */
static void boot(void)
{
	cut_flash_restore(flash);
	zassert_ok(reboot());
	device_start(1);
}

/** Whether another network can be stored now, and is found by the boot after that. */
static bool takes_another(void)
{
	struct device_event event = {0};
	char later[STORED_SIZE];

	device_start(1);
	device_provision("Z", "password-z");
	zassert_ok(k_msgq_get(&device_events, &event, K_SECONDS(120)));
	forget_session();
	device_stop();
	return event.event == NETWORK_PROV_CRED_SUCCESS && reboot() == 0 &&
	       stored_text(later) == 0 && strncmp(later, LATER, strlen(LATER)) == 0;
}

static void cut(const struct operation *operation, const char *old, uint32_t number,
		enum cut_flash_last last)
{
	char now[STORED_SIZE], later[STORED_SIZE];
	enum settings_damage damage;
	int ret;

	boot();
	cut_flash_after(number, last);
	run(operation);
	device_stop();
	(void)cut_flash_power_on();
	ret = reboot();
	damage = settings_damage();
	damages[damage]++;
	if (damage == DAMAGE_FULL_PAGE) {
		zassert_equal(ret, 1, "%s, cut at %u (%d): %d", operation->name, number, last, ret);
		return;
	}
	zassert_ok(ret);
	zassert_ok(stored_text(now), "%s, cut at %u (%d)", operation->name, number, last);
	zassert_true(strcmp(now, old) == 0 || strcmp(now, operation->after) == 0,
		     "%s, cut at %u (%d): '%s' was '%s'", operation->name, number, last, now, old);
	zassert_ok(reboot());
	zassert_ok(stored_text(later));
	zassert_str_equal(later, now, "another boot changes it");
	if (!takes_another()) {
		zassert_not_equal(damage, DAMAGE_NONE, "%s, cut at %u (%d): '%s'",
				  operation->name, number, last, now);
		return;
	}
	/* What is written next may still find a place beside half an entry. */
	zassert_not_equal(damage, DAMAGE_NO_HEADER, "%s, cut at %u (%d): '%s'", operation->name,
			  number, last, now);
}

ZTEST_SUITE(power_cut, NULL, NULL, NULL, NULL, NULL);

static void cut_at_each(const struct operation *operation)
{
	uint32_t cuts = 0, longest = 0;

	memset(damages, 0, sizeof(damages));
	fake_wifi_reset();
	for (uint32_t fillers = 0; fillers < FILLERS_MAX; fillers++) {
		char old[STORED_SIZE], new[STORED_SIZE];
		uint32_t total;

		prepare(operation, fillers);
		boot();
		zassert_ok(stored_text(old));
		cut_flash_after(UINT32_MAX, CUT_FLASH_NOTHING);
		run(operation);
		total = cut_flash_power_on();
		device_stop();
		zassert_ok(reboot());
		zassert_ok(stored_text(new));
		zassert_str_equal(new, operation->after);
		zassert_true(total > 1);
		for (uint32_t number = 0; number < total; number++) {
			cut(operation, old, number, CUT_FLASH_NOTHING);
			cut(operation, old, number, CUT_FLASH_HALF);
			cuts += 2;
		}
		longest = MAX(longest, total);
	}
	TC_PRINT("%s: %u power cuts, %u operations of the flash at most; settings lost: %u by a "
		 "missing header, %u by half an entry, %u by a full page\n",
		 operation->name, cuts, longest, damages[DAMAGE_NO_HEADER],
		 damages[DAMAGE_HALF_ENTRY], damages[DAMAGE_FULL_PAGE]);
}

ZTEST(power_cut, test_the_first_network)
{
	cut_at_each(&operations[0]);
}

ZTEST(power_cut, test_a_second_network)
{
	cut_at_each(&operations[1]);
}

ZTEST(power_cut, test_another_passphrase)
{
	cut_at_each(&operations[2]);
}

ZTEST(power_cut, test_another_network_in_a_full_store)
{
	cut_at_each(&operations[3]);
}

ZTEST(power_cut, test_erasing_one_network)
{
	cut_at_each(&operations[4]);
}

ZTEST(power_cut, test_erasing_a_full_store)
{
	cut_at_each(&operations[5]);
}
