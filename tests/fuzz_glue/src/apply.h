/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The operations of a script.
 */

#ifndef TESTS_FUZZ_GLUE_APPLY_H_
#define TESTS_FUZZ_GLUE_APPLY_H_

#include "script.h"

/** Runs the next operation. */
void apply(struct script *script);

/** Ends what operations have left: connections and sessions of clients. */
void apply_end(void);

/** A client has proved that it knows the proof of possession, since the last apply_end(). */
extern bool apply_is_proved;

/** Segments of HTTP connections. */
void apply_http(struct script *script);
void apply_http_end(void);

/** Lines of the shell, and whole clients. */
void apply_shell(struct script *script);
void apply_client(struct script *script);
void apply_client_end(void);

/** Events of the network, and what the Wi-Fi driver does next. */
void apply_event(struct script *script);
void apply_driver(struct script *script);

/** Calls of the application. */
void apply_call(struct script *script);

#endif /* TESTS_FUZZ_GLUE_APPLY_H_ */
