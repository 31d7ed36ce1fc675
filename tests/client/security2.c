/* SPDX-License-Identifier: Apache-2.0 */

#include <stdlib.h>
#include <string.h>

#include <zephyr/sys/byteorder.h>

#include "client_wire.h"
#include "security2.h"
#include "srp.h"

#define KEY_SIZE 32
#define SALT_MAX 64

/** Position of a message's number in its nonce. The bytes before it are drawn by the device. */
#define NUMBER 8

/* The session. */

/**
 * Counts a message. Both sides do so, whoever sent it. With patch 0, all messages have the same
 * nonce. After the last number follows 0, which no message may have.
 */
static void count(struct security2 *session)
{
	if (session->patch == 1) {
		sys_put_be32(sys_get_be32(&session->nonce[NUMBER]) + 1, &session->nonce[NUMBER]);
	}
}

static bool has_numbers(const struct security2 *session)
{
	return session->patch != 1 || sys_get_be32(&session->nonce[NUMBER]) != 0;
}

static int seal_request(struct client *client, const uint8_t *request, size_t length,
			uint8_t *sealed, size_t size, size_t *sealed_length)
{
	struct security2 *session = client->state;

	if (!has_numbers(session) ||
	    psa_aead_encrypt(session->key, PSA_ALG_GCM, session->nonce, sizeof(session->nonce),
			     NULL, 0, request, length, sealed, size,
			     sealed_length) != PSA_SUCCESS) {
		return -1;
	}
	count(session);
	return 0;
}

static int open_answer(struct client *client, const uint8_t *sealed, size_t length, uint8_t *reply,
		       size_t size, size_t *reply_length)
{
	struct security2 *session = client->state;

	*reply_length = 0;
	if (!has_numbers(session) ||
	    psa_aead_decrypt(session->key, PSA_ALG_GCM, session->nonce, sizeof(session->nonce),
			     NULL, 0, sealed, length, reply, size, reply_length) != PSA_SUCCESS) {
		return -1;
	}
	count(session);
	return 0;
}

static void end_session(struct client *client)
{
	struct security2 *session = client->state;

	(void)psa_destroy_key(session->key);
	*session = (struct security2){0};
}

static const struct client_session security_2 = {
	.seal = seal_request,
	.open = open_answer,
	.end = end_session,
};

static int begin(struct client *client, struct security2 *session, const uint8_t *key)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;

	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT | PSA_KEY_USAGE_DECRYPT);
	psa_set_key_algorithm(&attributes, PSA_ALG_GCM);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
	if (psa_import_key(&attributes, key, KEY_SIZE, &session->key) != PSA_SUCCESS) {
		return -1;
	}
	client->state = session;
	client->session = &security_2;
	return 0;
}

/* The handshake. */

/** Reads from the version text how messages are numbered. Old devices have no such entry. */
static int read_patch(struct client *client, int *patch)
{
	static const char name[] = "\"sec_patch_ver\":";
	char version[CLIENT_MESSAGE_MAX];
	const char *found;

	if (client_version(client, version, sizeof(version)) != 0 ||
	    strstr(version, "\"sec_ver\":2") == NULL) {
		return -1;
	}
	found = strstr(version, name);
	*patch = found != NULL && strtol(found + strlen(name), NULL, 10) == 1 ? 1 : 0;
	return 0;
}

/** The device's response to the first command, with the salt unchanged. */
struct challenge {
	uint8_t salt[SALT_MAX];
	size_t salt_length;
	struct srp_number theirs;
};

static bool copy_up_to(struct reader reader, uint32_t number, uint8_t *to, size_t size,
		       size_t *length)
{
	struct field field;

	if (!find(reader, number, &field) || size_of(&field) == 0 || size_of(&field) > size) {
		return false;
	}
	*length = size_of(&field);
	memcpy(to, field.content.at, *length);
	return true;
}

static int first_half(struct client *client, const struct srp *srp, const char *username,
		      struct challenge *challenge)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	struct writer command = {0};
	struct reader content;

	put_bytes(&command, 1, username, strlen(username));
	put_bytes(&command, 2, srp->own.bytes, srp->own.length);
	if (client_shake(client, 2, 0, 20, &command, reply, &content) != 0 ||
	    !copy_up_to(content, 2, challenge->theirs.bytes, sizeof(challenge->theirs.bytes),
			&challenge->theirs.length) ||
	    !copy_up_to(content, 3, challenge->salt, sizeof(challenge->salt),
			&challenge->salt_length)) {
		return -1;
	}
	return 0;
}

static int second_half(struct client *client, const struct srp *srp, struct security2 *session)
{
	uint8_t reply[CLIENT_MESSAGE_MAX], proof[SRP_DIGEST];
	struct writer command = {0};
	struct reader content;

	put_bytes(&command, 1, srp->proof, sizeof(srp->proof));
	if (client_shake(client, 2, 2, 22, &command, reply, &content) != 0 ||
	    !copy_in(content, 2, proof, sizeof(proof)) ||
	    !copy_in(content, 3, session->nonce, sizeof(session->nonce)) ||
	    memcmp(proof, srp->expected, sizeof(proof)) != 0) {
		return -1;
	}
	/* Numbers start with 1, which the device has sent with the rest of the nonce. */
	return session->patch == 1 && sys_get_be32(&session->nonce[NUMBER]) != 1 ? -1 : 0;
}

int security2_handshake_zeros(struct client *client, struct security2 *session,
			      const char *username, const char *password, size_t zeros)
{
	struct challenge challenge;
	struct srp srp;

	client_forget(client);
	if (read_patch(client, &session->patch) != 0 || srp_begin(&srp, zeros) != 0 ||
	    first_half(client, &srp, username, &challenge) != 0 ||
	    srp_agree(&srp, username, password, challenge.salt, challenge.salt_length,
		      challenge.theirs.bytes, challenge.theirs.length) != 0 ||
	    second_half(client, &srp, session) != 0) {
		return -1;
	}
	return begin(client, session, srp.key);
}

int security2_handshake(struct client *client, struct security2 *session, const char *username,
			const char *password)
{
	return security2_handshake_zeros(client, session, username, password, 0);
}

int security2_half_handshake(struct client *client, const char *username)
{
	struct challenge challenge;
	struct srp srp;

	client_forget(client);
	return srp_begin(&srp, 0) == 0 ? first_half(client, &srp, username, &challenge) : -1;
}
