/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief What net_mgmt tells of the station, kept until the provisioning thread takes it.
 */

#ifndef NETPROV_WIFI_EVENTS_H_
#define NETPROV_WIFI_EVENTS_H_

#include <stdbool.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>

#include "netprov_core.h"

enum netprov_link_event_kind {
	/** A connect has ended; status is of enum wifi_conn_status. */
	NETPROV_CONNECT_RESULT,
	/** The link is down, or a disconnect has ended. */
	NETPROV_DISCONNECT_RESULT,
};

struct netprov_link_event {
	enum netprov_link_event_kind kind;
	int status;
};

/** Submitted to the provisioning thread's queue when there is something to take; wifi.c's. */
extern struct k_work netprov_wifi_work;

/** The station's interface, if there is one. */
static inline struct net_if *netprov_wifi_iface(void)
{
	/* The station's if a network manager knows of one, else the first that does Wi-Fi. */
	return net_if_get_wifi_sta();
}

/** From now on events are kept. */
void netprov_wifi_listen(void);

/** Takes the oldest event of the link. False if there is none. */
bool netprov_wifi_take_link(struct netprov_link_event *event);

/** Whether addresses have changed since this was asked last. */
bool netprov_wifi_take_address_change(void);

/** From now on, results of scans are ours, or are not. What came before is not. */
void netprov_wifi_expect_scan(bool expected);

/**
 * Whether the scan has ended since this was asked last, and how (0 or the driver's status). To be
 * asked before the results are taken, so that all results of a scan that is done are there.
 */
bool netprov_wifi_take_scan_end(int *status);

/** Takes a result of the scan. False if there is none. */
bool netprov_wifi_take_result(struct netprov_access_point *result);

#endif /* NETPROV_WIFI_EVENTS_H_ */
