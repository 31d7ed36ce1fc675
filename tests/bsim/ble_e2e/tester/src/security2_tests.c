/* SPDX-License-Identifier: Apache-2.0 */

/* Under security 2: a phone with the wrong password, and a stranger who changes messages. */

#include <string.h>

#include "att.h"
#include "security2.h"
#include "tester.h"

/** CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES of the device; the seconds that it then refuses. */
#define GUESSES    5
#define LOCKED_OUT 30

/** First commands in a row. Each costs the device a digest, and there is no limit to use up. */
#define HALVES 50

/** A request for the status. */
static const uint8_t request[] = {0x08, 0x00, 0x52, 0x00};

/** Of a client that does not go the usual way. */
static struct security2 session;

static void guess(struct client *client, const char *username, const char *password)
{
	const struct link *link = client->context;

	TEST_ASSERT(security2_handshake(client, &session, username, password) != 0,
		    "a session with %s and %s", username, password);
	TEST_ASSERT(link->error > 0, "%s and %s: no error but %d", username, password, link->error);
}

/** A wrong user name is a wrong guess like a wrong password: the device knows neither. */
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
	/* Another connection is no way around, and the right password is none either. */
	link_close(&link);
	link_open(&link, NAME, tester_mtu);
	guess(&client, USERNAME, PASSWORD);
	k_sleep(K_SECONDS(LOCKED_OUT));
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("wrong password of security 2");
}

/** One who repeats the first command, and one who then comes and knows the password. */
static void half_handshakes(void)
{
	static struct link link;
	struct client client = LINK_CLIENT(&link);

	TEST_START("half handshakes of security 2");
	link_begin();
	link_open(&link, NAME, tester_mtu);
	for (int i = 0; i < HALVES; i++) {
		TEST_ASSERT(security2_half_handshake(&client, USERNAME) == 0,
			    "first command %d is not answered: %d", i + 1, link.error);
	}
	link_close(&link);
	link_open(&link, NAME, tester_mtu);
	tester_handshake(&client);
	tester_finish(&client);
	TEST_PASS("half handshakes of security 2");
}

/** A client whose A begins with a zero byte, which it does not send (1 of 256 does). */
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

/** The client's next request, sealed; the client goes on as if it had not been. */
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

/** That it is no request: an error, and no answer that a client could take for one (7.E 66). */
static void check_refused(struct client *client, const uint8_t *bytes, size_t length,
			  const char *what)
{
	struct link *link = client->context;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t answered;

	TEST_ASSERT(link_send(link, "prov-config", bytes, length, reply, sizeof(reply), &answered) >
			    0,
		    "%s is taken: %d", what, link->error);
	TEST_ASSERT(att_read(link->conn, link->mtu, link_endpoint(link, "prov-config")->handle,
			     reply, sizeof(reply), &answered) > 0 ||
			    answered == 0,
		    "%s: %zu bytes are answered", what, answered);
}

static void check_changed(struct client *client)
{
	struct sealed sealed = seal_next(client);

	for (size_t i = 0; i < sealed.length; i++) {
		sealed.bytes[i] ^= 1 << i % 8;
		check_refused(client, sealed.bytes, sealed.length, "a changed request");
		sealed.bytes[i] ^= 1 << i % 8;
	}
	check_refused(client, sealed.bytes, sealed.length - 1, "a cut request");
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
		/* What cannot be opened is not counted: the client's own request has its number. */
		sealed = seal_next(&client);
		tester_check_session(&client);
		check_refused(&client, sealed.bytes, sealed.length, "the same request again");
		tester_check_session(&client);
	}
	/* An answer of no bytes is sealed, and counted (7.A 15). */
	tester_check_custom(&client, 0);
	tester_check_custom(&client, ATT_VALUE_MAX - SECURITY2_TAG);
	tester_finish(&client);
	TEST_PASS("forged messages");
}

const struct bst_test_instance security2_tests[] = {
	TESTER_TEST("security2_wrong_password",
		    "A phone guesses until the device refuses to listen", wrong_password),
	TESTER_TEST("security2_half_handshakes", "A stranger begins handshakes again and again",
		    half_handshakes),
	TESTER_TEST("security2_leading_zero", "A phone whose key begins with a zero", leading_zero),
	TESTER_TEST("security2_forged", "A stranger changes and repeats requests", forged),
	BSTEST_END_MARKER,
};
