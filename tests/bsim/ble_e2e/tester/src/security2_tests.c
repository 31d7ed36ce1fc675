/* SPDX-License-Identifier: Apache-2.0 */

/* Under security 2: a phone with a wrong password, and a peer that modifies messages. */

#include <string.h>

#include "att.h"
#include "security2.h"
#include "tester.h"

/** CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES of the device, and the seconds for which it then refuses.
 */
#define GUESSES    5
#define LOCKED_OUT 30

/** First commands in a row. Each costs the device a digest, and their number is not limited. */
#define HALVES 50

/** A request for the status. */
static const uint8_t request[] = {0x08, 0x00, 0x52, 0x00};

/** State of a client that deviates from the protocol. */
static struct security2 session;

static void guess(struct client *client, const char *username, const char *password)
{
	const struct link *link = client->context;

	TEST_ASSERT(security2_handshake(client, &session, username, password) != 0,
		    "a session with %s and %s", username, password);
	TEST_ASSERT(link->error > 0, "%s and %s: no error but %d", username, password, link->error);
}

/** A wrong user name counts as a wrong guess, like a wrong password: the device knows neither. */
static void wrong_password(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("wrong password of security 2");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	for (int i = 0; i < GUESSES - 2; i++) {
		guess(&client, USERNAME, "wrong");
	}
	guess(&client, USERNAME, "");
	TEST_ASSERT(security2_half_handshake(&client, USERNAME) == 0, "a limit too early: %d",
		    link.error);
	guess(&client, "somebody", PASSWORD);
	TEST_ASSERT(security2_half_handshake(&client, USERNAME) != 0 && link.error > 0,
		    "no limit: %d", link.error);
	/* Neither another connection nor the right password circumvents the limit. */
	link_close(&link);
	link_open(&link, NAME, tester_mtu);
	guess(&client, USERNAME, PASSWORD);
	k_sleep(K_SECONDS(LOCKED_OUT));
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("wrong password of security 2");
}

/** One peer repeats the first command; then a client with the password connects. */
static void half_handshakes(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("half handshakes of security 2");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	for (int i = 0; i < HALVES; i++) {
		TEST_ASSERT(security2_half_handshake(&client, USERNAME) == 0,
			    "no response to first command %d: %d", i + 1, link.error);
	}
	link_close(&link);
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("half handshakes of security 2");
}

/** A client whose A begins with a zero byte, as in 1 of 256, and which does not send that byte. */
static void leading_zero(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("leading zero");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	TEST_ASSERT(security2_handshake_zeros(&client, &session, USERNAME, PASSWORD, 1) == 0,
		    "no session: %d", link.error);
	tester_check_session(&client);
	tester_finish(&client);
	TEST_PASS("leading zero");
}

/* Messages that are not the client's. */

struct sealed {
	uint8_t bytes[ATT_VALUE_MAX];
	size_t length;
};

/** Seals the client's next request, without sending it. */
static struct sealed seal_next(struct client *client)
{
	struct security2 *state = client->state;
	const struct security2 before = *state;
	struct sealed sealed;

	TEST_ASSERT(client->session->seal(client, request, sizeof(request), sealed.bytes,
					  sizeof(sealed.bytes), &sealed.length) == 0 &&
			    sealed.length == sizeof(request) + SECURITY2_TAG,
		    "nothing is sealed");
	*state = before;
	return sealed;
}

/** Checks that it is not accepted: an error, and no response that a client could mistake for one
 * (7.E 66).
 */
static void check_refused(struct client *client, const uint8_t *bytes, size_t length,
			  const char *what)
{
	struct link *link = client->context;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t answered;

	TEST_ASSERT(link_send(link, "prov-config", bytes, length, reply, sizeof(reply), &answered) >
			    0,
		    "%s is accepted: %d", what, link->error);
	TEST_ASSERT(att_read(link->conn, link->mtu, link_endpoint(link, "prov-config")->handle,
			     reply, sizeof(reply), &answered) > 0 ||
			    answered == 0,
		    "%s: a response of %zu bytes", what, answered);
}

static void check_changed(struct client *client)
{
	struct sealed sealed = seal_next(client);

	for (size_t i = 0; i < sealed.length; i++) {
		sealed.bytes[i] ^= 1 << i % 8;
		check_refused(client, sealed.bytes, sealed.length, "a changed request");
		sealed.bytes[i] ^= 1 << i % 8;
	}
	check_refused(client, sealed.bytes, sealed.length - 1, "a truncated request");
	check_refused(client, sealed.bytes, SECURITY2_TAG - 1, "less than a tag");
	check_refused(client, request, sizeof(request), "plain text");
}

static void forged(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);
	struct sealed sealed;

	TEST_START("forged messages");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	for (int i = 0; i < 2; i++) {
		check_changed(&client);
		/* A request that cannot be opened is not counted, so the client's own request has
		 * its number.
		 */
		sealed = seal_next(&client);
		tester_check_session(&client);
		check_refused(&client, sealed.bytes, sealed.length, "the same request again");
		tester_check_session(&client);
	}
	/* An empty response is sealed and counted (7.A 15). */
	tester_check_custom(&client, 0);
	tester_check_custom(&client, ATT_VALUE_MAX - SECURITY2_TAG);
	tester_finish(&client);
	TEST_PASS("forged messages");
}

const struct bst_test_instance security2_tests[] = {
	TESTER_TEST("security2_wrong_password",
		    "A phone guesses until the device refuses handshakes", wrong_password),
	TESTER_TEST("security2_half_handshakes", "An unauthenticated peer starts many handshakes",
		    half_handshakes),
	TESTER_TEST("security2_leading_zero", "A phone whose key begins with a zero", leading_zero),
	TESTER_TEST("security2_forged",
		    "An unauthenticated peer modifies and repeats requests", forged),
	BSTEST_END_MARKER,
};
