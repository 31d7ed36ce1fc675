/* SPDX-License-Identifier: Apache-2.0 */

/* The station's address. Runs on the provisioning thread. */

#include <zephyr/kernel.h>
#include <zephyr/net/net_if.h>
/* Needs <zephyr/net/net_if.h>, but does not include it. */
#include <zephyr/net/dhcpv4.h>
#include <zephyr/sys/util.h>

#include "network/wifi/wifi_address.h"

/** Address of the device's own access point; 0.0.0.0 if there is none. */
static struct net_in_addr ap_address;

#ifdef CONFIG_NET_DHCPV4
/** DHCP was running when we stopped it, so we start it again. */
static bool dhcp_stopped;
#endif

void netprov_address_set_ap(const struct net_in_addr *address)
{
	ap_address = address != NULL ? *address : (struct net_in_addr){0};
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
	/* Ignore addresses that no network assigned, and placeholders until DHCP assigns one. */
	if (net_ipv4_is_ll_addr(address) || net_ipv4_is_addr_loopback(address) ||
	    (IS_ENABLED(CONFIG_NET_DHCPV4) && entry->addr_type == NET_ADDR_OVERRIDABLE)) {
		return;
	}
	if (ap_address.s_addr != 0 && address->s_addr == ap_address.s_addr) {
		return;
	}
	search->found = true;
	search->address = *address;
}

bool netprov_address_find(struct net_if *iface, struct net_in_addr *address)
{
	struct search search = {0};

	net_if_ipv4_addr_foreach(iface, look_at_address, &search);
	*address = search.address;
	return search.found;
}

void netprov_address_request(struct net_if *iface, bool is_ours)
{
#ifdef CONFIG_NET_DHCPV4
	struct net_in_addr address;

	if ((is_ours || dhcp_stopped) && !netprov_address_find(iface, &address)) {
		/* Has no effect if DHCP is already running. */
		net_dhcpv4_start(iface);
	}
	dhcp_stopped = false;
#else
	ARG_UNUSED(iface);
	ARG_UNUSED(is_ours);
#endif
}

void netprov_address_release(struct net_if *iface)
{
	struct search search = {.leases_only = true};

#ifdef CONFIG_NET_DHCPV4
	if (iface->config.dhcpv4.state != NET_DHCPV4_DISABLED) {
		dhcp_stopped = true;
		net_dhcpv4_stop(iface);
	}
#endif
	net_if_ipv4_addr_foreach(iface, look_at_address, &search);
	if (search.found) {
		(void)net_if_ipv4_addr_rm(iface, &search.address);
	}
}
