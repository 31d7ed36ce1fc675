/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/device.h>
#include <zephyr/net/ethernet.h>
#include <zephyr/net/net_core.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi_mgmt.h>

#include "air.h"

static struct net_if *ap_iface;
static struct net_if *host_iface;

/* These are the simulated driver's, except for one function: the driver discards what it should
 * send.
 */
static struct device device;
static struct net_wifi_mgmt_offload api;

int __real_net_recv_data(struct net_if *iface, struct net_pkt *pkt);
int __wrap_net_recv_data(struct net_if *iface, struct net_pkt *pkt);

int __wrap_net_recv_data(struct net_if *iface, struct net_pkt *pkt)
{
	return __real_net_recv_data(ap_iface != NULL && iface == host_iface ? ap_iface : iface,
				    pkt);
}

static int send(const struct device *dev, struct net_pkt *pkt)
{
	const struct device *host = net_if_get_device(host_iface);
	const struct ethernet_api *host_api = host->api;

	ARG_UNUSED(dev);
	return host_api->send(host, pkt);
}

void air_join(struct net_if *access_point, struct net_if *host)
{
	const struct device *original = net_if_get_device(access_point);

	device = *original;
	/* Some of its members are const and cannot be assigned. */
	memcpy(&api, original->api, sizeof(api));
	api.wifi_iface.send = send;
	device.api = &api;
	access_point->if_dev->dev = &device;
	host_iface = host;
	ap_iface = access_point;
}
