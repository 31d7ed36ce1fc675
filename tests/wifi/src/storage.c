/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Credentials in the settings on the simulated flash: only those that worked are stored, the oldest
 * are replaced first, and a power cut at any moment leaves either the old or the new set.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/wifi_credentials.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "compat.h"
#include "device.h"
#include "storage/storage.h"

#define PLACES CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES

/** Writes until the power fails; negative for never. */
static int writes_left = -1;
static int writes;

static bool has_power(void)
{
	if (writes_left == 0) {
		return false;
	}
	if (writes_left > 0) {
		writes_left--;
	}
	writes++;
	return true;
}

int __real_settings_save_one(const char *name, const void *value, size_t length);
int __real_settings_delete(const char *name);

int __wrap_settings_save_one(const char *name, const void *value, size_t length)
{
	return has_power() ? __real_settings_save_one(name, value, length) : -EIO;
}

int __wrap_settings_delete(const char *name)
{
	return has_power() ? __real_settings_delete(name) : -EIO;
}

/** The passphrases of these networks are `password-<name>`. */
static void passphrase_of(const char *ssid, char *passphrase, size_t size)
{
	(void)snprintf(passphrase, size, "password-%s", ssid);
}

static void join(const char *ssid)
{
	char passphrase[64];

	passphrase_of(ssid, passphrase, sizeof(passphrase));
	device_join(ssid, passphrase);
	zassert_ok(network_prov_mgr_reset_wifi_sm_state_for_reprovision());
	device_expect(NETWORK_PROV_START);
}

static int read_stored(const char *ssid, struct wifi_credentials_personal *stored)
{
	return wifi_credentials_get_by_ssid_personal_struct(ssid, strlen(ssid), stored);
}

/** Checks whether the network is stored with its passphrase. */
static bool is_stored(const char *ssid)
{
	struct wifi_credentials_personal stored;
	char passphrase[64];

	passphrase_of(ssid, passphrase, sizeof(passphrase));
	return read_stored(ssid, &stored) == 0 && stored.password_len == strlen(passphrase) &&
	       memcmp(stored.password, passphrase, stored.password_len) == 0;
}

static void count(void *context, const char *ssid, size_t length)
{
	ARG_UNUSED(ssid);
	ARG_UNUSED(length);
	(*(size_t *)context)++;
}

static size_t stored(void)
{
	size_t number = 0;

	wifi_credentials_for_each_ssid(count, &number);
	return number;
}

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	writes_left = -1;
	fake_wifi_reset();
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	device_start(1);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	writes_left = -1;
	device_stop();
}

ZTEST_SUITE(storage, NULL, NULL, before, after, NULL);

ZTEST(storage, test_what_has_worked_is_stored_as_others_read_it)
{
	char passphrase[WIFI_PSK_MAX_LEN] = {0};
	enum wifi_security_type type;
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	size_t length = 0;
	uint32_t timeout;
	uint32_t flags;
	uint8_t channel;

	join("Home");
	zassert_ok(wifi_credentials_get_by_ssid_personal("Home", 4, &type, bssid, sizeof(bssid),
							 passphrase, sizeof(passphrase), &length,
							 &flags, &channel, &timeout));
	zassert_equal(type, WIFI_SECURITY_TYPE_PSK);
	zassert_equal(length, 13);
	zassert_mem_equal(passphrase, "password-Home", 13);
	zassert_equal(channel, 0, "any");
	zassert_equal(flags & WIFI_CREDENTIALS_FLAG_BSSID, 0);
}

ZTEST(storage, test_an_open_network_is_stored_as_open)
{
	struct wifi_credentials_personal entry;

	device_join("Cafe", "");
	zassert_ok(read_stored("Cafe", &entry));
	zassert_equal(entry.header.type, WIFI_SECURITY_TYPE_NONE);
	zassert_equal(entry.password_len, 0);
}

#if NETPROV_ZEPHYR_4_5

/* After a reboot, no scan has shown that the network has OWE. */
ZTEST(storage, test_a_network_with_owe_is_stored_with_its_type)
{
	static const struct fake_wifi_ap ap = {
		.ssid = "Lobby", .ssid_len = 5, .channel = 1, .security = WIFI_SECURITY_TYPE_OWE};
	struct wifi_credentials_personal entry;
	struct client_network network;

	fake_wifi_set_scan_aps(&ap, 1);
	zassert_equal(client_scan(&client, &network, 1), 1);
	device_join("Lobby", "");
	zassert_ok(read_stored("Lobby", &entry));
	zassert_equal(entry.header.type, WIFI_SECURITY_TYPE_OWE);
}

#endif

/* 7.C 44: credentials that do not work do not affect those that worked. */
ZTEST(storage, test_a_failure_leaves_the_stored_networks)
{
	join("Home");
	fake_wifi_set_expected_credentials("Home", "password-Home");
	writes = 0;
	zassert_equal(device_fail("Home", "password-Hone"), NETWORK_PROV_WIFI_AUTH_ERROR);
	zassert_equal(device_fail("Office", "password-Office"),
		      NETWORK_PROV_WIFI_NETWORK_NOT_FOUND);
	zassert_equal(writes, 0);
	zassert_true(is_stored("Home"));
	zassert_equal(stored(), 1);
}

ZTEST(storage, test_another_passphrase_replaces_the_one_before)
{
	join("Office");
	device_join("Home", "an-old-one");
	zassert_ok(network_prov_mgr_reset_wifi_sm_state_for_reprovision());
	device_expect(NETWORK_PROV_START);
	join("Home");
	zassert_true(is_stored("Home"));
	zassert_true(is_stored("Office"));
	zassert_equal(stored(), 2);
}

/* 7.C 45. The slots are used in an order unrelated to age. */
ZTEST(storage, test_a_full_store_evicts_the_oldest)
{
	join("A");
	join("B");
	join("C");
	zassert_equal(stored(), PLACES);
	join("D");
	zassert_false(is_stored("A"));
	join("B");
	join("E");
	zassert_false(is_stored("C"), "B was joined again since");
	join("F");
	zassert_false(is_stored("D"));
	zassert_true(is_stored("B"));
	zassert_true(is_stored("E"));
	zassert_true(is_stored("F"));
	zassert_equal(stored(), PLACES);
}

ZTEST(storage, test_what_others_have_stored_is_older_and_a_favorite_stays)
{
	zassert_ok(wifi_credentials_set_personal("favorite", 8, WIFI_SECURITY_TYPE_PSK, NULL, 0,
						 "password-favorite", 17,
						 WIFI_CREDENTIALS_FLAG_FAVORITE, 0, 0));
	join("A");
	zassert_ok(wifi_credentials_set_personal("other", 5, WIFI_SECURITY_TYPE_PSK, NULL, 0,
						 "password-other", 14, 0, 0, 0));
	join("B");
	zassert_false(is_stored("other"));
	join("C");
	zassert_false(is_stored("A"));
	zassert_true(is_stored("favorite"));
	zassert_true(is_stored("C"));
}

ZTEST(storage, test_a_favorite_that_is_joined_stays_a_favorite)
{
	struct wifi_credentials_personal entry;

	zassert_ok(wifi_credentials_set_personal("Home", 4, WIFI_SECURITY_TYPE_PSK, NULL, 0,
						 "an-old-one", 10, WIFI_CREDENTIALS_FLAG_FAVORITE,
						 0, 0));
	join("Home");
	zassert_true(is_stored("Home"));
	zassert_ok(read_stored("Home", &entry));
	zassert_not_equal(entry.header.flags & WIFI_CREDENTIALS_FLAG_FAVORITE, 0);
}

ZTEST(storage, test_the_newest_is_connected_to_first)
{
	struct fake_wifi_request request;

	join("A");
	join("B");
	join("A");
	network_prov_mgr_stop_provisioning();
	zassert_true(WAIT_FOR(network_prov_mgr_is_sm_idle(), 5000000, k_msleep(1)));
	zassert_ok(network_prov_mgr_connect());
	zassert_true(fake_wifi_get_last_connect(&request));
	zassert_str_equal(request.ssid, "A");
}

ZTEST(storage, test_the_application_hears_of_a_store_that_fails)
{
	writes_left = 0;
	zassert_equal(device_fail("Home", "password-Home"), NETWORK_PROV_STORAGE_ERROR);
	writes_left = -1;
	zassert_equal(stored(), 0);
	join("Home");
}

ZTEST(storage, test_erasing)
{
	bool provisioned = true;

	join("A");
	join("B");
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_equal(stored(), 0);
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	zassert_false(provisioned);
	writes = 0;
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_equal(writes, 0, "nothing to erase, nothing to write");
}

ZTEST(storage, test_an_error_of_erasing_is_reported)
{
	join("A");
	writes_left = 0;
	zassert_not_ok(network_prov_mgr_reset_wifi_provisioning());
	writes_left = -1;
	zassert_true(is_stored("A"));
}

/* The application may load all settings. */
ZTEST(storage, test_the_application_may_load_its_settings)
{
	join("A");
	zassert_ok(settings_load());
	zassert_true(is_stored("A"));
	join("B");
	zassert_true(is_stored("A"));
	zassert_true(is_stored("B"));
}

/* A power cut at any moment. */

static void fill(void)
{
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	join("A");
	join("B");
	join("C");
}

ZTEST(storage, test_a_power_cut_while_a_full_store_takes_another_network)
{
	int total;

	fill();
	writes = 0;
	join("D");
	total = writes;
	zassert_true(total >= 2);
	for (int cut = 0; cut < total; cut++) {
		bool old;
		bool new;

		fill();
		writes_left = cut;
		device_provision("D", "password-D");
		(void)k_msgq_get(&device_events, &(struct device_event){0}, K_SECONDS(5));
		writes_left = -1;
		/* The next boot. */
		zassert_ok(netprov_storage_recover());
		old = is_stored("A") && !is_stored("D");
		new = is_stored("D") && !is_stored("A");
		zassert_true(old || new, "cut after %d of %d writes", cut, total);
		zassert_equal(new, cut > 0, "the operation is completed");
		zassert_true(is_stored("B") && is_stored("C"));
		zassert_equal(stored(), PLACES);
		/* A second run changes nothing. */
		writes = 0;
		zassert_ok(netprov_storage_recover());
		zassert_equal(writes, 0);
		zassert_ok(network_prov_mgr_reset_wifi_sm_state_for_reprovision());
		k_msgq_purge(&device_events);
	}
}

ZTEST(storage, test_a_power_cut_while_all_are_erased)
{
	int total;

	fill();
	writes = 0;
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	total = writes;
	for (int cut = 0; cut < total; cut++) {
		fill();
		writes_left = cut;
		(void)network_prov_mgr_reset_wifi_provisioning();
		writes_left = -1;
		zassert_ok(netprov_storage_recover());
		zassert_equal(stored(), cut == 0 ? PLACES : 0, "cut after %d of %d writes", cut,
			      total);
	}
}

/* Trap: an incomplete operation is completed at the next boot, and undoes what was done since. */
ZTEST(storage, test_a_journal_that_could_not_be_deleted_is_deleted_later)
{
	int total;

	fill();
	writes = 0;
	join("D");
	total = writes;
	fill();
	writes_left = total - 1;
	join("D");
	writes_left = -1;
	join("E");
	join("F");
	join("G");
	zassert_ok(netprov_storage_recover());
	zassert_false(is_stored("D"));
	zassert_true(is_stored("E"));
	writes_left = total - 1;
	join("H");
	writes_left = -1;
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(netprov_storage_recover());
	zassert_equal(stored(), 0);
}

/* A record of another firmware version must not be mistaken for an order to erase. */
ZTEST(storage, test_a_journal_of_another_size_does_nothing)
{
	static const uint8_t odd[7] = {1, 2, 3, 4, 5, 6, 7};

	join("A");
	zassert_ok(settings_save_one("netprov/begun", odd, sizeof(odd)));
	zassert_ok(netprov_storage_recover());
	zassert_true(is_stored("A"));
	zassert_ok(settings_delete("netprov/begun"));
}
