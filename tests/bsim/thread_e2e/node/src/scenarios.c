/* SPDX-License-Identifier: Apache-2.0 */

/* What happens to a device. Each is told by its script what is around. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>

#include <openthread.h>
#include <openthread/ip6.h>
#include <openthread/thread.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

/** An attempt that fails may take so long, and not much less. */
#define ATTEMPT_S 20

static struct client client;

static bool is_interface_up(void)
{
	bool is_up;

	openthread_mutex_lock();
	is_up = otIp6IsEnabled(openthread_get_default_instance());
	openthread_mutex_unlock();
	return is_up;
}

static bool is_in_peers_network(void)
{
	return device_role() == OT_DEVICE_ROLE_CHILD || device_role() == OT_DEVICE_ROLE_ROUTER;
}

static bool is_provisioned(void)
{
	bool provisioned = false;

	TEST_ASSERT(network_prov_mgr_is_provisioned(&provisioned) == 0, "nobody knows");
	return provisioned;
}

/** The first node of a network is its leader. What was learnt can be forgotten. */
static void run_leader(void)
{
	TEST_START("leader");
	device_begin();
	TEST_ASSERT(!is_provisioned() && network_none_is_active(), "there is a dataset already");
	device_serve(&client);
	device_join(&client, &home);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER, "not the leader: %d", device_role());
	device_await_end();
	TEST_ASSERT(is_provisioned(), "not provisioned");
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER,
		    "the end of the service ended Thread too");
	TEST_ASSERT(network_prov_mgr_reset_thread_provisioning() == 0, "not erased");
	TEST_ASSERT(!is_provisioned() && network_none_is_active(), "it is still there");
	device_finish();
	TEST_PASS("leader");
}

/** A node joins a network that is there. */
static void run_child(void)
{
	TEST_START("child");
	device_begin();
	device_serve(&client);
	device_check_status(&client, "{\"state\":\"waiting\",");
	device_await_network(&client, &home);
	device_join(&client, &home);
	TEST_ASSERT(is_in_peers_network(), "not in the peer's network: %d", device_role());
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

	network_peer_address(network, address);
	TEST_ASSERT(found->pan_id == network->pan_id, "PAN 0x%04x", found->pan_id);
	TEST_ASSERT(found->channel == network->channel, "channel %d", found->channel);
	/* What the simulated radio makes of the script's attenuation. */
	TEST_ASSERT(found->rssi < -20 && found->rssi > -90, "RSSI %d", found->rssi);
	TEST_ASSERT(found->lqi > 0, "LQI %d", found->lqi);
	TEST_ASSERT(memcmp(found->ext_addr, address, sizeof(address)) == 0, "another address");
	TEST_ASSERT(memcmp(found->ext_pan_id, network->ext_pan_id, sizeof(found->ext_pan_id)) == 0,
		    "another extended PAN");
}

/** Two peers are found, with all seven fields; one alone, if only its channel is asked for. */
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
		    "of one channel: %d networks", count);
	count = client_thread_scan(&client, BIT(nowhere.channel), found, ARRAY_SIZE(found));
	TEST_ASSERT(count == 0, "of an empty channel: %d networks", count);
	TEST_ASSERT(!is_interface_up(), "the interface stays up behind a scan");
	network_prov_mgr_stop_provisioning();
	device_finish();
	TEST_PASS("discover");
}

/** Hands over what is no dataset, and has it applied. */
static void refuse(const uint8_t *dataset, size_t length, const char *why)
{
	struct client_thread_status status;

	TEST_ASSERT(client_thread_set(&client, dataset, length) == 0, "%s: not taken", why);
	/* What the core cannot see of it, OpenThread's side does a moment later. */
	(void)client_thread_apply(&client);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED && status.reason == CLIENT_DATASET_INVALID,
		    "%s: state %d, reason %d", why, status.state, status.reason);
}

static void refuse_all(void)
{
	uint8_t dataset[DATASET_MAX];
	struct network impossible = home;
	size_t length = network_dataset(&home, dataset);

	refuse(dataset, length - 1, "a cut dataset");
	refuse(dataset, network_incomplete_dataset(&home, dataset), "a dataset without a key");
	impossible.channel = 5;
	refuse(dataset, network_dataset(&impossible, dataset), "a channel that no radio has");
	impossible = home;
	impossible.pan_id = 0xffff;
	refuse(dataset, network_dataset(&impossible, dataset), "everybody's PAN");
}

static void apply_nameless(const struct network *network)
{
	uint8_t dataset[DATASET_MAX];

	device_apply_dataset(&client, dataset, network_nameless_dataset(network, dataset));
}

/** With a timestamp it is one that a network can be founded with. */
static void apply_nameless_with_timestamp(const struct network *network)
{
	static const uint8_t timestamp[] = {14, 8, 0, 0, 0, 0, 0, 1, 0, 0};
	uint8_t dataset[DATASET_MAX];
	size_t length = network_nameless_dataset(network, dataset);

	memcpy(&dataset[length], timestamp, sizeof(timestamp));
	device_apply_dataset(&client, dataset, length + sizeof(timestamp));
}

/**
 * A dataset without a name, as a client makes it of a network that was chosen from a scan: the
 * network tells what lacks, and nothing is made up. If nobody does, it fails as any other.
 */
static void run_nameless_dataset(void)
{
	struct client_thread_status status;
	struct network founded = nowhere;

	TEST_START("nameless_dataset");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	apply_nameless(&home);
	device_await_verdict(&client, &status);
	device_check_attached(&status, &home);
	TEST_ASSERT(network_is_active(&home), "the network has not told the rest");
	TEST_ASSERT(is_in_peers_network(), "role %d", device_role());
	device_await_end();

	device_serve(&client);
	apply_nameless(&nowhere);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED &&
			    status.reason == CLIENT_THREAD_NOT_FOUND,
		    "state %d, reason %d", status.state, status.reason);
	TEST_ASSERT(network_is_active(&home), "the last dataset is not there again");
	device_await_attached();

	/* The first of a network tells nobody's name but OpenThread's own. */
	apply_nameless_with_timestamp(&nowhere);
	device_await_verdict(&client, &status);
	founded.name = "OpenThread";
	device_check_attached(&status, &founded);
	TEST_ASSERT(is_provisioned(), "not provisioned");
	device_await_end();
	device_finish();
	TEST_PASS("nameless_dataset");
}

/** Bad datasets are refused, harm nobody, and a good one may follow. */
static void run_bad_dataset(void)
{
	TEST_START("bad_dataset");
	device_begin();
	device_serve(&client);
	refuse_all();
	TEST_ASSERT(network_none_is_active() && !is_provisioned(), "something is left of it");
	device_join(&client, &home);
	device_await_end();

	device_serve(&client);
	refuse_all();
	TEST_ASSERT(network_is_active(&home) && is_provisioned(), "it took the last one's place");
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER, "it left the network: %d",
		    device_role());
	network_prov_mgr_stop_provisioning();
	device_finish();
	TEST_PASS("bad_dataset");
}

/** Brings the device into the peer's network, and has it try one that is not there. */
static void try_nowhere(void)
{
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	device_await_end();

	device_serve(&client);
	device_apply(&client, &nowhere);
	/* The attempt starts when the answer is out. */
	device_await_active(&nowhere);
	TEST_ASSERT(is_provisioned(), "the last network does not count any more");
	device_check_status(&client, "{\"state\":\"connecting\",\"attempts_left\":1,");
}

/** A network that is not there: after 20 s the device is in the one that it was in before. */
static void run_absent(void)
{
	struct client_thread_status status;
	int64_t begin;

	TEST_START("absent");
	try_nowhere();
	begin = k_uptime_get();
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED &&
			    status.reason == CLIENT_THREAD_NOT_FOUND,
		    "state %d, reason %d", status.state, status.reason);
	TEST_ASSERT(k_uptime_get() - begin > (ATTEMPT_S - 2) * MSEC_PER_SEC &&
			    k_uptime_get() - begin < (ATTEMPT_S + 2) * MSEC_PER_SEC,
		    "after %lld ms", k_uptime_get() - begin);
	device_check_status(&client, "{\"state\":\"failed\",\"reason\":\"network_not_found\",");
	TEST_ASSERT(network_is_active(&home), "the last dataset is not there again");
	device_await_attached();
	TEST_ASSERT(client_thread_status(&client, &status) == 0 &&
			    status.state == CLIENT_ATTACH_FAILED,
		    "the last network reads as success: %d", status.state);
	/* And the client may try again. */
	device_join(&client, &home);
	device_await_end();
	device_finish();
	TEST_PASS("absent");
}

static void check_prefix(const struct network_prov_address *address, const uint8_t prefix[8])
{
	TEST_ASSERT(address->length == 16 && memcmp(address->bytes, prefix, 8) == 0,
		    "an address of %d bytes that begins with %02x%02x", address->length,
		    address->bytes[0], address->bytes[1]);
}

/** Attached is not reachable: the address that a border router makes possible comes later. */
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
	network_prefix(&home, prefix);
	check_prefix(&address, prefix);
	TEST_PRINT("usage: an off-mesh address %lld ms after the dataset had worked",
		   k_uptime_get() - begin);
	TEST_ASSERT(device_addresses() == 2, "told of %d addresses", device_addresses());
	device_await_end();
	device_finish();
	TEST_PASS("address");
}

/** Without a border router, the wait ends with its time. */
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

static bool is_sleepy(void)
{
	otLinkModeConfig mode;

	openthread_mutex_lock();
	mode = otThreadGetLinkMode(openthread_get_default_instance());
	openthread_mutex_unlock();
	return !mode.mRxOnWhenIdle && !mode.mDeviceType;
}

/** A device whose radio sleeps is provisioned. */
static void run_sleepy(void)
{
	TEST_START("sleepy");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD, "role %d", device_role());
	TEST_ASSERT(is_sleepy(), "its radio is always on");
	device_await_end();
	device_finish();
	TEST_PASS_AND_EXIT("sleepy");
}

/** The same device after a power cut of the house: its network comes back three minutes later. */
static void run_sleepy_back(void)
{
	int64_t begin = k_uptime_get();
	int ret;

	TEST_START("sleepy_back");
	TEST_ASSERT(network_is_active(&home), "the dataset is gone");
	device_begin();
	ret = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "abcd1234",
						    "PROV_1234", NULL);
	TEST_ASSERT(ret == 0, "not attached: %d", ret);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD && is_sleepy(), "role %d",
		    device_role());
	TEST_PRINT("usage: attached again after %lld s", (k_uptime_get() - begin) / MSEC_PER_SEC);
	device_finish();
	TEST_PASS("sleepy_back");
}

/** The power fails in the middle of an attempt. */
static void run_power_cut(void)
{
	TEST_START("power_cut");
	try_nowhere();
	TEST_PASS_AND_EXIT("power_cut");
}

/** And comes back: the device is in its last network. */
static void run_power_back(void)
{
	int ret;

	TEST_START("power_back");
	TEST_ASSERT(network_is_active(&home), "the last dataset is not there again");
	device_begin();
	TEST_ASSERT(is_provisioned(), "not provisioned");
	ret = network_prov_mgr_connect();
	TEST_ASSERT(ret == 0, "not attached: %d", ret);
	TEST_ASSERT(device_role() >= OT_DEVICE_ROLE_CHILD, "not attached: role %d", device_role());
	device_finish();
	TEST_PASS("power_back");
}

/** A phone provisions the device over Bluetooth; it is a program of its own. */
static void run_bluetooth(void)
{
	TEST_START("bluetooth");
	device_begin();
	device_start();
	device_await_end();
	TEST_ASSERT(network_is_active(&home) && is_provisioned(), "not provisioned");
	TEST_ASSERT(is_in_peers_network(), "not in the peer's network: %d", device_role());
	device_finish();
	TEST_PASS("bluetooth");
}

#define SCENARIO(name, description)                                                                \
	{                                                                                          \
		.test_id = #name, .test_descr = description, .test_args_f = read_arguments,        \
		.test_main_f = run_##name,                                                         \
	}

void scenarios_install(struct bst_test_list **list)
{
	static const struct bst_test_instance scenarios[] = {
		SCENARIO(leader, "A device is the first of its network"),
		SCENARIO(child, "A device joins a network"),
		SCENARIO(discover, "A device finds networks"),
		SCENARIO(bad_dataset, "Datasets that are none"),
		SCENARIO(nameless_dataset, "Datasets without a name"),
		SCENARIO(absent, "A network that is not there"),
		SCENARIO(address, "A border router is there"),
		SCENARIO(no_address, "No border router is there"),
		SCENARIO(sleepy, "A sleepy device joins a network"),
		SCENARIO(sleepy_back, "It comes back after a power cut"),
		SCENARIO(power_cut, "The power fails during an attempt"),
		SCENARIO(power_back, "What the device knows then"),
		SCENARIO(bluetooth, "A phone is the client"),
		BSTEST_END_MARKER,
	};

	*list = bst_add_tests(*list, scenarios);
}
