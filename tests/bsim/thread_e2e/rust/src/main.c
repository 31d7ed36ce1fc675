/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A device whose application is in Rust: samples/wifi_prov_rust, with thread.conf. As in ../node, the
 * same program has a client, which types into the device's shell.
 *
 *   -testid=rust        a client provisions the device
 *   -testid=rust_again  the same device after a reset, without a client
 */

#include <string.h>

#include <zephyr/kernel.h>

#include <openthread.h>
#include <openthread/dataset.h>
#include <openthread/thread.h>

#include <network_provisioning/network_prov_mgr.h>

#include "babblekit/testcase.h"
#include "bstests.h"
#include "client.h"
#include "client_thread.h"
#include "networks.h"
#include "typist.h"

/** The sample's main(). */
int rust_application_main(void);

static K_THREAD_STACK_DEFINE(client_stack, 8192);
static struct k_thread client_thread;
static struct client client;

static void open_session(void)
{
	char version[512];

	TEST_ASSERT(typist_begin(), "the shell has not started");
	client = (struct client){.send = typist_send, .context = "1"};
	while (client_version(&client, version, sizeof(version)) != 0) {
		/* The application has not started the service yet. */
		k_sleep(K_MSEC(100));
	}
	TEST_ASSERT(strstr(version, "\"thread_prov\",\"thread_scan\"") != NULL,
		    "the device can do: %s", version);
	TEST_ASSERT(client_handshake_1(&client, "abcd1234") == 0, "no session");
}

static bool home_is_in_range(void)
{
	struct client_thread_network found[8];
	int count = client_thread_scan(&client, BIT(home.channel), found, ARRAY_SIZE(found));

	TEST_ASSERT(count >= 0, "no scan");
	for (int i = 0; i < count; i++) {
		if (strcmp(found[i].name, home.name) == 0) {
			return true;
		}
	}
	return false;
}

static void provision(void *unused1, void *unused2, void *unused3)
{
	uint8_t dataset[DATASET_MAX];
	struct client_thread_status status;

	ARG_UNUSED(unused1);
	ARG_UNUSED(unused2);
	ARG_UNUSED(unused3);
	open_session();
	while (!home_is_in_range()) {
	}
	TEST_ASSERT(client_thread_set(&client, dataset, network_dataset(&home, dataset)) == 0 &&
			    client_thread_apply(&client) == 0,
		    "the dataset is not taken");
	do {
		k_sleep(K_MSEC(500));
		TEST_ASSERT(client_thread_status(&client, &status) == 0, "no status");
	} while (status.state == CLIENT_ATTACHING);
	TEST_ASSERT(status.state == CLIENT_ATTACHED, "not attached: %d, reason %d", status.state,
		    status.reason);
	TEST_ASSERT(strcmp(status.network.name, home.name) == 0, "network %s", status.network.name);
}

/** What OpenThread and the manager say when the application is done. */
static void check_attached(void)
{
	otInstance *ot = openthread_get_default_instance();
	bool is_provisioned = false;
	otDeviceRole role;
	uint16_t pan_id;

	openthread_mutex_lock();
	role = otThreadGetDeviceRole(ot);
	pan_id = otLinkGetPanId(ot);
	openthread_mutex_unlock();
	TEST_ASSERT(role == OT_DEVICE_ROLE_CHILD || role == OT_DEVICE_ROLE_ROUTER,
		    "not in the peer's network: role %d", role);
	TEST_ASSERT(pan_id == home.pan_id, "PAN 0x%04x", pan_id);
	TEST_ASSERT(network_prov_mgr_is_provisioned(&is_provisioned) == 0 && is_provisioned,
		    "not provisioned");
}

static void run_rust(void)
{
	TEST_START("rust");
	k_thread_create(&client_thread, client_stack, K_THREAD_STACK_SIZEOF(client_stack),
			provision, NULL, NULL, NULL, K_PRIO_PREEMPT(10), 0, K_NO_WAIT);
	(void)rust_application_main();
	TEST_ASSERT(k_thread_join(&client_thread, K_NO_WAIT) == 0, "online without the client");
	check_attached();
	TEST_PASS("rust");
}

static void run_rust_again(void)
{
	TEST_START("rust_again");
	(void)rust_application_main();
	check_attached();
	TEST_PRINT("usage: attached again after %lld ms", k_uptime_get());
	TEST_PASS("rust_again");
}

static struct bst_test_list *install(struct bst_test_list *list)
{
	static const struct bst_test_instance tests[] = {
		{
			.test_id = "rust",
			.test_descr = "A client provisions a device with an application in Rust",
			.test_main_f = run_rust,
		},
		{
			.test_id = "rust_again",
			.test_descr = "It attaches by itself after a reset",
			.test_main_f = run_rust_again,
		},
		BSTEST_END_MARKER,
	};

	return bst_add_tests(list, tests);
}

bst_test_install_t test_installers[] = {install, NULL};

int main(void)
{
	bst_main();
	return 0;
}
