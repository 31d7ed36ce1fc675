/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Zephyr's DHCP server leases an address for as long as the client asks, refuses newcomers while all
 * addresses are leased, and does not hear of stations that leave. It shows its leases under its
 * lock, and they may be changed there.
 */

#include <stdbool.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/dhcpv4_server.h>
#include <zephyr/net/net_ip.h>

#include "compat.h"
#include "transport/softap/ap_leases.h"
#include "transport/softap/http_connection.h"

LOG_MODULE_DECLARE(netprov_ap, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** How often it is looked whether an address is free: a phone asks again after one to four seconds. */
#define INTERVAL K_SECONDS(1)

/** How long an offer is left to a client, of the 30 s that the server reserves the address. */
#define OFFER_MS (5 * MSEC_PER_SEC)
#define RESERVED_MS (30 * MSEC_PER_SEC)

/**
 * An offer with less left may be one whose address the server is probing, which must stay. Others
 * end by then.
 */
#define PROBE_MS (CONFIG_NET_DHCPV4_SERVER_ICMP_PROBE_TIMEOUT + 100)

#define LEASE_MS (CONFIG_NET_DHCPV4_SERVER_ADDR_LEASE_TIME * (int64_t)MSEC_PER_SEC)

struct survey {
	size_t held;
	/** The lease to give up, and how long it would last. */
	struct dhcpv4_addr_slot *oldest;
	int64_t oldest_left;
};

static struct net_if *leases_iface;

static void look(struct k_work *work);

static K_WORK_DELAYABLE_DEFINE(looking, look);

static int64_t left_of(const struct dhcpv4_addr_slot *lease)
{
	return k_ticks_to_ms_ceil64(sys_timepoint_timeout(lease->expiry).ticks);
}

/** Whether the lease can be given up to a newcomer. */
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
		/* The server offers it again if there is no other. */
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

static void give_up(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	ARG_UNUSED(iface);
	if (lease == user_data && is_stale(lease, left_of(lease))) {
		LOG_INF("All addresses are leased: the oldest lease is given up");
		lease->state = DHCPV4_SERVER_ADDR_FREE;
	}
}

static void look(struct k_work *work)
{
	struct survey survey = {0};

	ARG_UNUSED(work);
	(void)net_dhcpv4_server_foreach_lease(leases_iface, inspect, &survey);
	if (survey.held == CONFIG_NET_DHCPV4_SERVER_ADDR_COUNT && survey.oldest != NULL) {
		(void)net_dhcpv4_server_foreach_lease(leases_iface, give_up, survey.oldest);
	}
	(void)k_work_schedule(&looking, INTERVAL);
}

void netprov_ap_leases_start(struct net_if *iface)
{
	leases_iface = iface;
	(void)k_work_schedule(&looking, INTERVAL);
}

void netprov_ap_leases_stop(void)
{
	struct k_work_sync sync;

	(void)k_work_cancel_delayable_sync(&looking, &sync);
}

/** What identifies a station. */
struct station {
	const uint8_t *mac;
	uint8_t length;
};

static void release(struct net_if *iface, struct dhcpv4_addr_slot *lease, void *user_data)
{
	const struct station *station = user_data;

	ARG_UNUSED(iface);
	/* Without an option of the client's own, it is the type of hardware and the MAC address. */
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
