/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Log levels of parts. A part at level 4 logs each refusal with its reason, a part at its default
 * does not, and no message contains a secret. testcase.yaml selects the levels.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/test/fake_wifi.h>

#include "client.h"
#include "log_reader.h"
#include "typist.h"

#define PROOF      "proof-of-1234"
#define SSID       "Home"
#define PASSPHRASE "mistyped-secret"

/** Number of messages that a refusal of this part has at level 4. */
#define EXPECTED(_part) (CONFIG_NETWORK_PROV_##_part##_LOG_LEVEL >= LOG_LEVEL_DBG ? 1 : 0)

/** Longest wait for an event in seconds. */
#define PATIENCE 120

static K_SEM_DEFINE(has_failed, 0, 1);

static struct client client;

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	ARG_UNUSED(user_data);
	ARG_UNUSED(event_data);
	if (event == NETWORK_PROV_CRED_FAIL) {
		k_sem_give(&has_failed);
	}
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
	fake_wifi_set_expected_credentials(SSID, "correct-secret");
	k_sem_reset(&has_failed);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	log_reader_clear();
	zassert_ok(network_prov_mgr_init(config));
	zassert_ok(network_prov_mgr_start_provisioning(NETWORK_PROV_SECURITY_1, PROOF, "name",
						       NULL));
	client = (struct client){.send = typist_send, .context = "1"};
}

/** Returns a text as the hexadecimal digits that a client types. */
static const char *hex_of(const char *text)
{
	static char digits[2 * sizeof(PASSPHRASE)];

	(void)bin2hex((const uint8_t *)text, strlen(text), digits, sizeof(digits));
	return digits;
}

/* Whatever a test has caused, no secret is in the log, neither as text nor as typed. */
static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	client_forget(&client);
	zassert_ok(network_prov_mgr_deinit());
	zassert_true(log_reader_has("net_prov"), "the start is logged");
	zassert_false(log_reader_has(PROOF));
	zassert_false(log_reader_has(hex_of(PROOF)));
	zassert_false(log_reader_has(PASSPHRASE));
	zassert_false(log_reader_has(hex_of(PASSPHRASE)));
}

ZTEST_SUITE(log_levels, NULL, NULL, before, after, NULL);

/** Types a request that must be refused, and checks how often its reason is logged. */
static void must_refuse(const char *command, int error)
{
	static struct typist_line line;
	char reason[32];

	typist_type(&line, command);
	zassert_equal(line.result, error, "%d: %s", line.result, line.output);
	(void)snprintf(reason, sizeof(reason), "Request rejected: %d", error);
	zassert_equal(log_reader_count(LOG_LEVEL_DBG, reason), EXPECTED(CONSOLE));
}

ZTEST(log_levels, test_a_request_without_a_session_is_logged_at_the_level_of_the_console)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "net_prov prov-config 7 %s", hex_of(PASSPHRASE));
	must_refuse(command, -EACCES);
}

ZTEST(log_levels, test_a_malformed_request_is_logged_at_the_level_of_the_console)
{
	must_refuse("net_prov prov-session 7 ffff", -EINVAL);
}

ZTEST(log_levels, test_a_wrong_proof_is_logged_at_the_level_of_the_console)
{
	char reason[32];

	zassert_not_ok(client_handshake_1(&client, "another-proof"));
	(void)snprintf(reason, sizeof(reason), "Request rejected: %d", -EACCES);
	zassert_equal(log_reader_count(LOG_LEVEL_DBG, reason), EXPECTED(CONSOLE));
	zassert_false(log_reader_has("another-proof"));
}

ZTEST(log_levels, test_a_failed_attempt_is_logged_at_the_level_of_the_network)
{
	zassert_ok(client_handshake_1(&client, PROOF));
	zassert_ok(client_set(&client, SSID, PASSPHRASE));
	zassert_ok(client_apply(&client));
	zassert_ok(k_sem_take(&has_failed, K_SECONDS(PATIENCE)), "the attempt does not fail");
	zassert_equal(log_reader_count(LOG_LEVEL_DBG, "Not joined: status"), EXPECTED(NETWORK));
	zassert_equal(log_reader_count(LOG_LEVEL_DBG, "Request rejected"), 0);
}
