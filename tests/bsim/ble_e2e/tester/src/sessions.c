/* SPDX-License-Identifier: Apache-2.0 */

/* Sessions that are refused, interrupted, or not the client's. */

#include <string.h>

#include <zephyr/bluetooth/gatt.h>

#include "att.h"
#include "tester.h"

/** CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES of the device. */
#define FAILURES_MAX 5

/** Seconds for which the device then refuses handshakes. */
#define LOCKED_OUT 30

static void wrong_pop(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("wrong proof of possession");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	for (int i = 0; i < FAILURES_MAX; i++) {
		TEST_ASSERT(client_half_handshake_1(&client) == 0, "attempt %d is not accepted",
			    i + 1);
		TEST_ASSERT(client_handshake_1(&client, "wrong") != 0 && link.error > 0,
			    "a session with a wrong proof: %d", link.error);
	}
	TEST_ASSERT(client_half_handshake_1(&client) != 0, "no limit");
	/* Neither another connection nor the right proof circumvents the limit. */
	link_close(&link);
	link_open(&link, NAME, tester_mtu);
	TEST_ASSERT(client_handshake_1(&client, POP) != 0 && link.error > 0, "no limit: %d",
		    link.error);
	k_sleep(K_SECONDS(LOCKED_OUT));
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("wrong proof of possession");
}

/* Disconnecting at every step. */

/** Checks that a new connection finds nothing of the previous one: no response and no session. */
static void check_nothing_is_left(struct client *client)
{
	static const uint8_t status[] = {0x08, 0x00, 0x52, 0x00};
	struct link *link = client->context;
	uint8_t value[CLIENT_MESSAGE_MAX];
	size_t length;

	for (size_t i = 0; i < link->count; i++) {
		int ret = att_read(link->conn, link->mtu, link->endpoints[i].handle, value,
				   sizeof(value), &length);

		TEST_ASSERT(ret == 0 && length == 0, "%s: %zu bytes are left, %d",
			    link->endpoints[i].name, length, ret);
	}
	/* Sealed with the previous keys, if there were any. */
	TEST_ASSERT(client_ask(client, "prov-config", status, sizeof(status), value, sizeof(value),
			       &length) != 0 &&
			    link->error > 0,
		    "the session is still there: %d", link->error);
}

static void reopen(struct client *client)
{
	link_close(client->context);
	link_open(client->context, NAME, tester_mtu);
	check_nothing_is_left(client);
	client_forget(client);
}

static void write_only(struct client *client, const char *endpoint, const void *request,
		       size_t length)
{
	struct link *link = client->context;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t answered;

	link->is_writing_only = true;
	(void)client_ask(client, endpoint, request, length, reply, sizeof(reply), &answered);
	link->is_writing_only = false;
	TEST_ASSERT(link->error == 0, "%s: %d", endpoint, link->error);
}

/** Starts a write and ends the link before the response. */
static void write_and_leave(struct client *client, const char *endpoint, const void *request,
			    size_t length)
{
	const struct link *link = client->context;

	TEST_ASSERT(att_begin_write(link->conn, link_endpoint(link, endpoint)->handle, request,
				    length) == 0,
		    "failed to start a write");
}

static void before_the_session(struct client *client)
{
	struct link *link = client->context;
	char version[512];

	/* Connected, and discovered. */
	reopen(client);
	write_and_leave(client, "proto-ver", "ESP", 3);
	reopen(client);
	write_only(client, "proto-ver", "ESP", 3);
	reopen(client);
	TEST_ASSERT(client_version(client, version, sizeof(version)) == 0, "no version");
	reopen(client);
	/* During a long write. */
	TEST_ASSERT(att_prepare(link->conn, link_endpoint(link, "prov-session")->handle, 0, "half",
				4) == 0,
		    "no part is accepted");
	reopen(client);
}

static void during_the_handshake(struct client *client)
{
	struct link *link = client->context;

	TEST_ASSERT(client_half_handshake_1(client) == 0, "no half handshake: %d", link->error);
	reopen(client);
	/* The response to the first message is not read. */
	link->is_writing_only = true;
	(void)client_half_handshake_1(client);
	link->is_writing_only = false;
	TEST_ASSERT(link->error == 0, "the first message: %d", link->error);
	reopen(client);
	tester_handshake(client);
	reopen(client);
}

static void during_the_session(struct client *client)
{
	static const uint8_t status[] = {0x08, 0x00, 0x52, 0x00};
	struct link *link = client->context;

	tester_handshake(client);
	write_and_leave(client, "prov-config", status, sizeof(status));
	reopen(client);
	tester_handshake(client);
	/* The response is ready, but not read. */
	write_only(client, "custom-data", "secret", 6);
	reopen(client);
	tester_handshake(client);
	TEST_ASSERT(client_set(client, SSID, "wrong-horse") == 0, "set: %d", link->error);
	reopen(client);
	/* Credentials set on the previous connection are not applied on this one. */
	tester_handshake(client);
	TEST_ASSERT(client_set(client, SSID, PASSPHRASE) == 0, "set: %d", link->error);
	TEST_ASSERT(client_apply(client) == 0, "apply: %d", link->error);
	reopen(client);
}

/** The device continues without its client, and tells the next one. */
static void after_the_apply(struct client *client)
{
	struct client_status status = {.station = CLIENT_CONNECTING};
	struct link *link = client->context;
	uint8_t reason;

	tester_handshake(client);
	for (int i = 0; i < 20 && status.station == CLIENT_CONNECTING; i++) {
		TEST_ASSERT(client_status(client, &status) == 0, "status: %d", link->error);
		k_sleep(K_MSEC(200));
	}
	TEST_ASSERT(status.station == CLIENT_CONNECTED, "station %d, reason %d", status.station,
		    status.reason);
	reason = link_await_end(link, 10);
	TEST_ASSERT(reason == BT_HCI_ERR_REMOTE_USER_TERM_CONN, "the device left with 0x%02x",
		    reason);
}

static void disconnects(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct advert advert;

	TEST_START("disconnects");
	link_begin();
	/* Connected, and nothing else. */
	TEST_ASSERT(link_find(NAME, 10, &advert), "not found");
	link_connect(&link, &advert);
	link_close(&link);
	link_open(&link, NAME, tester_mtu);
	before_the_session(&client);
	during_the_handshake(&client);
	during_the_session(&client);
	after_the_apply(&client);
	TEST_PASS("disconnects");
}

/* A second central. */

/** The client, while the second central tries everything it can for 10 s. */
static void first_central(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t connected, present;
	int64_t deadline;

	TEST_START("first central");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	deadline = k_uptime_get() + 30 * MSEC_PER_SEC;
	for (;;) {
		tester_count_links(&client, &connected, &present);
		if (connected == 2) {
			break;
		}
		TEST_ASSERT(k_uptime_get() < deadline, "nobody else connects");
		k_sleep(K_MSEC(100));
	}
	deadline = k_uptime_get() + 10 * MSEC_PER_SEC;
	while (k_uptime_get() < deadline) {
		tester_check_session(&client);
		tester_check_custom(&client, 300);
	}
	tester_finish(&client);
	TEST_PASS("first central");
}

static void intrude(const struct link *link, const struct endpoint *endpoint)
{
	uint8_t value[CLIENT_MESSAGE_MAX];
	size_t length;
	int ret;

	ret = att_write(link->conn, link->mtu, endpoint->handle, "ESP", 3);
	TEST_ASSERT(ret == BT_ATT_ERR_AUTHORIZATION || ret == BT_ATT_ERR_UNLIKELY,
		    "%s accepts another link's write: %d", endpoint->name, ret);
	ret = att_prepare(link->conn, endpoint->handle, 0, "ESP", 3);
	TEST_ASSERT(ret > 0, "%s accepts a part of another link's write: %d", endpoint->name, ret);
	ret = att_execute(link->conn);
	TEST_ASSERT(ret == 0, "nothing is executed with %d", ret);
	ret = att_read(link->conn, link->mtu, endpoint->handle, value, sizeof(value), &length);
	TEST_ASSERT(ret > 0 || length == 0, "%s gives another link %zu bytes", endpoint->name,
		    length);
}

/** A central on a link of the application, which also tries the provisioning service. */
static void second_central(void)
{
	static struct link link;
	struct advert advert;
	static const uint8_t uuid[] = {LINK_SERVICE_UUID};
	int64_t deadline;

	TEST_START("second central");
	link_begin();
	TEST_ASSERT(link_find("APP", 30, &advert), "the application does not advertise");
	link_connect(&link, &advert);
	link_exchange_mtu(&link, tester_mtu);
	link_discover(&link, uuid);
	deadline = k_uptime_get() + 8 * MSEC_PER_SEC;
	while (k_uptime_get() < deadline) {
		for (size_t i = 0; i < link.count; i++) {
			intrude(&link, &link.endpoints[i]);
		}
	}
	/* After the end of the service, the application's link still exists. */
	k_sleep(K_SECONDS(20));
	TEST_ASSERT(link_is_up(&link), "the application's link was ended");
	TEST_PASS("second central");
}

/* Stopping. */

static void stop_in_flight(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length = 0;
	int ret;

	TEST_START("stop in flight");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	/* Its handler has the service stopped and then responds. The client must get the response.
	 */
	ret = client_ask(&client, "slow", (const uint8_t *)"\x01", 1, reply, sizeof(reply),
			 &length);
	TEST_ASSERT(ret == 0, "the request in flight: %d", link.error);
	TEST_ASSERT(length == 1 && reply[0] == 0xfe, "the response has %zu bytes", length);
	(void)link_await_end(&link, 10);
	client_forget(&client);
	/* The next service works as well. */
	tester_provision(tester_mtu);
	TEST_PASS("stop in flight");
}

/** The client leaves while its request is handled and the service is being stopped. */
static void leave_in_flight(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("leave in flight");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	write_and_leave(&client, "slow", "\x01", 1);
	k_sleep(K_MSEC(200));
	link_close(&link);
	client_forget(&client);
	tester_provision(tester_mtu);
	TEST_PASS("leave in flight");
}

/** The device stops when its client leaves, and serves again. */
static void leave(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("leave");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	link_close(&link);
	client_forget(&client);
	tester_provision(tester_mtu);
	TEST_PASS("leave");
}

const struct bst_test_instance session_tests[] = {
	TESTER_TEST("wrong_pop", "A peer guesses until the device refuses handshakes",
		    wrong_pop),
	TESTER_TEST("disconnects", "A phone is lost at every step", disconnects),
	TESTER_TEST("first_central", "A phone, beside another central", first_central),
	TESTER_TEST("second_central", "The other central", second_central),
	TESTER_TEST("stop_in_flight", "The service is stopped during a request", stop_in_flight),
	TESTER_TEST("leave", "A phone leaves, and comes back", leave),
	TESTER_TEST("leave_in_flight", "And the phone is lost meanwhile", leave_in_flight),
	BSTEST_END_MARKER,
};
