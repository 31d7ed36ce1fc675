/* SPDX-License-Identifier: Apache-2.0 */
/* Missing, invalid or oversized arguments, and calls in the wrong state: the documented errno is
 * returned and nothing changes. Trap numbers refer to docs/traps.md.
 */
#include "test.h"

#include <limits.h>

#define LONG_33 "123456789012345678901234567890123"
#define LONG_65 LONG_33 "12345678901234567890123456789012"

static int handler(void *context, const uint8_t *in, size_t in_length, uint8_t **out,
		   size_t *out_length)
{
	(void)context;
	(void)in;
	(void)in_length;
	(void)out;
	(void)out_length;
	return 0;
}

/* Checks that every call that needs a manager returns -EPERM and writes nothing. */
static void check_all_refused(int error)
{
	enum network_prov_wifi_sta_state state = NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED;
	enum network_prov_cred_fail_reason reason = NETWORK_PROV_STORAGE_ERROR;
	uint32_t remaining = 42;

	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, "n", NULL) ==
	      error);
	CHECK(network_prov_mgr_disable_auto_stop(0) == error);
	CHECK(network_prov_mgr_set_stay_online(true) == error);
	CHECK(network_prov_mgr_set_app_info("l", "v", NULL, 0) == error);
	CHECK(network_prov_mgr_endpoint_create("e") == error);
	CHECK(network_prov_mgr_endpoint_register("e", handler, NULL) == error);
	CHECK(network_prov_mgr_endpoint_unregister("e") == error);
	CHECK(network_prov_mgr_configure_wifi_sta("s", NULL) == error);
	CHECK(network_prov_mgr_reset_wifi_sm_state_on_failure() == error);
	CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == error);
	CHECK(network_prov_mgr_get_wifi_state(&state) == error &&
	      state == NETWORK_PROV_WIFI_STA_CONN_ATTEMPT_FAILED);
	CHECK(network_prov_mgr_get_wifi_disconnect_reason(&reason) == error &&
	      reason == NETWORK_PROV_STORAGE_ERROR);
	CHECK(network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == error &&
	      remaining == 42);
	CHECK(network_prov_mgr_is_sm_idle());
	network_prov_mgr_stop_provisioning();
	network_prov_mgr_wait();
	CHECK(network_prov_mgr_deinit() == 0);
	CHECK(port.event_count == 0 && port.starts == 0);
}

static void calls_without_a_manager_are_refused(void)
{
	uint32_t session = 42;
	uint16_t uuid16 = 42;
	char name[8];

	check_all_refused(-EPERM);
	CHECK(fails(ask(1, "proto-ver", NULL), -EPERM));
	CHECK(port_http_session(1, NULL, &session) == -EPERM && session == 42);
	CHECK(port_endpoint(0, name, sizeof(name), &uuid16) == -ENOENT && uuid16 == 42);
	CHECK(port_session_in_force(1) == 0);
	port_close_session(1);
	port_http_closed(1);
	port_stopped();
	radio_scan_done(0);
}

static void calls_without_a_provisioning_thread_are_refused(void)
{
	bool provisioned = true;

	port_end();
	CHECK(init() == -EWOULDBLOCK);
	check_all_refused(-EWOULDBLOCK);
	CHECK(network_prov_mgr_reset_wifi_provisioning() == -EWOULDBLOCK && port.erasures == 0);
	CHECK(network_prov_mgr_is_provisioned(&provisioned) == -EWOULDBLOCK && provisioned);
	port_begin();
	CHECK(init() == 0);
}

static void null_is_an_invalid_argument(void)
{
	const char *capabilities[] = { "a", NULL };
	struct network_prov_scheme half = { .start = scheme.start };
	struct network_prov_mgr_config config = {
		.scheme = NULL,
		.app_event_handler = NETWORK_PROV_EVENT_HANDLER_NONE,
	};

	CHECK(network_prov_mgr_init(config) == -EINVAL);
	config.scheme = &half;
	CHECK(network_prov_mgr_init(config) == -EINVAL);
	half = (struct network_prov_scheme){ .stop = scheme.stop };
	CHECK(network_prov_mgr_init(config) == -EINVAL);
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, NULL, NULL) ==
	      -EINVAL);
	CHECK(network_prov_mgr_set_app_info(NULL, "v", NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_set_app_info("l", NULL, NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_set_app_info("l", "v", NULL, 1) == -EINVAL);
	CHECK(network_prov_mgr_set_app_info("l", "v", capabilities, 2) == -EINVAL);
	CHECK(network_prov_mgr_endpoint_create(NULL) == -EINVAL);
	CHECK(network_prov_mgr_endpoint_unregister(NULL) == -EINVAL);
	CHECK(network_prov_mgr_is_provisioned(NULL) == -EINVAL);
	CHECK(network_prov_mgr_is_wifi_provisioned(NULL) == -EINVAL);
	serve();
	CHECK(network_prov_mgr_endpoint_register(NULL, handler, NULL) == -EINVAL);
	CHECK(network_prov_mgr_endpoint_register("e", NULL, NULL) == -EINVAL);
	CHECK(network_prov_mgr_configure_wifi_sta(NULL, NULL) == -EINVAL);
	CHECK(network_prov_mgr_get_wifi_state(NULL) == -EINVAL);
	CHECK(network_prov_mgr_get_wifi_disconnect_reason(NULL) == -EINVAL);
	CHECK(network_prov_mgr_get_wifi_remaining_conn_attempts(NULL) == -EINVAL);
}

/* A platform's report without its data is no report: nothing changes, and the service goes on. */
static void reports_without_data_are_ignored(void)
{
	serve_client();
	CHECK(says(ask(1, "prov-config", SET_WIFI), SET_WIFI_DONE));
	CHECK(says(ask(1, "prov-config", APPLY), APPLY_DONE));
	port_advance(1000);
	radio_null();
	CHECK(port.address_count == 0 && port.stores == 0);
	/* Nor has a request without a buffer a response. */
	CHECK(fails(port_request(1, "prov-config", NULL, 0, 0), -EMSGSIZE));
	radio_online();
	CHECK(port.stores == 1 && says(ask(1, "prov-config", GET_STATUS), STATUS_CONNECTED));
	radio_link_down(NETPROV_FAILURE_OTHER);
}

/* Trap 3: an unknown scheme must never mean plaintext. Trap 6: a proof of possession of any length. */
static void start_checks_its_arguments(void)
{
	static char pop[2001];

	memset(pop, 'p', sizeof(pop) - 1);
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(2, NULL, "n", NULL) == -EINVAL);
	CHECK(network_prov_mgr_start_provisioning(3, NULL, "n", NULL) == -ENOTSUP);
	CHECK(network_prov_mgr_start_provisioning(-1, NULL, "n", NULL) == -ENOTSUP);
	CHECK(network_prov_mgr_start_provisioning(INT_MAX, NULL, "n", NULL) == -ENOTSUP);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "", NULL) == -EINVAL);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, LONG_33, NULL) == -EINVAL);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", LONG_65) == -EINVAL);
	CHECK(network_prov_mgr_is_sm_idle() && port.starts == 0 && port.event_count == 1);
	CHECK(network_prov_mgr_start_provisioning(1, pop, LONG_33 + 1, LONG_65 + 1) == 0);
	CHECK(strcmp(port.name, LONG_33 + 1) == 0 && strcmp(port.key, LONG_65 + 1) == 0);
	CHECK(network_prov_mgr_start_provisioning(1, pop, "n", NULL) == -EPERM);
	CHECK(port.starts == 1 && port.running);
}

/* NULL is allowed for security 1, so a service without a proof must not start silently. */
static void a_service_without_a_proof_is_logged(void)
{
	CHECK(init() == 0);
	CHECK(network_prov_mgr_start_provisioning(1, "pop", "n", NULL) == 0);
	network_prov_mgr_stop_provisioning();
	CHECK(port.starts == 1 && port.warnings_no_proof == 0);
	CHECK(network_prov_mgr_start_provisioning(1, NULL, "n", NULL) == 0);
	network_prov_mgr_stop_provisioning();
	CHECK(port.starts == 2 && port.warnings_no_proof == 1);
	CHECK(network_prov_mgr_start_provisioning(1, "", "n", NULL) == 0);
	network_prov_mgr_stop_provisioning();
	CHECK(port.starts == 3 && port.warnings_no_proof == 2);
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == 0);
	CHECK(port.starts == 4 && port.warnings_no_proof == 3);
}

static void a_failed_start_returns_its_error(void)
{
	CHECK(init() == 0);
	port.start_error = -EIO;
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == -EIO);
	CHECK(network_prov_mgr_is_sm_idle() && port_count_events(NETWORK_PROV_START) == 0);
	port.start_error = 0;
	CHECK(network_prov_mgr_start_provisioning(0, NULL, "n", NULL) == 0);
	CHECK(port_count_events(NETWORK_PROV_START) == 1);
}

static void calls_in_the_wrong_state_are_refused(void)
{
	enum network_prov_cred_fail_reason reason;
	uint32_t remaining;

	CHECK(init() == 0);
	CHECK(init() == -EALREADY);
	CHECK(network_prov_mgr_configure_wifi_sta("s", "12345678") == -EPERM);
	CHECK(network_prov_mgr_reset_wifi_sm_state_on_failure() == -EPERM);
	CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == -EPERM);
	serve();
	CHECK(network_prov_mgr_disable_auto_stop(0) == -EPERM);
	CHECK(network_prov_mgr_reset_wifi_sm_state_on_failure() == 0);
	CHECK(network_prov_mgr_reset_wifi_sm_state_for_reprovision() == 0);
	CHECK(network_prov_mgr_get_wifi_disconnect_reason(&reason) == -EPERM);
	CHECK(network_prov_mgr_get_wifi_remaining_conn_attempts(&remaining) == -EPERM);
	CHECK(port_count_events(NETWORK_PROV_START) == 1);
}

static void the_lengths_of_wifi_credentials_are_checked(void)
{
	serve();
	CHECK(network_prov_mgr_configure_wifi_sta("", "12345678") == -EINVAL);
	CHECK(network_prov_mgr_configure_wifi_sta(LONG_33, "12345678") == -EINVAL);
	CHECK(network_prov_mgr_configure_wifi_sta("s", LONG_65) == -EINVAL);
	CHECK(port_count_events(NETWORK_PROV_CRED_RECV) == 0);
	CHECK(network_prov_mgr_configure_wifi_sta(LONG_33 + 1, NULL) == 0);
	port_advance(1000);
	CHECK(strcmp(port.ssid, LONG_33 + 1) == 0 && port.passphrase[0] == '\0');
}

/* Trap 75. */
static void app_info_is_escaped_and_bounded(void)
{
	static const char text[] = "{\"a\\\"b\":{\"ver\":\"1\",\"cap\":[\"x\"]},\"prov\":";
	static char huge[1000];
	const char *capabilities[17] = { "x" };
	struct response *response;

	memset(huge, 'h', sizeof(huge) - 1);
	for (int i = 1; i < 17; i++) {
		capabilities[i] = "c";
	}
	CHECK(init() == 0);
	CHECK(network_prov_mgr_set_app_info("a\"b", "1", capabilities, 1) == 0);
	CHECK(network_prov_mgr_set_app_info("", "1", NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_set_app_info("prov", "1", NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_set_app_info("\xff", "1", NULL, 0) == -EINVAL);
	CHECK(network_prov_mgr_set_app_info("h", huge, NULL, 0) == -ENOSPC);
	CHECK(network_prov_mgr_set_app_info("h", "1", capabilities, 17) == -ENOSPC);
	CHECK(network_prov_mgr_set_app_info("h", "1", capabilities, SIZE_MAX) == -ENOSPC);
	serve();
	response = ask(1, "proto-ver", NULL);
	CHECK(response->error == 0 && memcmp(response->data, text, sizeof(text) - 1) == 0);
}

static void errors_in_a_console_line_are_reported(void)
{
	struct response *response;
	const char *wrong;

	serve();
	wrong = port_console(NULL, NULL, NULL, &response);
	CHECK(wrong != NULL && strstr(wrong, "usage") != NULL);
	wrong = port_console("prov-session", NULL, NULL, &response);
	CHECK(wrong != NULL && strstr(wrong, "usage") != NULL);
	wrong = port_console("prov-session", "-1", "00", &response);
	CHECK(wrong != NULL && strstr(wrong, "session id") != NULL);
	wrong = port_console("prov-session", "1", "0g", &response);
	CHECK(wrong != NULL && strstr(wrong, "hexadecimal") != NULL);
	wrong = port_console("prov-session", "1", "000", &response);
	CHECK(wrong != NULL && strstr(wrong, "odd") != NULL);
	CHECK(response->replies == 0);
	CHECK(port_console("prov-session", "1", SEC0_COMMAND, &response) == NULL);
	CHECK(says(response, SEC0_RESPONSE));
	CHECK(port_console("nonsense", "1", NULL, &response) == NULL && fails(response, -ENOENT));
}

/* Traps 69, 70, 73 and 74. */
static void http_sessions_follow_cookie_and_connection(void)
{
	uint32_t first = 0, second = 0, again = 0;
	char cookie[40] = "a=b; session=";
	size_t end = strlen(cookie);

	serve();
	CHECK(port_http_session(1, NULL, &first) == 1 && first != UINT32_MAX);
	CHECK(port_http_session(1, NULL, &again) == 0 && again == first);
	CHECK(port_http_session(2, "session=junk", &second) == 1 && second != first);
	port_http_closed(1);
	for (uint32_t power = 1000000000; power > 0; power /= 10) {
		cookie[end++] = (char)('0' + first / power % 10);
	}
	CHECK(port_http_session(3, cookie, &again) == 0 && again == first);
}

/* Nothing is truncated silently: an oversized line is reported, as is any other fault. */
static void an_oversized_console_line_is_refused(void)
{
	static char hex[2 * 129 + 1];
	struct response *response;
	const char *wrong;

	serve();
	memset(hex, '0', sizeof(hex) - 1);
	wrong = port_console("prov-session", "1", hex, &response);
	CHECK(wrong != NULL && strstr(wrong, "too long") != NULL && response->replies == 0);
	hex[2 * 128] = '\0';
	CHECK(port_console("prov-session", "1", hex, &response) == NULL);
	CHECK(response->replies == 1 && response->error < 0);
	CHECK(port_console("prov-session", "1", SEC0_COMMAND, &response) == NULL);
	CHECK(says(response, SEC0_RESPONSE));
}

void test_arguments(void)
{
	RUN(calls_without_a_manager_are_refused);
	RUN(calls_without_a_provisioning_thread_are_refused);
	RUN(null_is_an_invalid_argument);
	RUN(reports_without_data_are_ignored);
	RUN(start_checks_its_arguments);
	RUN(a_service_without_a_proof_is_logged);
	RUN(a_failed_start_returns_its_error);
	RUN(calls_in_the_wrong_state_are_refused);
	RUN(the_lengths_of_wifi_credentials_are_checked);
	RUN(app_info_is_escaped_and_bounded);
	RUN(errors_in_a_console_line_are_reported);
	RUN(http_sessions_follow_cookie_and_connection);
	RUN(an_oversized_console_line_is_refused);
}
