/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints of the application. */
#include "test.h"

#include <stdio.h>

/* What the handler does, and what it saw. */
static struct {
	const char *answer;
	size_t length;
	int result;
	void (*during)(void);
	uint8_t seen[64];
	size_t seen_length;
	bool seen_null;
	int calls;
} script;

static int handler(void *context, const uint8_t *in, size_t in_length, uint8_t **out,
		   size_t *out_length)
{
	CHECK(context == &script && port_is_here());
	script.calls++;
	script.seen_null = in == NULL;
	script.seen_length = in_length;
	if (in_length > 0 && in_length <= sizeof(script.seen)) {
		memcpy(script.seen, in, in_length);
	}
	if (script.answer != NULL) {
		*out = malloc(script.length);
		memset(*out, script.answer[0], script.length);
	}
	*out_length = script.length;
	if (script.during != NULL) {
		script.during();
	}
	return script.result;
}

static void serve_endpoint(void)
{
	memset(&script, 0, sizeof(script));
	CHECK(init() == 0);
	CHECK(network_prov_mgr_endpoint_create("custom") == 0);
	serve_client();
	CHECK(network_prov_mgr_endpoint_register("custom", handler, &script) == 0);
}

/* Traps 76 and 77. */
static void names_are_checked(void)
{
	char name[8];

	CHECK(init() == 0);
	CHECK(network_prov_mgr_endpoint_create("") == -EINVAL);
	CHECK(network_prov_mgr_endpoint_create("a-name-that-is-too-long-for-all-transports") ==
	      -EINVAL);
	CHECK(network_prov_mgr_endpoint_create("parts//of/a/path") == -EINVAL);
	CHECK(network_prov_mgr_endpoint_create("prov-config") == -EALREADY);
	CHECK(network_prov_mgr_endpoint_create("custom") == 0);
	CHECK(network_prov_mgr_endpoint_create("custom") == -EALREADY);
	CHECK(network_prov_mgr_endpoint_register("custom", handler, &script) == -EPERM);
	CHECK(network_prov_mgr_endpoint_unregister("unknown") == -ENOENT);
	for (int i = 1; i < 8; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		CHECK(network_prov_mgr_endpoint_create(name) == 0);
	}
	CHECK(network_prov_mgr_endpoint_create("more") == -ENOSPC);
	serve();
	CHECK(network_prov_mgr_endpoint_create("late") == -EPERM);
	CHECK(network_prov_mgr_endpoint_register("unknown", handler, &script) == -ENOENT);
	CHECK(network_prov_mgr_endpoint_register("prov-config", handler, &script) == -ENOENT);
	CHECK(network_prov_mgr_endpoint_unregister("prov-config") == -ENOENT);
}

static void endpoints_have_names_and_numbers(void)
{
	static const char *const names[] = { "prov-ctrl",   "prov-scan", "prov-session",
					     "prov-config", "proto-ver", "custom" };
	uint16_t uuid16 = 0;
	char name[32];

	CHECK(init() == 0);
	CHECK(network_prov_mgr_endpoint_create("custom") == 0);
	for (size_t i = 0; i < 6; i++) {
		CHECK(port_endpoint(i, name, sizeof(name), &uuid16) == 0);
		CHECK(strcmp(name, names[i]) == 0 && uuid16 == 0xff4f + i);
	}
	CHECK(port_endpoint(6, name, sizeof(name), &uuid16) == -ENOENT);
	CHECK(port_endpoint(SIZE_MAX, name, sizeof(name), &uuid16) == -ENOENT);
	CHECK(port_endpoint(5, name, 6, &uuid16) == -ENOSPC);
	CHECK(port_endpoint(5, name, 7, &uuid16) == 0);
}

/* Names that applications of the Espressif world have. */
static void usual_names_are_served(void)
{
	static const char *const names[] = { "cloud_user_assoc", "esp_local_ctrl/control" };

	memset(&script, 0, sizeof(script));
	CHECK(init() == 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK(network_prov_mgr_endpoint_create(names[i]) == 0);
	}
	serve_client();
	script.answer = "a";
	script.length = 1;
	for (size_t i = 0; i < 2; i++) {
		CHECK(network_prov_mgr_endpoint_register(names[i], handler, &script) == 0);
		CHECK(says(ask(1, names[i], "01"), "61"));
	}
}

/* The memory of each answer is freed: AddressSanitizer looks. */
static void a_handler_answers(void)
{
	serve_endpoint();
	script.answer = "a";
	script.length = 3;
	CHECK(says(ask(1, "custom", "010203"), "616161"));
	CHECK(script.seen_length == 3 && memcmp(script.seen, "\1\2\3", 3) == 0);
	CHECK(says(ask(1, "custom", NULL), "616161"));
	CHECK(script.seen_length == 0 && script.seen_null);
}

static void a_handler_may_have_nothing_to_say(void)
{
	serve_endpoint();
	CHECK(says(ask(1, "custom", "01"), ""));
	script.length = 17;
	CHECK(says(ask(1, "custom", "01"), ""));
	script.answer = "a";
	script.length = 0;
	CHECK(says(ask(1, "custom", "01"), ""));
}

/* Trap 72: an error of the transport, never an empty answer. */
static void a_handler_fails(void)
{
	serve_endpoint();
	script.answer = "a";
	script.length = 3;
	script.result = -ENOMEM;
	CHECK(fails(ask(1, "custom", "01"), -EIO));
	script.result = 1;
	CHECK(fails(ask(1, "custom", "01"), -EIO));
	script.result = 0;
	CHECK(says(ask(1, "custom", "01"), "616161"));
}

/* Trap 14: the session goes on. */
static void an_answer_that_is_too_long_is_an_error(void)
{
	const size_t sizes[] = { 1, 100, 4096, 65536 };
	uint8_t message = 1;

	serve_endpoint();
	script.answer = "a";
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i];
		struct answer *answer;

		script.length = size + 1;
		CHECK(fails(port_request(1, "custom", &message, 1, size), -EMSGSIZE));
		script.length = 1000000;
		CHECK(fails(port_request(1, "custom", &message, 1, size), -EMSGSIZE));
		script.length = size;
		answer = port_request(1, "custom", &message, 1, size);
		CHECK(answer->replies == 1 && answer->error == 0 && answer->length == size);
		CHECK(answer->data[0] == 'a' && answer->data[size - 1] == 'a');
	}
	CHECK(script.calls == 12);
}

/* Trap 1: nobody gets to a handler without a session, with an empty request neither. */
static void a_stranger_reaches_no_handler(void)
{
	serve_endpoint();
	CHECK(fails(ask(2, "custom", NULL), -EACCES));
	CHECK(fails(ask(2, "custom", "01"), -EACCES));
	CHECK(fails(ask(1, "nonsense", "01"), -ENOENT));
	CHECK(script.calls == 0);
}

static void without_a_handler_a_request_fails(void)
{
	serve_endpoint();
	CHECK(network_prov_mgr_endpoint_unregister("custom") == 0);
	CHECK(fails(ask(1, "custom", "01"), -ENOENT) && script.calls == 0);
	CHECK(network_prov_mgr_endpoint_register("custom", handler, &script) == 0);
	CHECK(says(ask(1, "custom", "01"), "") && script.calls == 1);
	network_prov_mgr_stop_provisioning();
	serve_client();
	CHECK(fails(ask(1, "custom", "01"), -ENOENT) && script.calls == 1);
}

static void stop(void)
{
	network_prov_mgr_stop_provisioning();
	network_prov_mgr_stop_provisioning();
}

/* Trap 21: the client has its answer, then the service ends. */
static void stop_inside_a_handler(void)
{
	serve_endpoint();
	script.answer = "a";
	script.length = 1;
	script.during = stop;
	CHECK(says(ask(1, "custom", "01"), "61"));
	CHECK(port.running && port_told(NETWORK_PROV_END) == 0);
	port_advance(1000);
	CHECK(!port.running && port_told(NETWORK_PROV_END) == 1);
}

static void end(void)
{
	CHECK(network_prov_mgr_endpoint_unregister("custom") == 0);
	CHECK(network_prov_mgr_deinit() == 0);
}

static void deinit_inside_a_handler(void)
{
	serve_endpoint();
	script.answer = "a";
	script.length = 1;
	script.during = end;
	CHECK(says(ask(1, "custom", "01"), "61"));
	port_advance(1000);
	CHECK(port_told(NETWORK_PROV_END) == 1 && port_told(NETWORK_PROV_DEINIT) == 1);
	CHECK(network_prov_mgr_endpoint_create("custom") == -EPERM);
}

void test_endpoints(void)
{
	RUN(names_are_checked);
	RUN(endpoints_have_names_and_numbers);
	RUN(usual_names_are_served);
	RUN(a_handler_answers);
	RUN(a_handler_may_have_nothing_to_say);
	RUN(a_handler_fails);
	RUN(an_answer_that_is_too_long_is_an_error);
	RUN(a_stranger_reaches_no_handler);
	RUN(without_a_handler_a_request_fails);
	RUN(stop_inside_a_handler);
	RUN(deinit_inside_a_handler);
}
