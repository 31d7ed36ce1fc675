/* SPDX-License-Identifier: Apache-2.0 */

/*
 * After a power cut of the whole house, the device's network is away for minutes, so that the
 * service starts. The stored dataset is tried beside it, and a client may come meanwhile.
 */

#include <errno.h>

#include <zephyr/kernel.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

/** The device gives up its first attempts after this time, and starts the service. */
#define ROUNDS_S 87
/**
 * Longest time from the start of a peer to the attachment: the peer becomes the leader, the longest
 * pause of OpenThread between two searches, and the search.
 */
#define FOUND_S  60

static struct client client;

/** Waits until the service runs, and checks that OpenThread searches for the stored network. */
static void await_service(void)
{
	device_await_start();
	TEST_ASSERT(k_uptime_get() / MSEC_PER_SEC >= ROUNDS_S, "it starts after %lld ms",
		    k_uptime_get());
	k_sleep(K_SECONDS(1));
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_DETACHED, "it does not search: role %d",
		    device_role());
}

/** Waits until the client's session has stopped the search: its response is sent before. */
static void await_quiet(void)
{
	while (device_role() != OT_DEVICE_ROLE_DISABLED) {
		device_await_change();
	}
}

/** Checks that OpenThread does not search. */
static void check_quiet(void)
{
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_DISABLED,
		    "it searches beside the client: role %d", device_role());
}

/** Gets online, whatever a client does meanwhile. */
static void connect_or_provision(const struct network *expected)
{
	int ret;

	TEST_ASSERT(network_is_active(&home), "the dataset is gone");
	device_begin();
	ret = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "abcd1234",
						    "PROV_1234", NULL);
	TEST_ASSERT(ret == 0, "not attached: %d", ret);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD && network_is_active(expected),
		    "role %d", device_role());
}

/** Checks that the device was attached soon after its network had returned. */
static void check_soon(void)
{
	int64_t seconds = k_uptime_get() / MSEC_PER_SEC;

	TEST_PRINT("usage: attached at %lld s, the network was there at %d s", seconds,
		   options.returns);
	TEST_ASSERT(seconds >= options.returns && seconds < options.returns + FOUND_S,
		    "attached at %lld s", seconds);
}

/* A client, on a thread of its own: the application waits meanwhile. */

static K_THREAD_STACK_DEFINE(visitor_stack, CONFIG_MAIN_STACK_SIZE);
static struct k_thread visitor;

static void send_visitor(k_thread_entry_t visit)
{
	(void)k_thread_create(&visitor, visitor_stack, K_THREAD_STACK_SIZEOF(visitor_stack), visit,
			      NULL, NULL, NULL, K_PRIO_PREEMPT(5), 0, K_NO_WAIT);
}

/** Nobody comes. */
static void run_beside(void)
{
	TEST_START("beside");
	connect_or_provision(&home);
	check_soon();
	device_finish();
	TEST_PASS("beside");
}

static void bring_useless_dataset(void *a, void *b, void *c)
{
	struct client_thread_status status;

	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	await_service();
	k_sleep(K_SECONDS(20));
	device_pair(&client);
	await_quiet();
	device_await_network(&client, &other);
	check_quiet();
	device_apply(&client, &nowhere);
	device_await_verdict(&client, &status);
	TEST_ASSERT(status.state == CLIENT_ATTACH_FAILED &&
			    status.reason == CLIENT_THREAD_NOT_FOUND,
		    "state %d, reason %d", status.state, status.reason);
	TEST_ASSERT(network_is_active(&home), "the stored dataset is not restored");
	check_quiet();
	/* The client leaves, and the search goes on a minute later. */
	k_sleep(K_SECONDS(58));
	check_quiet();
	k_sleep(K_SECONDS(4));
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_DETACHED, "it does not search again: role %d",
		    device_role());
}

/** A client scans and tries another network, without success, and leaves. */
static void run_beside_visit(void)
{
	TEST_START("beside_visit");
	send_visitor(bring_useless_dataset);
	connect_or_provision(&home);
	check_soon();
	(void)k_thread_join(&visitor, K_FOREVER);
	device_finish();
	TEST_PASS("beside_visit");
}

static void bring_dataset(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	await_service();
	device_pair(&client);
	await_quiet();
	device_await_network(&client, &other);
	device_join(&client, &other);
}

/** A client provisions the device for another network. */
static void run_beside_join(void)
{
	TEST_START("beside_join");
	send_visitor(bring_dataset);
	connect_or_provision(&other);
	(void)k_thread_join(&visitor, K_FOREVER);
	device_finish();
	TEST_PASS("beside_join");
}

static void stop(void *a, void *b, void *c)
{
	ARG_UNUSED(a);
	ARG_UNUSED(b);
	ARG_UNUSED(c);
	await_service();
	network_prov_mgr_stop_provisioning();
}

/** The application erases the dataset and stops the service while the device searches. */
static void run_beside_stop(void)
{
	int ret;

	TEST_START("beside_stop");
	device_begin();
	send_visitor(stop);
	ret = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "abcd1234",
						    "PROV_1234", NULL);
	TEST_ASSERT(ret == -ECANCELED, "%d", ret);
	check_quiet();
	TEST_ASSERT(network_is_active(&home) && device_is_provisioned(), "the dataset is gone");
	TEST_ASSERT(network_prov_mgr_reset_thread_provisioning() == 0, "not erased");
	TEST_ASSERT(!device_is_provisioned() && network_none_is_active(), "not erased");
	(void)k_thread_join(&visitor, K_FOREVER);
	device_finish();
	TEST_PASS("beside_stop");
}

void beside_install(struct bst_test_list **list)
{
	static const struct bst_test_instance scenarios[] = {
		SCENARIO(beside, "The network returns while the service runs"),
		SCENARIO(beside_visit, "A client comes in vain meanwhile"),
		SCENARIO(beside_join, "A client brings another dataset meanwhile"),
		SCENARIO(beside_stop, "The application stops the service meanwhile"),
		BSTEST_END_MARKER,
	};

	*list = bst_add_tests(*list, scenarios);
}
