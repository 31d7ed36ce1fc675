/* SPDX-License-Identifier: Apache-2.0 */

/* Networks that are out of range or come back, and devices without power. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>

#include <openthread.h>
#include <openthread/link.h>
#include <openthread/thread.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "node.h"

static struct client client;

/** Provisions the device in the peer's network, then has it try a network that does not exist. */
static void try_nowhere(void)
{
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	device_await_end();

	device_serve(&client);
	device_apply(&client, &nowhere);
	/* The attempt starts after the response was sent. */
	device_await_active(&nowhere);
	TEST_ASSERT(device_is_provisioned(), "the previous network no longer counts");
	device_check_status(&client, "{\"state\":\"connecting\",\"attempts_left\":1,");
}

/** A network that does not exist: after 20 s, the device is in its previous network. */
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
		    "the previous network reads as success: %d", status.state);
	/* The client may try again. */
	device_join(&client, &home);
	device_await_end();
	device_finish();
	TEST_PASS("absent");
}

/** Whether it is a minimal device, whose radio sleeps if the image is for that. */
static bool is_minimal(void)
{
	otLinkModeConfig mode;

	openthread_mutex_lock();
	mode = otThreadGetLinkMode(openthread_get_default_instance());
	openthread_mutex_unlock();
	return !mode.mDeviceType && mode.mRxOnWhenIdle == !IS_ENABLED(CONFIG_OPENTHREAD_MTD_SED);
}

/** A minimal device is provisioned. */
static void run_minimal(void)
{
	TEST_START("minimal");
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD, "role %d", device_role());
	TEST_ASSERT(is_minimal(), "another kind of device");
	device_await_end();
	device_finish();
	TEST_PASS_AND_EXIT("minimal");
}

#if defined(CONFIG_OPENTHREAD_CSL_RECEIVER)

/** In microseconds: half a second. */
#define CSL_PERIOD (3125 * OT_US_PER_TEN_SYMBOLS)

/** A device that requests synchronized sleep. The radio has no timed reception, so it polls. */
static void run_synchronized(void)
{
	otInstance *ot = openthread_get_default_instance();

	TEST_START("synchronized");
	device_begin();
	openthread_mutex_lock();
	TEST_ASSERT(otLinkSetCslPeriod(ot, CSL_PERIOD) == OT_ERROR_NONE, "no such period");
	openthread_mutex_unlock();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD && is_minimal(), "role %d",
		    device_role());
	device_await_end();
	openthread_mutex_lock();
	TEST_PRINT("usage: CSL %s the radio, and is %s", otLinkIsCslSupported(ot) ? "suits" : "is not for",
		   otLinkIsCslEnabled(ot) ? "on" : "off");
	openthread_mutex_unlock();
	device_finish();
	TEST_PASS("synchronized");
}

#endif

/** The same device after a power cut of the house. Its network comes back three minutes later. */
static void run_minimal_back(void)
{
	int64_t begin = k_uptime_get();
	int ret;

	TEST_START("minimal_back");
	TEST_ASSERT(network_is_active(&home), "the dataset is gone");
	device_begin();
	ret = network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, "abcd1234",
						    "PROV_1234", NULL);
	TEST_ASSERT(ret == 0, "not attached: %d", ret);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD && is_minimal(), "role %d",
		    device_role());
	TEST_PRINT("usage: attached again after %lld s", (k_uptime_get() - begin) / MSEC_PER_SEC);
	device_finish();
	TEST_PASS("minimal_back");
}

/** The power fails during an attempt. */
static void run_power_cut(void)
{
	TEST_START("power_cut");
	try_nowhere();
	TEST_PASS_AND_EXIT("power_cut");
}

/** The power comes back: the device must be in its previous network. */
static void run_power_back(void)
{
	int ret;

	TEST_START("power_back");
	TEST_ASSERT(network_is_active(&home), "the last dataset is not there again");
	device_begin();
	TEST_ASSERT(device_is_provisioned(), "not provisioned");
	ret = network_prov_mgr_connect();
	TEST_ASSERT(ret == 0, "not attached: %d", ret);
	TEST_ASSERT(device_role() >= OT_DEVICE_ROLE_CHILD, "not attached: role %d", device_role());
	device_finish();
	TEST_PASS("power_back");
}

/*
 * The power fails before a write of the settings, either OpenThread's or that of the record of the
 * previous dataset. The linker puts these wrappers before the functions: see CMakeLists.txt.
 */

int __real_settings_save_one(const char *name, const void *value, size_t length);
int __real_settings_delete(const char *name);

/** Writes since the client has sent a dataset; negative while they are not counted. */
static atomic_t writes = ATOMIC_INIT(-1);

static void count_write(const char *name)
{
	if (atomic_get(&writes) < 0) {
		return;
	}
	if (atomic_inc(&writes) + 1 == options.cut) {
		TEST_PASS_AND_EXIT("cut ahead of write %d, of %s", options.cut, name);
	}
}

int __wrap_settings_save_one(const char *name, const void *value, size_t length)
{
	count_write(name);
	return __real_settings_save_one(name, value, length);
}

int __wrap_settings_delete(const char *name)
{
	count_write(name);
	return __real_settings_delete(name);
}

/** A dataset is tried, and the power fails before one of the writes that this takes. */
static void run_cut(void)
{
	struct client_thread_status status;

	TEST_START("cut");
	device_begin();
	if (!network_none_is_active()) {
		TEST_ASSERT(network_prov_mgr_connect() == 0, "not attached");
	}
	device_serve(&client);
	/* The simulation ends with the power, so the peers must have started before. */
	device_await_network(&client, &home);
	if (options.network == &other) {
		device_await_network(&client, &other);
	}
	atomic_set(&writes, 0);
	device_apply(&client, options.network);
	device_await_verdict(&client, &status);
	if (status.state == CLIENT_ATTACHED) {
		device_await_end();
	} else {
		device_await_attached();
	}
	/* The script looks for this. */
	TEST_PASS_AND_EXIT("not cut: %d writes", (int)atomic_get(&writes));
}

/** The device then has the previous network or the new one, and joins it; or none, if it had none.
 */
static void run_cut_back(void)
{
	bool had_home = options.network != &home;
	int ret;

	TEST_START("cut_back");
	device_begin();
	if (!had_home && network_none_is_active()) {
		TEST_ASSERT(!device_is_provisioned(), "provisioned without a dataset");
		device_serve(&client);
		device_await_network(&client, &home);
		device_join(&client, &home);
		TEST_PASS_AND_EXIT("cut_back: none, and provisioned again");
	}
	TEST_ASSERT(network_is_active(&home) ||
			    (options.network == &other && network_is_active(&other)),
		    "neither the previous dataset nor the new one");
	TEST_ASSERT(device_is_provisioned(), "not provisioned");
	ret = network_prov_mgr_connect();
	TEST_ASSERT(ret == 0, "not attached: %d", ret);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD && is_minimal(), "role %d",
		    device_role());
	TEST_PASS_AND_EXIT("cut_back: %s", network_is_active(&home) ? "home" : "the other one");
}

/* A border router that is away for a while, and one that replaces another. */

static bool has_off_mesh(bool is_second)
{
	struct network_prov_address address;
	uint8_t prefix[8];

	network_prefix(&home, is_second, prefix);
	return network_prov_mgr_wait_for_address(NETWORK_PROV_ADDRESS_OFF_MESH, 0, &address) == 0 &&
	       memcmp(address.bytes, prefix, sizeof(prefix)) == 0;
}

static void await_off_mesh(bool is_second)
{
	while (!has_off_mesh(is_second)) {
		device_await_change();
	}
}

/** Joins the network, and loses it. */
static void lose_border_router(void)
{
	device_begin();
	device_serve(&client);
	device_await_network(&client, &home);
	device_join(&client, &home);
	await_off_mesh(false);
	device_await_end();
	while (device_role() >= OT_DEVICE_ROLE_CHILD) {
		device_await_change();
	}
	TEST_PRINT("usage: detached at %lld s", k_uptime_get() / MSEC_PER_SEC);
	TEST_ASSERT(network_is_active(&home) && device_is_provisioned(), "the dataset is gone");
}

/** OpenThread attaches the device without a call of the application. */
static void check_back(bool is_second)
{
	device_await_attached();
	TEST_PRINT("usage: attached again at %lld s", k_uptime_get() / MSEC_PER_SEC);
	await_off_mesh(is_second);
	TEST_PRINT("usage: reachable again at %lld s", k_uptime_get() / MSEC_PER_SEC);
	TEST_ASSERT(device_role() == OT_DEVICE_ROLE_CHILD, "role %d", device_role());
	device_finish();
}

/** The border router disappears and comes back. */
static void run_router_back(void)
{
	TEST_START("router_back");
	lose_border_router();
	check_back(false);
	TEST_PASS("router_back");
}

/** The border router disappears, and another one of the same network appears. */
static void run_router_replaced(void)
{
	TEST_START("router_replaced");
	lose_border_router();
	check_back(true);
	TEST_ASSERT(!has_off_mesh(false), "the address with the first one's prefix still exists");
	TEST_PASS("router_replaced");
}

void outage_install(struct bst_test_list **list)
{
	static const struct bst_test_instance scenarios[] = {
		SCENARIO(absent, "A network that does not exist"),
		SCENARIO(minimal, "A minimal device joins a network"),
		SCENARIO(minimal_back, "It comes back after a power cut"),
#if defined(CONFIG_OPENTHREAD_CSL_RECEIVER)
		SCENARIO(synchronized, "A device that asks for synchronized sleep"),
#endif
		SCENARIO(power_cut, "The power fails during an attempt"),
		SCENARIO(power_back, "What the device knows then"),
		SCENARIO(cut, "The power fails before a write"),
		SCENARIO(cut_back, "What the device knows then"),
		SCENARIO(router_back, "A border router goes and comes back"),
		SCENARIO(router_replaced, "A border router replaces another one"),
		BSTEST_END_MARKER,
	};

	*list = bst_add_tests(*list, scenarios);
}
