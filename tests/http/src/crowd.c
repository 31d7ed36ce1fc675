/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include <network_provisioning/network_prov_mgr.h>

#include "browser.h"
#include "client_wire.h"
#include "crowd.h"
#include "development_credential.h"

/** Lengths of a public key in security 1 and 2. */
#define KEY_1 32
#define KEY_2 384

#define STRANGERS 6

static struct stranger {
	struct k_thread thread;
	struct browser browser;
	uint32_t random;
	enum attack attack;
	int security;
	int at;
} strangers[STRANGERS];

static K_THREAD_STACK_ARRAY_DEFINE(stacks, STRANGERS, 8192);

static bool is_there;
static atomic_t is_over;

static uint32_t draw(struct stranger *stranger, uint32_t below)
{
	/* Knuth's generator: the same seed gives the same sequence. */
	stranger->random = stranger->random * 1664525 + 1013904223;
	return (stranger->random >> 8) % below;
}

static void renew(struct stranger *stranger)
{
	browser_close(&stranger->browser);
	stranger->at = 0;
	(void)browser_connect(&stranger->browser);
}

/* Each step returns how long to wait before the next one, in milliseconds. */

static uint32_t be_silent(struct stranger *stranger)
{
	renew(stranger);
	return 300 + draw(stranger, 700);
}

static uint32_t drip(struct stranger *stranger)
{
	static const char head[] = "POST /prov-session HTTP/1.1\r\nHost: 192.168.4.1\r\n";

	if (stranger->browser.fd < 0 ||
	    browser_send(&stranger->browser, &head[stranger->at++ % (sizeof(head) - 1)], 1) != 0) {
		renew(stranger);
	}
	return 3000;
}

static uint32_t send_half(struct stranger *stranger)
{
	static const char half[] = "POST /prov-session HTTP/1.1\r\nContent-Length: 500\r\n\r\nabc";

	renew(stranger);
	(void)browser_send(&stranger->browser, half, sizeof(half) - 1);
	return 200 + draw(stranger, 400);
}

/** A SessionData with a first command and a made-up public key. */
static void write_first_command(struct stranger *stranger, struct writer *session)
{
	bool is_2 = stranger->security == NETWORK_PROV_SECURITY_2;
	struct writer command = {0}, payload = {0};
	uint8_t key[KEY_2];

	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = (uint8_t)draw(stranger, 256);
	}
	if (is_2) {
		put_bytes(&command, 1, SAMPLE_USERNAME, strlen(SAMPLE_USERNAME));
		put_bytes(&command, 2, key, KEY_2);
	} else {
		put_bytes(&command, 1, key, KEY_1);
	}
	put_message(&payload, 20, &command);
	put_number(session, 2, is_2 ? 2 : 1);
	put_message(session, is_2 ? 12 : 11, &payload);
}

static void begin_handshake(struct stranger *stranger)
{
	struct writer session = {0};
	char text[768];
	size_t length;

	write_first_command(stranger, &session);
	renew(stranger);
	length = browser_request(&stranger->browser, text, sizeof(text), "POST", "/prov-session",
				 session.bytes, session.length);
	(void)browser_send(&stranger->browser, text, length);
}

static uint32_t flood(struct stranger *stranger)
{
	begin_handshake(stranger);
	return 1000 * STRANGERS / 10;
}

int crowd_send_first_command(int security)
{
	static struct response response;
	struct stranger *stranger = &strangers[0];

	stranger->browser = (struct browser)BROWSER;
	stranger->security = security;
	begin_handshake(stranger);
	(void)browser_read(&stranger->browser, &response);
	browser_close(&stranger->browser);
	return response.status;
}

static uint32_t write_junk(struct stranger *stranger)
{
	uint8_t junk[64];

	for (size_t i = 0; i < sizeof(junk); i++) {
		junk[i] = (uint8_t)draw(stranger, 256);
	}
	if (stranger->browser.fd < 0 ||
	    browser_send(&stranger->browser, junk, 1 + draw(stranger, sizeof(junk))) != 0) {
		renew(stranger);
	}
	return 20 + draw(stranger, 80);
}

static uint32_t reconnect(struct stranger *stranger)
{
	renew(stranger);
	return 20 + draw(stranger, 40);
}

static uint32_t be_deaf(struct stranger *stranger)
{
	char text[128];
	size_t length = browser_request(&stranger->browser, text, sizeof(text), "POST",
					"/proto-ver", "ESP", 3);

	if (stranger->browser.fd < 0 ||
	    browser_send(&stranger->browser, text, length) != 0) {
		renew(stranger);
	}
	return 20;
}

static const struct {
	const char *name;
	uint32_t (*step)(struct stranger *stranger);
} attacks[ATTACK_MIXED] = {
	[ATTACK_SILENCE] = {"silent connections", be_silent},
	[ATTACK_DRIP] = {"heads that drip", drip},
	[ATTACK_HALF] = {"half requests", send_half},
	[ATTACK_FIRST_COMMANDS] = {"first commands", flood},
	[ATTACK_JUNK] = {"junk", write_junk},
	[ATTACK_RECONNECT] = {"reconnections", reconnect},
	[ATTACK_DEAF] = {"responses not taken", be_deaf},
};

const char *crowd_name(enum attack attack)
{
	return attack < ATTACK_MIXED ? attacks[attack].name : "all of them";
}

static void run(void *p1, void *p2, void *p3)
{
	struct stranger *stranger = p1;

	ARG_UNUSED(p2);
	ARG_UNUSED(p3);
	while (!atomic_get(&is_over)) {
		enum attack attack = stranger->attack;

		if (attack == ATTACK_MIXED) {
			attack = draw(stranger, ATTACK_MIXED);
		}
		k_sleep(K_MSEC(attacks[attack].step(stranger)));
	}
	browser_close(&stranger->browser);
}

void crowd_start(enum attack attack, int security)
{
	is_there = true;
	atomic_set(&is_over, 0);
	for (int i = 0; i < STRANGERS; i++) {
		struct stranger *stranger = &strangers[i];

		stranger->browser = (struct browser)BROWSER;
		stranger->random = CONFIG_TEST_CROWD_SEED * 7919 + attack * 31 + i;
		stranger->attack = attack;
		stranger->security = security;
		stranger->at = 0;
		k_thread_create(&stranger->thread, stacks[i], K_THREAD_STACK_SIZEOF(stacks[i]), run,
				stranger, NULL, NULL, K_PRIO_PREEMPT(6), 0,
				K_MSEC(draw(stranger, 100)));
	}
}

void crowd_stop(void)
{
	atomic_set(&is_over, 1);
	for (int i = 0; is_there && i < STRANGERS; i++) {
		zassert_ok(k_thread_join(&strangers[i].thread, K_SECONDS(120)));
	}
	is_there = false;
}
