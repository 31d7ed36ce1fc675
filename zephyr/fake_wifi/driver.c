/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The simulated Wi-Fi driver: its devices and interfaces.
 */

#include <zephyr/device.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/ethernet.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/wifi_mgmt.h>
#ifdef CONFIG_WIFI_NM
#include <zephyr/net/wifi_nm.h>
#endif

#include <network_provisioning/test/fake_wifi.h>

#include "../src/compat.h"
#include "radio.h"

LOG_MODULE_DECLARE(netprov_fake_wifi, CONFIG_NETWORK_PROV_FAKE_WIFI_LOG_LEVEL);

struct interface {
	/** Locally administered. */
	uint8_t mac[WIFI_MAC_ADDR_LEN];
	bool is_ap;
};

static struct interface station = {.mac = {0x02, 0x00, 0x5e, 0x00, 0x53, 0x01}};

#ifdef CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE
static struct interface access_point = {
	.mac = {0x02, 0x00, 0x5e, 0x00, 0x53, 0x02},
	.is_ap = true,
};
#define AP_INTERFACE access_point
#else
#define AP_INTERFACE station
#endif

/* Operations of Wi-Fi management. */

static bool may_be_station(const struct device *dev)
{
	const struct interface *interface = dev->data;

	return !interface->is_ap;
}

static bool may_be_ap(const struct device *dev)
{
	return dev->data == &AP_INTERFACE;
}

static int op_scan(NETPROV_DRIVER_DEV, struct wifi_scan_params *params, scan_result_cb_t cb)
{
	return may_be_station(dev) ? fake_radio_scan(params, cb) : -ENOTSUP;
}

static int op_connect(NETPROV_DRIVER_DEV, struct wifi_connect_req_params *params)
{
	return may_be_station(dev) ? fake_radio_connect(params) : -ENOTSUP;
}

static int op_disconnect(NETPROV_DRIVER_DEV)
{
	return may_be_station(dev) ? fake_radio_disconnect() : -ENOTSUP;
}

static int op_ap_enable(NETPROV_DRIVER_DEV, struct wifi_connect_req_params *params)
{
	return may_be_ap(dev) ? fake_radio_ap_enable(params) : -ENOTSUP;
}

static int op_ap_disable(NETPROV_DRIVER_DEV)
{
	return may_be_ap(dev) ? fake_radio_ap_disable() : -ENOTSUP;
}

static int op_iface_status(NETPROV_DRIVER_DEV, struct wifi_iface_status *status)
{
	fake_radio_status(status, !may_be_station(dev));
	return 0;
}

static const struct wifi_mgmt_ops operations = {
	.scan = op_scan,
	.connect = op_connect,
	.disconnect = op_disconnect,
	.ap_enable = op_ap_enable,
	.ap_disable = op_ap_disable,
	.iface_status = op_iface_status,
};

/* Interfaces. */

#ifdef CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE
/* One manager for each interface: by default a manager has room for one. */
DEFINE_WIFI_NM_INSTANCE(fake_wifi_sta, &operations);
DEFINE_WIFI_NM_INSTANCE(fake_wifi_sap, &operations);

static void register_with_manager(struct interface *interface, struct net_if *iface)
{
	const char *name = interface->is_ap ? "fake_wifi_sap" : "fake_wifi_sta";
	enum wifi_nm_iface_type type = interface->is_ap ? WIFI_TYPE_SAP : WIFI_TYPE_STA;

	(void)wifi_nm_register_mgd_type_iface(wifi_nm_get_instance(name), type, iface);
}
#else
static void register_with_manager(struct interface *interface, struct net_if *iface)
{
	ARG_UNUSED(interface);
	ARG_UNUSED(iface);
}
#endif

static void iface_init(struct net_if *iface)
{
	struct interface *interface = net_if_get_device(iface)->data;
	struct ethernet_context *context = net_if_l2_data(iface);

	fake_radio_attach(iface, interface == &station, interface == &AP_INTERFACE);
	context->eth_if_type = L2_ETH_IF_TYPE_WIFI;
	(void)net_if_set_link_addr(iface, interface->mac, sizeof(interface->mac),
				   NET_LINK_ETHERNET);
	ethernet_init(iface);
	net_if_carrier_off(iface);
	register_with_manager(interface, iface);
	if (!interface->is_ap) {
		LOG_INF("The Wi-Fi is simulated: it joins any network with any passphrase");
	}
}

static enum ethernet_hw_caps get_capabilities(NETPROV_DRIVER_DEV)
{
	ARG_UNUSED(dev);
	return (enum ethernet_hw_caps)0;
}

static int send(const struct device *dev, struct net_pkt *pkt)
{
	ARG_UNUSED(dev);
	ARG_UNUSED(pkt);
	/* Packets are dropped. */
	return 0;
}

static const struct net_wifi_mgmt_offload api = {
	.wifi_iface.iface_api.init = iface_init,
	.wifi_iface.get_capabilities = get_capabilities,
	.wifi_iface.send = send,
	.wifi_mgmt_api = &operations,
};

ETH_NET_DEVICE_INIT(fake_wifi_sta, "fake_wifi_sta", NULL, NULL, &station, NULL,
		    CONFIG_WIFI_INIT_PRIORITY, &api, NET_ETH_MTU);

#ifdef CONFIG_NETWORK_PROV_FAKE_WIFI_AP_IFACE
ETH_NET_DEVICE_INIT(fake_wifi_sap, "fake_wifi_sap", NULL, NULL, &access_point, NULL,
		    CONFIG_WIFI_INIT_PRIORITY, &api, NET_ETH_MTU);
#endif
