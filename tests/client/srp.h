/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The client's half of SRP-6a: RFC 5054's group of 3072 bits, SHA-512, as phones do it.
 *
 * Numbers are modular.h's, digests PSA's. Functions return 0, or -1 if something cannot be.
 */

#ifndef TESTS_CLIENT_SRP_H_
#define TESTS_CLIENT_SRP_H_

#include <stddef.h>
#include <stdint.h>

/** Lengths in bytes: of a number of the group, of a secret exponent, of a digest. */
#define SRP_NUMBER 384
#define SRP_SECRET 32
#define SRP_DIGEST 64

/** A number, big-endian, and its length: with leading zeros or without. */
struct srp_number {
	uint8_t bytes[SRP_NUMBER];
	size_t length;
};

/** A handshake of the client's. */
struct srp {
	/** a */
	uint8_t secret[SRP_SECRET];
	/** A, without its leading zeros: what the device is told. */
	struct srp_number own;
	/** K */
	uint8_t key[SRP_DIGEST];
	/** M1: what the client shows, and M2: what the device then has to show. */
	uint8_t proof[SRP_DIGEST];
	uint8_t expected[SRP_DIGEST];
};

/** Draws a secret. One whose A begins with so many zero bytes, as few do. */
int srp_begin(struct srp *srp, size_t zeros);

/** Computes the key and both proofs from what the device has told: `salt` and B. */
int srp_agree(struct srp *srp, const char *username, const char *password, const uint8_t *salt,
	      size_t salt_length, const uint8_t *theirs, size_t length);

#endif /* TESTS_CLIENT_SRP_H_ */
