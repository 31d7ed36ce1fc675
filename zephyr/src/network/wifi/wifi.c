/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The station, by net_mgmt: from the core to the driver by requests, and back by events, which
 * wait in a mailbox (wifi_events.c) for this thread, the provisioning thread.
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
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "engine/engine.h"
#include "netprov_core.h"
#include "network/wifi/wifi_address.h"
#include "network/wifi/wifi_events.h"
#include "network/wifi/wifi_join.h"
#include "wipe.h"

LOG_MODULE_REGISTER(netprov_wifi, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** A driver that has nothing to leave may not say so: after this it is taken as left. */
#define LEAVE_TIMEOUT K_MSEC(1000)

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
	struct netprov_join pending;
	struct netprov_access_point joined;
	bool has_address;
	struct net_in_addr address;
} station;

struct k_work netprov_wifi_work;
static struct k_work_delayable leave_work;

static int no_interface(void)
{
	LOG_ERR("There is no Wi-Fi interface: enable the board's Wi-Fi, or set "
		"CONFIG_NETWORK_PROV_FAKE_WIFI=y for a simulated one");
	return -ENODEV;
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

/* The address. */

static void forget_address(struct net_if *iface)
{
	netprov_address_release(iface);
	station.has_address = false;
}

/** Tells the core of an address that it does not know. */
static void tell_address(struct net_if *iface)
{
	struct net_in_addr address;

	if (station.state != UP || !netprov_address_find(iface, &address)) {
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
	link->auth = netprov_auth_of(status.security);
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
			netprov_address_request(iface, station.is_ours);
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

static int join_now(struct net_if *iface, const struct netprov_join *join)
{
	struct wifi_connect_req_params params;
	int ret;

	netprov_join_params(join, &params);
	forget_address(iface);
	station.joined = (struct netprov_access_point){
		.ssid_length = join->ssid_length,
		.channel = join->channel,
		.auth = netprov_auth_of(params.security),
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
	forget_address(iface);
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
	struct net_if *iface = netprov_wifi_iface();

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
		netprov_core_connect_failed(netprov_failure_of(status));
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
		forget_address(iface);
		link_is_down(NETPROV_FAILURE_OTHER);
	}
}

static void process_links(struct net_if *iface)
{
	struct netprov_link_event event;

	while (netprov_wifi_take_link(&event)) {
		if (event.kind == NETPROV_CONNECT_RESULT) {
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
	struct netprov_link_event event;

	while (netprov_wifi_take_link(&event)) {
		if (event.kind == NETPROV_DISCONNECT_RESULT) {
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
	if (!netprov_wifi_take_address_change()) {
		return;
	}
	if (station.state == JOINING && !station.leaving && driver_has_link(iface)) {
		/* Its result is on the way, or got lost in the crowd of a scan's. */
		link_is_up(iface);
		return;
	}
	tell_address(iface);
}

static void process_scan(void)
{
	struct netprov_access_point result;
	int status;
	/* First, so that all results of a scan that is done are there. */
	bool is_done = netprov_wifi_take_scan_end(&status);

	while (netprov_wifi_take_result(&result)) {
		netprov_core_scan_result(&result);
	}
	if (is_done) {
		netprov_core_scan_done(status);
	}
}

static void process(struct k_work *work)
{
	struct net_if *iface = netprov_wifi_iface();

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

/* What the core wants of the station. */

int netprov_port_scan(const struct netprov_scan_request *request)
{
	struct net_if *iface = netprov_wifi_iface();
	struct wifi_scan_params params = {
		.scan_type = request->passive ? WIFI_SCAN_TYPE_PASSIVE : WIFI_SCAN_TYPE_ACTIVE,
		.dwell_time_active = request->dwell_ms,
		.dwell_time_passive = request->dwell_ms,
	};
	int ret;

	if (iface == NULL) {
		return no_interface();
	}
	/* Channels in groups are not asked for: drivers that do not know lists of channels would
	 * scan all of them for each group.
	 */
	netprov_wifi_expect_scan(true);
	ret = net_mgmt(NET_REQUEST_WIFI_SCAN, iface, &params, sizeof(params));
	if (ret != 0) {
		netprov_wifi_expect_scan(false);
		LOG_WRN("the driver refuses to scan: %d", ret);
		return ret < 0 ? ret : -EIO;
	}
	return 0;
}

/** Nothing had to be left: the core hears of the link's end when it has ended its call. */
static void pay_link_down(void)
{
	if (owes_link_down()) {
		(void)k_work_submit_to_queue(&netprov_engine, &netprov_wifi_work);
	}
}

int netprov_port_connect(const struct netprov_credentials *credentials)
{
	struct net_if *iface = netprov_wifi_iface();
	int ret;

	if (iface == NULL) {
		return no_interface();
	}
	station.has_pending = false;
	ret = netprov_join_prepare(&station.pending, credentials);
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
	struct net_if *iface = netprov_wifi_iface();

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

/** From boot on: the core is told of a link that there was before the manager, too. */
static int wifi_init(void)
{
	k_work_init(&netprov_wifi_work, process);
	k_work_init_delayable(&leave_work, leave_timed_out);
	netprov_wifi_listen();
	return 0;
}

SYS_INIT(wifi_init, APPLICATION, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
