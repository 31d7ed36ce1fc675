/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The station, by net_mgmt: from the core to the driver by requests, and back by events.
 *
 * Events come on the thread of net_mgmt, which must not wait for the provisioning thread: an
 * application's callback may wait for an event itself. So they are put into a mailbox of fixed
 * size, and work on the provisioning thread empties it.
 *
 *     net_mgmt ──► mailbox ──► process() ──► netprov_core_*()
 *                                              │
 *     driver ◄── net_mgmt ◄── netprov_port_*() ┘
 *
 * Drivers differ. Some refuse to join a network before they have reported that the last one is
 * left; some report a join that failed as a disconnect; some run DHCP and report the link when it
 * is done; some raise no event at all when there was nothing to leave. The core is told the same of
 * all: each link that came up goes down once, and no end of an old link is taken for one of the
 * new.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/dhcpv4.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "engine.h"
#include "netprov_core.h"
#include "wifi.h"
#include "wipe.h"

LOG_MODULE_REGISTER(netprov_wifi, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** Link events that wait for the provisioning thread. */
#define LINK_EVENTS_MAX 8

/** Scan results that wait for it: as many as a client can be told. */
#define SCAN_RESULTS_MAX CONFIG_NETWORK_PROV_SCAN_MAX_ENTRIES

/** A driver that has nothing to leave may not say so: after this it is taken as left. */
#define LEAVE_TIMEOUT K_MSEC(1000)

/** Of an attempt, the driver gets so much for the link; the rest is for the address. */
#define LINK_TIMEOUT_S MAX(CONFIG_NETWORK_PROV_CONNECT_ATTEMPT_TIMEOUT_MS / 1500, 1)

/** `WifiAuthMode` of `network_constants.proto`. */
enum auth_mode {
	AUTH_OPEN = 0,
	AUTH_WEP = 1,
	AUTH_WPA_PSK = 2,
	AUTH_WPA2_PSK = 3,
	AUTH_WPA_WPA2_PSK = 4,
	AUTH_WPA2_ENTERPRISE = 5,
	AUTH_WPA3_PSK = 6,
	AUTH_WPA2_WPA3_PSK = 7,
};

enum link_event_kind {
	/** A connect has ended; status is of enum wifi_conn_status. */
	CONNECT_RESULT,
	/** The link is down, or a disconnect has ended. */
	DISCONNECT_RESULT,
};

struct link_event {
	enum link_event_kind kind;
	int status;
};

/** What it takes to join a network, kept while another is being left. */
struct join {
	uint8_t ssid[WIFI_SSID_MAX_LEN];
	uint8_t ssid_length;
	uint8_t passphrase[WIFI_PSK_MAX_LEN];
	uint8_t passphrase_length;
	bool has_bssid;
	uint8_t bssid[WIFI_MAC_ADDR_LEN];
	uint8_t channel;
	enum netprov_security security;
};

/* Filled on the thread of net_mgmt, emptied on the provisioning thread. */

static struct {
	struct k_spinlock lock;
	struct link_event links[LINK_EVENTS_MAX];
	size_t first;
	size_t count;
	bool addresses_changed;
	/** A scan of ours is under way; others may scan too. */
	bool scanning;
	bool scan_is_done;
	int scan_status;
	/** The strongest, one of each name and security: what the core keeps of them anyway. */
	struct netprov_access_point results[SCAN_RESULTS_MAX];
	size_t result_count;
} mailbox;

/* The provisioning thread's. */

static struct {
	enum {
		DOWN,
		JOINING,
		UP,
	} state;
	/** The link was asked for from here, so its address is too. */
	bool is_ours;
	/** The core knows of a link and has not heard of its end. */
	bool core_has_link;
	/** The driver was asked to leave, and has not said that it has. */
	bool leaving;
	bool asked_again;
	/** To be joined when that is done. */
	bool has_pending;
	struct join pending;
	/** DHCP was running when we stopped it, so it is started again. */
	bool dhcp_stopped;
	struct netprov_access_point joined;
	bool has_address;
	struct net_in_addr address;
	struct net_in_addr ap_address;
} station;

static struct k_work events_work;
static struct k_work_delayable leave_work;

/* The interface. */

static struct net_if *station_iface(void)
{
	/* The station's if a network manager knows of one, else the first that does Wi-Fi. */
	return net_if_get_wifi_sta();
}

/** How the driver says that it stands. 0 or a negative errno. */
static int get_status(struct net_if *iface, struct wifi_iface_status *status)
{
	memset(status, 0, sizeof(*status));
	return net_mgmt(NET_REQUEST_WIFI_IFACE_STATUS, iface, status, sizeof(*status));
}

static bool driver_has_link(struct net_if *iface)
{
	struct wifi_iface_status status;

	return get_status(iface, &status) == 0 && status.iface_mode == WIFI_MODE_INFRA &&
	       status.state == WIFI_STATE_COMPLETED;
}

/* Words of the driver and words of the protocol. */

static uint8_t auth_of(enum wifi_security_type security)
{
	switch (security) {
	case WIFI_SECURITY_TYPE_NONE:
		return AUTH_OPEN;
	case WIFI_SECURITY_TYPE_WEP:
		return AUTH_WEP;
	case WIFI_SECURITY_TYPE_WPA_PSK:
		return AUTH_WPA_PSK;
	case WIFI_SECURITY_TYPE_PSK:
	case WIFI_SECURITY_TYPE_PSK_SHA256:
	case WIFI_SECURITY_TYPE_FT_PSK:
		return AUTH_WPA2_PSK;
	case WIFI_SECURITY_TYPE_SAE_HNP:
	case WIFI_SECURITY_TYPE_SAE_H2E:
	case WIFI_SECURITY_TYPE_SAE_AUTO:
	case WIFI_SECURITY_TYPE_SAE_EXT_KEY:
	case WIFI_SECURITY_TYPE_FT_SAE:
		return AUTH_WPA3_PSK;
	case WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL:
		return AUTH_WPA2_WPA3_PSK;
	case WIFI_SECURITY_TYPE_EAP_TLS:
	case WIFI_SECURITY_TYPE_EAP_PEAP_MSCHAPV2:
	case WIFI_SECURITY_TYPE_EAP_PEAP_GTC:
	case WIFI_SECURITY_TYPE_EAP_TTLS_MSCHAPV2:
	case WIFI_SECURITY_TYPE_EAP_PEAP_TLS:
	case WIFI_SECURITY_TYPE_FT_EAP:
	case WIFI_SECURITY_TYPE_FT_EAP_SHA384:
	case WIFI_SECURITY_TYPE_WAPI:
	case WIFI_SECURITY_TYPE_DPP:
		/* No passphrase joins these; the protocol's one word for that. */
		return AUTH_WPA2_ENTERPRISE;
	default:
		/* Espressif's driver knows no word for the mixed modes, which are most networks. */
		return AUTH_WPA_WPA2_PSK;
	}
}

static bool is_raw_key(const struct join *join)
{
	return join->passphrase_length == WIFI_PSK_MAX_LEN;
}

static enum wifi_security_type security_for(const struct join *join)
{
	/* Only the supplicant and the simulation are known to choose by themselves. To Espressif's
	 * driver the type is an error after which it takes itself to be connecting for ever; PSK is
	 * what a mixed network takes from everybody.
	 */
	bool chooses = IS_ENABLED(CONFIG_WIFI_NM_WPA_SUPPLICANT_WPA3) ||
		       IS_ENABLED(CONFIG_NETWORK_PROV_FAKE_WIFI);

	switch (join->security) {
	case NETPROV_OPEN:
		return WIFI_SECURITY_TYPE_NONE;
	case NETPROV_SAE:
		return WIFI_SECURITY_TYPE_SAE;
	case NETPROV_PSK:
		return WIFI_SECURITY_TYPE_PSK;
	default:
		if (join->passphrase_length == 0) {
			return WIFI_SECURITY_TYPE_NONE;
		}
		/* SAE takes a password, not a key. */
		return chooses && !is_raw_key(join) ? WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL
						    : WIFI_SECURITY_TYPE_PSK;
	}
}

static int failure_of(enum wifi_conn_status status)
{
	switch (status) {
	case WIFI_STATUS_CONN_WRONG_PASSWORD:
		return NETPROV_FAILURE_WRONG_PASSWORD;
	case WIFI_STATUS_CONN_AP_NOT_FOUND:
		return NETPROV_FAILURE_NOT_FOUND;
	default:
		/* A time-out may be either, and drivers fail for want of a better word. */
		return NETPROV_FAILURE_OTHER;
	}
}

/* The address. */

void netprov_wifi_set_ap_address(const struct net_in_addr *address)
{
	station.ap_address = address != NULL ? *address : (struct net_in_addr){0};
}

struct search {
	bool leases_only;
	bool found;
	struct net_in_addr address;
};

static void look_at_address(struct net_if *iface, struct net_if_addr *entry, void *context)
{
	const struct net_in_addr *address = &entry->address.in_addr;
	struct search *search = context;

	ARG_UNUSED(iface);
	if (search->leases_only ? entry->addr_type != NET_ADDR_DHCP
				: entry->addr_state != NET_ADDR_PREFERRED) {
		return;
	}
	/* An address that nobody gave, or that is there until DHCP gives one, is none. */
	if (net_ipv4_is_ll_addr(address) || net_ipv4_is_addr_loopback(address) ||
	    (IS_ENABLED(CONFIG_NET_DHCPV4) && entry->addr_type == NET_ADDR_OVERRIDABLE)) {
		return;
	}
	if (station.ap_address.s_addr != 0 && address->s_addr == station.ap_address.s_addr) {
		return;
	}
	search->found = true;
	search->address = *address;
}

/** Finds an address that a network is used with. */
static bool find_address(struct net_if *iface, struct net_in_addr *address)
{
	struct search search = {0};

	net_if_ipv4_addr_foreach(iface, look_at_address, &search);
	*address = search.address;
	return search.found;
}

/**
 * Gives up what the last network has given: with the next it would read as success at once. The
 * drivers that run DHCP themselves leave their address behind.
 */
static void release_address(struct net_if *iface)
{
	struct search search = {.leases_only = true};

#ifdef CONFIG_NET_DHCPV4
	if (iface->config.dhcpv4.state != NET_DHCPV4_DISABLED) {
		station.dhcp_stopped = true;
		net_dhcpv4_stop(iface);
	}
#endif
	net_if_ipv4_addr_foreach(iface, look_at_address, &search);
	if (search.found) {
		(void)net_if_ipv4_addr_rm(iface, &search.address);
	}
	station.has_address = false;
}

/** An application's link has an application's address, unless we have stopped its DHCP. */
static void start_dhcp(struct net_if *iface)
{
#ifdef CONFIG_NET_DHCPV4
	struct net_in_addr address;

	if ((station.is_ours || station.dhcp_stopped) && !find_address(iface, &address)) {
		/* A client that runs already goes on. */
		net_dhcpv4_start(iface);
	}
	station.dhcp_stopped = false;
#else
	ARG_UNUSED(iface);
#endif
}

/** Tells the core of an address that it does not know. */
static void tell_address(struct net_if *iface)
{
	struct net_in_addr address;

	if (station.state != UP || !find_address(iface, &address)) {
		return;
	}
	if (station.has_address && station.address.s_addr == address.s_addr) {
		return;
	}
	station.has_address = true;
	station.address = address;
	netprov_core_got_address((const uint8_t *)&address.s_addr);
}

/* Links, as the core is told of them. */

/** What the station has joined; what it was asked to join if the driver does not say. */
static void describe_link(struct net_if *iface, struct netprov_access_point *link)
{
	struct wifi_iface_status status;

	*link = station.joined;
	if (get_status(iface, &status) != 0 || status.state < WIFI_STATE_ASSOCIATED) {
		return;
	}
	link->ssid_length = MIN(status.ssid_len, sizeof(link->ssid));
	memcpy(link->ssid, status.ssid, link->ssid_length);
	memcpy(link->bssid, status.bssid, sizeof(link->bssid));
	link->channel = status.channel;
	link->rssi = CLAMP(status.rssi, INT8_MIN, INT8_MAX);
	link->auth = auth_of(status.security);
}

static void link_is_up(struct net_if *iface)
{
	struct netprov_access_point link;
	bool is_known;

	describe_link(iface, &link);
	/* Some drivers report the link again with every renewal of the lease. */
	is_known = station.state == UP &&
		   memcmp(link.bssid, station.joined.bssid, sizeof(link.bssid)) == 0 &&
		   link.channel == station.joined.channel;
	station.joined = link;
	if (!is_known) {
		station.state = UP;
		station.core_has_link = true;
		station.has_address = false;
		netprov_core_link_up(&link);
		/* The core may have called back, and be leaving again. */
		if (station.state == UP) {
			start_dhcp(iface);
		}
	}
	/* It may have been there before the link. */
	tell_address(iface);
}

static void link_is_down(int failure)
{
	station.has_address = false;
	if (station.core_has_link) {
		station.core_has_link = false;
		netprov_core_link_down(failure);
	}
}

/* Leaving and joining. */

static int join_now(struct net_if *iface, const struct join *join)
{
	struct wifi_connect_req_params params = {
		.ssid = join->ssid,
		.ssid_length = join->ssid_length,
		.band = WIFI_FREQ_BAND_UNKNOWN,
		.channel = join->channel != 0 ? join->channel : WIFI_CHANNEL_ANY,
		.security = security_for(join),
		.timeout = LINK_TIMEOUT_S,
	};
	int ret;

	if (params.security != WIFI_SECURITY_TYPE_NONE) {
		params.psk = join->passphrase;
		params.psk_length = join->passphrase_length;
		params.mfp = WIFI_MFP_OPTIONAL;
	}
	if (params.security == WIFI_SECURITY_TYPE_SAE) {
		params.mfp = WIFI_MFP_REQUIRED;
	}
	if (params.security == WIFI_SECURITY_TYPE_SAE ||
	    params.security == WIFI_SECURITY_TYPE_WPA_AUTO_PERSONAL) {
		params.sae_password = join->passphrase;
		params.sae_password_length = join->passphrase_length;
	}
	if (join->has_bssid) {
		memcpy(params.bssid, join->bssid, sizeof(params.bssid));
	}
	release_address(iface);
	station.joined = (struct netprov_access_point){
		.ssid_length = join->ssid_length,
		.channel = join->channel,
		.auth = auth_of(params.security),
	};
	memcpy(station.joined.ssid, join->ssid, join->ssid_length);
	ret = net_mgmt(NET_REQUEST_WIFI_CONNECT, iface, &params, sizeof(params));
	if (ret != 0) {
		LOG_WRN("the driver refuses to connect: %d", ret);
		return ret < 0 ? ret : -EIO;
	}
	station.state = JOINING;
	station.is_ours = true;
	return 0;
}

static void forget_pending(void)
{
	station.has_pending = false;
	netprov_wipe(&station.pending, sizeof(station.pending));
}

/** The driver has left: the core hears of it, and what waited is joined. */
static void has_left(struct net_if *iface)
{
	int ret;

	station.leaving = false;
	(void)k_work_cancel_delayable(&leave_work);
	link_is_down(NETPROV_FAILURE_OTHER);
	/* The core may have wanted something else meanwhile. */
	if (!station.has_pending || station.leaving) {
		return;
	}
	ret = join_now(iface, &station.pending);
	forget_pending();
	if (ret != 0) {
		netprov_core_connect_failed(ret == -EINVAL ? NETPROV_FAILURE_WRONG_PASSWORD
							   : NETPROV_FAILURE_OTHER);
	}
}

/** Leaves the network, or gives up joining. Events of that are awaited, if there can be any. */
static void leave(struct net_if *iface)
{
	int ret;

	station.state = DOWN;
	station.is_ours = false;
	release_address(iface);
	ret = net_mgmt(NET_REQUEST_WIFI_DISCONNECT, iface, NULL, 0);
	if (ret != 0) {
		/* Most likely there is nothing to leave. */
		LOG_DBG("the driver refuses to disconnect: %d", ret);
		if (!station.leaving) {
			return;
		}
	}
	station.leaving = true;
	station.asked_again = false;
	(void)k_work_reschedule_for_queue(&netprov_engine, &leave_work, LEAVE_TIMEOUT);
}

/** The driver has not said that it has left. */
static void leave_timed_out(struct k_work *work)
{
	struct net_if *iface = station_iface();

	ARG_UNUSED(work);
	if (!station.leaving || iface == NULL) {
		return;
	}
	if (!station.asked_again && driver_has_link(iface)) {
		/* It was about to join when it was asked to leave. */
		(void)net_mgmt(NET_REQUEST_WIFI_DISCONNECT, iface, NULL, 0);
		station.asked_again = true;
		(void)k_work_reschedule_for_queue(&netprov_engine, &leave_work, LEAVE_TIMEOUT);
		return;
	}
	has_left(iface);
	netprov_engine_reschedule();
}

/* Events, on the provisioning thread. */

static void connect_ended(struct net_if *iface, int status)
{
	if (station.leaving) {
		/* The answer to what was given up. That it has left is still to come. */
		return;
	}
	if (status == WIFI_STATUS_CONN_SUCCESS) {
		link_is_up(iface);
		return;
	}
	if (station.state == JOINING) {
		station.state = DOWN;
		netprov_core_connect_failed(failure_of(status));
	}
}

static void disconnected(struct net_if *iface)
{
	if (station.leaving) {
		has_left(iface);
	} else if (station.state == JOINING) {
		station.state = DOWN;
		netprov_core_connect_failed(NETPROV_FAILURE_OTHER);
	} else if (station.state == UP) {
		station.state = DOWN;
		release_address(iface);
		link_is_down(NETPROV_FAILURE_OTHER);
	}
}

static bool take_link_event(struct link_event *event)
{
	bool is_there = false;

	K_SPINLOCK(&mailbox.lock) {
		is_there = mailbox.count > 0;
		if (is_there) {
			*event = mailbox.links[mailbox.first];
			mailbox.first = (mailbox.first + 1) % LINK_EVENTS_MAX;
			mailbox.count--;
		}
	}
	return is_there;
}

static void process_links(struct net_if *iface)
{
	struct link_event event;

	while (take_link_event(&event)) {
		if (event.kind == CONNECT_RESULT) {
			connect_ended(iface, event.status);
		} else {
			disconnected(iface);
		}
	}
}

/**
 * Takes notice of what has happened, but the core has not been told of, when it wants something
 * else: it is no part of that. The core is in the middle of a call, so it is not called.
 */
static void settle_links(void)
{
	struct link_event event;

	while (take_link_event(&event)) {
		if (event.kind == DISCONNECT_RESULT) {
			station.leaving = false;
			station.state = DOWN;
		} else if (!station.leaving) {
			station.state = event.status == WIFI_STATUS_CONN_SUCCESS ? UP : DOWN;
		}
	}
}

/** Whether the core takes a link for granted that is gone. */
static bool owes_link_down(void)
{
	return station.core_has_link && station.state != UP && !station.leaving;
}

static void process_addresses(struct net_if *iface)
{
	bool changed = false;

	K_SPINLOCK(&mailbox.lock) {
		changed = mailbox.addresses_changed;
		mailbox.addresses_changed = false;
	}
	if (!changed) {
		return;
	}
	if (station.state == JOINING && !station.leaving && driver_has_link(iface)) {
		/* Its result is on the way, or got lost in the crowd of a scan's. */
		link_is_up(iface);
		return;
	}
	tell_address(iface);
}

static bool take_result(struct netprov_access_point *result)
{
	bool is_there = false;

	K_SPINLOCK(&mailbox.lock) {
		is_there = mailbox.result_count > 0;
		if (is_there) {
			*result = mailbox.results[--mailbox.result_count];
		}
	}
	return is_there;
}

static void process_scan(void)
{
	struct netprov_access_point result;
	bool is_done = false;
	int status = 0;

	/* First, so that all results of a scan that is done are there. */
	K_SPINLOCK(&mailbox.lock) {
		is_done = mailbox.scan_is_done;
		status = mailbox.scan_status;
		mailbox.scan_is_done = false;
	}
	while (take_result(&result)) {
		netprov_core_scan_result(&result);
	}
	if (is_done) {
		netprov_core_scan_done(status);
	}
}

static void process(struct k_work *work)
{
	struct net_if *iface = station_iface();

	ARG_UNUSED(work);
	if (iface == NULL) {
		return;
	}
	if (owes_link_down()) {
		link_is_down(NETPROV_FAILURE_OTHER);
	}
	process_links(iface);
	process_addresses(iface);
	process_scan();
	netprov_engine_reschedule();
}

/* Events, on the thread of net_mgmt. */

/** Never loses how it ends: a link event that finds no room takes the place of the one before. */
static void post_link(enum link_event_kind kind, int status)
{
	K_SPINLOCK(&mailbox.lock) {
		size_t last;

		if (mailbox.count < LINK_EVENTS_MAX) {
			mailbox.count++;
		}
		last = (mailbox.first + mailbox.count - 1) % LINK_EVENTS_MAX;
		mailbox.links[last] = (struct link_event){.kind = kind, .status = status};
	}
	(void)k_work_submit_to_queue(&netprov_engine, &events_work);
}

/**
 * The place for a result: that of the same network, a free one, or the weakest's. NULL if the
 * result is no better than what is there. With the lock.
 */
static struct netprov_access_point *place_for(const struct netprov_access_point *found)
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
 * The results of a scan come all at once, and this thread is usually the more urgent one: what gets
 * lost is what clients are not told of.
 */
static void post_result(const struct wifi_scan_result *result)
{
	struct netprov_access_point found = {
		.ssid_length = MIN(result->ssid_length, WIFI_SSID_MAX_LEN),
		.channel = result->channel,
		.rssi = result->rssi,
		.auth = auth_of(result->security),
	};

	memcpy(found.ssid, result->ssid, found.ssid_length);
	memcpy(found.bssid, result->mac, sizeof(found.bssid));
	K_SPINLOCK(&mailbox.lock) {
		struct netprov_access_point *place = mailbox.scanning ? place_for(&found) : NULL;

		if (place != NULL) {
			*place = found;
		}
	}
	(void)k_work_submit_to_queue(&netprov_engine, &events_work);
}

static void post_scan_done(int status)
{
	K_SPINLOCK(&mailbox.lock) {
		mailbox.scan_is_done |= mailbox.scanning;
		mailbox.scan_status = status;
		mailbox.scanning = false;
	}
	(void)k_work_submit_to_queue(&netprov_engine, &events_work);
}

static void on_wifi_event(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	const struct wifi_status *status = cb->info;

	/* There may be other interfaces: an access point, a second radio. */
	if (iface != station_iface() || cb->info == NULL) {
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
		post_link(CONNECT_RESULT, status->status);
		break;
	case NET_EVENT_WIFI_DISCONNECT_RESULT:
		post_link(DISCONNECT_RESULT, status->status);
		break;
	default:
		break;
	}
}

static void on_ipv4_event(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	ARG_UNUSED(cb);
	ARG_UNUSED(event);
	if (iface != station_iface()) {
		return;
	}
	K_SPINLOCK(&mailbox.lock) {
		mailbox.addresses_changed = true;
	}
	(void)k_work_submit_to_queue(&netprov_engine, &events_work);
}

/* What the core wants of the station. */

/** From now on, results are ours, or are not. What came before is not. */
static void expect_scan(bool expected)
{
	K_SPINLOCK(&mailbox.lock) {
		mailbox.scanning = expected;
		mailbox.scan_is_done = false;
		mailbox.result_count = 0;
	}
}

int netprov_port_scan(const struct netprov_scan_request *request)
{
	struct net_if *iface = station_iface();
	struct wifi_scan_params params = {
		.scan_type = request->passive ? WIFI_SCAN_TYPE_PASSIVE : WIFI_SCAN_TYPE_ACTIVE,
		.dwell_time_active = request->dwell_ms,
		.dwell_time_passive = request->dwell_ms,
	};
	int ret;

	if (iface == NULL) {
		LOG_ERR("no Wi-Fi interface");
		return -ENODEV;
	}
	/* Channels in groups are not asked for: drivers that do not know lists of channels would
	 * scan all of them for each group.
	 */
	expect_scan(true);
	ret = net_mgmt(NET_REQUEST_WIFI_SCAN, iface, &params, sizeof(params));
	if (ret != 0) {
		expect_scan(false);
		LOG_WRN("the driver refuses to scan: %d", ret);
		return ret < 0 ? ret : -EIO;
	}
	return 0;
}

static bool is_hex(const uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t digit;

		if (char2hex(text[i], &digit) != 0) {
			return false;
		}
	}
	return true;
}

/** Copies the credentials. -EINVAL if there can be no such network or passphrase. */
static int prepare(struct join *join, const struct netprov_credentials *credentials)
{
	size_t length = credentials->passphrase_length;

	if (credentials->ssid_length == 0 || credentials->ssid_length > sizeof(join->ssid) ||
	    length > sizeof(join->passphrase)) {
		return -EINVAL;
	}
	*join = (struct join){
		.ssid_length = credentials->ssid_length,
		.passphrase_length = length,
		.has_bssid = credentials->bssid != NULL,
		.channel = credentials->channel,
		.security = credentials->security,
	};
	memcpy(join->ssid, credentials->ssid, join->ssid_length);
	if (length > 0) {
		memcpy(join->passphrase, credentials->passphrase, length);
	}
	if (join->has_bssid) {
		memcpy(join->bssid, credentials->bssid, sizeof(join->bssid));
	}
	if (security_for(join) == WIFI_SECURITY_TYPE_NONE) {
		return 0;
	}
	if (length < WIFI_PSK_MIN_LEN) {
		return -EINVAL;
	}
	if (is_raw_key(join) &&
	    (join->security == NETPROV_SAE || !is_hex(join->passphrase, length))) {
		return -EINVAL;
	}
	return 0;
}

/** Nothing had to be left: the core hears of the link's end when it has ended its call. */
static void pay_link_down(void)
{
	if (owes_link_down()) {
		(void)k_work_submit_to_queue(&netprov_engine, &events_work);
	}
}

int netprov_port_connect(const struct netprov_credentials *credentials)
{
	struct net_if *iface = station_iface();
	int ret;

	if (iface == NULL) {
		LOG_ERR("no Wi-Fi interface");
		return -ENODEV;
	}
	station.has_pending = false;
	ret = prepare(&station.pending, credentials);
	if (ret != 0) {
		goto out;
	}
	settle_links();
	if (!station.leaving && (station.state != DOWN || driver_has_link(iface))) {
		leave(iface);
	}
	if (station.leaving) {
		station.has_pending = true;
		return 0;
	}
	ret = join_now(iface, &station.pending);
out:
	forget_pending();
	pay_link_down();
	return ret;
}

void netprov_port_disconnect(void)
{
	struct net_if *iface = station_iface();

	forget_pending();
	if (iface == NULL) {
		return;
	}
	settle_links();
	/* Also without a link: a supplicant goes on trying by itself. */
	leave(iface);
	pay_link_down();
}

/* Start. */

static struct net_mgmt_event_callback wifi_callback;
static struct net_mgmt_event_callback ipv4_callback;

/** From boot on: the core is told of a link that there was before the manager, too. */
static int wifi_init(void)
{
	k_work_init(&events_work, process);
	k_work_init_delayable(&leave_work, leave_timed_out);
	net_mgmt_init_event_callback(&wifi_callback, on_wifi_event,
				     NET_EVENT_WIFI_SCAN_RESULT | NET_EVENT_WIFI_SCAN_DONE |
					     NET_EVENT_WIFI_CONNECT_RESULT |
					     NET_EVENT_WIFI_DISCONNECT_RESULT);
	net_mgmt_add_event_callback(&wifi_callback);
	net_mgmt_init_event_callback(&ipv4_callback, on_ipv4_event,
				     NET_EVENT_IPV4_ADDR_ADD | NET_EVENT_IPV4_DHCP_BOUND |
					     NET_EVENT_IPV4_ACD_SUCCEED);
	net_mgmt_add_event_callback(&ipv4_callback);
	return 0;
}

SYS_INIT(wifi_init, APPLICATION, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
