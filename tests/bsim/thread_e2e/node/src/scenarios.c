/* SPDX-License-Identifier: Apache-2.0 */

/* Scenarios of a device. The test script decides which peers exist. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>

#include <openthread.h>
#include <openthread/ip6.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

static struct client client;

static bool is_interface_up(void)
{
	bool is_up;

	openthread_mutex_lock();
	is_up = otIp6IsEnabled(openthread_get_default_instance());
	openthread_mutex_unlock();
	return is_up;
}

/** The first node of a network is its leader. What it learnt can be erased. */
static void run_leader(void)
{
	TEST_START("leader");
	device_begin();
	TEST_ASSERT(!device_is_provisioned() && network_none_is_active(),
		    "a dataset exists already");
	device_serve(&client);
	device_join(&client, &home);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER, "not the leader: %d", device_role());
	device_await_end();
	TEST_ASSERT(device_is_provisioned(), "not provisioned");
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER,
		    "the end of the service ended Thread too");
	TEST_ASSERT(network_prov_mgr_reset_thread_provisioning() == 0, "not erased");
	TEST_ASSERT(!device_is_provisioned() && network_none_is_active(),
		    "the dataset still exists");
	device_finish();
	TEST_PASS("leader");
}

/** A node joins an existing network. */
static void run_child(void)
{
	TEST_START("child");
	device_begin();
	device_serve(&client);
	device_check_status(&client, "{\"state\":\"waiting\",");
	device_await_network(&client, &home);
	device_join(&client, &home);
	TEST_ASSERT(device_is_in_peers_network(), "not in the peer's network: %d", device_role());
	device_check_status(&client, "{\"state\":\"connected\",\"role\":\"child\",\"network\":\"");
	device_await_end();
	device_finish();
	TEST_PASS("child");
}

static const struct client_thread_network *find_network(const struct client_thread_network *found,
							int count, const struct network *network)
{
	for (int i = 0; i < count; i++) {
		if (strcmp(found[i].name, network->name) == 0) {
			return &found[i];
		}
	}
	return NULL;
}

static void check_found(const struct client_thread_network *found, const struct network *network)
{
	uint8_t address[8];

	network_peer_address(network, false, address);
	TEST_ASSERT(found->pan_id == network->pan_id, "PAN 0x%04x", found->pan_id);
	TEST_ASSERT(found->channel == network->channel, "channel %d", found->channel);
	/* The result of the attenuation in the script. */
	TEST_ASSERT(found->rssi < -20 && found->rssi > -90, "RSSI %d", found->rssi);
	TEST_ASSERT(found->lqi > 0, "LQI %d", found->lqi);
	TEST_ASSERT(memcmp(found->ext_addr, address, sizeof(address)) == 0, "another address");
	TEST_ASSERT(memcmp(found->ext_pan_id, network->ext_pan_id, sizeof(found->ext_pan_id)) == 0,
		    "wrong extended PAN ID");
}

/** Two peers are found, with all seven fields; one of them if only its channel is requested. */
static void run_discover(void)
{
	const struct client_thread_network *one, *two;
	struct client_thread_network found[8];
	int count;

	TEST_START("discover");
	device_begin();
	device_serve(&client);
	TEST_ASSERT(!is_interface_up(), "the interface is up without a reason");
	device_await_network(&client, &home);
	device_await_network(&client, &other);

	count = client_thread_scan(&client, 0, found, ARRAY_SIZE(found));
	one = find_network(found, count, &home);
	two = find_network(found, count, &other);
	TEST_ASSERT(count == 2 && one != NULL && two != NULL, "%d networks", count);
	check_found(one, &home);
	check_found(two, &other);
	TEST_PRINT("networks: %s: RSSI %d, LQI %d; %s: RSSI %d, LQI %d", one->name, one->rssi,
		   one->lqi, two->name, two->rssi, two->lqi);

	count = client_thread_scan(&client, BIT(other.channel), found, ARRAY_SIZE(found));
	TEST_ASSERT(count == 1 && find_network(found, count, &other) != NULL,
		    "on one channel: %d networks", count);
	count = client_thread_scan(&client, BIT(nowhere.channel), found, ARRAY_SIZE(found));
	TEST_ASSERT(count == 0, "on an empty channel: %d networks", count);
	TEST_ASSERT(!is_interface_up(), "the interface stays up after a scan");
	network_prov_mgr_stop_provisioning();
	device_finish();
	TEST_PASS("discover");
}

static void check_prefix(const struct network_prov_address *address, const uint8_t prefix[8])
{
	TEST_ASSERT(address->length == 16 && memcmp(address->bytes, prefix, 8) == 0,
		    "an address of %d bytes that begins with %02x%02x", address->length,
		    address->bytes[0], address->bytes[1]);
}

/** Attached is not reachable: the address with the border router's prefix comes later. */
static void run_address(void)
{
	struct network_prov_address address;
	uint8_t prefix[8];
	int64_t begin;

	TEST_START("address");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	begin = k_uptime_get();
	TEST_ASSERT(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_MESH_LOCAL, 5000,
						      &address) == 0,
		    "no mesh-local address");
	network_mesh_local_prefix(&home, prefix);
	check_prefix(&address, prefix);
	TEST_ASSERT(network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 60000,
						      &address) == 0,
		    "no address of the border router's prefix");
	network_prefix(&home, false, prefix);
	check_prefix(&address, prefix);
	TEST_PRINT("usage: an off-mesh address %lld ms after the dataset had worked",
		   k_uptime_get() - begin);
	TEST_ASSERT(device_addresses() == 2, "told of %d addresses", device_addresses());
	device_await_end();
	device_finish();
	TEST_PASS("address");
}

/** Without a border router, the wait ends at its time limit. */
static void run_no_address(void)
{
	int64_t begin;
	int ret;

	TEST_START("no_address");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	begin = k_uptime_get();
	ret = network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 10000, NULL);
	TEST_ASSERT(ret == -ETIMEDOUT, "%d", ret);
	TEST_ASSERT(k_uptime_get() - begin >= 10000 && k_uptime_get() - begin < 11000,
		    "after %lld ms", k_uptime_get() - begin);
	TEST_ASSERT(device_addresses() == 1, "told of %d addresses", device_addresses());
	device_await_end();
	device_finish();
	TEST_PASS("no_address");
}

/** A phone, which is another program, provisions the device over Bluetooth. */
static void run_bluetooth(void)
{
	TEST_START("bluetooth");
	device_begin();
	device_start();
	device_await_end();
	TEST_ASSERT(network_is_active(&home) && device_is_provisioned(), "not provisioned");
	TEST_ASSERT(device_is_in_peers_network(), "not in the peer's network: %d", device_role());
	device_finish();
	TEST_PASS("bluetooth");
}

void scenarios_install(struct bst_test_list **list)
{
	static const struct bst_test_instance scenarios[] = {
		SCENARIO(leader, "A device is the first of its network"),
		SCENARIO(child, "A device joins a network"),
		SCENARIO(discover, "A device finds networks"),
		SCENARIO(address, "With a border router"),
		SCENARIO(no_address, "Without a border router"),
		SCENARIO(bluetooth, "A phone is the client"),
		BSTEST_END_MARKER,
	};

	*list = bst_add_tests(*list, scenarios);
}
