/* SPDX-License-Identifier: Apache-2.0 */

/* Log messages for developers. A log backend keeps those that a test looks for. */

#include <errno.h>
#include <string.h>

#include <zephyr/irq_offload.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_backend.h>
#include <zephyr/logging/log_msg.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/cbprintf.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>

#include "development_credential.h"

LOG_MODULE_REGISTER(lifetime_log_test, LOG_LEVEL_INF);

#define NO_PROOF "No proof of possession"
#define REFUSED  "Call refused"
#define MARK     "all earlier messages are out"

/** Longest wait for a message in seconds. */
#define PATIENCE 120

static atomic_t warnings;
static atomic_t refusals;
static K_SEM_DEFINE(is_marked, 0, 1);

/* The backend. */

struct line {
	char text[256];
	size_t length;
};

static int put(int character, void *context)
{
	struct line *line = context;

	if (line->length < sizeof(line->text) - 1) {
		line->text[line->length++] = (char)character;
	}
	return character;
}

static void process(const struct log_backend *const backend, union log_msg_generic *message)
{
	static struct line line;
	uint8_t level = log_msg_get_level(&message->log);
	size_t length;
	uint8_t *package = log_msg_get_package(&message->log, &length);

	ARG_UNUSED(backend);
	line = (struct line){0};
	(void)cbpprintf(put, &line, package);
	if (level == LOG_LEVEL_WRN && strstr(line.text, NO_PROOF) != NULL) {
		(void)atomic_inc(&warnings);
	} else if (level == LOG_LEVEL_ERR && strstr(line.text, REFUSED) != NULL) {
		(void)atomic_inc(&refusals);
	} else if (strstr(line.text, MARK) != NULL) {
		k_sem_give(&is_marked);
	}
}

static void panic(const struct log_backend *const backend)
{
	ARG_UNUSED(backend);
}

static const struct log_backend_api reader = {.process = process, .panic = panic};

LOG_BACKEND_DEFINE(lifetime_reader, reader, true);

/** Messages arrive in order: after this one, those of all earlier calls have arrived. */
static void wait_for_the_log(void)
{
	LOG_INF(MARK);
	zassert_ok(k_sem_take(&is_marked, K_SECONDS(PATIENCE)), "the log message is missing");
}

/* The device. */

static const struct network_prov_mgr_config config = {.scheme = &network_prov_scheme_console};

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(network_prov_mgr_init(config));
	wait_for_the_log();
	(void)atomic_clear(&warnings);
	(void)atomic_clear(&refusals);
}

static void after(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_ok(network_prov_mgr_deinit());
}

ZTEST_SUITE(lifetime_log, NULL, NULL, before, after, NULL);

/** Starts and stops the service. Returns the number of warnings of a missing proof. */
static int count_warnings(int security, const void *params)
{
	(void)atomic_clear(&warnings);
	zassert_ok(network_prov_mgr_start_provisioning(security, params, "name", NULL));
	network_prov_mgr_stop_provisioning();
	wait_for_the_log();
	return (int)atomic_get(&warnings);
}

ZTEST(lifetime_log, test_security_1_without_a_proof_is_a_warning)
{
	zassert_equal(count_warnings(NETWORK_PROV_SECURITY_1, NULL), 1);
	zassert_equal(count_warnings(NETWORK_PROV_SECURITY_1, ""), 1);
}

ZTEST(lifetime_log, test_security_0_is_a_warning)
{
	zassert_equal(count_warnings(NETWORK_PROV_SECURITY_0, NULL), 1);
}

ZTEST(lifetime_log, test_a_proof_or_a_verifier_is_no_warning)
{
	zassert_equal(count_warnings(NETWORK_PROV_SECURITY_1, "abcd1234"), 0);
	zassert_equal(count_warnings(NETWORK_PROV_SECURITY_2, &sample_security2_params), 0);
}

static void call_from_interrupt(const void *argument)
{
	ARG_UNUSED(argument);
	/* Refused, as tests/lifetime/src/callers.c shows. */
	(void)network_prov_mgr_disable_auto_stop(100);
}

ZTEST(lifetime_log, test_a_refused_call_is_an_error)
{
	irq_offload(call_from_interrupt, NULL);
	wait_for_the_log();
	zassert_equal(atomic_get(&refusals), 1);
}
