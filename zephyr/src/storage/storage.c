/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Credentials in Zephyr's store, wifi_credentials, where applications and the Wi-Fi shell find
 * them. It is loaded at boot; this adds what it lacks.
 *
 * Age. The store has places and no order, and a place that is free again is taken by the next
 * network. So each network that is stored here carries a number in the upper half of its flags, one
 * more than the highest; the lower half has the store's own. It is written in one piece with the
 * network itself. What others have stored has none, and counts as older.
 *
 * Power. With a place free, the store writes one record: the network is there or it is not. With
 * none, the oldest has to go first, and that takes two. Then the network is written down in a
 * record of our own before, and after a power cut, at the next boot, what was begun is done. So it
 * is when all networks are erased.
 *
 * TF-M's protected storage (no settings) gets no such record, as it would be kept in the clear: a
 * power cut while a network replaces another in a full store loses that other, and one while all
 * are erased leaves some.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/wifi.h>
#include <zephyr/net/wifi_credentials.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "netprov_core.h"
#include "network/wifi/wifi_owe.h"
#include "storage/storage.h"
#include "wipe.h"

LOG_MODULE_REGISTER(netprov_storage, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** Where in a network's flags its age is. */
#define AGE_SHIFT 16
#define AGE_MAX   UINT16_MAX

/** Our record of what was begun: the network that is being stored, or one byte for erasing. */
#define JOURNAL_NAME       "netprov/begun"
#define JOURNAL_ERASE_SIZE 1

/* All is the provisioning thread's, and that of the boot before it. */

/** A stored network. */
struct place {
	uint8_t ssid[WIFI_SSID_MAX_LEN];
	size_t ssid_length;
	uint16_t age;
	bool is_favorite;
};

static struct {
	struct place places[CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES];
	size_t count;
} list;

/** Room for a network with its passphrase: too much for a stack, wiped after each use. */
static struct wifi_credentials_personal entry;
static struct wifi_credentials_personal other;

#define WIPE(object) netprov_wipe(&(object), sizeof(object))

/* What is stored. */

static void add_name(void *context, const char *ssid, size_t length)
{
	ARG_UNUSED(context);
	if (list.count < ARRAY_SIZE(list.places) && length <= WIFI_SSID_MAX_LEN) {
		struct place *place = &list.places[list.count++];

		*place = (struct place){.ssid_length = length};
		memcpy(place->ssid, ssid, length);
	}
}

static int read_entry(const struct place *place, struct wifi_credentials_personal *into)
{
	return wifi_credentials_get_by_ssid_personal_struct((const char *)place->ssid,
							    place->ssid_length, into);
}

/** Makes the list, in the order of the store's places. */
static void list_networks(void)
{
	list.count = 0;
	wifi_credentials_for_each_ssid(add_name, NULL);
	for (size_t i = 0; i < list.count; i++) {
		struct place *place = &list.places[i];

		/* What cannot be read is the oldest: it is of no use to anybody. */
		if (read_entry(place, &other) == 0) {
			place->age = other.header.flags >> AGE_SHIFT;
			place->is_favorite =
				(other.header.flags & WIFI_CREDENTIALS_FLAG_FAVORITE) != 0;
		}
	}
	WIPE(other);
}

static bool is_older(const struct place *a, const struct place *b)
{
	/* Somebody has said of a favorite that it stays. */
	return a->is_favorite != b->is_favorite ? b->is_favorite : a->age < b->age;
}

static const struct place *oldest(void)
{
	const struct place *found = &list.places[0];

	for (size_t i = 1; i < list.count; i++) {
		if (is_older(&list.places[i], found)) {
			found = &list.places[i];
		}
	}
	return found;
}

static const struct place *place_of(const struct wifi_credentials_header *header)
{
	for (size_t i = 0; i < list.count; i++) {
		if (list.places[i].ssid_length == header->ssid_len &&
		    memcmp(list.places[i].ssid, header->ssid, header->ssid_len) == 0) {
			return &list.places[i];
		}
	}
	return NULL;
}

/** The age for what is stored now. */
static uint16_t newest_age(const struct place *replaced)
{
	uint16_t age = 0;

	for (size_t i = 0; i < list.count; i++) {
		age = MAX(age, list.places[i].age);
	}
	/* What is the newest already stays so: the flash is not worn for what it has. */
	if (replaced != NULL && replaced->age == age && age > 0) {
		return age;
	}
	/* No flash lives to see the end of it. */
	return MIN(age, AGE_MAX - 1) + 1;
}

/* The journal. */

/** The record is there, or may be. */
static bool begun;

#ifdef CONFIG_WIFI_CREDENTIALS_BACKEND_SETTINGS

static int begin(const struct wifi_credentials_personal *network)
{
	/* Not nothing: settings take an empty value for a deletion. */
	const uint8_t erase[JOURNAL_ERASE_SIZE] = {0};

	begun = true;
	return network != NULL ? settings_save_one(JOURNAL_NAME, network, sizeof(*network))
			       : settings_save_one(JOURNAL_NAME, erase, sizeof(erase));
}

/** Whatever is stored or erased later ends it too: at the next boot it would be undone. */
static void end(void)
{
	int ret = begun ? settings_delete(JOURNAL_NAME) : 0;

	if (ret != 0) {
		LOG_WRN("journal not deleted: %d", ret);
		return;
	}
	begun = false;
}

/** Reads the journal into `entry`. */
static int read_journal(const char *key, size_t length, settings_read_cb read, void *context,
			void *size)
{
	if (key != NULL && key[0] != '\0') {
		return 0;
	}
	/* Another size is another firmware's: of no meaning here. */
	if (length <= sizeof(entry) && read(context, &entry, length) == (ssize_t)length) {
		*(size_t *)size = length;
	}
	return 0;
}

#else

static int begin(const struct wifi_credentials_personal *network)
{
	ARG_UNUSED(network);
	return 0;
}

static void end(void)
{
}

#endif

/* Storing. */

/** Puts `entry` in the place of the oldest network. */
static int replace(const struct place *victim)
{
	int ret = begin(&entry);

	if (ret != 0) {
		return ret;
	}
	/* Should the new one not get in, the old one goes back. */
	if (read_entry(victim, &other) != 0) {
		WIPE(other);
	}
	ret = wifi_credentials_delete_by_ssid((const char *)victim->ssid, victim->ssid_length);
	if (ret == 0) {
		ret = wifi_credentials_set_personal_struct(&entry);
		if (ret != 0 && other.header.ssid_len > 0) {
			(void)wifi_credentials_set_personal_struct(&other);
		}
	}
	WIPE(other);
	return ret;
}

/** Stores `entry`, in the place of the oldest if there is no other. */
static int put(void)
{
	if (place_of(&entry.header) == NULL && list.count == ARRAY_SIZE(list.places)) {
		LOG_INF("the oldest network gives way");
		return replace(oldest());
	}
	return wifi_credentials_set_personal_struct(&entry);
}

/** Makes `entry` of the credentials. */
static int prepare(const struct netprov_credentials *credentials)
{
	const struct place *same;

	if (credentials->ssid_length == 0 || credentials->ssid_length > WIFI_SSID_MAX_LEN ||
	    credentials->passphrase_length > sizeof(entry.password)) {
		return -EINVAL;
	}
	memset(&entry, 0, sizeof(entry));
	memcpy(entry.header.ssid, credentials->ssid, credentials->ssid_length);
	entry.header.ssid_len = credentials->ssid_length;
	entry.header.channel = credentials->channel;
	same = place_of(&entry.header);
	entry.header.flags = (uint32_t)newest_age(same) << AGE_SHIFT;
	if (same != NULL && same->is_favorite) {
		entry.header.flags |= WIFI_CREDENTIALS_FLAG_FAVORITE;
	}
	if (credentials->bssid != NULL) {
		memcpy(entry.header.bssid, credentials->bssid, sizeof(entry.header.bssid));
		entry.header.flags |= WIFI_CREDENTIALS_FLAG_BSSID;
	}
	if (credentials->passphrase_length == 0) {
		entry.header.type = netprov_owe_open_type(credentials->ssid,
							  credentials->ssid_length);
		return 0;
	}
	/* Types that every reader of the store knows; a mixed network takes PSK. */
	entry.header.type = credentials->security == NETPROV_SAE ? WIFI_SECURITY_TYPE_SAE
								 : WIFI_SECURITY_TYPE_PSK;
	memcpy(entry.password, credentials->passphrase, credentials->passphrase_length);
	entry.password_len = credentials->passphrase_length;
	return 0;
}

int netprov_port_store(const struct netprov_credentials *credentials)
{
	int ret;

	list_networks();
	ret = prepare(credentials);
	if (ret == 0) {
		ret = put();
		end();
	}
	WIPE(entry);
	if (ret != 0) {
		LOG_ERR("credentials not stored: %d", ret);
	}
	return ret;
}

/* Reading and erasing. */

/** Orders the list, the newest first. The places are few, and equal ages keep their order. */
static void sort(void)
{
	for (size_t i = 1; i < list.count; i++) {
		struct place place = list.places[i];
		size_t j = i;

		for (; j > 0 && place.age > list.places[j - 1].age; j--) {
			list.places[j] = list.places[j - 1];
		}
		list.places[j] = place;
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
		/* The network may be mixed, or have become so. */
		return NETPROV_PSK_OR_SAE;
	case WIFI_SECURITY_TYPE_WPA_PSK:
		return NETPROV_PSK;
	default:
		return NETPROV_UNKNOWN;
	}
}

int netprov_port_load(size_t index, struct netprov_stored *stored)
{
	const struct wifi_credentials_header *header = &entry.header;
	int ret;

	list_networks();
	sort();
	if (index >= list.count) {
		return -ENOENT;
	}
	ret = read_entry(&list.places[index], &entry);
	if (ret == 0 && entry.password_len > sizeof(stored->passphrase)) {
		/* A long SAE password that somebody else has stored. */
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
	/* The core goes on with the next; behind the last is something else. */
	return ret == -ENOENT ? -EIO : ret;
}

int netprov_port_erase(void)
{
	int ret = wifi_credentials_is_empty() ? 0 : begin(NULL);

	if (ret == 0) {
		ret = wifi_credentials_delete_all();
	}
	end();
	if (ret != 0) {
		LOG_ERR("credentials not erased: %d", ret);
	}
	return ret;
}

bool netprov_port_is_stored(void)
{
	return !wifi_credentials_is_empty();
}

/* Start. */

#ifdef CONFIG_WIFI_CREDENTIALS_BACKEND_SETTINGS

static void finish(size_t size)
{
	int ret = 0;

	if (size == sizeof(entry)) {
		LOG_INF("power failed while a network was stored: storing it");
		list_networks();
		ret = put();
	} else if (size == JOURNAL_ERASE_SIZE) {
		LOG_INF("power failed while networks were erased: erasing the rest");
		ret = wifi_credentials_delete_all();
	}
	if (ret == 0) {
		end();
	} else {
		/* The next boot tries again. */
		LOG_ERR("not done: %d", ret);
	}
}

int netprov_storage_recover(void)
{
	size_t size = 0;
	int ret = settings_subsys_init();

	if (ret == 0) {
		ret = settings_load_subtree_direct(JOURNAL_NAME, read_journal, &size);
	}
	if (ret != 0) {
		LOG_ERR("settings not loaded: %d", ret);
	} else if (size > 0) {
		begun = true;
		finish(size);
	}
	WIPE(entry);
	return ret;
}

SYS_INIT(netprov_storage_recover, APPLICATION, 0);

#endif
