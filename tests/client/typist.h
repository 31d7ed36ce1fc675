/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Types commands into the dummy shell, for a client on the console.
 */

#ifndef TESTS_TYPIST_H_
#define TESTS_TYPIST_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** The shell's output for a command. */
struct typist_line {
	int result;
	char output[CONFIG_SHELL_BACKEND_DUMMY_BUF_SIZE];
};

/** Waits until the shell accepts commands. Returns false if it does not start. */
bool typist_begin(void);

/** Types a command and stores the shell's output. */
void typist_type(struct typist_line *line, const char *command);

/** Finds the only line of lower-case digits. Returns its length, or -1. */
int typist_find_answer(const char *output, const char **answer);

/** Sends a client's request (`client_send_t`). The context is the number of its session, as text.
 */
int typist_send(void *context, const char *endpoint, const uint8_t *request, size_t length,
		uint8_t *reply, size_t size, size_t *reply_length);

#endif /* TESTS_TYPIST_H_ */
