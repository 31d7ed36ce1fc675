/* SPDX-License-Identifier: Apache-2.0 */

/* What phones do. */

#include <string.h>

#include "att.h"
#include "security2.h"
#include "tester.h"

/** Interval of status requests in milliseconds. */
#define POLL 200

/** Number of status requests. */
#define POLLS 200

int tester_try_handshake(struct client *client)
{
	static struct security2 session;

	return tester_security == 2 ? security2_handshake(client, &session, USERNAME, PASSWORD)
				    : client_handshake_1(client, POP);
}

void tester_handshake(struct client *client)
{
	const struct link *link = client->context;

	TEST_ASSERT(tester_try_handshake(client) == 0, "no session: %d", link->error);
}

struct client_status tester_try(struct client *client, const char *passphrase)
{
	struct client_status status = {.station = CLIENT_CONNECTING};
	const struct link *link = client->context;

	TEST_ASSERT(client_set(client, SSID, passphrase) == 0, "set: %d", link->error);
	TEST_ASSERT(client_apply(client) == 0, "apply: %d", link->error);
	for (int i = 0; i < POLLS; i++) {
		TEST_ASSERT(client_status(client, &status) == 0, "status: %d", link->error);
		if (status.station != CLIENT_CONNECTING) {
			return status;
		}
		k_sleep(K_MSEC(POLL));
	}
	TEST_FAIL("connecting without end");
	return status;
}

void tester_finish(struct client *client)
{
	struct link *link = client->context;
	struct client_status status = tester_try(client, PASSPHRASE);
	uint8_t reason;

	TEST_ASSERT(status.station == CLIENT_CONNECTED, "station %d, reason %d", status.station,
		    status.reason);
	TEST_ASSERT(strcmp(status.address, "192.168.77.2") == 0, "address %s", status.address);
	TEST_PRINT("MTU %u: %lld ms from the connection to Connected", link->mtu,
		   (long long)(k_uptime_get() - link->connected_at));
	reason = link_await_end(link, 10);
	TEST_ASSERT(reason == BT_HCI_ERR_REMOTE_USER_TERM_CONN, "the device left with 0x%02x",
		    reason);
	client_forget(client);
}

void tester_provision(uint16_t mtu)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	link_open(&link, NAME, mtu);
	tester_handshake(&client);
	tester_finish(&client);
}

void tester_check_session(struct client *client)
{
	const struct link *link = client->context;
	struct client_status status;

	TEST_ASSERT(client_status(client, &status) == 0, "the session is gone: %d", link->error);
	TEST_ASSERT(status.station == CLIENT_DISCONNECTED, "station %d", status.station);
}

void tester_count_links(struct client *client, uint8_t *connected, uint8_t *present)
{
	const struct link *link = client->context;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length;

	TEST_ASSERT(client_ask(client, "links", (const uint8_t *)"?", 1, reply, sizeof(reply),
			       &length) == 0 &&
			    length == 2,
		    "links: %d", link->error);
	*connected = reply[0];
	*present = reply[1];
}

void tester_check_custom(struct client *client, size_t length)
{
	const struct link *link = client->context;
	uint8_t request[ATT_VALUE_MAX], reply[CLIENT_MESSAGE_MAX];
	size_t answered = 0;
	int ret;

	for (size_t i = 0; i < length; i++) {
		request[i] = (uint8_t)(1 + 7 * i);
	}
	ret = client_ask(client, "custom-data", request, length, reply, sizeof(reply), &answered);
	TEST_ASSERT(ret == 0, "%zu bytes at an MTU of %u: %d", length, link->mtu, link->error);
	TEST_ASSERT(answered == length, "the response to %zu bytes has %zu", length, answered);
	for (size_t i = 0; i < length; i++) {
		TEST_ASSERT(reply[i] == (uint8_t)~request[i], "byte %zu of %zu is wrong", i,
			    length);
	}
}

static void success(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	char version[512];
	struct advert advert;

	TEST_START("success");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	TEST_PRINT("MTU %u: discovered after %lld ms", link.mtu,
		   (long long)(k_uptime_get() - link.connected_at));
	/* Before the session, as the Android app does. */
	TEST_ASSERT(client_version(&client, version, sizeof(version)) == 0, "no version");
	TEST_ASSERT(strstr(version, "netprov-v1.2") != NULL, "version %s", version);
	tester_handshake(&client);
	tester_finish(&client);
	TEST_ASSERT(!link_find(NAME, 5, &advert), "the device still advertises");
	TEST_PASS("success");
}

static void wrong_password(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct client_status status;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length;

	TEST_START("wrong password");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	status = tester_try(&client, "wrong-horse");
	TEST_ASSERT(status.station == CLIENT_FAILED && status.reason == CLIENT_AUTH_ERROR,
		    "station %d, reason %d", status.station, status.reason);
	/* The reason stays readable, so that the app can show it. */
	TEST_ASSERT(client_status(&client, &status) == 0 && status.station == CLIENT_FAILED &&
			    status.reason == CLIENT_AUTH_ERROR,
		    "then station %d, reason %d", status.station, status.reason);
	/* The service continues until the application ends it, which the endpoint's handler causes.
	 */
	(void)client_ask(&client, "slow", (const uint8_t *)"\x01", 1, reply, sizeof(reply),
			 &length);
	(void)link_await_end(&link, 10);
	TEST_PASS("wrong password");
}

static void wrong_then_right(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct client_status status;

	TEST_START("wrong then right");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	status = tester_try(&client, "wrong-horse");
	TEST_ASSERT(status.station == CLIENT_FAILED, "station %d", status.station);
	tester_finish(&client);
	TEST_PASS("wrong then right");
}

static void custom_endpoint(void)
{
	static const size_t lengths[] = {1,   17,  18,  19,  20,  21,  36,  180, 181, 182, 183, 242,
					 243, 244, 245, 255, 256, 257, 494, 495, 496, 511, 512};
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	uint8_t reply[CLIENT_MESSAGE_MAX] = {0};
	size_t length;

	TEST_START("custom endpoint");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	for (size_t i = 0; i < ARRAY_SIZE(lengths) && lengths[i] <= tester_longest; i++) {
		tester_check_custom(&client, lengths[i]);
	}
	if (tester_longest < ATT_VALUE_MAX) {
		/* The server truncates the parts, which must give an error and no request. */
		TEST_ASSERT(att_write(link.conn, link.mtu,
				      link_endpoint(&link, "custom-data")->handle, reply,
				      ATT_VALUE_MAX) != 0,
			    "truncated parts were accepted as a request");
		tester_check_session(&client);
	}
	/* A response that is one byte longer than an attribute must give an error, never a part of
	 * it.
	 */
	TEST_ASSERT(client_ask(&client, "custom-data", (const uint8_t *)"\xee", 1, reply,
			       sizeof(reply), &length) != 0 &&
			    link.error == BT_ATT_ERR_INVALID_ATTRIBUTE_LEN,
		    "a response of 513 bytes: %d", link.error);
	TEST_ASSERT(att_read(link.conn, link.mtu, link_endpoint(&link, "custom-data")->handle,
			     reply, sizeof(reply), &length) != 0 ||
			    length == 0,
		    "%zu bytes of it are readable", length);
	tester_handshake(&client);
	tester_check_custom(&client, tester_longest);
	tester_finish(&client);
	TEST_PASS("custom endpoint");
}

static void scan(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct client_network networks[16];
	int64_t begun;
	int count;

	TEST_START("scan");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	begun = k_uptime_get();
	count = client_scan(&client, networks, ARRAY_SIZE(networks));
	TEST_PRINT("MTU %u: %d networks after %lld ms", link.mtu, count,
		   (long long)(k_uptime_get() - begun));
	TEST_ASSERT(count == 10, "%d networks: %d", count, link.error);
	for (int i = 1; i < count; i++) {
		TEST_ASSERT(networks[i].rssi <= networks[i - 1].rssi, "the strongest comes first");
	}
	TEST_ASSERT(strcmp(networks[0].ssid, SSID) == 0, "%s is the strongest", networks[0].ssid);
	tester_finish(&client);
	TEST_PASS("scan");
}

/** As phones do when a request is refused because the link is not encrypted. */
static void pair_when_refused(struct client *client)
{
	const struct link *link = client->context;
	int64_t deadline = k_uptime_get() + 10 * MSEC_PER_SEC;

	TEST_ASSERT(client_handshake_1(client, POP) != 0, "a session without encryption");
	TEST_ASSERT(link->error == BT_ATT_ERR_INSUFFICIENT_ENCRYPTION ||
			    link->error == BT_ATT_ERR_AUTHENTICATION,
		    "refused with 0x%02x: phones would not pair", link->error);
	TEST_ASSERT(bt_conn_set_security(link->conn, BT_SECURITY_L2) == 0, "no pairing");
	while (bt_conn_get_security(link->conn) < BT_SECURITY_L2) {
		TEST_ASSERT(k_uptime_get() < deadline, "the pairing does not end");
		k_sleep(K_MSEC(20));
	}
}

static void link_encryption(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("link encryption");
	link_begin();
	/* The names can be read without encryption. */
	link_open(&link, NAME, tester_mtu);
	pair_when_refused(&client);
	tester_handshake(&client);
	tester_check_custom(&client, ATT_VALUE_MAX);
	/* Nothing of the pairing is kept. */
	link_close(&link);
	client_forget(&client);
	link_open(&link, NAME, tester_mtu);
	pair_when_refused(&client);
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("link encryption");
}

const struct bst_test_instance provision_tests[] = {
	TESTER_TEST("success", "A phone provisions", success),
	TESTER_TEST("wrong_password", "A phone hands over a wrong passphrase", wrong_password),
	TESTER_TEST("wrong_then_right", "And then the right one", wrong_then_right),
	TESTER_TEST("custom_endpoint", "Requests and answers of all lengths", custom_endpoint),
	TESTER_TEST("scan", "A phone lists the networks in range", scan),
	TESTER_TEST("link_encryption", "A phone pairs when it has to", link_encryption),
	BSTEST_END_MARKER,
};
