/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The text of a status, and what each network type adds to it.
 */

#ifndef NETPROV_STATUS_H_
#define NETPROV_STATUS_H_

#include <stddef.h>
#include <stdint.h>

/** Longest status in bytes: all fields at their longest. */
#define NETPROV_STATUS_MAX 384

/** A text with room for NETPROV_STATUS_MAX bytes. Longer text is truncated. */
struct netprov_text {
	char *bytes;
	size_t length;
};

/** Appends formatted text. */
__attribute__((format(printf, 2, 3))) void netprov_text_append(struct netprov_text *text,
							       const char *format, ...);

/** Appends a field with bytes in hexadecimal. */
void netprov_text_append_hex(struct netprov_text *text, const char *field, const uint8_t *bytes,
			     size_t length);

/**
 * Appends what the network type adds: first `{"state":"…"`, then further fields. Runs on the
 * provisioning thread, in a handler.
 */
void netprov_status_append_network(struct netprov_text *text);

#endif /* NETPROV_STATUS_H_ */
