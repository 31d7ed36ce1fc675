/* SPDX-License-Identifier: Apache-2.0 */

/* Many repetitions: resources must not run out. */

#include <zephyr/bluetooth/gatt.h>

#include "att.h"
#include "tester.h"

#define TIMES 100

static void half_handshakes(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("half handshakes");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	for (int i = 0; i < TIMES; i++) {
		TEST_ASSERT(client_half_handshake_1(&client) == 0, "number %d: %d", i + 1,
			    link.error);
		if (i % 10 == 9) {
			link_close(&link);
			link_open(&link, NAME, tester_mtu);
		}
	}
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("half handshakes");
}

/**
 * One client is lost during its handshake with half of the next request written, and another one
 * provisions. The device has slots for two clients.
 */
static void cycles(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("cycles");
	link_begin();
	for (int i = 0; i < TIMES; i++) {
		link_open(&link, NAME, tester_mtu);
		client_forget(&client);
		TEST_ASSERT(client_half_handshake_1(&client) == 0, "number %d: %d", i + 1,
			    link.error);
		TEST_ASSERT(att_prepare(link.conn, link_endpoint(&link, "prov-session")->handle, 0,
					"half", 4) == 0, "half a request");
		link_close(&link);
		tester_provision(tester_mtu);
	}
	TEST_PASS("cycles");
}

const struct bst_test_instance endless_tests[] = {
	TESTER_TEST("half_handshakes", "A hundred handshakes that are not finished",
		    half_handshakes),
	TESTER_TEST("cycles", "A hundred times: lost at the handshake, provisioned", cycles),
	BSTEST_END_MARKER,
};
