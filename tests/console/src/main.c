/* SPDX-License-Identifier: Apache-2.0 */

/* The console: requests typed into a shell, and responses read from it. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/shell/shell.h>
#include <zephyr/shell/shell_dummy.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/test/fake_wifi.h>
#include <network_provisioning/usage.h>

#include "client.h"
#include "typist.h"

#define POP "abcd1234"

/** The first command of a security 1 handshake, with a public key of one repeated digit. */
#define FIRST_COMMAND_OF(_session)                                                                 \
	"net_prov prov-session " _session " 10015a25a201220a20"                                    \
	"1111111111111111111111111111111111111111111111111111111111111111"
#define FIRST_COMMAND FIRST_COMMAND_OF("9")

/** Most handshakes in progress on the device. */
#define HANDSHAKES CONFIG_NETWORK_PROV_PENDING_HANDSHAKES

static K_SEM_DEFINE(success, 0, 10);
static K_SEM_DEFINE(end, 0, 10);

/** Time for which the application's callback blocks the provisioning thread at the next session. */
static k_timeout_t delay;

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	switch (event) {
	case NETWORK_PROV_CRED_SUCCESS:
		k_sem_give(&success);
		break;
	case NETWORK_PROV_END:
		k_sem_give(&end);
		break;
	case NETWORK_PROV_SESSION_ESTABLISHED:
		k_sleep(delay);
		delay = K_NO_WAIT;
		break;
	default:
		break;
	}
}

static struct client client;

static void begin(const char *session)
{
	client_forget(&client);
	client = (struct client){.send = typist_send, .context = (void *)session};
}

static void serve(void)
{
	zassert_ok(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, POP, "name", NULL));
}

static void before(void *fixture)
{
	const struct network_prov_mgr_config config = {
		.scheme = &network_prov_scheme_console,
		.app_event_handler = {.event_cb = on_event},
	};

	ARG_UNUSED(fixture);
	zassert_true(typist_begin(), "the shell has not started");
	fake_wifi_reset();
	delay = K_NO_WAIT;
	k_sem_reset(&success);
	k_sem_reset(&end);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(network_prov_mgr_init(config));
	begin("1");
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	client_forget(&client);
	zassert_ok(network_prov_mgr_deinit());
}

/** Prints the stack usage, for choosing sizes. */
static void tell_usage(void *fixture)
{
	struct network_prov_usage usage;

	ARG_UNUSED(fixture);
	zassert_ok(network_prov_get_usage(&usage));
	zassert_between_inclusive(usage.stack_max, 1, usage.stack_size - 512);
	TC_PRINT("stack: at most %zu of %zu bytes\n", usage.stack_max, usage.stack_size);
}

ZTEST_SUITE(console, NULL, NULL, before, after, tell_usage);

static void add_networks(void)
{
	static const struct fake_wifi_ap aps[] = {
		{.ssid = "Weak", .ssid_len = 4, .bssid = {2, 0, 0, 0, 0, 1}, .channel = 1,
		 .rssi = -80, .security = WIFI_SECURITY_TYPE_NONE},
		{.ssid = "Home", .ssid_len = 4, .bssid = {2, 0, 0, 0, 0, 2}, .channel = 6,
		 .rssi = -40, .security = WIFI_SECURITY_TYPE_PSK},
		{.ssid = "Modern", .ssid_len = 6, .bssid = {2, 0, 0, 0, 0, 3}, .channel = 11,
		 .rssi = -60, .security = WIFI_SECURITY_TYPE_SAE},
	};

	fake_wifi_set_scan_aps(aps, ARRAY_SIZE(aps));
	fake_wifi_set_expected_credentials("Home", "correct-horse");
}

/** Requests the status until the outcome is known. Waits as clients do, in simulated time. */
static void poll(struct client_status *status)
{
	for (int i = 0; i < 60; i++) {
		zassert_ok(client_status(&client, status));
		if (status->station != CLIENT_CONNECTING) {
			return;
		}
		k_sleep(K_SECONDS(1));
	}
	zassert_unreachable("the device connects without end");
}

ZTEST(console, test_a_client_provisions_the_device)
{
	struct client_network networks[8];
	struct client_status status;
	bool provisioned = false;

	add_networks();
	serve();
	zassert_ok(client_handshake_1(&client, POP));
	zassert_equal(client_scan(&client, networks, ARRAY_SIZE(networks)), 3);
	zassert_str_equal(networks[0].ssid, "Home", "the strongest comes first");
	zassert_equal(networks[0].auth, 3, "WPA2");
	zassert_equal(networks[0].channel, 6);
	zassert_equal(networks[0].rssi, -40);
	zassert_str_equal(networks[1].ssid, "Modern");
	zassert_equal(networks[1].auth, 6, "WPA3");
	zassert_str_equal(networks[2].ssid, "Weak");
	zassert_ok(client_set(&client, "Home", "correct-horse"));
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	zassert_false(provisioned, "only credentials that worked are stored (7.C 44)");
	zassert_ok(client_apply(&client));
	poll(&status);
	zassert_equal(status.station, CLIENT_CONNECTED);
	zassert_not_equal(status.address[0], '\0', "success means an address (7.C 35)");
	zassert_ok(k_sem_take(&success, K_NO_WAIT));
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	zassert_true(provisioned);
	zassert_ok(k_sem_take(&end, K_SECONDS(10)), "the service ends once the client has read it");
}

ZTEST(console, test_a_wrong_passphrase_can_be_corrected)
{
	struct client_status status;
	bool provisioned = true;

	add_networks();
	serve();
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, "Home", "battery-staple"));
	zassert_ok(client_apply(&client));
	poll(&status);
	zassert_equal(status.station, CLIENT_FAILED);
	zassert_equal(status.reason, CLIENT_AUTH_ERROR);
	zassert_ok(network_prov_mgr_is_provisioned(&provisioned));
	zassert_false(provisioned);
	zassert_ok(client_set(&client, "Home", "correct-horse"));
	zassert_ok(client_apply(&client));
	poll(&status);
	zassert_equal(status.station, CLIENT_CONNECTED);
}

ZTEST(console, test_a_network_out_of_range_is_called_so)
{
	struct client_status status;

	add_networks();
	serve();
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_set(&client, "Nowhere", "correct-horse"));
	zassert_ok(client_apply(&client));
	poll(&status);
	zassert_equal(status.station, CLIENT_FAILED);
	zassert_equal(status.reason, CLIENT_NOT_FOUND);
}

ZTEST(console, test_a_wrong_proof_of_possession_opens_nothing)
{
	serve();
	zassert_not_ok(client_handshake_1(&client, "abcd1235"));
	zassert_not_ok(client_set(&client, "Home", "correct-horse"));
	zassert_ok(client_handshake_1(&client, POP), "within the same session id");
}

ZTEST(console, test_another_session_id_is_another_session)
{
	struct client first;
	struct client_status status;

	serve();
	zassert_ok(client_handshake_1(&client, POP));
	first = client;
	client = (struct client){.send = typist_send, .context = "2"};
	zassert_not_ok(client_status(&client, &status), "a newcomer has no session");
	zassert_ok(client_status(&first, &status), "the first one's continues");
	zassert_ok(client_handshake_1(&client, POP));
	zassert_not_ok(client_status(&first, &status), "it gave way to a completed handshake");
	zassert_ok(client_status(&client, &status));
	client_forget(&first);
}

ZTEST(console, test_the_version_is_json_before_and_after_the_handshake)
{
	char text[512];

	serve();
	zassert_ok(client_version(&client, text, sizeof(text)));
	zassert_not_null(strstr(text, "\"ver\":\"netprov-v1.2\""));
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_version(&client, text, sizeof(text)));
	zassert_not_null(strstr(text, "\"sec_ver\":1"));
}

ZTEST(console, test_what_is_wrong_with_a_line_is_said)
{
	static struct typist_line line;
	static const struct {
		const char *command;
		int result;
		const char *says;
	} lines[] = {
		{"net_prov prov-session 1 520", -EINVAL, "odd number"},
		{"net_prov prov-session 1 5g", -EINVAL, "not hexadecimal"},
		{"net_prov prov-session one 52", -EINVAL, "decimal"},
		{"net_prov prov-session -1 52", -EINVAL, "decimal"},
		{"net_prov prov-nothing 1 52", -ENOENT, "no such endpoint"},
		{"net_prov prov-config 1 5200", -EACCES, "prov-session"},
		{"net_prov prov-config 1 -", -EACCES, "prov-session"},
		{"net_prov prov-session 1 ffff", -EINVAL, "malformed"},
		{"net_prov prov-session", -EINVAL, "wrong parameter count"},
		{"net_prov prov-session 1 00 00", -EINVAL, "wrong parameter count"},
	};

	serve();
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *answer;

		typist_type(&line, lines[i].command);
		zassert_equal(line.result, lines[i].result, "%s: %d", lines[i].command,
			      line.result);
		zassert_not_null(strstr(line.output, lines[i].says), "%s: %s", lines[i].command,
				 line.output);
		zassert_equal(typist_find_answer(line.output, &answer), -1,
			      "%s: an error must not look like a response", lines[i].command);
	}
}

ZTEST(console, test_a_lockout_is_said)
{
	static struct typist_line line;

	serve();
	for (int i = 0; i < CONFIG_NETWORK_PROV_MAX_AUTH_FAILURES; i++) {
		zassert_not_ok(client_handshake_1(&client, "abcd1235"));
		client_forget(&client);
		client = (struct client){.send = typist_send, .context = "1"};
	}
	typist_type(&line, FIRST_COMMAND);
	zassert_equal(line.result, -ECANCELED, "%d: %s", line.result, line.output);
	zassert_not_null(strstr(line.output, "after too many failed"), "%s", line.output);
	zassert_is_null(strstr(line.output, "no session"), "%s", line.output);
}

ZTEST(console, test_too_many_handshakes_are_said)
{
	static char command[160];
	static struct typist_line line;

	serve();
	for (int session = 1; session <= HANDSHAKES; session++) {
		(void)snprintf(command, sizeof(command), FIRST_COMMAND_OF("%d"), session);
		typist_type(&line, command);
		zassert_ok(line.result, "%d: %d: %s", session, line.result, line.output);
	}
	(void)snprintf(command, sizeof(command), FIRST_COMMAND_OF("%d"), HANDSHAKES + 1);
	typist_type(&line, command);
	zassert_equal(line.result, -ENOSPC, "%d: %s", line.result, line.output);
	zassert_not_null(strstr(line.output, "too many handshakes"), "%s", line.output);
	zassert_is_null(strstr(line.output, "no session"), "%s", line.output);
	/* The console's own oldest handshake gives way when it is 6 s old. */
	k_sleep(K_SECONDS(7));
	typist_type(&line, command);
	zassert_ok(line.result, "%d: %s", line.result, line.output);
}

ZTEST(console, test_a_line_that_the_shell_cut_is_refused)
{
	static char command[CONFIG_SHELL_CMD_BUFF_SIZE];
	static struct typist_line line;
	struct client_status status;

	serve();
	zassert_ok(client_handshake_1(&client, POP));
	/* The rest of a longer line: whole bytes, up to the end of the shell's buffer. */
	memset(command, '0', sizeof(command) - 1);
	memcpy(command, "net_prov prov-config 1 ", 23);
	typist_type(&line, command);
	zassert_equal(line.result, -EMSGSIZE, "%d: %s", line.result, line.output);
	zassert_not_null(strstr(line.output, "was truncated"), "%s", line.output);
	zassert_ok(client_status(&client, &status), "the session continues");
}

ZTEST(console, test_it_answers_only_while_it_serves)
{
	static struct typist_line line;

	typist_type(&line, "net_prov proto-ver 1 45");
	zassert_equal(line.result, -EPERM);
	serve();
	typist_type(&line, "net_prov proto-ver 1 45");
	zassert_ok(line.result);
	network_prov_mgr_stop_provisioning();
	typist_type(&line, "net_prov proto-ver 1 45");
	zassert_equal(line.result, -EPERM);
	zassert_not_null(strstr(line.output, "is not running"));
}

static int echo(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
		size_t *outlen)
{
	size_t times = *(const size_t *)user_ctx;

	*outlen = inlen * times;
	*outbuf = k_malloc(*outlen);
	if (*outbuf == NULL) {
		return -ENOMEM;
	}
	for (size_t i = 0; i < times; i++) {
		memcpy(*outbuf + i * inlen, inbuf, inlen);
	}
	return 0;
}

ZTEST(console, test_the_applications_endpoint_is_reached_up_to_the_longest_line)
{
	static uint8_t request[CLIENT_MESSAGE_MAX], reply[CLIENT_MESSAGE_MAX];
	size_t times = 1, length = 0;
	/* "net_prov custom-data 1 " and the end of the string. */
	size_t most = (CONFIG_SHELL_CMD_BUFF_SIZE - 24) / 2;

	Z_TEST_SKIP_IFDEF(CONFIG_NETWORK_PROV_MINIMAL);
	for (size_t i = 0; i < sizeof(request); i++) {
		request[i] = (uint8_t)i;
	}
	zassert_ok(network_prov_mgr_endpoint_create("custom-data"));
	serve();
	zassert_ok(network_prov_mgr_endpoint_register("custom-data", echo, &times));
	zassert_ok(client_handshake_1(&client, POP));
	/* The space that names and numbers of full length leave for the message. */
	most -= (sizeof("4294967295") - sizeof("1") + CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX) / 2;
	zassert_true(most >= 128, "%zu", most);
	zassert_ok(client_ask(&client, "custom-data", request, most, reply, sizeof(reply), &length));
	zassert_mem_equal(reply, request, most);
	zassert_equal(length, most);
	zassert_not_ok(client_ask(&client, "custom-data", request, CONFIG_SHELL_CMD_BUFF_SIZE / 2,
				  reply, sizeof(reply), &length));
}

ZTEST(console, test_an_answer_that_is_too_long_is_an_error)
{
	uint8_t request[64] = {1}, reply[CLIENT_MESSAGE_MAX];
	size_t times = CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX / sizeof(request), length = 0;
	struct client_status status;

	Z_TEST_SKIP_IFDEF(CONFIG_NETWORK_PROV_MINIMAL);
	zassert_ok(network_prov_mgr_endpoint_create("custom-data"));
	serve();
	zassert_ok(network_prov_mgr_endpoint_register("custom-data", echo, &times));
	zassert_ok(client_handshake_1(&client, POP));
	zassert_ok(client_ask(&client, "custom-data", request, sizeof(request), reply,
			      sizeof(reply), &length));
	zassert_equal(length, times * sizeof(request));
	times++;
	zassert_not_ok(client_ask(&client, "custom-data", request, sizeof(request), reply,
				  sizeof(reply), &length));
	/* The request has advanced the device's keystream too, so the session continues. */
	zassert_ok(client_status(&client, &status));
}

ZTEST(console, test_an_application_that_takes_its_time_fails_nothing_for_good)
{
	static struct typist_line line;
	struct client_status status;

	serve();
	delay = K_SECONDS(40);
	zassert_ok(client_handshake_1(&client, POP),
		   "responses are sent before the application runs");
	typist_type(&line, "net_prov proto-ver 1 45");
	zassert_equal(line.result, -EAGAIN, "%d", line.result);
	zassert_not_null(strstr(line.output, "in time"));
	typist_type(&line, "net_prov proto-ver 1 45");
	zassert_true(line.result == -EAGAIN || line.result == -EBUSY, "%d", line.result);
	k_sleep(K_SECONDS(40));
	typist_type(&line, "net_prov proto-ver 1 45");
	zassert_ok(line.result);
	zassert_ok(client_status(&client, &status));
}

ZTEST(console, test_what_the_smallest_build_leaves_out_is_refused)
{
	const struct network_prov_security2_params none = {0};

	Z_TEST_SKIP_IFNDEF(CONFIG_NETWORK_PROV_MINIMAL);
	zassert_equal(network_prov_mgr_connect(), -ENOTSUP);
	zassert_equal(network_prov_mgr_connect_or_provision(NETWORK_PROV_SECURITY_1, POP, "name",
							    NULL),
		      -ENOTSUP);
	zassert_equal(network_prov_mgr_set_stay_online(true), -ENOTSUP);
	zassert_equal(network_prov_mgr_endpoint_create("custom-data"), -ENOSPC);
	zassert_equal(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_2, &none, "name",
							  NULL),
		      -ENOTSUP);
	zassert_equal(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_0, NULL, "name",
							  NULL),
		      -ENOTSUP);
	zassert_true(network_prov_mgr_is_sm_idle());
	serve();
	zassert_equal(network_prov_mgr_draw_qr(NULL, NULL), -EINVAL);
	zassert_ok(client_handshake_1(&client, POP), "the service runs");
}

static K_SEM_DEFINE(both_done, 0, 2);

SHELL_DUMMY_DEFINE(second_transport);
SHELL_DEFINE(second_shell, "", &second_transport, 256, 0, SHELL_FLAG_OLF_CRLF);

static void type_often(void *shell, void *unused_2, void *unused_3)
{
	const struct shell *sh = shell;

	ARG_UNUSED(unused_2);
	ARG_UNUSED(unused_3);
	for (int i = 0; i < 50; i++) {
		zassert_ok(shell_execute_cmd(sh, "net_prov proto-ver 7 45"));
		k_yield();
	}
	k_sem_give(&both_done);
}

static K_THREAD_STACK_ARRAY_DEFINE(stacks, 2, 8192);

ZTEST(console, test_several_shells_take_turns)
{
	static const struct shell_backend_config_flags flags = SHELL_DEFAULT_BACKEND_CONFIG_FLAGS;
	static struct k_thread threads[2];
	const struct shell *shells[] = {shell_backend_dummy_get_ptr(), &second_shell};

	zassert_ok(shell_init(&second_shell, NULL, flags, false, 0));
	(void)WAIT_FOR(shell_ready(&second_shell), 1000000, k_msleep(1));
	zassert_true(shell_ready(&second_shell));
	serve();
	for (int i = 0; i < 2; i++) {
		k_thread_create(&threads[i], stacks[i], K_THREAD_STACK_SIZEOF(stacks[i]),
				type_often, (void *)shells[i], NULL, NULL, K_PRIO_PREEMPT(5), 0,
				K_NO_WAIT);
	}
	for (int i = 0; i < 2; i++) {
		zassert_ok(k_thread_join(&threads[i], K_SECONDS(10)));
	}
	zassert_equal(k_sem_count_get(&both_done), 2);
}
