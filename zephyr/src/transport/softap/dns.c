/* SPDX-License-Identifier: Apache-2.0 */

/* The resolver's socket. Starts and stops on the provisioning thread; responds on the network's. */

#include <errno.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_context.h>
#include <zephyr/net/net_pkt.h>
#include <zephyr/sys/util.h>

#include "transport/softap/dns.h"
#include "transport/softap/dns_message.h"

#define PORT 53

/**
 * Responses per second, and at most in a burst. A phone resolves about ten names when it joins.
 * Further queries are dropped unread, because responses take buffers of the network stack and radio
 * time.
 */
#define RATE 50

/* Used by the network's receive thread, which holds the context's lock during the callback. */
static uint8_t query[NETPROV_DNS_QUERY_MAX];
static uint8_t response[NETPROV_DNS_RESPONSE_MAX];
static uint32_t allowance = RATE;
static int64_t counted_at;

/** Written while the resolver is stopped. */
static struct net_context *context;
static struct net_in_addr own_address;

/** Takes one of the responses that are allowed now. Returns false if none is left. */
static bool take_allowance(void)
{
	int64_t now = k_uptime_get();

	if (now - counted_at >= MSEC_PER_SEC) {
		counted_at = now;
		allowance = RATE;
	}
	if (allowance == 0) {
		return false;
	}
	allowance--;
	return true;
}

static void on_query(struct net_context *ctx, struct net_pkt *pkt, union net_ip_header *ip,
		     union net_proto_header *proto, int status, void *user_data)
{
	struct net_sockaddr_in client = {.sin_family = NET_AF_INET};
	size_t length;

	ARG_UNUSED(user_data);
	if (pkt == NULL) {
		return;
	}
	length = net_pkt_remaining_data(pkt);
	if (status == 0 && length <= sizeof(query) && take_allowance() &&
	    net_pkt_read(pkt, query, length) == 0) {
		client.sin_port = proto->udp->src_port;
		net_ipv4_addr_copy_raw((uint8_t *)&client.sin_addr, ip->ipv4->src);
		length = netprov_dns_respond(query, length, own_address.s4_addr, response);
		if (length > 0) {
			(void)net_context_sendto(ctx, response, length,
						 (struct net_sockaddr *)&client, sizeof(client),
						 NULL, K_NO_WAIT, NULL);
		}
	}
	net_pkt_unref(pkt);
}

int netprov_dns_start(struct net_if *iface, const struct net_in_addr *address)
{
	struct net_sockaddr_in own = {
		.sin_family = NET_AF_INET,
		.sin_port = net_htons(PORT),
		.sin_addr = *address,
	};
	int ret = net_context_get(NET_AF_INET, NET_SOCK_DGRAM, NET_IPPROTO_UDP, &context);

	if (ret != 0) {
		context = NULL;
		return ret;
	}
	own_address = *address;
	net_context_bind_iface(context, iface);
	ret = net_context_bind(context, (struct net_sockaddr *)&own, sizeof(own));
	if (ret == 0) {
		ret = net_context_recv(context, on_query, K_NO_WAIT, NULL);
	}
	if (ret != 0) {
		netprov_dns_stop();
	}
	return ret;
}

void netprov_dns_stop(void)
{
	if (context != NULL) {
		(void)net_context_put(context);
		context = NULL;
	}
}
