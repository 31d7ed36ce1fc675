/* SPDX-License-Identifier: Apache-2.0 */

#include <stdio.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/shell/shell.h>
#include <zephyr/shell/shell_dummy.h>
#include <zephyr/sys/util.h>

#include "client.h"
#include "typist.h"

bool typist_begin(void)
{
	const struct shell *sh = shell_backend_dummy_get_ptr();

	return WAIT_FOR(shell_ready(sh), 1000000, k_msleep(1));
}

void typist_type(struct typist_line *line, const char *command)
{
	const struct shell *sh = shell_backend_dummy_get_ptr();
	const char *output;
	size_t length;

	shell_backend_dummy_clear_output(sh);
	line->result = shell_execute_cmd(sh, command);
	output = shell_backend_dummy_get_output(sh, &length);
	length = MIN(length, sizeof(line->output) - 1);
	memcpy(line->output, output, length);
	line->output[length] = '\0';
}

int typist_find_answer(const char *output, const char **answer)
{
	for (const char *at = output; *at != '\0'; at += strcspn(at, "\r\n")) {
		size_t length;

		at += strspn(at, "\r\n");
		length = strcspn(at, "\r\n");
		if (length > 0 && strspn(at, "0123456789abcdef") == length) {
			*answer = at;
			return (int)length;
		}
	}
	return -1;
}

int typist_send(void *context, const char *endpoint, const uint8_t *request, size_t length,
		uint8_t *reply, size_t size, size_t *reply_length)
{
	/* Clients type one at a time. */
	static char command[2 * CLIENT_MESSAGE_MAX + 128];
	static struct typist_line line;
	const char *answer;
	int digits, at;

	at = snprintf(command, sizeof(command), "net_prov %s %s ", endpoint,
		      (const char *)context);
	(void)bin2hex(request, length, &command[at], sizeof(command) - at);
	typist_type(&line, command);
	if (line.result != 0) {
		return line.result;
	}
	digits = typist_find_answer(line.output, &answer);
	*reply_length = digits < 0 ? 0 : hex2bin(answer, digits, reply, size);
	return 0;
}
