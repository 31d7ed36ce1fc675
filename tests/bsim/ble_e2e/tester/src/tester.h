/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TESTS_BSIM_TESTER_H_
#define TESTS_BSIM_TESTER_H_

#include <stdint.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "client.h"
#include "link.h"

/* The device's, and its Wi-Fi's. */
#define POP        "abcd1234"
#define NAME       "PROV_1234"
#define SSID       "Home"
#define PASSPHRASE "correct-horse"

/* The device's under security 2, of which it has only a verifier. */
#define USERNAME "wifiprov"
#define PASSWORD "abcd1234"

/** What Android asks for. */
#define MTU_PHONE 517

/** What a test is: an entry of one of the tables. */
#define TESTER_TEST(_id, _descr, _function)                                                        \
	{                                                                                          \
		.test_id = (_id), .test_descr = (_descr), .test_args_f = tester_arguments,         \
		.test_main_f = (_function),                                                        \
	}

/** The MTU to ask for: `-argstest mtu=N`, else MTU_PHONE. */
extern uint16_t tester_mtu;

/** The longest request to make: `-argstest longest=N`, else what an attribute holds. */
extern size_t tester_longest;

/** The security to speak: `-argstest security=2`, else 1. */
extern int tester_security;

/** How often the owner provisions: `-argstest runs=N`, else once. */
extern int tester_runs;

/** What a stranger of the crowd does: `-argstest do=WORD`, see crowd.c. */
extern const char *tester_deed;

/** Takes the arguments of a test. */
void tester_arguments(int argc, char **argv);

extern const struct bst_test_instance advertising_tests[];
extern const struct bst_test_instance crowd_tests[];
extern const struct bst_test_instance endless_tests[];
extern const struct bst_test_instance provision_tests[];
extern const struct bst_test_instance rival_tests[];
extern const struct bst_test_instance security2_tests[];
extern const struct bst_test_instance session_tests[];
extern const struct bst_test_instance thread_tests[];
extern const struct bst_test_instance write_tests[];

/** Opens a session. Returns 0, or -1 if the transport failed or the device refused. */
int tester_try_handshake(struct client *client);

/** Opens a session, which succeeds. */
void tester_handshake(struct client *client);

/** Hands over credentials, and waits until they have worked or not. */
struct client_status tester_try(struct client *client, const char *passphrase);

/** What a phone does from a session on to a success: credentials, status, and the device leaves. */
void tester_finish(struct client *client);

/** All of it, from the search on. */
void tester_provision(uint16_t mtu);

/** That the session lives, and both sides are at the same place of the key stream. */
void tester_check_session(struct client *client);

/** How many clients have connected, and how many are there, the device says. */
void tester_count_links(struct client *client, uint8_t *connected, uint8_t *present);

/** That the endpoint answers this many bytes right. */
void tester_check_custom(struct client *client, size_t length);

#endif /* TESTS_BSIM_TESTER_H_ */
