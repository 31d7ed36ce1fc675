/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Security 2 for the client: a handshake of SRP-6a, then AES-256-GCM.
 *
 * A client has one such session. The functions of `client.h` need to know nothing about it. These
 * functions return 0, or -1 if the transport failed or the device's response is wrong.
 */

#ifndef TESTS_CLIENT_SECURITY2_H_
#define TESTS_CLIENT_SECURITY2_H_

#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

#include "client.h"

#define SECURITY2_NONCE 12
#define SECURITY2_TAG   16

/** The session's keys. Zeros before the first handshake. Read only. */
struct security2 {
	psa_key_id_t key;
	/** Nonce of the next message in either direction. The last four bytes are the message's
	 * number.
	 */
	uint8_t nonce[SECURITY2_NONCE];
	/** `sec_patch_ver`: whether messages are numbered. */
	int patch;
};

/** Opens a session, starting with the version text. */
int security2_handshake(struct client *client, struct security2 *session, const char *username,
			const char *password);

/** As above, with an A that has this number of leading zero bytes and is sent without them. */
int security2_handshake_zeros(struct client *client, struct security2 *session,
			      const char *username, const char *password, size_t zeros);

/** Performs only the first half. */
int security2_half_handshake(struct client *client, const char *username);

#endif /* TESTS_CLIENT_SECURITY2_H_ */
