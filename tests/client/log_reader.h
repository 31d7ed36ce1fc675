/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A log backend that keeps messages, for tests of the log. For one test thread.
 */
#ifndef TESTS_LOG_READER_H_
#define TESTS_LOG_READER_H_

#include <stdbool.h>
#include <stdint.h>

/** Drops the messages of all earlier calls. */
void log_reader_clear(void);

/** Returns the number of messages at this level that contain the text. */
int log_reader_count(uint8_t level, const char *text);

/** Checks whether a message of any level and any module contains the text. */
bool log_reader_has(const char *text);

#endif /* TESTS_LOG_READER_H_ */
