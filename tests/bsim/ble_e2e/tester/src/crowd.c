/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The owner's phone beside unauthenticated peers, which do everything that is possible with just a
 * link:
 *
 *   silent     connect and send nothing
 *   once       write the first message of a handshake, and stay
 *   flood      write it repeatedly
 *   reconnect  connect and leave repeatedly
 *   parts      start long writes until no more parts are accepted, and stay
 *   mixed      all of this, in turn
 *
 * Such a peer connects again as soon as its link has ended. The owner must complete every
 * provisioning. The time until its session is established is printed.
 */

#include <string.h>

#include <zephyr/bluetooth/bluetooth.h>

#include "att.h"
#include "security2.h"
#include "tester.h"

/** Longest time until the owner's session, in milliseconds. */
#define KEPT_OUT_MAX 120000

/** Time that an unauthenticated peer stays, in milliseconds. Longer than the device allows. */
#define STAY 600000

/** Most handshakes that an unauthenticated peer starts in a row. */
#define FLOOD 10000

/** The largest part of a long write that fits every MTU. */
#define PART 18

/** Starts a handshake with the device's security. */
static int begin_handshake(struct client *client)
{
	return tester_security == 2 ? security2_half_handshake(client, USERNAME)
				    : client_half_handshake_1(client);
}

static void stay(struct link *link)
{
	int64_t end = k_uptime_get() + STAY;

	while (link_is_up(link) && k_uptime_get() < end) {
		k_sleep(K_MSEC(100));
	}
}

static void once(struct link *link)
{
	struct client client = LINK_CLIENT(link);

	(void)begin_handshake(&client);
	stay(link);
	client_forget(&client);
}

static void flood(struct link *link)
{
	struct client client = LINK_CLIENT(link);

	for (int i = 0; i < FLOOD && link_is_up(link); i++) {
		if (begin_handshake(&client) != 0) {
			/* Refused while another link has the session. */
			k_sleep(K_MSEC(20));
		}
	}
	client_forget(&client);
}

static void parts(struct link *link)
{
	static const uint8_t zeros[PART];
	const uint16_t handles[] = {link_endpoint(link, "prov-session")->handle,
				    link_endpoint(link, "prov-config")->handle};

	ARRAY_FOR_EACH(handles, i) {
		for (uint16_t at = 0; att_prepare(link->conn, handles[i], at, zeros, PART) == 0;
		     at += PART) {
			/* On to the next part. */
		}
	}
	stay(link);
}

static void leave(struct link *link)
{
	ARG_UNUSED(link);
}

static const struct {
	const char *name;
	void (*act)(struct link *link);
	/** The attack needs the service's endpoints. */
	bool is_discovering;
} deeds[] = {
	{"silent", stay, false},
	{"once", once, true},
	{"flood", flood, true},
	{"reconnect", leave, false},
	{"parts", parts, true},
};

static bool find_deed(int turn, size_t *deed)
{
	if (strcmp(tester_deed, "mixed") == 0) {
		*deed = (size_t)turn % ARRAY_SIZE(deeds);
		return true;
	}
	for (*deed = 0; *deed < ARRAY_SIZE(deeds); (*deed)++) {
		if (strcmp(tester_deed, deeds[*deed].name) == 0) {
			return true;
		}
	}
	return false;
}

static bool come(struct link *link, bool is_discovering)
{
	struct advert advert;

	if (is_discovering) {
		return link_try_open(link, NAME, tester_mtu, 10);
	}
	return link_find(NAME, 10, &advert) && link_try_connect(link, &advert);
}

/** Passes before it starts, because any outcome of an attack is allowed. */
static void crowd(void)
{
	static struct link link;
	size_t deed;
	int turn = 0;

	TEST_START("crowd");
	link_begin();
	TEST_ASSERT(find_deed(0, &deed), "unknown attack: %s", tester_deed);
	TEST_PASS("crowd");
	for (;;) {
		(void)find_deed(turn, &deed);
		if (come(&link, deeds[deed].is_discovering)) {
			deeds[deed].act(&link);
			link_drop(&link);
			turn++;
		}
		k_sleep(K_MSEC(1));
	}
}

/** Provisions, from the search to Connected. Returns false if a step fails, as a phone would
 * report.
 */
static bool try_to_provision(struct link *link, int64_t *established_at)
{
	struct client client = LINK_CLIENT(link);
	struct client_status status = {.station = CLIENT_CONNECTING};

	if (tester_try_handshake(&client) != 0) {
		return false;
	}
	*established_at = k_uptime_get();
	if (client_set(&client, SSID, PASSPHRASE) != 0 || client_apply(&client) != 0) {
		return false;
	}
	while (status.station == CLIENT_CONNECTING) {
		k_sleep(K_MSEC(200));
		if (client_status(&client, &status) != 0) {
			return false;
		}
	}
	TEST_ASSERT(status.station == CLIENT_CONNECTED, "station %d", status.station);
	/* The established session's link is never ended for others. */
	TEST_ASSERT(link_await_end(link, 30) == BT_HCI_ERR_REMOTE_USER_TERM_CONN,
		    "the device left with another reason");
	client_forget(&client);
	return true;
}

static void owner_runs(void)
{
	static struct link link;
	int64_t longest = 0, total = 0;
	int tries = 0, breaks = 0;

	TEST_START("the owner in a crowd");
	link_begin();
	for (int run = 0; run < tester_runs; run++) {
		int64_t begun, established_at = 0;
		bool is_done = false;

		/* The crowd connects first. */
		k_sleep(K_SECONDS(5));
		begun = k_uptime_get();
		while (!is_done) {
			TEST_ASSERT(k_uptime_get() - begun < KEPT_OUT_MAX,
				    "run %d: locked out for %d s", run + 1, KEPT_OUT_MAX / 1000);
			tries++;
			if (!link_try_open(&link, NAME, tester_mtu, 10)) {
				continue;
			}
			is_done = try_to_provision(&link, &established_at);
			if (!is_done) {
				breaks++;
				link_drop(&link);
			}
		}
		longest = MAX(longest, established_at - begun);
		total += established_at - begun;
	}
	TEST_PRINT("the owner: %d of %d runs, %lld ms to a session on average, %lld ms at most, "
		   "%d tries to connect, %d broken off",
		   tester_runs, tester_runs, (long long)(total / tester_runs), (long long)longest,
		   tries, breaks);
	TEST_PASS("the owner in a crowd");
}

const struct bst_test_instance crowd_tests[] = {
	TESTER_TEST("crowd", "An unauthenticated peer that attacks", crowd),
	TESTER_TEST("owner_runs", "The owner's phone in a crowd", owner_runs),
	BSTEST_END_MARKER,
};
