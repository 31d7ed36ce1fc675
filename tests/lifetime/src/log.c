/* SPDX-License-Identifier: Apache-2.0 */

/* Log messages for developers. */

#include <zephyr/irq_offload.h>
#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_console.h>

#include "development_credential.h"
#include "log_reader.h"

#define NO_PROOF "No proof of possession"
#define REFUSED  "Call refused"

static const struct network_prov_mgr_config config = {.scheme = &network_prov_scheme_console};

static void before(void *fixture)
{
	ARG_UNUSED(fixture);
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	zassert_ok(network_prov_mgr_init(config));
	log_reader_clear();
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
	log_reader_clear();
	zassert_ok(network_prov_mgr_start_provisioning(security, params, "name", NULL));
	network_prov_mgr_stop_provisioning();
	return log_reader_count(LOG_LEVEL_WRN, NO_PROOF);
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
	zassert_equal(log_reader_count(LOG_LEVEL_ERR, REFUSED), 1);
}
