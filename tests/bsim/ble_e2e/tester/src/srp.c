/* SPDX-License-Identifier: Apache-2.0 */

/*
 *   x = H(salt, H(I ":" P))   k = H(N, PAD(g))   u = H(PAD(A), PAD(B))
 *   A = g^a                   S = (B - k g^x)^(a + u x)
 *   K = H(S)                  M1 = H(H(N) xor H(PAD(g)), H(I), salt, A, B, K)
 *                             M2 = H(A, M1, K)
 *
 * PAD is a number at N's length. Everywhere else a number goes without its leading zeros, as the
 * clients have it. Digests are bytes, leading zeros included.
 */

#include <string.h>

#include <mbedtls/bignum.h>
#include <psa/crypto.h>

#include <zephyr/sys/util.h>

#include "srp.h"

/** RFC 3526, and the 3072-bit group of RFC 5054. */
static const char prime[] = "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74"
			    "020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B302B0A6DF25F1437"
			    "4FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
			    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF05"
			    "98DA48361C55D39A69163FA8FD24CF5F83655D23DCA3AD961C62F356208552BB"
			    "9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
			    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF695581718"
			    "3995497CEA956AE515D2261898FA051015728E5A8AAAC42DAD33170D04507A33"
			    "A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
			    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864"
			    "D87602733EC86A64521F2B18177B200CBBE117577A615D6C770988C0BAD946E2"
			    "08E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF";

#define GENERATOR 5

/* Digests. */

struct part {
	const void *bytes;
	size_t length;
};

/** The digest of all parts, up to one without bytes. */
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

/* Numbers: all that a handshake has, so that they are freed at one place. */

struct numbers {
	/** N, g, and what makes a power faster. */
	mbedtls_mpi n, g, rr;
	/** a, A, B, u, x. */
	mbedtls_mpi secret, own, theirs, u, x;
	/** k g^x, then B - k g^x; a + u x; S. */
	mbedtls_mpi base, exponent, shared;
};

static void each(struct numbers *numbers, void (*function)(mbedtls_mpi *))
{
	mbedtls_mpi *const all[] = {
		&numbers->n,    &numbers->g,        &numbers->rr,     &numbers->secret,
		&numbers->own,  &numbers->theirs,   &numbers->u,      &numbers->x,
		&numbers->base, &numbers->exponent, &numbers->shared,
	};

	ARRAY_FOR_EACH(all, i) {
		function(all[i]);
	}
}

static int start(struct numbers *numbers)
{
	each(numbers, mbedtls_mpi_init);
	return mbedtls_mpi_read_string(&numbers->n, 16, prime) == 0 &&
			       mbedtls_mpi_lset(&numbers->g, GENERATOR) == 0
		       ? 0
		       : -1;
}

/** With leading zeros. */
static int pad(const mbedtls_mpi *number, uint8_t padded[SRP_NUMBER])
{
	return mbedtls_mpi_write_binary(number, padded, SRP_NUMBER);
}

/** Without leading zeros. */
static int write_short(const mbedtls_mpi *number, struct srp_number *written)
{
	written->length = mbedtls_mpi_size(number);
	return written->length <= SRP_NUMBER
		       ? mbedtls_mpi_write_binary(number, written->bytes, written->length)
		       : -1;
}

static int power(struct numbers *numbers, mbedtls_mpi *to, const mbedtls_mpi *base,
		 const mbedtls_mpi *exponent)
{
	return mbedtls_mpi_exp_mod(to, base, exponent, &numbers->n, &numbers->rr);
}

/* The client's half. */

static int draw(struct srp *srp, struct numbers *numbers)
{
	return psa_generate_random(srp->secret, sizeof(srp->secret)) == PSA_SUCCESS &&
			       mbedtls_mpi_read_binary(&numbers->secret, srp->secret,
						       sizeof(srp->secret)) == 0 &&
			       power(numbers, &numbers->own, &numbers->g, &numbers->secret) == 0 &&
			       write_short(&numbers->own, &srp->own) == 0
		       ? 0
		       : -1;
}

int srp_begin(struct srp *srp, size_t zeros)
{
	struct numbers numbers;
	int ret = start(&numbers);

	*srp = (struct srp){0};
	do {
		ret = ret == 0 && psa_crypto_init() == PSA_SUCCESS ? draw(srp, &numbers) : -1;
	} while (ret == 0 && zeros > 0 && srp->own.length != SRP_NUMBER - zeros);
	each(&numbers, mbedtls_mpi_free);
	return ret;
}

/** A device whose B is 0 wants a key that it knows without the verifier; u = 0 is as bad. */
static int scramble(struct numbers *numbers, const struct srp *srp, const uint8_t *theirs,
		    size_t length)
{
	uint8_t own[SRP_NUMBER], padded[SRP_NUMBER], digest[SRP_DIGEST];

	if (mbedtls_mpi_read_binary(&numbers->secret, srp->secret, sizeof(srp->secret)) != 0 ||
	    mbedtls_mpi_read_binary(&numbers->own, srp->own.bytes, srp->own.length) != 0 ||
	    mbedtls_mpi_read_binary(&numbers->theirs, theirs, length) != 0 ||
	    mbedtls_mpi_cmp_int(&numbers->theirs, 0) == 0 ||
	    mbedtls_mpi_cmp_mpi(&numbers->theirs, &numbers->n) >= 0 ||
	    pad(&numbers->own, own) != 0 || pad(&numbers->theirs, padded) != 0 ||
	    HASH(digest, {own, sizeof(own)}, {padded, sizeof(padded)}) != 0 ||
	    mbedtls_mpi_read_binary(&numbers->u, digest, sizeof(digest)) != 0) {
		return -1;
	}
	return mbedtls_mpi_cmp_int(&numbers->u, 0) == 0 ? -1 : 0;
}

static int read_password(struct numbers *numbers, const char *username, const char *password,
			 const uint8_t *salt, size_t salt_length)
{
	uint8_t inner[SRP_DIGEST], digest[SRP_DIGEST];

	return HASH(inner, {username, strlen(username)}, {":", 1}, {password, strlen(password)}) ==
				       0 &&
			       HASH(digest, {salt, salt_length}, {inner, sizeof(inner)}) == 0 &&
			       mbedtls_mpi_read_binary(&numbers->x, digest, sizeof(digest)) == 0
		       ? 0
		       : -1;
}

/** S */
static int share(struct numbers *numbers)
{
	uint8_t n[SRP_NUMBER], g[SRP_NUMBER], digest[SRP_DIGEST];
	mbedtls_mpi *base = &numbers->base, *exponent = &numbers->exponent;

	if (pad(&numbers->n, n) != 0 || pad(&numbers->g, g) != 0 ||
	    HASH(digest, {n, sizeof(n)}, {g, sizeof(g)}) != 0 ||
	    mbedtls_mpi_read_binary(exponent, digest, sizeof(digest)) != 0 ||
	    power(numbers, base, &numbers->g, &numbers->x) != 0 ||
	    mbedtls_mpi_mul_mpi(base, base, exponent) != 0 ||
	    mbedtls_mpi_sub_mpi(base, &numbers->theirs, base) != 0 ||
	    mbedtls_mpi_mod_mpi(base, base, &numbers->n) != 0 ||
	    mbedtls_mpi_mul_mpi(exponent, &numbers->u, &numbers->x) != 0 ||
	    mbedtls_mpi_add_mpi(exponent, exponent, &numbers->secret) != 0) {
		return -1;
	}
	return power(numbers, &numbers->shared, base, exponent);
}

static int prove(struct srp *srp, const struct numbers *numbers, const char *username,
		 const uint8_t *salt, size_t salt_length)
{
	uint8_t n[SRP_NUMBER], g[SRP_NUMBER], group[SRP_DIGEST], name[SRP_DIGEST];
	struct srp_number theirs, shared;

	if (write_short(&numbers->theirs, &theirs) != 0 ||
	    write_short(&numbers->shared, &shared) != 0 || pad(&numbers->n, n) != 0 ||
	    pad(&numbers->g, g) != 0 || HASH(srp->key, {shared.bytes, shared.length}) != 0 ||
	    HASH(group, {n, sizeof(n)}) != 0 || HASH(name, {g, sizeof(g)}) != 0) {
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
	struct numbers numbers;
	int ret = start(&numbers);

	if (ret == 0 &&
	    (scramble(&numbers, srp, theirs, length) != 0 ||
	     read_password(&numbers, username, password, salt, salt_length) != 0 ||
	     share(&numbers) != 0 || prove(srp, &numbers, username, salt, salt_length) != 0)) {
		ret = -1;
	}
	each(&numbers, mbedtls_mpi_free);
	return ret;
}
