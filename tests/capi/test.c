/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* All tests together take two seconds; a test that runs for minutes is stuck. */
#define STUCK_AFTER_S 120

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char failure[256];
static int passed, failed;

void test_check(bool condition, const char *text, const char *file, int line)
{
	pthread_mutex_lock(&lock);
	if (!condition && failure[0] == '\0') {
		snprintf(failure, sizeof(failure), "%s:%d: %s", file, line, text);
	}
	pthread_mutex_unlock(&lock);
}

static const char *running = "";

static void stuck(int signal_number)
{
	static const char told[] = ": timed out\n";

	(void)signal_number;
	if (write(STDOUT_FILENO, "FAIL ", 5) < 0 ||
	    write(STDOUT_FILENO, running, strlen(running)) < 0 ||
	    write(STDOUT_FILENO, told, sizeof(told) - 1) < 0) {
		abort();
	}
	_exit(1);
}

void test_run(const char *name, void (*test)(void))
{
	uint64_t now = port.now;

	running = name;
	alarm(STUCK_AFTER_S);
	memset(&port, 0, sizeof(port));
	/* The clock only moves forward: the core may remember earlier times. */
	port.now = now + 3600000;
	failure[0] = '\0';
	test();

	/* Lets everything in progress end, including the cleanup delay. */
	port.hook = NULL;
	port_hold_clock(false);
	network_prov_mgr_deinit();
	port_stopped();
	port_advance(60000);
	CHECK(!port.running && network_prov_mgr_is_sm_idle());
	if (failure[0] == '\0') {
		passed++;
		printf("PASS %s\n", name);
	} else {
		failed++;
		printf("FAIL %s: %s\n", name, failure);
	}
}

int init(void)
{
	struct network_prov_mgr_config config = {
		.scheme = &scheme,
		.app_event_handler = { .event_cb = port_event, .user_data = &port },
	};

	return network_prov_mgr_init(config);
}

void serve(void)
{
	int result = init();

	CHECK(result == 0 || result == -EALREADY);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, "PROV_1", NULL) ==
	      0);
}

void serve_client(void)
{
	serve();
	CHECK(says(ask(1, "prov-session", SEC0_COMMAND), SEC0_RESPONSE));
}

static int digit(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

size_t unhex(const char *hex, uint8_t *bytes, size_t size)
{
	size_t length = strlen(hex) / 2;

	if (length > size) {
		abort();
	}
	for (size_t i = 0; i < length; i++) {
		bytes[i] = (uint8_t)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	}
	return length;
}

struct response *ask(uint32_t session, const char *endpoint, const char *hex)
{
	uint8_t message[512];
	size_t length = hex != NULL ? unhex(hex, message, sizeof(message)) : 0;

	return port_request(session, endpoint, hex != NULL ? message : NULL, length, 1024);
}

bool says(const struct response *response, const char *hex)
{
	uint8_t wanted[512];
	size_t length = unhex(hex, wanted, sizeof(wanted));

	return response->replies == 1 && response->error == 0 && response->length == length &&
	       memcmp(response->data, wanted, length) == 0;
}

bool fails(const struct response *response, int error)
{
	return response->replies == 1 && response->error == error && response->length == 0;
}

int main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, stuck);
	port_begin();
#if defined(THREAD)
	test_openthread();
#elif defined(REDUCED)
	test_reduced();
#else
	test_provisioning();
	test_requests();
	test_arguments();
	test_callbacks();
	test_endpoints();
	test_lifetime();
	test_online();
	test_stored();
	test_reasons();
	test_ported();
	test_qr();
	test_security2();
	test_threads();
#endif
	port_end();
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
