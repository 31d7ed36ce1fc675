/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Several centrals at once, most of which connect to provisioning's own advertising. They signal
 * their progress to each other by advertising a name.
 */

#include <string.h>

#include "att.h"
#include "tester.h"

/** Longest wait for another central, in seconds. */
#define PATIENCE 60

static void await(const char *name)
{
	struct advert advert;

	TEST_ASSERT(link_find(name, PATIENCE, &advert), "no %s", name);
}

/** Checks that the device ends the link with its service. */
static void check_ended(struct link *link)
{
	uint8_t reason = link_await_end(link, PATIENCE);

	TEST_ASSERT(reason == BT_HCI_ERR_REMOTE_USER_TERM_CONN, "the device left with 0x%02x",
		    reason);
}

/* Unauthenticated peers that write once and stay, and the owner. */

static void stranger_version(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	char version[512];

	TEST_START("stranger, version");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	TEST_ASSERT(client_version(&client, version, sizeof(version)) == 0, "no version");
	link_announce("STRANGER 1");
	check_ended(&link);
	TEST_PASS("stranger, version");
}

static void stranger_handshake(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("stranger, half a handshake");
	link_begin();
	await("STRANGER 1");
	link_open(&link, NAME, tester_mtu);
	TEST_ASSERT(client_half_handshake_1(&client) == 0, "no half handshake: %d", link.error);
	link_announce("STRANGER 2");
	check_ended(&link);
	client_forget(&client);
	TEST_PASS("stranger, half a handshake");
}

static void owner(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t connected, present;
	struct advert advert;

	TEST_START("owner");
	link_begin();
	await("STRANGER 2");
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	tester_count_links(&client, &connected, &present);
	TEST_ASSERT(connected == 3 && present == 3, "%u have connected, and %u are connected now",
		    connected, present);
	tester_finish(&client);
	TEST_ASSERT(!link_find(NAME, 5, &advert), "the device still advertises");
	TEST_PASS("owner");
}

/* Two centrals that both want a session. */

/** Gets a session, and leaves. */
static void winner(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct advert advert;
	uint16_t handle;

	TEST_START("winner");
	link_begin();
	await("LOSER");
	link_open(&link, NAME, tester_mtu);
	/* A part of the other link's long write does not belong to this one. */
	handle = link_endpoint(&link, "prov-session")->handle;
	TEST_ASSERT(att_prepare(link.conn, handle, 4, "half", 4) == BT_ATT_ERR_INVALID_OFFSET,
		    "a part of another link's write");
	tester_handshake(&client);
	/* The device accepts nobody else now. */
	TEST_ASSERT(!link_find(NAME, 2, &advert), "the device still advertises");
	link_announce("SESSION");
	await("REFUSED");
	tester_check_session(&client);
	link_close(&link);
	client_forget(&client);
	TEST_PASS("winner");
}

static void check_refused(struct client *client)
{
	static const char *const names[] = {"proto-ver", "prov-session", "prov-config", "links"};
	const struct link *link = client->context;
	uint8_t value[CLIENT_MESSAGE_MAX];
	size_t length;

	ARRAY_FOR_EACH(names, i) {
		const struct endpoint *endpoint = link_endpoint(link, names[i]);
		int ret = att_write(link->conn, link->mtu, endpoint->handle, "ESP", 3);

		TEST_ASSERT(ret == BT_ATT_ERR_AUTHORIZATION,
			    "%s accepts a write: %d", names[i], ret);
		ret = att_prepare(link->conn, endpoint->handle, 0, "ESP", 3);
		TEST_ASSERT(ret == BT_ATT_ERR_AUTHORIZATION,
			    "%s accepts a part: %d", names[i], ret);
	}
	for (size_t i = 0; i < link->count; i++) {
		const struct endpoint *endpoint = &link->endpoints[i];
		int ret;

		if (strcmp(endpoint->name, "prov-session") == 0) {
			/* It may still read the response to its own request. */
			continue;
		}
		ret = att_read(link->conn, link->mtu, endpoint->handle, value, sizeof(value),
			       &length);
		TEST_ASSERT(ret > 0 || length == 0, "%s gives %zu bytes", endpoint->name, length);
	}
}

/** Starts a handshake first, is refused during the other central's session, and gets a session
 * afterwards.
 */
static void loser(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("loser");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	TEST_ASSERT(client_half_handshake_1(&client) == 0, "no half handshake: %d", link.error);
	TEST_ASSERT(att_prepare(link.conn, link_endpoint(&link, "prov-session")->handle, 0, "half",
				4) == 0,
		    "no part is accepted");
	link_announce("LOSER");
	await("SESSION");
	TEST_ASSERT(att_cancel(link.conn) == 0, "no cancel");
	check_refused(&client);
	link_announce("REFUSED");
	/* The device advertises again when the other central has gone. */
	await(NAME);
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("loser");
}

/* The end of the service with two links. */

/** Connects and does nothing else. */
static void bystander(void)
{
	static struct link link;

	TEST_START("bystander");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	link_announce("BYSTANDER");
	check_ended(&link);
	TEST_PASS("bystander");
}

/** Has the service stopped. */
static void stopper(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t reply[CLIENT_MESSAGE_MAX];
	uint8_t connected, present;
	size_t length = 0;
	int ret;

	TEST_START("stopper");
	link_begin();
	await("BYSTANDER");
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	tester_count_links(&client, &connected, &present);
	TEST_ASSERT(present == 2, "%u are there", present);
	ret = client_ask(&client, "slow", (const uint8_t *)"\x01", 1, reply, sizeof(reply),
			 &length);
	TEST_ASSERT(ret == 0 && length == 1, "the request in flight: %d", link.error);
	check_ended(&link);
	client_forget(&client);
	/* In the device's next life, no other link exists. */
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	tester_count_links(&client, &connected, &present);
	TEST_ASSERT(present == 1, "%u are there", present);
	tester_finish(&client);
	TEST_PASS("stopper");
}

/* A link of the application, from its own advertising set. */

/** Connects before provisioning has a client, never writes to provisioning, and stays until after
 * its end.
 */
static void guest(void)
{
	static struct link link;
	struct advert advert;

	TEST_START("guest");
	link_begin();
	TEST_ASSERT(link_find("APP", PATIENCE, &advert), "the application does not advertise");
	link_connect(&link, &advert);
	link_announce("GUEST");
	await("SERVED");
	TEST_ASSERT(link_is_up(&link), "the application's link was ended");
	/* The application's advertising continues. */
	await("APP");
	TEST_PASS("guest");
}

static void host(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t connected, present;
	struct advert advert;

	TEST_START("host");
	link_begin();
	await("GUEST");
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	tester_count_links(&client, &connected, &present);
	TEST_ASSERT(present == 2, "%u are there", present);
	tester_finish(&client);
	TEST_ASSERT(!link_find(NAME, 5, &advert), "the device still advertises");
	link_announce("SERVED");
	TEST_PASS("host");
}

const struct bst_test_instance rival_tests[] = {
	TESTER_TEST("stranger_version", "Requests the version, and stays", stranger_version),
	TESTER_TEST("stranger_handshake", "Starts a handshake, and stays", stranger_handshake),
	TESTER_TEST("owner", "A phone beside them", owner),
	TESTER_TEST("loser", "Starts a handshake, but another central gets the session", loser),
	TESTER_TEST("winner", "The other one", winner),
	TESTER_TEST("bystander", "Is connected when the service ends", bystander),
	TESTER_TEST("stopper", "Has it stopped", stopper),
	TESTER_TEST("guest", "A link of the application's own", guest),
	TESTER_TEST("host", "A phone beside it", host),
	BSTEST_END_MARKER,
};
