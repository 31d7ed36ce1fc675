/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Security 2 for the client: a handshake of SRP-6a, and then AES-256-GCM.
 *
 * A client has one such session, of which the functions of `client.h` need to know nothing. These
 * return 0, or -1 if the transport failed or what the device says is not right.
 */

#ifndef TESTS_CLIENT_SECURITY2_H_
#define TESTS_CLIENT_SECURITY2_H_

#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

#include "client.h"

#define SECURITY2_NONCE 12
#define SECURITY2_TAG   16

/** Its keys. Zeros before the first handshake; only to look at. */
struct security2 {
	psa_key_id_t key;
	/** Of the next message, whoever sends it: the last four bytes are its number. */
	uint8_t nonce[SECURITY2_NONCE];
	/** `sec_patch_ver`: whether messages are numbered. */
	int patch;
};

/** A session, from the version text on. */
int security2_handshake(struct client *client, struct security2 *session, const char *username,
			const char *password);

/** The same with an A that has so many leading zero bytes, and goes without them. */
int security2_handshake_zeros(struct client *client, struct security2 *session,
			      const char *username, const char *password, size_t zeros);

/** The first half only. */
int security2_half_handshake(struct client *client, const char *username);

#endif /* TESTS_CLIENT_SECURITY2_H_ */
