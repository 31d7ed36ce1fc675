/* SPDX-License-Identifier: Apache-2.0 */

/* The same again and again: nothing may wear off. */

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

/** One connection that comes to nothing, and one that provisions. The device compares its heap. */
static void cycles(void)
{
	static struct link link;

	TEST_START("cycles");
	link_begin();
	for (int i = 0; i < TIMES; i++) {
		link_open(&link, NAME, tester_mtu);
		link_close(&link);
		tester_provision(tester_mtu);
	}
	TEST_PASS("cycles");
}

const struct bst_test_instance endless_tests[] = {
	TESTER_TEST("half_handshakes", "A hundred handshakes that are not finished",
		    half_handshakes),
	TESTER_TEST("cycles", "A hundred times: connected, lost, provisioned", cycles),
	BSTEST_END_MARKER,
};
