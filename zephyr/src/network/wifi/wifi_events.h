/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The station's net_mgmt events, kept until the provisioning thread takes them.
 */

#ifndef NETPROV_WIFI_EVENTS_H_
#define NETPROV_WIFI_EVENTS_H_

#include <stdbool.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>

#include "netprov_core.h"

enum netprov_link_event_kind {
	/** A connection attempt has ended; status is an enum wifi_conn_status. */
	NETPROV_CONNECT_RESULT,
	/** The link is down, or a disconnect has ended. */
	NETPROV_DISCONNECT_RESULT,
};

struct netprov_link_event {
	enum netprov_link_event_kind kind;
	int status;
};

/** What has happened since the last call of netprov_wifi_take_news(), besides link events. */
struct netprov_wifi_news {
	bool addresses_changed;
	bool scan_is_done;
	/** Status of that scan: 0, or the driver's. */
	int scan_status;
};

/** wifi.c's work item, submitted to the provisioning thread when an event arrives. */
extern struct k_work netprov_wifi_work;

/** Gets the station's interface, or NULL. */
static inline struct net_if *netprov_wifi_iface(void)
{
	/* The one that Wi-Fi network management names, or else the first Wi-Fi interface. */
	return net_if_get_wifi_sta();
}

/** Starts to keep events. */
void netprov_wifi_listen(void);

/** Takes the oldest link event. Returns false if there is none. */
bool netprov_wifi_take_link(struct netprov_link_event *event);

/**
 * Takes the news. Call it before taking results: when a scan is done, all of them are in the
 * mailbox.
 */
struct netprov_wifi_news netprov_wifi_take_news(void);

/** Drops earlier scan results, and sets whether those that follow are kept. */
void netprov_wifi_expect_scan(bool expected);

/** Takes a scan result. Returns false if there is none. */
bool netprov_wifi_take_result(struct netprov_access_point *result);

#endif /* NETPROV_WIFI_EVENTS_H_ */
