/* SPDX-License-Identifier: Apache-2.0 */
/* What the platform's store holds: networks that cannot be used, and more than are tried. */
#include "test.h"

#include <pthread.h>

/** The pauses between two networks and after a round, in milliseconds. */
enum { NEXT = 250, ROUND = 1000 };
/** Networks beyond this number are not tried. */
enum { TRIED = 64 };

static pthread_t caller;
static int outcome;

static void *connect_stored(void *unused)
{
	outcome = network_prov_mgr_connect();
	return unused;
}

static void start_call(void)
{
	CHECK(pthread_create(&caller, NULL, connect_stored, NULL) == 0);
	port_await_waiters(1);
}

static int result(void)
{
	CHECK(pthread_join(caller, NULL) == 0);
	return outcome;
}

static void store(const char *ssid)
{
	port.networks[port.network_count].ssid = ssid;
	port.networks[port.network_count].passphrase = "12345678";
	port.networks[port.network_count].security = NETPROV_PSK;
	port.network_count++;
	port.stored = true;
}

/* Whatever a store has read, no more than the entry's arrays is used. */
static void a_length_that_is_impossible_counts_as_a_failed_attempt(void)
{
	CHECK(init() == 0);
	store("Name");
	port.networks[0].ssid_length = 33;
	store("Key");
	port.networks[1].passphrase_length = 65;
	store("Home");
	start_call();
	CHECK(port.connects == 0);
	port_advance(NEXT);
	CHECK(port.connects == 0);
	port_advance(NEXT);
	CHECK(port.connects == 1 && strcmp(port.ssid, "Home") == 0);
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

static void the_longest_name_and_key_are_used(void)
{
	CHECK(init() == 0);
	store("12345678901234567890123456789012");
	port.networks[0].passphrase =
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	start_call();
	CHECK(port.connects == 1 && strlen(port.ssid) == 32 && strlen(port.passphrase) == 64);
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* A store that never says "no more" must not keep the provisioning thread busy for good. */
static void a_store_without_an_end_is_read_up_to_a_limit(void)
{
	CHECK(init() == 0);
	store("Home");
	port.network_count = SIZE_MAX;
	start_call();
	for (int count = 1; count < TRIED; count++) {
		CHECK(port.connects == count);
		radio_refuses(NETPROV_FAILURE_NOT_FOUND);
		port_advance(NEXT);
	}
	CHECK(port.connects == TRIED);
	/* That was the last one of this round. */
	radio_refuses(NETPROV_FAILURE_NOT_FOUND);
	port_advance(ROUND - 1);
	CHECK(port.connects == TRIED);
	port_advance(1);
	CHECK(port.connects == TRIED + 1);
	radio_online();
	CHECK(result() == 0);
	radio_link_down(NETPROV_FAILURE_OTHER);
}

void test_stored(void)
{
	RUN(a_length_that_is_impossible_counts_as_a_failed_attempt);
	RUN(the_longest_name_and_key_are_used);
	RUN(a_store_without_an_end_is_read_up_to_a_limit);
}
