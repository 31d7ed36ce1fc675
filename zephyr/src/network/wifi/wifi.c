/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Wi-Fi station, through net_mgmt. The core's calls become requests to the driver; the driver's
 * events wait in a mailbox (wifi_events.c). All of this file runs on the provisioning thread.
 *
 *     net_mgmt ──► mailbox ──► process() ──► netprov_core_*()
 *                                              │
 *     driver ◄── net_mgmt ◄── netprov_port_*() ┘
 *
 * Drivers differ. Some refuse to join a network until they have reported the end of the previous
 * link; some report a failed join as a disconnect; some run DHCP and report the link afterwards;
 * some raise no event when there was nothing to leave. The core sees one behavior: each link that
 * came up goes down once, and the end of an old link never counts against a new one.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#include "engine/engine.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "network/wifi/wifi_address.h"
#include "network/wifi/wifi_events.h"
#include "network/wifi/wifi_join.h"
#include "wipe.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_NETWORK_LOG_LEVEL);

/** A driver without a link may not respond to a disconnect. It counts as done after this time. */
#define LEAVE_TIMEOUT K_MSEC(1000)

static struct {
	enum {
		DOWN,
		JOINING,
		UP,
	} state;
	/** The link was requested by this file, which therefore also requests the address. */
	bool is_ours;
	/** The core has been told of a link, and not yet of its end. */
	bool core_has_link;
	/** A disconnect was requested, and its event has not arrived. */
	bool leaving;
	bool retried_leave;
	/** The network to join after that. */
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
	LOG_ERR("No Wi-Fi interface: enable the board's Wi-Fi or CONFIG_NETWORK_PROV_FAKE_WIFI");
	return -ENODEV;
}

/** Gets the driver's status. Returns 0 or a negative errno. */
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

/** Reports the address to the core, if it is new. */
static void report_address(struct net_if *iface)
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

/* Links, as reported to the core. */

/** Describes the joined network; if the driver gives no details, the requested one. */
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
	/* Some drivers report the link again at each renewal of the lease. */
	is_known = station.state == UP &&
		   memcmp(link.bssid, station.joined.bssid, sizeof(link.bssid)) == 0 &&
		   link.channel == station.joined.channel;
	station.joined = link;
	if (!is_known) {
		station.state = UP;
		station.core_has_link = true;
		station.has_address = false;
		netprov_core_link_up(&link);
		/* The core may have requested a disconnect during that call. */
		if (station.state == UP) {
			netprov_address_request(iface, station.is_ours);
		}
	}
	/* The address may have been assigned before the link event. */
	report_address(iface);
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
		netprov_log_failure("join a network", ret);
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

/** The driver has left its network: reports that to the core and joins the pending network. */
static void has_left(struct net_if *iface)
{
	int ret;

	station.leaving = false;
	(void)k_work_cancel_delayable(&leave_work);
	link_is_down(NETPROV_FAILURE_OTHER);
	/* The core may have made another request during that call. */
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

/** Leaves the network, or gives up joining. Waits for the event if the driver can raise one. */
static void leave(struct net_if *iface)
{
	int ret;

	station.state = DOWN;
	station.is_ours = false;
	forget_address(iface);
	ret = net_mgmt(NET_REQUEST_WIFI_DISCONNECT, iface, NULL, 0);
	if (ret != 0) {
		/* Usually because there is nothing to leave. */
		LOG_DBG("Failed to leave a network: %d", ret);
		if (!station.leaving) {
			return;
		}
	}
	station.leaving = true;
	station.retried_leave = false;
	(void)k_work_reschedule_for_queue(&netprov_engine, &leave_work, LEAVE_TIMEOUT);
}

/** The driver has not reported the disconnect in time. */
static void leave_timed_out(struct k_work *work)
{
	struct net_if *iface = netprov_wifi_iface();

	ARG_UNUSED(work);
	if (!station.leaving || iface == NULL) {
		return;
	}
	if (!station.retried_leave && driver_has_link(iface)) {
		/* It completed a join after the disconnect was requested. */
		(void)net_mgmt(NET_REQUEST_WIFI_DISCONNECT, iface, NULL, 0);
		station.retried_leave = true;
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
		/* The result of an abandoned attempt. The disconnect event is still to come. */
		return;
	}
	if (status == WIFI_STATUS_CONN_SUCCESS) {
		link_is_up(iface);
		return;
	}
	LOG_DBG("Not joined: status %d", status);
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
 * Applies link events still queued from the attempt being replaced, without reporting them. Runs
 * inside a core call, so it must not call the core.
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

/** Whether the core still has to be told that its link is down. */
static bool owes_link_down(void)
{
	return station.core_has_link && station.state != UP && !station.leaving;
}

static void process_addresses(struct net_if *iface)
{
	if (station.state == JOINING && !station.leaving && driver_has_link(iface)) {
		/* The connect event is queued, or was lost among a scan's results. */
		link_is_up(iface);
		return;
	}
	report_address(iface);
}

static void process_results(void)
{
	struct netprov_access_point result;

	while (netprov_wifi_take_result(&result)) {
		netprov_core_scan_result(&result);
	}
}

static void process(struct k_work *work)
{
	struct net_if *iface = netprov_wifi_iface();
	struct netprov_wifi_news news;

	ARG_UNUSED(work);
	if (iface == NULL) {
		return;
	}
	if (owes_link_down()) {
		link_is_down(NETPROV_FAILURE_OTHER);
	}
	process_links(iface);
	news = netprov_wifi_take_news();
	if (news.addresses_changed) {
		process_addresses(iface);
	}
	process_results();
	if (news.scan_is_done) {
		netprov_core_scan_done(news.scan_status);
	}
	netprov_engine_reschedule();
}

/* Calls from the core. */

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
	/* Groups of channels are not used: a driver without support for channel lists would scan
	 * all channels for each group.
	 */
	netprov_wifi_expect_scan(true);
	ret = net_mgmt(NET_REQUEST_WIFI_SCAN, iface, &params, sizeof(params));
	if (ret != 0) {
		netprov_wifi_expect_scan(false);
		netprov_log_failure("scan", ret);
		return ret < 0 ? ret : -EIO;
	}
	return 0;
}

/** Reports an owed link-down after the current core call has returned. */
static void schedule_link_down(void)
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
	schedule_link_down();
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
	/* Also without a link: a supplicant keeps trying on its own. */
	leave(iface);
	schedule_link_down();
}

/* Start. */

/** Runs from boot on, so that a link older than the manager is known too. */
static int wifi_init(void)
{
	k_work_init(&netprov_wifi_work, process);
	k_work_init_delayable(&leave_work, leave_timed_out);
	netprov_wifi_listen();
	return 0;
}

SYS_INIT(wifi_init, APPLICATION, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
