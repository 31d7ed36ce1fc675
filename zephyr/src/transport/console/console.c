/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The scheme: the shell command net_prov. The command runs on the shell's thread; requests, start and
 * stop run on the provisioning thread.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/shell/shell.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#include <network_provisioning/scheme_console.h>

#include "engine/exchange.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "times.h"
#include "wipe.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_CONSOLE_LOG_LEVEL);

/** Longest part of a line before the message: the command, a name, a number, spaces. */
#define WORDS_MAX (sizeof("net_prov  4294967295 ") + CONFIG_NETWORK_PROV_ENDPOINT_NAME_MAX)

/** Longest request in bytes. Each takes two digits of a line of the shell. */
#define MESSAGE_MAX ((CONFIG_SHELL_CMD_BUFF_SIZE - WORDS_MAX) / 2)

/** Bytes of the response that are printed at a time. */
#define CHUNK 32

BUILD_ASSERT(CONFIG_SHELL_CMD_BUFF_SIZE >= WORDS_MAX + 2 * 128,
	     "The lines of the shell are too short: set CONFIG_SHELL_CMD_BUFF_SIZE=1024");
BUILD_ASSERT(CONFIG_SHELL_ARGC_MAX >= 4,
	     "net_prov has up to four arguments: set CONFIG_SHELL_ARGC_MAX=4 or more");

/** All shells together have one request at a time. */
static K_MUTEX_DEFINE(one_at_a_time);

/** Whether the service runs on this transport. */
static atomic_t is_open;

static int begin(struct netprov_exchange *exchange);

/** Requests are decoded into this buffer, and responses are printed from it. */
static uint8_t buffer[MAX(MESSAGE_MAX, CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX)];

/** For the provisioning thread. The line is copied, because the shell may reuse its own. */
static struct {
	struct netprov_exchange exchange;
	char line[CONFIG_SHELL_CMD_BUFF_SIZE];
	const char *session;
	const char *hex;
	/** Text of the error in the line; NULL for none. */
	const char *error_text;
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
	console.error_text = netprov_core_console_request(
		exchange->number, exchange->transport, exchange->endpoint, console.session,
		console.hex, exchange->buffer, exchange->size);
	return console.error_text == NULL ? 0 : -EINVAL;
}

/** Copies an argument to the line. Returns NULL if it does not fit. */
static const char *copy_argument(size_t *at, const char *argument)
{
	size_t size = strlen(argument) + 1;
	char *copy = &console.line[*at];

	if (size > sizeof(console.line) - *at) {
		return NULL;
	}
	memcpy(copy, argument, size);
	*at += size;
	return copy;
}

/** Copies the arguments of the command. Returns 0, or -EMSGSIZE if they do not fit. */
static int copy_arguments(size_t argc, char **argv)
{
	size_t at = 0;

	console.exchange.endpoint = copy_argument(&at, argv[1]);
	console.session = copy_argument(&at, argv[2]);
	console.hex = copy_argument(&at, argc > 3 ? argv[3] : "-");
	if (console.exchange.endpoint == NULL || console.session == NULL || console.hex == NULL) {
		return -EMSGSIZE;
	}
	return 0;
}

/**
 * Checks whether the line fills the shell's buffer. The shell drops the rest silently, and the
 * remaining part may look like a request.
 */
static bool is_truncated(size_t argc, char **argv)
{
	size_t length = argc - 1;

	for (size_t i = 0; i < argc; i++) {
		length += strlen(argv[i]);
	}
	return length >= CONFIG_SHELL_CMD_BUFF_SIZE - 1;
}

static int handle_line(size_t argc, char **argv)
{
	int ret;

	console.error_text = NULL;
	if (is_truncated(argc, argv)) {
		console.error_text = "the line is too long for the shell and was truncated: set "
				     "CONFIG_SHELL_CMD_BUFF_SIZE";
		return -EMSGSIZE;
	}
	if (!atomic_get(&is_open)) {
		return -EPERM;
	}
	if (netprov_exchange_is_busy(&console.exchange)) {
		return -EBUSY;
	}
	ret = copy_arguments(argc, argv);
	if (ret == 0) {
		ret = netprov_exchange(&console.exchange, K_MSEC(NETPROV_RESPONSE_MS));
	}
	if (!netprov_exchange_is_busy(&console.exchange)) {
		/* With security 0, it may contain a passphrase. */
		netprov_wipe(console.line, sizeof(console.line));
	}
	return ret;
}

static const char *text_for(int error)
{
	switch (error) {
	case -EPERM:
		return "provisioning over the console is not running";
	case -ENOENT:
		return "no such endpoint, or it has no handler";
	case -EACCES:
		return "no session: establish one with prov-session, or check the proof of "
		       "possession";
	case -ECANCELED:
		return "handshakes are refused for a while after too many failed ones: wait at "
		       "least 30 s";
	case -ENOSPC:
		return "too many handshakes in progress: finish one, or wait a few seconds";
	case -EMSGSIZE:
		return "the request or its response is too long";
	case -EBUSY:
		return "the device is busy with another request";
	case -EAGAIN:
		return "no response in time";
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

	if (k_mutex_lock(&one_at_a_time, K_MSEC(NETPROV_RESPONSE_MS)) != 0) {
		shell_error(sh, "net_prov: %s", text_for(-EBUSY));
		return -EBUSY;
	}
	ret = handle_line(argc, argv);
	if (ret == 0) {
		print_hex(sh, console.exchange.buffer, console.exchange.length);
		netprov_exchange_release(&console.exchange);
	} else {
		LOG_DBG("Request rejected: %d", ret);
		shell_error(sh, "net_prov: %s (%d)",
			    console.error_text != NULL ? console.error_text : text_for(ret), ret);
	}
	k_mutex_unlock(&one_at_a_time);
	return ret;
}

SHELL_CMD_ARG_REGISTER(net_prov, NULL,
		       SHELL_HELP("Send a request to the provisioning service.",
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
	/* All requests have had their response before this is called. */
	atomic_set(&is_open, 0);
	return true;
}

const struct network_prov_scheme network_prov_scheme_console = {
	.start = start,
	.stop = stop,
	.qr_transport = NULL,
	.retry_beside = IS_ENABLED(CONFIG_NETWORK_PROV_RETRY_BESIDE),
};
