/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Datasets that cannot be used to join a network, and datasets that are only unusual: what a client
 * may send by mistake, or because its own copy is old.
 */

#include <string.h>

#include <zephyr/kernel.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

static struct client client;

/** Sends an invalid dataset and has it applied. */
static void refuse(const uint8_t *dataset, size_t length, const char *why)
{
	struct client_thread_status status;

	TEST_ASSERT(client_thread_set(&client, dataset, length) == 0, "%s: not accepted", why);
	/* OpenThread's side detects what the core cannot, a moment later. */
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

	refuse(dataset, length - 1, "a truncated dataset");
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

/** With a timestamp, the dataset can be used to found a network. */
static void apply_nameless_with_timestamp(const struct network *network)
{
	static const uint8_t timestamp[] = {14, 8, 0, 0, 0, 0, 0, 1, 0, 0};
	uint8_t dataset[DATASET_MAX];
	size_t length = network_nameless_dataset(network, dataset);

	memcpy(&dataset[length], timestamp, sizeof(timestamp));
	device_apply_dataset(&client, dataset, length + sizeof(timestamp));
}

/**
 * A dataset without a name, as a client makes it from a network in a scan. The network supplies the
 * missing parts, and the device invents none. Without a network, it fails like any other.
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
	TEST_ASSERT(network_is_active(&home), "the network has not supplied the rest");
	TEST_ASSERT(device_is_in_peers_network(), "role %d", device_role());
	device_await_end();

	device_serve(&client);
	apply_nameless(&nowhere);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED &&
			    status.reason == CLIENT_THREAD_NOT_FOUND,
		    "state %d, reason %d", status.state, status.reason);
	TEST_ASSERT(network_is_active(&home), "the last dataset is not there again");
	device_await_attached();

	/* A device that founds a network from a nameless dataset uses OpenThread's default name. */
	apply_nameless_with_timestamp(&nowhere);
	device_await_verdict(&client, &status);
	founded.name = "OpenThread";
	device_check_attached(&status, &founded);
	TEST_ASSERT(device_is_provisioned(), "not provisioned");
	device_await_end();
	device_finish();
	TEST_PASS("nameless_dataset");
}

/** Bad datasets are refused and have no effect, and a good one may follow. */
static void run_bad_dataset(void)
{
	TEST_START("bad_dataset");
	device_begin();
	device_serve(&client);
	refuse_all();
	TEST_ASSERT(network_none_is_active() && !device_is_provisioned(), "a part of it is left");
	device_join(&client, &home);
	device_await_end();

	device_serve(&client);
	refuse_all();
	TEST_ASSERT(network_is_active(&home) && device_is_provisioned(),
		    "it replaced the previous one");
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER, "it left the network: %d",
		    device_role());
	network_prov_mgr_stop_provisioning();
	device_finish();
	TEST_PASS("bad_dataset");
}


/* Datasets that are well-formed but useless. */

/** The client sends it and the attempt fails. The device must be in its previous network again. */
static void expect_failure(const struct network *network, const char *why)
{
	struct client_thread_status status;
	int64_t begin = k_uptime_get();

	device_apply(&client, network);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED &&
			    status.reason == CLIENT_THREAD_NOT_FOUND,
		    "%s: state %d, reason %d", why, status.state, status.reason);
	/* The attempt starts a second after the response. */
	TEST_ASSERT(k_uptime_get() - begin < (ATTEMPT_S + 3) * MSEC_PER_SEC, "%s: after %lld ms",
		    why, k_uptime_get() - begin);
	TEST_ASSERT(network_is_active(&home), "%s: the previous dataset is not restored", why);
	device_await_attached();
	TEST_ASSERT(device_is_in_peers_network(), "%s: role %d", why, device_role());
	TEST_PRINT("networks: %s: failed, and back after %lld ms", why, k_uptime_get() - begin);
}

/** Each is the existing network's, except for one or two parts, so nobody in the network hears the
 * device.
 */
static void run_useless_dataset(void)
{
	struct network useless = home;

	TEST_START("useless_dataset");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	device_await_end();

	device_serve(&client);
	useless.key = 0x77;
	expect_failure(&useless, "a wrong key");
	useless = home;
	useless.pan_id = 0x9999;
	expect_failure(&useless, "a wrong PAN");
	useless = home;
	useless.channel = 15;
	useless.channels = CHANNEL_BIT(15);
	expect_failure(&useless, "a wrong channel, and a mask with only this channel");
	/* A minimal device also asks on the other channels: see run_old_channel(). */
	useless = home;
	useless.channel = 15;
	useless.timestamp--;
	expect_failure(&useless, "an expired timestamp, and the channel of then");
	/* The client may try again. */
	device_join(&client, &home);
	device_await_end();
	device_finish();
	TEST_PASS("useless_dataset");
}

/**
 * The client sends it, and the device joins the existing network. `becomes` is the dataset that
 * must be active in the end, as the network has supplied it.
 */
static void expect_success(const struct network *network, const struct network *becomes,
			   const char *why)
{
	struct client_thread_status status;
	int64_t begin;

	device_serve(&client);
	begin = k_uptime_get();
	device_apply(&client, network);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACHED, "%s: state %d, reason %d", why, status.state,
		    status.reason);
	TEST_PRINT("networks: %s: attached after %lld ms", why, k_uptime_get() - begin);
	device_await_end();
	device_await_active(becomes);
	device_await_attached();
	TEST_ASSERT(device_is_in_peers_network(), "%s: role %d", why, device_role());
}

/** Each differs from the network's own, but the device joins, because OpenThread corrects the
 * difference.
 */
static void run_odd_dataset(void)
{
	struct network odd = home;

	TEST_START("odd_dataset");
	device_begin();
	odd.channels = CHANNEL_BIT(11) | CHANNEL_BIT(12);
	expect_success(&odd, &odd, "a mask without the network's channel");
	odd = home;
	odd.forbids_routers = true;
	expect_success(&odd, &odd, "a policy without routers");
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD, "role %d", device_role());
	odd = home;
	odd.pending = odd.timestamp + 1;
	expect_success(&odd, &home, "a pending dataset");
	odd = home;
	odd.timestamp--;
	odd.forbids_routers = true;
	expect_success(&odd, &home, "an expired timestamp");
	odd = home;
	odd.timestamp++;
	expect_success(&odd, &odd, "a timestamp of the future");
	device_finish();
	TEST_PASS("odd_dataset");
}

/**
 * A dataset from when the network was on another channel. A minimal device asks on all channels,
 * and the network announces its current one. OpenThread does not let a full device with a complete
 * dataset do this.
 */
static void run_old_channel(void)
{
	struct network old = home;

	TEST_START("old_channel");
	device_begin();
	old.timestamp--;
	old.channel = 15;
	expect_success(&old, &home, "an expired timestamp, and the channel of then");
	device_finish();
	TEST_PASS("old_channel");
}

/** The leader of one network gets the dataset of another one and joins that. */
static void run_move(void)
{
	TEST_START("move");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &nowhere);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER, "role %d", device_role());
	device_await_end();
	expect_success(&home, &home, "a leader moves");
	device_finish();
	TEST_PASS("move");
}

/** Without another device, a network can be founded only if its policy allows it. */
static void run_forbidden(void)
{
	struct client_thread_status status;
	struct network forbidden = nowhere;

	TEST_START("forbidden");
	device_begin();
	device_serve(&client);
	forbidden.forbids_routers = true;
	device_apply(&client, &forbidden);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED &&
			    status.reason == CLIENT_THREAD_NOT_FOUND,
		    "state %d, reason %d", status.state, status.reason);
	TEST_ASSERT(network_none_is_active() && !device_is_provisioned(), "something is left");
	device_join(&client, &nowhere);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_LEADER, "role %d", device_role());
	device_await_end();
	device_finish();
	TEST_PASS("forbidden");
}

void datasets_install(struct bst_test_list **list)
{
	static const struct bst_test_instance scenarios[] = {
		SCENARIO(bad_dataset, "Invalid datasets"),
		SCENARIO(nameless_dataset, "Datasets without a name"),
		SCENARIO(useless_dataset, "Useless datasets"),
		SCENARIO(odd_dataset, "Unusual datasets that work"),
		SCENARIO(old_channel, "An old channel"),
		SCENARIO(move, "From one network to another"),
		SCENARIO(forbidden, "A policy that does not allow founding the network"),
		BSTEST_END_MARKER,
	};

	*list = bst_add_tests(*list, scenarios);
}
