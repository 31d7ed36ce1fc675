/* SPDX-License-Identifier: Apache-2.0 */
/* Custom endpoints. Trap numbers refer to docs/traps.md. */
#include "test.h"

#include <stdio.h>

/* What the handler does, and what it was called with. */
static struct {
	const char *response;
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
	if (script.response != NULL) {
		*out = malloc(script.length);
		memset(*out, script.response[0], script.length);
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

static void endpoints_have_names_and_uuids(void)
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

/* Names that applications written for Espressif's components use. */
static void usual_names_are_served(void)
{
	static const char *const names[] = { "cloud_user_assoc", "esp_local_ctrl/control" };

	memset(&script, 0, sizeof(script));
	CHECK(init() == 0);
	for (size_t i = 0; i < 2; i++) {
		CHECK(network_prov_mgr_endpoint_create(names[i]) == 0);
	}
	serve_client();
	script.response = "a";
	script.length = 1;
	for (size_t i = 0; i < 2; i++) {
		CHECK(network_prov_mgr_endpoint_register(names[i], handler, &script) == 0);
		CHECK(says(ask(1, names[i], "01"), "61"));
	}
}

/* The core frees each response; AddressSanitizer detects leaks. */
static void a_handler_returns_a_response(void)
{
	serve_endpoint();
	script.response = "a";
	script.length = 3;
	CHECK(says(ask(1, "custom", "010203"), "616161"));
	CHECK(script.seen_length == 3 && memcmp(script.seen, "\1\2\3", 3) == 0);
	CHECK(says(ask(1, "custom", NULL), "616161"));
	CHECK(script.seen_length == 0 && script.seen_null);
}

static void a_response_may_be_empty(void)
{
	serve_endpoint();
	CHECK(says(ask(1, "custom", "01"), ""));
	script.length = 17;
	CHECK(says(ask(1, "custom", "01"), ""));
	script.response = "a";
	script.length = 0;
	CHECK(says(ask(1, "custom", "01"), ""));
}

/* Trap 72: the client gets a transport error, not an empty response. */
static void a_failed_handler_fails_the_request(void)
{
	serve_endpoint();
	script.response = "a";
	script.length = 3;
	script.result = -ENOMEM;
	CHECK(fails(ask(1, "custom", "01"), -EIO));
	script.result = 1;
	CHECK(fails(ask(1, "custom", "01"), -EIO));
	script.result = 0;
	CHECK(says(ask(1, "custom", "01"), "616161"));
}

/* Trap 14: the session survives. */
static void an_oversized_response_is_an_error(void)
{
	const size_t sizes[] = { 1, 100, 4096, 65536 };
	uint8_t message = 1;

	serve_endpoint();
	script.response = "a";
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_t size = sizes[i];
		struct response *response;

		script.length = size + 1;
		CHECK(fails(port_request(1, "custom", &message, 1, size), -EMSGSIZE));
		script.length = 1000000;
		CHECK(fails(port_request(1, "custom", &message, 1, size), -EMSGSIZE));
		script.length = size;
		response = port_request(1, "custom", &message, 1, size);
		CHECK(response->replies == 1 && response->error == 0 && response->length == size);
		CHECK(response->data[0] == 'a' && response->data[size - 1] == 'a');
	}
	CHECK(script.calls == 12);
}

/* Trap 1: no handler runs without a session, even for an empty request. */
static void an_unauthenticated_peer_reaches_no_handler(void)
{
	serve_endpoint();
	CHECK(fails(ask(2, "custom", NULL), -EACCES));
	CHECK(fails(ask(2, "custom", "01"), -EACCES));
	CHECK(fails(ask(1, "nonsense", "01"), -ENOENT));
	CHECK(script.calls == 0);
}

static void a_request_without_a_handler_fails(void)
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

/* Trap 21: the client gets its response before the service ends. */
static void stop_works_in_a_handler(void)
{
	serve_endpoint();
	script.response = "a";
	script.length = 1;
	script.during = stop;
	CHECK(says(ask(1, "custom", "01"), "61"));
	CHECK(port.running && port_count_events(NETWORK_PROV_END) == 0);
	port_advance(1000);
	CHECK(!port.running && port_count_events(NETWORK_PROV_END) == 1);
}

static void end(void)
{
	CHECK(network_prov_mgr_endpoint_unregister("custom") == 0);
	CHECK(network_prov_mgr_deinit() == 0);
}

static void deinit_works_in_a_handler(void)
{
	serve_endpoint();
	script.response = "a";
	script.length = 1;
	script.during = end;
	CHECK(says(ask(1, "custom", "01"), "61"));
	port_advance(1000);
	CHECK(port_count_events(NETWORK_PROV_END) == 1 && port_count_events(NETWORK_PROV_DEINIT) == 1);
	CHECK(network_prov_mgr_endpoint_create("custom") == -EPERM);
}

void test_endpoints(void)
{
	RUN(names_are_checked);
	RUN(endpoints_have_names_and_uuids);
	RUN(usual_names_are_served);
	RUN(a_handler_returns_a_response);
	RUN(a_response_may_be_empty);
	RUN(a_failed_handler_fails_the_request);
	RUN(an_oversized_response_is_an_error);
	RUN(an_unauthenticated_peer_reaches_no_handler);
	RUN(a_request_without_a_handler_fails);
	RUN(stop_works_in_a_handler);
	RUN(deinit_works_in_a_handler);
}
