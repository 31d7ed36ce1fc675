/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Bytes that decide what happens to the device.
 *
 * A script is a sequence of bytes of any value and length: each operation takes the bytes that it needs,
 * and zeros when there are no more.
 */

#ifndef TESTS_FUZZ_GLUE_SCRIPT_H_
#define TESTS_FUZZ_GLUE_SCRIPT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "device.h"

#define SCRIPT_MAX 512

/** Operations of a script. More would only repeat themselves. */
#define OPERATIONS_MAX 64

struct script {
	const uint8_t *at;
	const uint8_t *end;
};

bool script_has_ended(const struct script *script);

/** The next byte. */
uint8_t script_byte(struct script *script);

/** The next number, below this one. */
uint32_t script_below(struct script *script, uint32_t limit);

/** Takes as many bytes as the next one says, at most `size`. Returns how many. */
size_t script_bytes(struct script *script, uint8_t *bytes, size_t size);

/** Chooses the service's transport. */
enum device_transport script_transport(struct script *script);

/** Starts the service, unless it runs. */
void script_start(enum device_transport transport);

/**
 * Runs a script on a device that has none of its predecessors' state, and checks that nothing of it
 * remains. The test fails if a handler runs for a client without a session.
 */
void script_run(const uint8_t *bytes, size_t length);

/** Checks that the next honest client provisions the device. */
void script_check_honest(void);

#endif /* TESTS_FUZZ_GLUE_SCRIPT_H_ */
