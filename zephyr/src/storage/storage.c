/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Credentials in wifi_credentials, Zephyr's own store, where applications and the Wi-Fi shell find
 * them. This file adds an order by age, and safety against power cuts. Runs on the provisioning
 * thread, whose stack has room for networks with their passphrases; they are wiped after each use.
 *
 * Age: the store has slots but no order, and a free slot is reused by the next network. So each
 * network stored here has an age in the upper half of its flags, one more than the highest so far;
 * the lower half has the store's flags. Networks stored by others have age 0, the oldest.
 *
 * Power cuts: while a slot is free, the store writes a single record, which is complete or absent.
 * In a full store the oldest network has to be deleted first, which takes two writes. So the new
 * network is written to a journal before, and if power fails in between, the next boot completes
 * the operation. Erasing all networks uses the journal in the same way.
 *
 * TF-M's protected storage has no journal, because the journal would hold the passphrase in plain
 * settings. There, a power cut during a replacement loses the replaced network, and one during
 * erasure leaves some networks.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/net/wifi.h>
#include <zephyr/net/wifi_credentials.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "network/wifi/wifi_owe.h"
#include "storage/storage.h"
#include "wipe.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_STORAGE_LOG_LEVEL);

/** Position of the age in a network's flags. */
#define AGE_SHIFT 16
#define AGE_MAX   UINT16_MAX

/** The journal: the network that is being stored, or one byte while all are erased. */
#define JOURNAL_NAME       "netprov/begun"
#define JOURNAL_ERASE_SIZE 1

/** A stored network. */
struct slot {
	uint8_t ssid[WIFI_SSID_MAX_LEN];
	size_t ssid_length;
	uint16_t age;
	bool is_favorite;
};

static struct {
	struct slot slots[CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES];
	size_t count;
} list;

#define WIPE(object) netprov_wipe(&(object), sizeof(object))

/* The list of stored networks. */

static void add_name(void *context, const char *ssid, size_t length)
{
	ARG_UNUSED(context);
	if (list.count < ARRAY_SIZE(list.slots) && length <= WIFI_SSID_MAX_LEN) {
		struct slot *slot = &list.slots[list.count++];

		*slot = (struct slot){.ssid_length = length};
		memcpy(slot->ssid, ssid, length);
	}
}

static int read_entry(const struct slot *slot, struct wifi_credentials_personal *into)
{
	return wifi_credentials_get_by_ssid_personal_struct((const char *)slot->ssid,
							    slot->ssid_length, into);
}

/** Fills the list, in the order of the store's slots. */
static void list_networks(void)
{
	struct wifi_credentials_personal network;

	list.count = 0;
	wifi_credentials_for_each_ssid(add_name, NULL);
	for (size_t i = 0; i < list.count; i++) {
		struct slot *slot = &list.slots[i];

		/* An entry that cannot be read counts as the oldest, so that it is replaced first. */
		if (read_entry(slot, &network) == 0) {
			slot->age = network.header.flags >> AGE_SHIFT;
			slot->is_favorite =
				(network.header.flags & WIFI_CREDENTIALS_FLAG_FAVORITE) != 0;
		}
	}
	WIPE(network);
}

static bool is_older(const struct slot *a, const struct slot *b)
{
	/* Favorites are replaced last. */
	return a->is_favorite != b->is_favorite ? b->is_favorite : a->age < b->age;
}

static const struct slot *oldest(void)
{
	const struct slot *found = &list.slots[0];

	for (size_t i = 1; i < list.count; i++) {
		if (is_older(&list.slots[i], found)) {
			found = &list.slots[i];
		}
	}
	return found;
}

static const struct slot *slot_of(const struct wifi_credentials_header *header)
{
	for (size_t i = 0; i < list.count; i++) {
		if (list.slots[i].ssid_length == header->ssid_len &&
		    memcmp(list.slots[i].ssid, header->ssid, header->ssid_len) == 0) {
			return &list.slots[i];
		}
	}
	return NULL;
}

/** The age of the network that is being stored. */
static uint16_t newest_age(const struct slot *replaced)
{
	uint16_t age = 0;

	for (size_t i = 0; i < list.count; i++) {
		age = MAX(age, list.slots[i].age);
	}
	/* If it is the newest already, its age stays, and unchanged flash is not written. */
	if (replaced != NULL && replaced->age == age && age > 0) {
		return age;
	}
	/* Flash wears out long before 65,535 writes. */
	return MIN(age, AGE_MAX - 1) + 1;
}

/* The journal. */

/** The journal has a record, or may have one. */
static bool journal_used;

/**
 * Neither the new network nor the one that it replaces could be written: only the journal has the new
 * one, and the next boot stores it, unless another network is stored before.
 */
static bool is_in_journal_only;

#ifdef CONFIG_WIFI_CREDENTIALS_BACKEND_SETTINGS

static int journal_open(const struct wifi_credentials_personal *network)
{
	/* One byte, because settings take an empty value for a deletion. */
	const uint8_t erase[JOURNAL_ERASE_SIZE] = {0};

	journal_used = true;
	return network != NULL ? settings_save_one(JOURNAL_NAME, network, sizeof(*network))
			       : settings_save_one(JOURNAL_NAME, erase, sizeof(erase));
}

/**
 * Deletes the record. A record that cannot be deleted now is deleted by the next operation;
 * otherwise the next boot would repeat it.
 */
static void journal_close(void)
{
	int ret = journal_used ? settings_delete(JOURNAL_NAME) : 0;

	if (ret != 0) {
		netprov_log_failure("delete the journal", ret);
		return;
	}
	journal_used = false;
}

/** The journal's record. Its size is 0 if the journal is empty. */
struct journal {
	struct wifi_credentials_personal entry;
	size_t size;
};

static int read_journal(const char *key, size_t length, settings_read_cb read, void *context,
			void *argument)
{
	struct journal *journal = argument;

	if (key != NULL && key[0] != '\0') {
		return 0;
	}
	/* A record of another size was written by another firmware version, and is ignored. */
	if (length <= sizeof(journal->entry) &&
	    read(context, &journal->entry, length) == (ssize_t)length) {
		journal->size = length;
	}
	return 0;
}

#else

static int journal_open(const struct wifi_credentials_personal *network)
{
	ARG_UNUSED(network);
	return 0;
}

static void journal_close(void)
{
}

#endif

/* Storing. */

/** Stores a network in place of another one. */
static int replace(const struct slot *victim, const struct wifi_credentials_personal *entry)
{
	struct wifi_credentials_personal former;
	int ret = journal_open(entry);

	if (ret != 0) {
		return ret;
	}
	is_in_journal_only = false;
	/* If the new network cannot be stored, the old one is restored. */
	if (read_entry(victim, &former) != 0) {
		WIPE(former);
	}
	ret = wifi_credentials_delete_by_ssid((const char *)victim->ssid, victim->ssid_length);
	if (ret == 0) {
		ret = wifi_credentials_set_personal_struct(entry);
		is_in_journal_only = ret != 0 &&
				     (former.header.ssid_len == 0 ||
				      wifi_credentials_set_personal_struct(&former) != 0);
	}
	WIPE(former);
	return ret;
}

/** Stores a network, in place of the oldest one if the store is full. */
static int put(const struct wifi_credentials_personal *entry)
{
	if (slot_of(&entry->header) == NULL && list.count == ARRAY_SIZE(list.slots)) {
		LOG_INF("Replacing the oldest network");
		return replace(oldest(), entry);
	}
	return wifi_credentials_set_personal_struct(entry);
}

/** Makes an entry of the store from the credentials. */
static int prepare(struct wifi_credentials_personal *entry,
		   const struct netprov_credentials *credentials)
{
	struct wifi_credentials_header *header = &entry->header;
	const struct slot *same;

	memset(entry, 0, sizeof(*entry));
	if (credentials->ssid_length == 0 || credentials->ssid_length > WIFI_SSID_MAX_LEN ||
	    credentials->passphrase_length > sizeof(entry->password)) {
		return -EINVAL;
	}
	memcpy(header->ssid, credentials->ssid, credentials->ssid_length);
	header->ssid_len = credentials->ssid_length;
	same = slot_of(header);
	header->flags = (uint32_t)newest_age(same) << AGE_SHIFT;
	if (same != NULL && same->is_favorite) {
		header->flags |= WIFI_CREDENTIALS_FLAG_FAVORITE;
	}
	if (credentials->passphrase_length == 0) {
		header->type = netprov_owe_open_type(credentials->ssid, credentials->ssid_length);
		return 0;
	}
	/* Only types that every user of the store knows; a mixed network accepts PSK. */
	header->type = credentials->security == NETPROV_SAE ? WIFI_SECURITY_TYPE_SAE
							    : WIFI_SECURITY_TYPE_PSK;
	memcpy(entry->password, credentials->passphrase, credentials->passphrase_length);
	entry->password_len = credentials->passphrase_length;
	return 0;
}

int netprov_port_store(const struct netprov_credentials *credentials)
{
	struct wifi_credentials_personal entry;
	int ret;

	list_networks();
	ret = prepare(&entry, credentials);
	if (ret == 0) {
		ret = put(&entry);
		is_in_journal_only = is_in_journal_only && ret != 0;
		if (!is_in_journal_only) {
			journal_close();
		}
	}
	WIPE(entry);
	if (ret != 0) {
		netprov_log_failure("store credentials", ret);
	}
	return ret;
}

/* Reading and erasing. */

/** Sorts the list, newest first; networks of equal age keep their order. */
static void sort(void)
{
	for (size_t i = 1; i < list.count; i++) {
		struct slot slot = list.slots[i];
		size_t j = i;

		for (; j > 0 && slot.age > list.slots[j - 1].age; j--) {
			list.slots[j] = list.slots[j - 1];
		}
		list.slots[j] = slot;
	}
}

static int security_of(enum wifi_security_type type)
{
	if (NETPROV_IS_OWE(type)) {
		return NETPROV_OPEN;
	}
	switch (type) {
	case WIFI_SECURITY_TYPE_NONE:
		return NETPROV_OPEN;
	case WIFI_SECURITY_TYPE_SAE:
	case WIFI_SECURITY_TYPE_SAE_H2E:
	case WIFI_SECURITY_TYPE_SAE_AUTO:
		return NETPROV_SAE;
	case WIFI_SECURITY_TYPE_PSK:
	case WIFI_SECURITY_TYPE_PSK_SHA256:
	case WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL:
		/* The network may be, or have become, a mixed one. */
		return NETPROV_PSK_OR_SAE;
	case WIFI_SECURITY_TYPE_WPA_PSK:
		return NETPROV_PSK;
	default:
		return NETPROV_UNKNOWN;
	}
}

int netprov_port_load(size_t index, struct netprov_stored *stored)
{
	struct wifi_credentials_personal entry;
	const struct wifi_credentials_header *header = &entry.header;
	int ret;

	list_networks();
	sort();
	if (index >= list.count) {
		return -ENOENT;
	}
	ret = read_entry(&list.slots[index], &entry);
	if (ret == 0 && entry.password_len > sizeof(stored->passphrase)) {
		/* A long SAE password, stored by other code. */
		ret = -EMSGSIZE;
	}
	if (ret != 0) {
		goto out;
	}
	memcpy(stored->ssid, header->ssid, header->ssid_len);
	stored->ssid_length = header->ssid_len;
	memcpy(stored->passphrase, entry.password, entry.password_len);
	stored->passphrase_length = entry.password_len;
	stored->security = security_of(header->type);
	if (NETPROV_IS_OWE(header->type)) {
		netprov_owe_note(stored->ssid, stored->ssid_length, header->type);
	}
out:
	WIPE(entry);
	/* -ENOENT means the end of the list; with any other error the core goes on. */
	return ret == -ENOENT ? -EIO : ret;
}

int netprov_port_erase(void)
{
	int ret = wifi_credentials_is_empty() ? 0 : journal_open(NULL);

	if (ret == 0) {
		ret = wifi_credentials_delete_all();
	}
	journal_close();
	if (ret != 0) {
		netprov_log_failure("erase credentials", ret);
	}
	return ret;
}

bool netprov_port_is_stored(void)
{
	return !wifi_credentials_is_empty();
}

/* Start. */

#ifdef CONFIG_WIFI_CREDENTIALS_BACKEND_SETTINGS

static void finish(const struct journal *journal)
{
	int ret = 0;

	LOG_INF("Completing what a power cut interrupted");
	if (journal->size == sizeof(journal->entry)) {
		list_networks();
		ret = put(&journal->entry);
	} else if (journal->size == JOURNAL_ERASE_SIZE) {
		ret = wifi_credentials_delete_all();
	}
	if (ret == 0) {
		journal_close();
	} else {
		/* The next boot retries. */
		netprov_log_failure("complete the journal", ret);
	}
}

static void recover(void *result)
{
	struct journal journal = {.size = 0};
	int ret = settings_subsys_init();

	if (ret == 0) {
		ret = settings_load_subtree_direct(JOURNAL_NAME, read_journal, &journal);
	}
	journal_used = ret == 0 && journal.size > 0;
	if (ret != 0) {
		netprov_log_failure("load the settings", ret);
	} else if (journal_used) {
		finish(&journal);
	}
	WIPE(journal);
	*(int *)result = ret;
}

int netprov_storage_recover(void)
{
	int result = 0;
	int ret = netprov_port_run(recover, &result);

	return ret != 0 ? ret : result;
}

SYS_INIT(netprov_storage_recover, APPLICATION, 0);

#endif
