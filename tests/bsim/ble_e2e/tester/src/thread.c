/* SPDX-License-Identifier: Apache-2.0 */

/* A phone and a device that attaches to Thread networks. */

#include <string.h>

#include "client_thread.h"
#include "networks.h"
#include "tester.h"

/** Interval of requests in milliseconds, and their number. */
#define POLL  500
#define POLLS 100

/** Scans until the network is found, as a waiting user does. */
static void await_home(struct client *client)
{
	struct client_thread_network found[4];

	for (int i = 0; i < POLLS; i++) {
		int count = client_thread_scan(client, 0, found, ARRAY_SIZE(found));

		TEST_ASSERT(count >= 0, "no scan");
		if (count == 1 && strcmp(found[0].name, home.name) == 0) {
			TEST_PRINT("networks: %s, RSSI %d", found[0].name, found[0].rssi);
			return;
		}
		k_sleep(K_MSEC(POLL));
	}
	TEST_FAIL("the network is not found");
}

static void await_attached(struct client *client)
{
	struct client_thread_status status = {.state = CLIENT_ATTACHING};

	for (int i = 0; i < POLLS && status.state == CLIENT_ATTACHING; i++) {
		TEST_ASSERT(client_thread_status(client, &status) == 0, "no status");
		k_sleep(K_MSEC(POLL));
	}
	TEST_ASSERT(status.state == CLIENT_ATTACHED, "state %d, reason %d", status.state,
		    status.reason);
	TEST_ASSERT(strcmp(status.network.name, home.name) == 0, "network %s", status.network.name);
}

static void thread(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t dataset[DATASET_MAX];
	size_t length = network_dataset(&home, dataset);
	uint8_t reason;

	TEST_START("thread");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	await_home(&client);
	TEST_ASSERT(client_thread_set(&client, dataset, length) == 0, "set: %d", link.error);
	TEST_ASSERT(client_thread_apply(&client) == 0, "apply: %d", link.error);
	await_attached(&client);
	reason = link_await_end(&link, 10);
	TEST_ASSERT(reason == BT_HCI_ERR_REMOTE_USER_TERM_CONN, "the device left with 0x%02x",
		    reason);
	client_forget(&client);
	TEST_PASS("thread");
}

const struct bst_test_instance thread_tests[] = {
	TESTER_TEST("thread", "A phone sends a Thread dataset", thread),
	BSTEST_END_MARKER,
};
