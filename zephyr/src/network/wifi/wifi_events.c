/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Events arrive on net_mgmt's thread, which must not wait for the provisioning thread, because an
 * application's callback on that thread may itself wait for an event. So they go into a mailbox of
 * fixed size, which a work item on the provisioning thread empties.
 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include "engine/engine.h"
#include "network/wifi/wifi_events.h"
#include "network/wifi/wifi_join.h"
#include "network/wifi/wifi_owe.h"

/** Link events that can wait for the provisioning thread. */
#define LINK_EVENTS_MAX 8

/** Scan results that can wait: as many as the core keeps. */
#define SCAN_RESULTS_MAX CONFIG_NETWORK_PROV_SCAN_MAX_ENTRIES

/* Filled on net_mgmt's thread, emptied on the provisioning thread. */
static struct {
	struct k_spinlock lock;
	struct netprov_link_event links[LINK_EVENTS_MAX];
	size_t first;
	size_t count;
	struct netprov_wifi_news news;
	/** A scan of this module is in progress; results of other scans are dropped. */
	bool scanning;
	/** The strongest result of each SSID and security, which is all that the core keeps. */
	struct netprov_access_point results[SCAN_RESULTS_MAX];
	size_t result_count;
} mailbox;

/* On net_mgmt's thread. */

static void notify(void)
{
	(void)k_work_submit_to_queue(&netprov_engine, &netprov_wifi_work);
}

/** When the mailbox is full, replaces the newest event, so that the final state is never lost. */
static void post_link(enum netprov_link_event_kind kind, int status)
{
	K_SPINLOCK(&mailbox.lock) {
		size_t last;

		if (mailbox.count < LINK_EVENTS_MAX) {
			mailbox.count++;
		}
		last = (mailbox.first + mailbox.count - 1) % LINK_EVENTS_MAX;
		mailbox.links[last] = (struct netprov_link_event){.kind = kind, .status = status};
	}
	notify();
}

/**
 * Finds the slot for a result: that of the same network, a free one, or the weakest network's.
 * Returns NULL if the result is no stronger than those kept. Call with the lock held.
 */
static struct netprov_access_point *slot_for(const struct netprov_access_point *found)
{
	struct netprov_access_point *weakest = found->ssid_length > 0 ? &mailbox.results[0] : NULL;

	for (size_t i = 0; weakest != NULL && i < mailbox.result_count; i++) {
		struct netprov_access_point *result = &mailbox.results[i];

		if (result->auth == found->auth && result->ssid_length == found->ssid_length &&
		    memcmp(result->ssid, found->ssid, found->ssid_length) == 0) {
			weakest = result;
			goto out;
		}
		if (result->rssi < weakest->rssi) {
			weakest = result;
		}
	}
	if (weakest != NULL && mailbox.result_count < SCAN_RESULTS_MAX) {
		return &mailbox.results[mailbox.result_count++];
	}
out:
	return weakest != NULL && weakest->rssi < found->rssi ? weakest : NULL;
}

/**
 * Scan results arrive in one burst, and net_mgmt's thread usually has the higher priority. So the
 * selection is made here: what does not fit is what the core would drop anyway.
 */
static void post_result(const struct wifi_scan_result *result)
{
	struct netprov_access_point found = {
		.ssid_length = MIN(result->ssid_length, WIFI_SSID_MAX_LEN),
		.channel = result->channel,
		.rssi = result->rssi,
		.auth = netprov_auth_of(result->security),
	};

	memcpy(found.ssid, result->ssid, found.ssid_length);
	memcpy(found.bssid, result->mac, sizeof(found.bssid));
	netprov_owe_note(found.ssid, found.ssid_length, result->security);
	K_SPINLOCK(&mailbox.lock) {
		struct netprov_access_point *slot = mailbox.scanning ? slot_for(&found) : NULL;

		if (slot != NULL) {
			*slot = found;
		}
	}
	notify();
}

static void post_scan_done(int status)
{
	K_SPINLOCK(&mailbox.lock) {
		mailbox.news.scan_is_done |= mailbox.scanning;
		mailbox.news.scan_status = status;
		mailbox.scanning = false;
	}
	notify();
}

static void on_wifi_event(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	const struct wifi_status *status = cb->info;

	/* Other interfaces, such as an access point or a second radio, raise the same events. */
	if (iface != netprov_wifi_iface() || cb->info == NULL) {
		return;
	}
	switch (event) {
	case NET_EVENT_WIFI_SCAN_RESULT:
		post_result(cb->info);
		break;
	case NET_EVENT_WIFI_SCAN_DONE:
		post_scan_done(status->status);
		break;
	case NET_EVENT_WIFI_CONNECT_RESULT:
		post_link(NETPROV_CONNECT_RESULT, status->status);
		break;
	case NET_EVENT_WIFI_DISCONNECT_RESULT:
		post_link(NETPROV_DISCONNECT_RESULT, status->status);
		break;
	default:
		break;
	}
}

static void on_ipv4_event(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	ARG_UNUSED(cb);
	ARG_UNUSED(event);
	if (iface != netprov_wifi_iface()) {
		return;
	}
	K_SPINLOCK(&mailbox.lock) {
		mailbox.news.addresses_changed = true;
	}
	notify();
}

/* On the provisioning thread. */

bool netprov_wifi_take_link(struct netprov_link_event *event)
{
	bool available = false;

	K_SPINLOCK(&mailbox.lock) {
		available = mailbox.count > 0;
		if (available) {
			*event = mailbox.links[mailbox.first];
			mailbox.first = (mailbox.first + 1) % LINK_EVENTS_MAX;
			mailbox.count--;
		}
	}
	return available;
}

struct netprov_wifi_news netprov_wifi_take_news(void)
{
	struct netprov_wifi_news news = {0};

	K_SPINLOCK(&mailbox.lock) {
		news = mailbox.news;
		mailbox.news = (struct netprov_wifi_news){0};
	}
	return news;
}

void netprov_wifi_expect_scan(bool expected)
{
	K_SPINLOCK(&mailbox.lock) {
		mailbox.scanning = expected;
		mailbox.news.scan_is_done = false;
		mailbox.result_count = 0;
	}
}

bool netprov_wifi_take_result(struct netprov_access_point *result)
{
	bool available = false;

	K_SPINLOCK(&mailbox.lock) {
		available = mailbox.result_count > 0;
		if (available) {
			*result = mailbox.results[--mailbox.result_count];
		}
	}
	return available;
}

static struct net_mgmt_event_callback wifi_callback;
static struct net_mgmt_event_callback ipv4_callback;

void netprov_wifi_listen(void)
{
	net_mgmt_init_event_callback(&wifi_callback, on_wifi_event,
				     NET_EVENT_WIFI_SCAN_RESULT | NET_EVENT_WIFI_SCAN_DONE |
					     NET_EVENT_WIFI_CONNECT_RESULT |
					     NET_EVENT_WIFI_DISCONNECT_RESULT);
	net_mgmt_add_event_callback(&wifi_callback);
	net_mgmt_init_event_callback(&ipv4_callback, on_ipv4_event,
				     NET_EVENT_IPV4_ADDR_ADD | NET_EVENT_IPV4_DHCP_BOUND |
					     NET_EVENT_IPV4_ACD_SUCCEED);
	net_mgmt_add_event_callback(&ipv4_callback);
}
