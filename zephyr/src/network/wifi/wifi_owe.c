/* SPDX-License-Identifier: Apache-2.0 */

/* Compiled for Zephyr 4.5 and newer only. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/wifi.h>
#include <zephyr/sys/util.h>

#include "network/wifi/wifi_owe.h"

/** Number of names that are kept. When all slots are in use, the next name replaces the oldest. */
#define NETWORKS_MAX 4

struct network {
	/** 0 if the slot is free. */
	uint8_t length;
	uint8_t ssid[WIFI_SSID_MAX_LEN];
};

static struct {
	struct k_spinlock lock;
	struct network networks[NETWORKS_MAX];
	size_t next;
} noted;

/** Returns the slot with this name, or NULL. Call with the lock held. */
static struct network *find(const uint8_t *ssid, size_t length)
{
	ARRAY_FOR_EACH_PTR(noted.networks, network) {
		if (network->length == length && memcmp(network->ssid, ssid, length) == 0) {
			return network;
		}
	}
	return NULL;
}

static void add(const uint8_t *ssid, size_t length)
{
	struct network *network = &noted.networks[noted.next];

	noted.next = (noted.next + 1) % NETWORKS_MAX;
	network->length = (uint8_t)length;
	memcpy(network->ssid, ssid, length);
}

void netprov_owe_note(const uint8_t *ssid, size_t length, enum wifi_security_type type)
{
	if (!NETPROV_DRIVER_HAS_OWE || length == 0 || length > WIFI_SSID_MAX_LEN) {
		return;
	}
	K_SPINLOCK(&noted.lock) {
		struct network *network = find(ssid, length);

		if (type == WIFI_SECURITY_TYPE_NONE && network != NULL) {
			/* OWE has been disabled at the access point. */
			network->length = 0;
		} else if (type == WIFI_SECURITY_TYPE_OWE && network == NULL) {
			add(ssid, length);
		}
	}
}

enum wifi_security_type netprov_owe_open_type(const uint8_t *ssid, size_t length)
{
	bool is_noted = false;

	K_SPINLOCK(&noted.lock) {
		is_noted = length > 0 && find(ssid, length) != NULL;
	}
	return is_noted ? WIFI_SECURITY_TYPE_OWE : WIFI_SECURITY_TYPE_NONE;
}
