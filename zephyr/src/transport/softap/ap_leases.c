/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Zephyr's DHCP server leases an address for as long as the client requests, rejects new clients
 * while all addresses are leased, and does not notice that stations leave. It iterates over its
 * leases with its lock held, and they may be modified then.
 */

#include <stdbool.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/dhcpv4_server.h>
#include <zephyr/net/net_ip.h>

#include "compat.h"
#include "transport/softap/ap_leases.h"
#include "transport/softap/http_slots.h"
#include "netprov_log.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_SOFTAP_LOG_LEVEL);

/** Interval of checks for a free address. A phone repeats its request after 1 to 4 s. */
#define INTERVAL K_SECONDS(1)

/** Time for which an offer is kept for a client. The server would reserve the address for 30 s. */
#define OFFER_MS (5 * MSEC_PER_SEC)
#define RESERVED_MS (30 * MSEC_PER_SEC)

/**
 * With less time left, the server may be probing the address of the offer, which must be kept.
 * Other offers have ended by then.
 */
#define PROBE_MS (CONFIG_NET_DHCPV4_SERVER_ICMP_PROBE_TIMEOUT + 100)

#define LEASE_MS (CONFIG_NET_DHCPV4_SERVER_ADDR_LEASE_TIME * (int64_t)MSEC_PER_SEC)

struct survey {
	size_t held;
	/** The lease to free first, and its remaining time in milliseconds. */
	struct dhcpv4_addr_slot *oldest;
	int64_t oldest_left;
};

static struct net_if *leases_iface;

static void check(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(checking, check);

static int64_t left_of(const struct dhcpv4_addr_slot *lease)
{
	return k_ticks_to_ms_ceil64(sys_timepoint_timeout(lease->expiry).ticks);
}

/** Checks whether the lease can be freed for a new client. */
static bool is_stale(const struct dhcpv4_addr_slot *lease, int64_t left)
{
	if (lease->state == DHCPV4_SERVER_ADDR_RESERVED) {
		return left > PROBE_MS && left < RESERVED_MS - OFFER_MS;
	}
	return !netprov_http_is_established_peer(lease->addr.s_addr);
}

static void inspect(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	struct survey *survey = user_data;
	int64_t left = left_of(lease);

	ARG_UNUSED(iface);
	if (lease->state == DHCPV4_SERVER_ADDR_DECLINED) {
		/* The server offers it again if there is no other one. */
		return;
	}
	if (lease->state == DHCPV4_SERVER_ADDR_ALLOCATED) {
		if (left > LEASE_MS) {
			lease->expiry = sys_timepoint_calc(K_MSEC(LEASE_MS));
			left = LEASE_MS;
		} else if (left == 0) {
			lease->state = DHCPV4_SERVER_ADDR_FREE;
			return;
		}
	}
	survey->held++;
	if (is_stale(lease, left) && (survey->oldest == NULL || left < survey->oldest_left)) {
		survey->oldest = lease;
		survey->oldest_left = left;
	}
}

static void free_lease(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	ARG_UNUSED(iface);
	if (lease == user_data && is_stale(lease, left_of(lease))) {
		LOG_INF("All addresses are leased: freeing the oldest lease");
		lease->state = DHCPV4_SERVER_ADDR_FREE;
	}
}

static void check(struct k_work *work)
{
	struct survey survey = {0};

	ARG_UNUSED(work);
	(void)net_dhcpv4_server_foreach_lease(leases_iface, inspect, &survey);
	if (survey.held == CONFIG_NET_DHCPV4_SERVER_ADDR_COUNT && survey.oldest != NULL) {
		(void)net_dhcpv4_server_foreach_lease(leases_iface, free_lease, survey.oldest);
	}
	(void)k_work_schedule(&checking, INTERVAL);
}

void netprov_ap_leases_start(struct net_if *iface)
{
	leases_iface = iface;
	(void)k_work_schedule(&checking, INTERVAL);
}

void netprov_ap_leases_stop(void)
{
	struct k_work_sync sync;

	(void)k_work_cancel_delayable_sync(&checking, &sync);
}

/** Identifies a station. */
struct station {
	const uint8_t *mac;
	uint8_t length;
};

static void release(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	const struct station *station = user_data;

	ARG_UNUSED(iface);
	/* Unless the client sends an id, it consists of the hardware type and the MAC address. */
	if (lease->state == DHCPV4_SERVER_ADDR_ALLOCATED &&
	    lease->client_id.len == station->length + 1 &&
	    memcmp(&lease->client_id.buf[1], station->mac, station->length) == 0) {
		lease->state = DHCPV4_SERVER_ADDR_FREE;
	}
}

void netprov_ap_leases_release(struct net_if *iface, const uint8_t *mac, uint8_t length)
{
	struct station station = {.mac = mac, .length = length};

	(void)net_dhcpv4_server_foreach_lease(iface, release, &station);
}
