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

/** Returns whether addresses have changed since the last call. */
bool netprov_wifi_take_address_change(void);

/** Drops earlier scan results, and sets whether those that follow are kept. */
void netprov_wifi_expect_scan(bool expected);

/**
 * Returns whether the scan has ended since the last call, with its status (0, or the driver's).
 * Call it before taking results: when it returns true, all results are in the mailbox.
 */
bool netprov_wifi_take_scan_end(int *status);

/** Takes a scan result. Returns false if there is none. */
bool netprov_wifi_take_result(struct netprov_access_point *result);

#endif /* NETPROV_WIFI_EVENTS_H_ */
