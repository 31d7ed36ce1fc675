/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file
 * @brief Test framework and a client.
 */
#ifndef TEST_H_
#define TEST_H_

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"

/** Marks the test as failed unless `condition` holds, and continues. Callable from any thread. */
#define CHECK(condition) test_check((condition), #condition, __FILE__, __LINE__)

void test_check(bool condition, const char *text, const char *file, int line);

/** Runs a test on a fresh platform without a manager. */
void test_run(const char *name, void (*test)(void));

#define RUN(test) test_run(#test, test)

/** Initializes the manager with port_event() as its callback. */
int init(void);
/** Starts the service with security 0, initializing the manager if necessary. */
void serve(void);
/** Calls serve() and lets a client open session 1. */
void serve_client(void);
/** Sends a request, in hexadecimal; NULL sends an empty one. */
struct response *ask(uint32_t session, const char *endpoint, const char *hex);
/** Returns whether there is exactly one response, with this content. */
bool says(const struct response *response, const char *hex);
/** Returns whether there is exactly one response, with this error. */
bool fails(const struct response *response, int error);
/** Decodes hexadecimal; returns the number of bytes. */
size_t unhex(const char *hex, uint8_t *bytes, size_t size);

/* Messages, from rust/protocomm/tests/vectors.json. */
#define SEC0_COMMAND "5203a20100"
#define SEC0_RESPONSE "52050801aa0100"
#define SET_WIFI "080262180a07486f6d654e6574120d636f72726563742d686f727365"
#define SET_WIFI_DONE "08036a00"
#define APPLY "08047200"
#define APPLY_DONE "08057a00"
#define GET_STATUS "5200"
#define STATUS_CONNECTING "08015a021001"
#define STATUS_CONNECTED \
	"08015a245a220a0b3139322e3136382e312e3710031a07486f6d654e657422060011223344552806"
#define STATUS_WRONG_PASSWORD "08015a0410035000"
#define SCAN_AND_WAIT "520408012078"
#define SCAN_DONE "08015a00"
#define SCAN_RESULT_0_1 "080472021001"
#define SCAN_RESULT_HOME \
	"08057a220a200a07486f6d654e6574100618d6ffffffffffffffff0122060011223344552803"

#define SET_WIFI_REFUSED "08036a020804"
#define STATUS_WIFI_REFUSED "08015a0408041002"

void test_openthread(void);
void test_provisioning(void);
void test_arguments(void);
void test_callbacks(void);
void test_endpoints(void);
void test_lifetime(void);
void test_ported(void);
void test_online(void);
void test_qr(void);
void test_reduced(void);
void test_reasons(void);
void test_requests(void);
void test_security2(void);
void test_stored(void);
void test_threads(void);

#endif /* TEST_H_ */
