/* SPDX-License-Identifier: Apache-2.0 */

/* The test framework for tests in Rust, and the client. A failed check in Rust is a panic. */

#include <string.h>

#include <zephyr/fatal.h>
#include <zephyr/kernel.h>
#include <zephyr/ztest.h>

#include <network_provisioning/test/fake_wifi.h>

#include "client.h"
#include "posix_board_if.h"
#include "typist.h"

#define RUST_TEST(name)                                                                            \
	void rust_##name(void);                                                                    \
	ZTEST(rust_app, test_##name)                                                               \
	{                                                                                          \
		rust_##name();                                                                     \
	}

void rust_begin(void);

static void before(void *fixture)
{
	static const struct fake_wifi_ap home = {
		.ssid = "Home",
		.ssid_len = 4,
		.bssid = {2, 0, 0, 0, 0, 2},
		.channel = 6,
		.rssi = -40,
		.security = WIFI_SECURITY_TYPE_PSK,
	};

	ARG_UNUSED(fixture);
	fake_wifi_reset();
	fake_wifi_set_scan_aps(&home, 1);
	fake_wifi_set_expected_credentials("Home", "correct-horse");
	rust_begin();
}

ZTEST_SUITE(rust_app, NULL, NULL, before, NULL, NULL);

static struct client client;

int test_client_connect(const char *proof)
{
	typist_begin();
	client_forget(&client);
	client = (struct client){.send = typist_send, .context = (void *)"1"};
	return client_handshake_1(&client, proof);
}

int test_client_bring(const char *ssid, const char *passphrase)
{
	int ret = client_set(&client, ssid, passphrase);

	return ret == 0 ? client_apply(&client) : ret;
}

/* Asks for the status until it is decided: 0 is connected. */
int test_client_await(void)
{
	struct client_status status;

	for (int i = 0; i < 60; i++) {
		int ret = client_status(&client, &status);

		if (ret != 0 || status.station != CLIENT_CONNECTING) {
			return ret != 0 ? ret : (int)status.station;
		}
		k_sleep(K_SECONDS(1));
	}
	return -1;
}

/* Returns the response's length, or a negative number. */
int test_client_ask(const char *endpoint, const uint8_t *request, size_t length, uint8_t *reply,
		    size_t size)
{
	size_t reply_length = 0;
	int ret = client_ask(&client, endpoint, request, length, reply, size, &reply_length);

	return ret == 0 ? (int)reply_length : (ret < 0 ? ret : -ret);
}

int test_client_version(char *text, size_t size)
{
	return client_version(&client, text, size);
}

#if defined(CONFIG_NETWORK_PROV_SOFTAP)
RUST_TEST(the_qr_code_is_shown)
#elif CONFIG_TEST_CASE == 1
RUST_TEST(a_client_provisions_the_device)
RUST_TEST(a_wrong_passphrase_is_told)
RUST_TEST(a_wrong_proof_is_told)
RUST_TEST(it_connects_with_what_is_stored)
RUST_TEST(endpoints_answer)
RUST_TEST(an_answer_that_is_too_long_fails_the_request)
RUST_TEST(there_is_one_manager)
RUST_TEST(after_the_end_nothing_works)
RUST_TEST(it_may_end_in_a_closure)
RUST_TEST(closures_are_dropped)
RUST_TEST(what_cannot_be_leaves_nothing_behind)
RUST_TEST(a_full_channel_holds_nobody_up)
RUST_TEST(there_is_no_code_for_the_console)
#elif CONFIG_TEST_CASE == 2
RUST_TEST(a_closure_for_events_panics)
#else
RUST_TEST(a_closure_for_an_endpoint_panics)
#endif

#if CONFIG_TEST_CASE != 1

/* A device would halt or restart here. The program returns 0 if it ended as it should. */
void k_sys_fatal_error_handler(unsigned int reason, const struct arch_esf *esf)
{
	ARG_UNUSED(esf);
	printk("the image ends for reason %u on %s\n", reason, k_thread_name_get(k_current_get()));
	posix_exit(reason == K_ERR_KERNEL_PANIC ? 0 : 1);
}

#endif
