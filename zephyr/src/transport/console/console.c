/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/shell/shell.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_console.h>

#include "engine/exchange.h"
#include "netprov_core.h"
#include "wipe.h"

LOG_MODULE_REGISTER(netprov_console, CONFIG_NETWORK_PROV_LOG_LEVEL);

/** What a line may take up besides the message: the command, a name, a number, spaces. */
#define WORDS_MAX (sizeof("net_prov  4294967295 ") + CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX)

/** Longest request in bytes: two digits each, in what the shell takes as one line. */
#define MESSAGE_MAX ((CONFIG_SHELL_CMD_BUFF_SIZE - WORDS_MAX) / 2)

/** A client that waits for a scan waits longest; the core answers it within 8 s. */
#define ANSWER_TIMEOUT K_SECONDS(15)

/** How many bytes are printed at a time. */
#define CHUNK 32

BUILD_ASSERT(CONFIG_SHELL_CMD_BUFF_SIZE >= WORDS_MAX + 2 * 128,
	     "Provisioning over the console needs longer lines: set CONFIG_SHELL_CMD_BUFF_SIZE=1024");
BUILD_ASSERT(CONFIG_SHELL_ARGC_MAX >= 4,
	     "net_prov has four words: set CONFIG_SHELL_ARGC_MAX=4 or more");

/** Of all shells, one has a request at a time. */
static K_MUTEX_DEFINE(one_at_a_time);

/** Whether the console is the transport that provides the service. */
static atomic_t is_open;

static int begin(struct netprov_exchange *exchange);

/** Requests are decoded into it, and responses printed from it. */
static uint8_t buffer[MAX(MESSAGE_MAX, CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX)];

/** What the provisioning thread reads: the line is copied, since the shell's may be gone by then. */
static struct {
	struct netprov_exchange exchange;
	char line[CONFIG_SHELL_CMD_BUFF_SIZE];
	const char *session;
	const char *hex;
	/** What is wrong with the line, if something is. */
	const char *complaint;
} console = {
	.exchange = {
		.transport = NETPROV_TRANSPORT_CONSOLE,
		.begin = begin,
		.buffer = buffer,
		.size = sizeof(buffer),
	},
};

static int begin(struct netprov_exchange *exchange)
{
	console.complaint = netprov_core_console_request(
		exchange->number, exchange->transport, exchange->endpoint, console.session,
		console.hex, exchange->buffer, exchange->size);
	return console.complaint == NULL ? 0 : -EINVAL;
}

/** Copies a word to the line; NULL if it does not fit. */
static const char *copy_word(size_t *at, const char *word)
{
	size_t size = strlen(word) + 1;
	char *copy = &console.line[*at];

	if (size > sizeof(console.line) - *at) {
		return NULL;
	}
	memcpy(copy, word, size);
	*at += size;
	return copy;
}

/** Copies the words behind the command's name. Returns 0, or -EMSGSIZE if they do not fit. */
static int copy_words(size_t argc, char **argv)
{
	size_t at = 0;

	console.exchange.endpoint = copy_word(&at, argv[1]);
	console.session = copy_word(&at, argv[2]);
	console.hex = copy_word(&at, argc > 3 ? argv[3] : "-");
	if (console.exchange.endpoint == NULL || console.session == NULL || console.hex == NULL) {
		return -EMSGSIZE;
	}
	return 0;
}

/**
 * Whether the line fills the shell's buffer: the shell drops what goes beyond it without a word, and
 * what is left may look like a request.
 */
static bool is_cut(size_t argc, char **argv)
{
	size_t length = argc - 1;

	for (size_t i = 0; i < argc; i++) {
		length += strlen(argv[i]);
	}
	return length >= CONFIG_SHELL_CMD_BUFF_SIZE - 1;
}

static int ask(size_t argc, char **argv)
{
	int ret;

	console.complaint = NULL;
	if (is_cut(argc, argv)) {
		console.complaint = "the line is too long for the shell, and was cut: set "
				    "CONFIG_SHELL_CMD_BUFF_SIZE";
		return -EMSGSIZE;
	}
	if (!atomic_get(&is_open)) {
		return -EPERM;
	}
	if (netprov_exchange_is_busy(&console.exchange)) {
		return -EBUSY;
	}
	ret = copy_words(argc, argv);
	if (ret == 0) {
		ret = netprov_exchange(&console.exchange, ANSWER_TIMEOUT);
	}
	if (!netprov_exchange_is_busy(&console.exchange)) {
		/* In security 0 it may hold a passphrase. */
		netprov_wipe(console.line, sizeof(console.line));
	}
	return ret;
}

static const char *reason(int error)
{
	switch (error) {
	case -EPERM:
		return "provisioning over the console does not run";
	case -ENOENT:
		return "there is no such endpoint, or nothing handles it";
	case -EACCES:
		return "not in a session: begin one with prov-session, or check the proof of "
		       "possession";
	case -ECANCELED:
		return "handshakes are refused for a while after too many wrong proofs of "
		       "possession: wait, 30 s at least";
	case -ENOSPC:
		return "too many handshakes have begun: finish one, or wait some seconds";
	case -EMSGSIZE:
		return "the request or its answer is too long";
	case -EBUSY:
		return "the device is busy with another request";
	case -EAGAIN:
		return "there was no answer in time";
	case -EINVAL:
		return "the request is malformed";
	default:
		return "the request failed";
	}
}

static void print_hex(const struct shell *sh, const uint8_t *bytes, size_t length)
{
	char digits[2 * CHUNK + 1];

	for (size_t at = 0; at < length; at += CHUNK) {
		(void)bin2hex(&bytes[at], MIN(length - at, CHUNK), digits, sizeof(digits));
		shell_fprintf(sh, SHELL_NORMAL, "%s", digits);
	}
	shell_fprintf(sh, SHELL_NORMAL, "\n");
}

static int cmd_net_prov(const struct shell *sh, size_t argc, char **argv)
{
	int ret;

	if (k_mutex_lock(&one_at_a_time, ANSWER_TIMEOUT) != 0) {
		shell_error(sh, "net_prov: %s", reason(-EBUSY));
		return -EBUSY;
	}
	ret = ask(argc, argv);
	if (ret == 0) {
		print_hex(sh, console.exchange.buffer, console.exchange.length);
		netprov_exchange_release(&console.exchange);
	} else {
		shell_error(sh, "net_prov: %s (%d)",
			    console.complaint != NULL ? console.complaint : reason(ret), ret);
	}
	k_mutex_unlock(&one_at_a_time);
	return ret;
}

SHELL_CMD_ARG_REGISTER(net_prov, NULL,
		       SHELL_HELP("Hand a request to the provisioning service.",
				  "<endpoint> <session_id> [<hex-request>]"),
		       cmd_net_prov, 3, 1);

static int start(const char *service_name, const char *service_key)
{
	ARG_UNUSED(service_name);
	ARG_UNUSED(service_key);
	atomic_set(&is_open, 1);
	LOG_INF("Provisioning over the shell command net_prov");
	return 0;
}

static bool stop(void)
{
	/* Whoever waits has been answered before this is called. */
	atomic_set(&is_open, 0);
	return true;
}

const struct network_prov_scheme network_prov_scheme_console = {
	.start = start,
	.stop = stop,
	.qr_transport = NULL,
};
