/* SPDX-License-Identifier: Apache-2.0 */

/* The owner gets through: whole provisionings in the middle of a crowd of strangers. */

#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "crowd.h"
#include "service.h"

#define RUNS 3

/** How much longer a provisioning may take in a crowd than alone, in milliseconds. */
#define WORST_DELAY_MS 10000

/** Runs one provisioning. Returns how long it took, in milliseconds. */
static int64_t provision_beside(enum attack attack, int security)
{
	struct browser browser = BROWSER;
	int64_t begun;

#ifdef CONFIG_NETWORK_PROV_SOFTAP_AP
	/* The owner's address differs from the crowd's. */
	browser.address = "192.168.4.1";
#endif
	/* Like a phone that computes a handshake's next message. */
	browser.thinks_ms = security == NETWORK_PROV_SECURITY_2 ? 1500 : 300;
	zassert_ok(network_prov_mgr_reset_wifi_provisioning());
	add_networks();
	serve(security);
	if (attack < ATTACKS) {
		crowd_start(attack, security);
		/* The strangers come first. */
		k_sleep(K_SECONDS(5));
	}
	begun = k_uptime_get();
	provision(&browser, security);
	begun = k_uptime_get() - begun;
	if (attack < ATTACKS) {
		crowd_stop();
	}
	return begun;
}

static void run_beside(enum attack attack, int security)
{
	int64_t alone;
	int64_t worst = 0;

	if (attack == ATTACK_FIRST_COMMANDS || attack == ATTACK_MIXED) {
		/* Without the access point, the owner has the address of the crowd, whose handshakes
		 * then count as the owner's.
		 */
		Z_TEST_SKIP_IFNDEF(CONFIG_NETWORK_PROV_SOFTAP_AP);
	}
	alone = provision_beside(ATTACKS, security);

	for (int i = 0; i < RUNS; i++) {
		worst = MAX(worst, provision_beside(attack, security) - alone);
	}
	TC_PRINT("security %d, %s: %d of %d provisionings, at most %lld ms longer than the "
		 "%lld ms alone\n",
		 security, crowd_name(attack), RUNS, RUNS, worst, alone);
	zassert_true(worst <= WORST_DELAY_MS, "%lld ms", worst);
	/* Nothing of the crowd is left. */
	serve(security);
	must_answer();
}

ZTEST(http, test_first_commands_of_the_crowd_begin_handshakes)
{
	static const int securities[] = {NETWORK_PROV_SECURITY_1, NETWORK_PROV_SECURITY_2};

	ARRAY_FOR_EACH(securities, i) {
		serve(securities[i]);
		zassert_equal(crowd_send_first_command(securities[i]), 200);
		stop_serving();
	}
}

#define OWNER_TEST(name, attack)                                                                   \
	ZTEST(http, test_the_owner_provisions_beside_##name)                                       \
	{                                                                                          \
		run_beside(attack, NETWORK_PROV_SECURITY_1);                                       \
	}                                                                                          \
	ZTEST(http, test_the_owner_with_a_password_provisions_beside_##name)                       \
	{                                                                                          \
		run_beside(attack, NETWORK_PROV_SECURITY_2);                                       \
	}

OWNER_TEST(silent_connections, ATTACK_SILENCE)
OWNER_TEST(heads_that_drip, ATTACK_DRIP)
OWNER_TEST(half_requests, ATTACK_HALF)
OWNER_TEST(first_commands, ATTACK_FIRST_COMMANDS)
OWNER_TEST(junk, ATTACK_JUNK)
OWNER_TEST(reconnections, ATTACK_RECONNECT)
OWNER_TEST(clients_that_take_no_response, ATTACK_DEAF)
OWNER_TEST(a_mixed_crowd, ATTACK_MIXED)
