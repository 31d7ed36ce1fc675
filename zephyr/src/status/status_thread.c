/* SPDX-License-Identifier: Apache-2.0 */

/* The status of a Thread device, from the public API and from OpenThread. */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/net/net_ip.h>
#include <zephyr/sys/util.h>

#include <openthread.h>
#include <openthread/link.h>
#include <openthread/thread.h>

#include <network_provisioning/network_prov_mgr.h>

#include "compat.h"
#include "status/status.h"

/** What OpenThread reports about the device. */
struct node {
	otDeviceRole role;
	char network[OT_NETWORK_NAME_MAX_SIZE + 1];
	otExtAddress eui64;
};

static void read_node(struct node *node)
{
	otInstance *ot;

	openthread_mutex_lock();
	ot = openthread_get_default_instance();
	node->role = otThreadGetDeviceRole(ot);
	strncpy(node->network, otThreadGetNetworkName(ot), sizeof(node->network) - 1);
	otLinkGetFactoryAssignedIeeeEui64(ot, &node->eui64);
	openthread_mutex_unlock();
}

static const char *text_for_reason(enum network_prov_thread_detached_reason reason)
{
	switch (reason) {
	case NETWORK_PROV_THREAD_DATASET_INVALID:
		return "dataset_invalid";
	case NETWORK_PROV_THREAD_STORAGE_ERROR:
		return "storage";
	default:
		return "network_not_found";
	}
}

static const char *text_for_role(otDeviceRole role)
{
	switch (role) {
	case OT_DEVICE_ROLE_CHILD:
		return "child";
	case OT_DEVICE_ROLE_ROUTER:
		return "router";
	case OT_DEVICE_ROLE_LEADER:
		return "leader";
	default:
		return "detached";
	}
}

/** Appends a name as a JSON string. OpenThread accepts only UTF-8. */
static void append_name(struct netprov_text *text, const char *name)
{
	netprov_text_append(text, ",\"network\":\"");
	for (; *name != '\0'; name++) {
		bool is_plain = (uint8_t)*name >= ' ' && *name != '"' && *name != '\\';

		netprov_text_append(text, is_plain ? "%c" : "\\u%04x", (uint8_t)*name);
	}
	netprov_text_append(text, "\"");
}

/** Appends the address that reaches furthest. */
static void append_address(struct netprov_text *text)
{
	struct network_prov_address address;
	char ip[NET_IPV6_ADDR_LEN];

	if (network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 0, &address) != 0 &&
	    network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_MESH_LOCAL, 0, &address) != 0) {
		return;
	}
	if (net_addr_ntop(NET_AF_INET6, address.bytes, ip, sizeof(ip)) != NULL) {
		netprov_text_append(text, ",\"ip\":\"%s\"", ip);
	}
}

static void append_state(struct netprov_text *text, const struct node *node)
{
	enum network_prov_thread_state state = NETWORK_PROV_THREAD_DETACHED;
	enum network_prov_thread_detached_reason reason;

	(void)network_prov_mgr_get_thread_state(&state);
	if (state == NETWORK_PROV_THREAD_ATTACHED) {
		netprov_text_append(text, "{\"state\":\"connected\",\"role\":\"%s\"",
				    text_for_role(node->role));
		append_name(text, node->network);
		append_address(text);
	} else if (state == NETWORK_PROV_THREAD_ATTACHING) {
		/* A dataset gets one attempt. */
		netprov_text_append(text, "{\"state\":\"connecting\",\"attempts_left\":1");
	} else if (network_prov_mgr_get_thread_detached_reason(&reason) == 0) {
		netprov_text_append(text, "{\"state\":\"failed\",\"reason\":\"%s\"",
				    text_for_reason(reason));
	} else {
		netprov_text_append(text, "{\"state\":\"waiting\"");
	}
}

void netprov_status_append_network(struct netprov_text *text)
{
	struct node node = {0};

	read_node(&node);
	append_state(text, &node);
	netprov_text_append_hex(text, "eui64", node.eui64.m8, sizeof(node.eui64.m8));
}
