/* SPDX-License-Identifier: Apache-2.0 */

/* A joiner beside the service. The peer is a commissioner, if it is told to be one. */

#include <zephyr/kernel.h>

#include <openthread.h>
#include <openthread/commissioner.h>
#include <openthread/ip6.h>
#include <openthread/joiner.h>
#include <openthread/thread.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

#define PSKD CONFIG_OPENTHREAD_JOINER_PSKD

static struct client client;

/* The peer. */

static K_SEM_DEFINE(is_commissioner, 0, 1);

static void on_commissioner(otCommissionerState state, void *context)
{
	ARG_UNUSED(context);
	if (state == OT_COMMISSIONER_STATE_ACTIVE) {
		k_sem_give(&is_commissioner);
	}
}

void joiner_admit(otInstance *ot)
{
	openthread_mutex_lock();
	TEST_ASSERT(otCommissionerStart(ot, on_commissioner, NULL, NULL) == OT_ERROR_NONE,
		    "no commissioner");
	openthread_mutex_unlock();
	(void)k_sem_take(&is_commissioner, K_FOREVER);
	openthread_mutex_lock();
	TEST_ASSERT(otCommissionerAddJoiner(ot, NULL, PSKD, 300) == OT_ERROR_NONE,
		    "no joiner is admitted");
	openthread_mutex_unlock();
}

/* The device. */

static K_SEM_DEFINE(joined, 0, 1);
static otError join_error;

static void on_joined(otError error, void *context)
{
	ARG_UNUSED(context);
	join_error = error;
	k_sem_give(&joined);
}

static otJoinerState joiner_state(void)
{
	otJoinerState state;

	openthread_mutex_lock();
	state = otJoinerGetState(openthread_get_default_instance());
	openthread_mutex_unlock();
	return state;
}

/** As an application does: the module keeps the interface down without a reason for it. */
static otError start_joiner(void)
{
	otInstance *ot = openthread_get_default_instance();
	otError error;

	openthread_mutex_lock();
	error = otIp6SetEnabled(ot, true);
	if (error == OT_ERROR_NONE) {
		error = otJoinerStart(ot, PSKD, NULL, NULL, NULL, NULL, NULL, on_joined, NULL);
	}
	openthread_mutex_unlock();
	return error;
}

static void start_thread(void)
{
	openthread_mutex_lock();
	TEST_ASSERT(otThreadSetEnabled(openthread_get_default_instance(), true) == OT_ERROR_NONE,
		    "Thread does not start");
	openthread_mutex_unlock();
}

/** A commissioner admits the device, and the network tells it the dataset: it is provisioned. */
static void run_joiner(void)
{
	TEST_START("joiner");
	device_begin();
	TEST_ASSERT(!device_is_provisioned() && network_none_is_active(), "there is a dataset already");
	TEST_ASSERT(joiner_state() == OT_JOINER_STATE_IDLE, "a joiner runs that nobody has started");
	/* The first ones may be earlier than the commissioner. */
	do {
		TEST_ASSERT(start_joiner() == OT_ERROR_NONE, "the joiner does not start");
		(void)k_sem_take(&joined, K_FOREVER);
	} while (join_error == OT_ERROR_NOT_FOUND);
	TEST_ASSERT(join_error == OT_ERROR_NONE, "not joined: %d", join_error);
	/* It has the key, the PAN ID and the channel. The network tells the rest. */
	TEST_ASSERT(!device_is_provisioned(), "a joiner hands over a whole dataset");
	start_thread();
	device_await_attached();
	TEST_ASSERT(device_is_in_peers_network(), "role %d", device_role());
	device_await_active(&home);
	TEST_ASSERT(device_is_provisioned(), "the dataset of the network does not count");
	TEST_ASSERT(network_prov_mgr_connect() == 0, "not attached");
	device_finish();
	TEST_PASS("joiner");
}

/** A client comes while a joiner looks for a commissioner, and there is none. */
static void run_joiner_beside(void)
{
	TEST_START("joiner_beside");
	device_begin();
	TEST_ASSERT(start_joiner() == OT_ERROR_NONE, "the joiner does not start");
	device_serve(&client);
	TEST_ASSERT(joiner_state() != OT_JOINER_STATE_IDLE, "the joiner is done already");
	device_join(&client, &home);
	TEST_ASSERT(device_is_in_peers_network(), "not in the peer's network: %d", device_role());
	device_await_end();
	TEST_ASSERT(joiner_state() == OT_JOINER_STATE_IDLE, "the joiner goes on");

	/* An attached device starts none. */
	TEST_ASSERT(start_joiner() == OT_ERROR_INVALID_STATE, "a joiner in an attached device");
	TEST_ASSERT(network_is_active(&home) && device_is_in_peers_network(), "the network is lost");
	device_finish();
	TEST_PASS_AND_EXIT("joiner_beside");
}

/** After a reset, the stored dataset has precedence, although autostart is on. */
static void run_joiner_back(void)
{
	TEST_START("joiner_back");
	device_begin();
	TEST_ASSERT(network_is_active(&home) && device_is_provisioned(), "the dataset is gone");
	TEST_ASSERT(network_prov_mgr_connect() == 0, "not attached");
	TEST_ASSERT(joiner_state() == OT_JOINER_STATE_IDLE, "a joiner runs");
	TEST_ASSERT(network_is_active(&home) && device_is_in_peers_network(), "role %d",
		    device_role());
	/* And a client may still bring another one. */
	device_serve(&client);
	device_join(&client, &other);
	device_await_end();
	TEST_ASSERT(joiner_state() == OT_JOINER_STATE_IDLE, "a joiner runs");
	device_finish();
	TEST_PASS("joiner_back");
}

void joiner_install(struct bst_test_list **list)
{
	static const struct bst_test_instance scenarios[] = {
		SCENARIO(joiner, "A commissioner hands the dataset over"),
		SCENARIO(joiner_beside, "A client comes while a joiner runs"),
		SCENARIO(joiner_back, "A reset with a stored dataset"),
		BSTEST_END_MARKER,
	};

	*list = bst_add_tests(*list, scenarios);
}
