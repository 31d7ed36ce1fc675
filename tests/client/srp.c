/* SPDX-License-Identifier: Apache-2.0 */

/*
 *   x = H(salt, H(I ":" P))   k = H(N, PAD(g))   u = H(PAD(A), PAD(B))
 *   A = g^a                   S = (B - k g^x)^(a + u x)
 *   K = H(S)                  M1 = H(H(N) xor H(PAD(g)), H(I), salt, A, B, K)
 *                             M2 = H(A, M1, K)
 *
 * PAD extends a number to N's length. Elsewhere, numbers have no leading zeros, as in clients.
 * Digests are bytes, including leading zeros.
 */

#include <string.h>

#include <psa/crypto.h>

#include "modular.h"
#include "srp.h"

static const uint8_t generator[SRP_NUMBER] = {[SRP_NUMBER - 1] = 5};

/* Digests. */

struct part {
	const void *bytes;
	size_t length;
};

/** Computes the digest of all parts, up to the first one without bytes. */
static int hash(uint8_t digest[SRP_DIGEST], const struct part *parts)
{
	psa_hash_operation_t operation = PSA_HASH_OPERATION_INIT;
	psa_status_t status = psa_hash_setup(&operation, PSA_ALG_SHA_512);
	size_t length;

	for (; status == PSA_SUCCESS && parts->bytes != NULL; parts++) {
		status = psa_hash_update(&operation, parts->bytes, parts->length);
	}
	if (status == PSA_SUCCESS) {
		status = psa_hash_finish(&operation, digest, SRP_DIGEST, &length);
	}
	(void)psa_hash_abort(&operation);
	return status == PSA_SUCCESS ? 0 : -1;
}

#define HASH(_digest, ...) hash(_digest, (const struct part[]){__VA_ARGS__, {NULL, 0}})

/** Removes leading zeros. */
static struct srp_number shorten(const uint8_t padded[SRP_NUMBER])
{
	struct srp_number number = {.length = SRP_NUMBER};

	while (number.length > 0 && padded[SRP_NUMBER - number.length] == 0) {
		number.length--;
	}
	memcpy(number.bytes, &padded[SRP_NUMBER - number.length], number.length);
	return number;
}

/* The client's half. */

int srp_begin(struct srp *srp, size_t zeros)
{
	uint8_t own[SRP_NUMBER];

	*srp = (struct srp){0};
	do {
		if (psa_crypto_init() != PSA_SUCCESS ||
		    psa_generate_random(srp->secret, sizeof(srp->secret)) != PSA_SUCCESS) {
			return -1;
		}
		modular_power(own, generator, srp->secret, sizeof(srp->secret));
		srp->own = shorten(own);
	} while (zeros > 0 && srp->own.length != SRP_NUMBER - zeros);
	return 0;
}

/** Values derived from the device's response: B at N's length, u and x. */
struct agreement {
	uint8_t theirs[SRP_NUMBER];
	uint8_t u[SRP_DIGEST];
	uint8_t x[SRP_DIGEST];
};

/** A device whose B is 0 wants a key that it knows without the verifier. u = 0 is equally bad. */
static int scramble(struct agreement *agreement, const struct srp *srp, const uint8_t *theirs,
		    size_t length)
{
	static const uint8_t zero[SRP_DIGEST];
	uint8_t own[SRP_NUMBER];

	if (length > SRP_NUMBER) {
		return -1;
	}
	modular_pad(own, srp->own.bytes, srp->own.length);
	modular_pad(agreement->theirs, theirs, length);
	if (!modular_is_unit(agreement->theirs) ||
	    HASH(agreement->u, {own, sizeof(own)},
		 {agreement->theirs, sizeof(agreement->theirs)}) != 0) {
		return -1;
	}
	return memcmp(agreement->u, zero, sizeof(zero)) == 0 ? -1 : 0;
}

static int read_password(struct agreement *agreement, const char *username, const char *password,
			 const uint8_t *salt, size_t salt_length)
{
	uint8_t inner[SRP_DIGEST];

	return HASH(inner, {username, strlen(username)}, {":", 1}, {password, strlen(password)}) ==
				       0 &&
			       HASH(agreement->x, {salt, salt_length}, {inner, sizeof(inner)}) == 0
		       ? 0
		       : -1;
}

/** Computes S as base^a (base^u)^x with base = B - k g^x. */
static int share(uint8_t shared[SRP_NUMBER], const struct srp *srp,
		 const struct agreement *agreement)
{
	uint8_t base[SRP_NUMBER], factor[SRP_NUMBER], digest[SRP_DIGEST];

	if (HASH(digest, {modular_prime, SRP_NUMBER}, {generator, SRP_NUMBER}) != 0) {
		return -1;
	}
	modular_pad(factor, digest, sizeof(digest));
	modular_power(base, generator, agreement->x, sizeof(agreement->x));
	modular_multiply(base, base, factor);
	modular_subtract(base, agreement->theirs, base);
	modular_power(factor, base, agreement->u, sizeof(agreement->u));
	modular_power(factor, factor, agreement->x, sizeof(agreement->x));
	modular_power(shared, base, srp->secret, sizeof(srp->secret));
	modular_multiply(shared, shared, factor);
	return 0;
}

static int prove(struct srp *srp, const struct agreement *agreement,
		 const uint8_t padded[SRP_NUMBER], const char *username, const uint8_t *salt,
		 size_t salt_length)
{
	uint8_t group[SRP_DIGEST], name[SRP_DIGEST];
	struct srp_number theirs = shorten(agreement->theirs);
	struct srp_number shared = shorten(padded);

	if (HASH(srp->key, {shared.bytes, shared.length}) != 0 ||
	    HASH(group, {modular_prime, SRP_NUMBER}) != 0 ||
	    HASH(name, {generator, SRP_NUMBER}) != 0) {
		return -1;
	}
	for (size_t i = 0; i < SRP_DIGEST; i++) {
		group[i] ^= name[i];
	}
	if (HASH(name, {username, strlen(username)}) != 0 ||
	    HASH(srp->proof, {group, sizeof(group)}, {name, sizeof(name)}, {salt, salt_length},
		 {srp->own.bytes, srp->own.length}, {theirs.bytes, theirs.length},
		 {srp->key, sizeof(srp->key)}) != 0) {
		return -1;
	}
	return HASH(srp->expected, {srp->own.bytes, srp->own.length},
		    {srp->proof, sizeof(srp->proof)}, {srp->key, sizeof(srp->key)});
}

int srp_agree(struct srp *srp, const char *username, const char *password, const uint8_t *salt,
	      size_t salt_length, const uint8_t *theirs, size_t length)
{
	struct agreement agreement;
	uint8_t shared[SRP_NUMBER];

	if (scramble(&agreement, srp, theirs, length) != 0 ||
	    read_password(&agreement, username, password, salt, salt_length) != 0 ||
	    share(shared, srp, &agreement) != 0) {
		return -1;
	}
	return prove(srp, &agreement, shared, username, salt, salt_length);
}
