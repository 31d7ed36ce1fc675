/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The client's half of SRP-6a: RFC 5054's 3072-bit group and SHA-512, as phones use it.
 *
 * Numbers are those of modular.h, digests those of PSA. Functions return 0, or -1 if a value is
 * invalid.
 */

#ifndef TESTS_CLIENT_SRP_H_
#define TESTS_CLIENT_SRP_H_

#include <stddef.h>
#include <stdint.h>

/** Lengths in bytes: of a group element, of a secret exponent, of a digest. */
#define SRP_NUMBER 384
#define SRP_SECRET 32
#define SRP_DIGEST 64

/** A big-endian number and its length, with or without leading zeros. */
struct srp_number {
	uint8_t bytes[SRP_NUMBER];
	size_t length;
};

/** A handshake of the client. */
struct srp {
	/** a */
	uint8_t secret[SRP_SECRET];
	/** A without its leading zeros, as sent to the device. */
	struct srp_number own;
	/** K */
	uint8_t key[SRP_DIGEST];
	/** M1, the client's proof, and M2, the device's. */
	uint8_t proof[SRP_DIGEST];
	uint8_t expected[SRP_DIGEST];
};

/** Draws a secret. The first `zeros` bytes of A are zero, which only few values of A have. */
int srp_begin(struct srp *srp, size_t zeros);

/** Computes the key and both proofs from the device's values: `salt` and B. */
int srp_agree(struct srp *srp, const char *username, const char *password, const uint8_t *salt,
	      size_t salt_length, const uint8_t *theirs, size_t length);

#endif /* TESTS_CLIENT_SRP_H_ */
