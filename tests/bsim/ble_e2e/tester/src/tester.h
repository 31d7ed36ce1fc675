/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TESTS_BSIM_TESTER_H_
#define TESTS_BSIM_TESTER_H_

#include <stdint.h>

#include "babblekit/testcase.h"
#include "bstests.h"

#include "client.h"
#include "link.h"

/* Secrets of the device and of its Wi-Fi. */
#define POP        "abcd1234"
#define NAME       "PROV_1234"
#define SSID       "Home"
#define PASSPHRASE "correct-horse"

/* The device's secrets under security 2. It has only the verifier of this password. */
#define USERNAME "wifiprov"
#define PASSWORD "abcd1234"

/** The MTU that Android requests. */
#define MTU_PHONE 517

/** A test: an entry of one of the tables. */
#define TESTER_TEST(_id, _descr, _function)                                                        \
	{                                                                                          \
		.test_id = (_id), .test_descr = (_descr), .test_args_f = tester_arguments,         \
		.test_main_f = (_function),                                                        \
	}

/** The MTU to request: `-argstest mtu=N`, else MTU_PHONE. */
extern uint16_t tester_mtu;

/** The longest request to make: `-argstest longest=N`, else the size of an attribute. */
extern size_t tester_longest;

/** The security version to use: `-argstest security=2`, else 1. */
extern int tester_security;

/** Number of times that the owner provisions: `-argstest runs=N`, else once. */
extern int tester_runs;

/** The attack of an unauthenticated peer: `-argstest do=WORD`, see crowd.c. */
extern const char *tester_deed;

/** Parses the arguments of a test. */
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

/** Opens a session. Fails the test if that does not succeed. */
void tester_handshake(struct client *client);

/** Sends credentials and waits for the outcome. */
struct client_status tester_try(struct client *client, const char *passphrase);

/** Completes a provisioning from a session: sends credentials, requests the status, and waits for
 * the device to leave.
 */
void tester_finish(struct client *client);

/** Provisions the device, from the search on. */
void tester_provision(uint16_t mtu);

/** Checks that the session exists, and that both sides are at the same position of the keystream.
 */
void tester_check_session(struct client *client);

/** Requests the number of clients that have connected, and that are connected now. */
void tester_count_links(struct client *client, uint8_t *connected, uint8_t *present);

/** Checks the endpoint's response to a request of this length. */
void tester_check_custom(struct client *client, size_t length);

#endif /* TESTS_BSIM_TESTER_H_ */
