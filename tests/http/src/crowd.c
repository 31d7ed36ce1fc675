/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "browser.h"
#include "crowd.h"

#define STRANGERS 6

static struct stranger {
	struct k_thread thread;
	struct browser browser;
	uint32_t random;
	enum attack attack;
	int at;
} strangers[STRANGERS];

static K_THREAD_STACK_ARRAY_DEFINE(stacks, STRANGERS, 4096);

static bool is_there;
static atomic_t is_over;

static uint32_t draw(struct stranger *stranger, uint32_t below)
{
	/* Knuth's generator: the same for the same seed. */
	stranger->random = stranger->random * 1664525 + 1013904223;
	return (stranger->random >> 8) % below;
}

static void renew(struct stranger *stranger)
{
	browser_close(&stranger->browser);
	stranger->at = 0;
	(void)browser_connect(&stranger->browser);
}

/* Each step returns how long the next one waits, in milliseconds. */

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

static uint32_t begin_handshake(struct stranger *stranger)
{
	/* A SessionData of security 1: a SessionCmd0, with a public key that is made up. */
	uint8_t command[] = {0x10, 0x01, 0x5a, 37, 0xa2, 0x01, 34, 0x0a, 32, [9 ... 40] = 0};
	char text[256];
	size_t length;

	for (size_t i = 9; i < sizeof(command); i++) {
		command[i] = (uint8_t)draw(stranger, 256);
	}
	renew(stranger);
	length = browser_request(&stranger->browser, text, sizeof(text), "POST", "/prov-session",
				 command, sizeof(command));
	(void)browser_send(&stranger->browser, text, length);
	return 1000 * STRANGERS / 10;
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
	[ATTACK_FIRST_COMMANDS] = {"first commands", begin_handshake},
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

void crowd_start(enum attack attack)
{
	is_there = true;
	atomic_set(&is_over, 0);
	for (int i = 0; i < STRANGERS; i++) {
		struct stranger *stranger = &strangers[i];

		stranger->browser = (struct browser)BROWSER;
		stranger->random = CONFIG_TEST_CROWD_SEED * 7919 + attack * 31 + i;
		stranger->attack = attack;
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
