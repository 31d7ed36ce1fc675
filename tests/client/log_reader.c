/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/logging/log_backend.h>
#include <zephyr/logging/log_msg.h>
#include <zephyr/sys/cbprintf.h>
#include <zephyr/sys/util.h>
#include <zephyr/ztest.h>

#include "log_reader.h"

LOG_MODULE_REGISTER(log_reader, LOG_LEVEL_INF);

#define MARK "all earlier messages are out"

/** Longest wait for a message in seconds. */
#define PATIENCE 120

/** Messages that are kept between two calls of log_reader_clear(). */
#define MESSAGES_MAX 64

struct message {
	uint8_t level;
	char text[192];
	size_t length;
};

static struct k_spinlock lock;
static struct message messages[MESSAGES_MAX];
static size_t count;
static K_SEM_DEFINE(is_marked, 0, 1);

/* On the log's thread. */

static int put(int character, void *context)
{
	struct message *message = context;

	if (message->length < sizeof(message->text) - 1) {
		message->text[message->length++] = (char)character;
	}
	return character;
}

static void process(const struct log_backend *const backend, union log_msg_generic *generic)
{
	static struct message message;
	size_t length;
	uint8_t *package = log_msg_get_package(&generic->log, &length);

	ARG_UNUSED(backend);
	message = (struct message){.level = log_msg_get_level(&generic->log)};
	(void)cbpprintf(put, &message, package);
	if (strstr(message.text, MARK) != NULL) {
		k_sem_give(&is_marked);
		return;
	}
	K_SPINLOCK(&lock) {
		if (count < MESSAGES_MAX) {
			messages[count] = message;
		}
		count++;
	}
}

static void panic(const struct log_backend *const backend)
{
	ARG_UNUSED(backend);
}

static const struct log_backend_api reader = {.process = process, .panic = panic};

LOG_BACKEND_DEFINE(log_reader_backend, reader, true);

/* On the test's thread. */

/** Messages arrive in order: after this one, those of all earlier calls have arrived. */
static void wait_for_the_log(void)
{
	LOG_INF(MARK);
	zassert_ok(k_sem_take(&is_marked, K_SECONDS(PATIENCE)), "the log message is missing");
}

void log_reader_clear(void)
{
	wait_for_the_log();
	K_SPINLOCK(&lock) {
		count = 0;
	}
}

/** Counts messages that contain the text, at this level or, if it is 0, at any. */
static int count_messages(uint8_t level, const char *text)
{
	int found = 0;

	wait_for_the_log();
	K_SPINLOCK(&lock) {
		for (size_t i = 0; i < MIN(count, MESSAGES_MAX); i++) {
			found += (level == 0 || messages[i].level == level) &&
				 strstr(messages[i].text, text) != NULL;
		}
	}
	zassert_true(count <= MESSAGES_MAX, "%zu messages: increase MESSAGES_MAX", count);
	return found;
}

int log_reader_count(uint8_t level, const char *text)
{
	return count_messages(level, text);
}

bool log_reader_has(const char *text)
{
	return count_messages(0, text) > 0;
}
