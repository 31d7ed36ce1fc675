/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "client.h"
#include "client_wire.h"

#define KEY_SIZE    32
#define RANDOM_SIZE 16

/** Number of results in a request. */
#define PAGE 4

/* Sessions. */

static int send_plain(struct client *client, const char *endpoint, const struct writer *request,
		      uint8_t *reply, struct reader *answer)
{
	size_t length = 0;

	if (client->send(client->context, endpoint, request->bytes, request->length, reply,
			 CLIENT_MESSAGE_MAX, &length) != 0) {
		return -1;
	}
	*answer = (struct reader){.at = reply, .end = reply + length};
	return 0;
}

int client_version(struct client *client, char *text, size_t size)
{
	size_t length = 0;

	if (client->send(client->context, "proto-ver", (const uint8_t *)"ESP", 3, (uint8_t *)text,
			 size - 1, &length) != 0) {
		return -1;
	}
	text[length] = '\0';
	return 0;
}

void client_forget(struct client *client)
{
	if (client->session != NULL) {
		client->session->end(client);
	}
	client->session = NULL;
}

int client_handshake_0(struct client *client)
{
	static const uint8_t request[] = {0x52, 0x03, 0xa2, 0x01, 0x00};
	static const uint8_t expected[] = {0x52, 0x05, 0x08, 0x01, 0xaa, 0x01, 0x00};
	uint8_t reply[CLIENT_MESSAGE_MAX];
	size_t length = 0;

	client_forget(client);
	if (client->send(client->context, "prov-session", request, sizeof(request), reply,
			 sizeof(reply), &length) != 0) {
		return -1;
	}
	return length == sizeof(expected) && memcmp(reply, expected, length) == 0 ? 0 : -1;
}

int client_shake(struct client *client, uint32_t security, uint32_t type, uint32_t field,
		 const struct writer *command, uint8_t *reply, struct reader *content)
{
	struct writer payload = {0}, session = {0};
	struct reader answer;
	struct field scheme, response;

	if (type != 0) {
		put_number(&payload, 1, type);
	}
	put_message(&payload, field, command);
	put_number(&session, 2, security);
	put_message(&session, 10 + security, &payload);
	if (send_plain(client, "prov-session", &session, reply, &answer) != 0 ||
	    number_in(answer, 2) != security || !find(answer, 10 + security, &scheme) ||
	    number_in(scheme.content, 1) != type + 1 ||
	    !find(scheme.content, field + 1, &response) || number_in(response.content, 1) != 0) {
		return -1;
	}
	*content = response.content;
	return 0;
}

/* Security 1. */

static void end_1(struct client *client)
{
	(void)psa_cipher_abort(&client->cipher);
	(void)psa_destroy_key(client->key);
	client->key = 0;
}

/** Applies the next bytes of the shared keystream to these. */
static int apply(struct client *client, const uint8_t *from, size_t length, uint8_t *to,
		 size_t size, size_t *done)
{
	*done = 0;
	if (length == 0) {
		return 0;
	}
	return psa_cipher_update(&client->cipher, from, length, to, size, done) == PSA_SUCCESS &&
			       *done == length
		       ? 0
		       : -1;
}

static const struct client_session security_1 = {.seal = apply, .open = apply, .end = end_1};

/** Computes the session's key from the key agreement and the proof of possession. */
static int agree(struct client *client, psa_key_id_t own, const uint8_t *device_key,
		 const uint8_t *random, const char *pop)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	uint8_t secret[KEY_SIZE], hash[KEY_SIZE];
	size_t length;

	if (psa_raw_key_agreement(PSA_ALG_ECDH, own, device_key, KEY_SIZE, secret, sizeof(secret),
				  &length) != PSA_SUCCESS) {
		return -1;
	}
	if (pop != NULL && pop[0] != '\0') {
		if (psa_hash_compute(PSA_ALG_SHA_256, (const uint8_t *)pop, strlen(pop), hash,
				     sizeof(hash), &length) != PSA_SUCCESS) {
			return -1;
		}
		for (size_t i = 0; i < KEY_SIZE; i++) {
			secret[i] ^= hash[i];
		}
	}
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_ENCRYPT);
	psa_set_key_algorithm(&attributes, PSA_ALG_CTR);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_AES);
	client->cipher = psa_cipher_operation_init();
	client->session = &security_1;
	if (psa_import_key(&attributes, secret, KEY_SIZE, &client->key) != PSA_SUCCESS ||
	    psa_cipher_encrypt_setup(&client->cipher, client->key, PSA_ALG_CTR) != PSA_SUCCESS ||
	    psa_cipher_set_iv(&client->cipher, random, RANDOM_SIZE) != PSA_SUCCESS) {
		return -1;
	}
	return 0;
}

struct handshake {
	psa_key_id_t own;
	uint8_t client_key[KEY_SIZE], device_key[KEY_SIZE], random[RANDOM_SIZE];
};

static int first_half(struct client *client, struct handshake *handshake)
{
	psa_key_attributes_t attributes = PSA_KEY_ATTRIBUTES_INIT;
	uint8_t reply[CLIENT_MESSAGE_MAX];
	struct writer command = {0};
	struct reader content;
	size_t length;

	client_forget(client);
	psa_set_key_usage_flags(&attributes, PSA_KEY_USAGE_DERIVE);
	psa_set_key_algorithm(&attributes, PSA_ALG_ECDH);
	psa_set_key_type(&attributes, PSA_KEY_TYPE_ECC_KEY_PAIR(PSA_ECC_FAMILY_MONTGOMERY));
	psa_set_key_bits(&attributes, 255);
	if (psa_crypto_init() != PSA_SUCCESS ||
	    psa_generate_key(&attributes, &handshake->own) != PSA_SUCCESS ||
	    psa_export_public_key(handshake->own, handshake->client_key, KEY_SIZE, &length) !=
		    PSA_SUCCESS) {
		return -1;
	}
	put_bytes(&command, 1, handshake->client_key, KEY_SIZE);
	if (client_shake(client, 1, 0, 20, &command, reply, &content) != 0 ||
	    !copy_in(content, 2, handshake->device_key, KEY_SIZE) ||
	    !copy_in(content, 3, handshake->random, RANDOM_SIZE)) {
		return -1;
	}
	return 0;
}

static int second_half(struct client *client, const struct handshake *handshake)
{
	uint8_t reply[CLIENT_MESSAGE_MAX], proof[KEY_SIZE], expected[KEY_SIZE];
	struct writer command = {0};
	struct reader content;
	size_t length;

	if (apply(client, handshake->device_key, KEY_SIZE, proof, sizeof(proof), &length) != 0) {
		return -1;
	}
	put_bytes(&command, 2, proof, KEY_SIZE);
	if (client_shake(client, 1, 2, 22, &command, reply, &content) != 0 ||
	    !copy_in(content, 3, proof, KEY_SIZE) ||
	    apply(client, handshake->client_key, KEY_SIZE, expected, sizeof(expected), &length) !=
		    0) {
		return -1;
	}
	return memcmp(proof, expected, KEY_SIZE) == 0 ? 0 : -1;
}

int client_half_handshake_1(struct client *client)
{
	struct handshake handshake = {0};
	int ret = first_half(client, &handshake);

	(void)psa_destroy_key(handshake.own);
	return ret;
}

int client_handshake_1(struct client *client, const char *pop)
{
	struct handshake handshake = {0};
	int ret = first_half(client, &handshake);

	if (ret == 0) {
		ret = agree(client, handshake.own, handshake.device_key, handshake.random, pop);
	}
	if (ret == 0) {
		ret = second_half(client, &handshake);
	}
	(void)psa_destroy_key(handshake.own);
	if (ret != 0) {
		client_forget(client);
	}
	return ret;
}

/* Requests. */

int client_ask(struct client *client, const char *endpoint, const uint8_t *request, size_t length,
	       uint8_t *reply, size_t size, size_t *reply_length)
{
	const struct client_session *session = client->session;
	uint8_t sealed[CLIENT_MESSAGE_MAX];
	size_t sealed_length = 0;

	if (session == NULL) {
		return client->send(client->context, endpoint, request, length, reply, size,
				    reply_length) == 0
			       ? 0
			       : -1;
	}
	if (session->seal(client, request, length, sealed, sizeof(sealed), &sealed_length) != 0 ||
	    client->send(client->context, endpoint, sealed, sealed_length, reply, size,
			 reply_length) != 0 ||
	    *reply_length > sizeof(sealed)) {
		return -1;
	}
	sealed_length = *reply_length;
	memcpy(sealed, reply, sealed_length);
	return session->open(client, sealed, sealed_length, reply, size, reply_length);
}

/* Messages. */

int client_exchange(struct client *client, const char *endpoint, uint32_t type, uint32_t field,
		    const struct writer *command, uint8_t *reply, struct reader *payload,
		    struct reader *content)
{
	struct writer request = {0};
	struct field response;
	size_t length = 0;

	put_number(&request, 1, type);
	put_message(&request, field, command);
	if (client_ask(client, endpoint, request.bytes, request.length, reply, CLIENT_MESSAGE_MAX,
		       &length) != 0) {
		return -1;
	}
	*payload = (struct reader){.at = reply, .end = reply + length};
	if (number_in(*payload, 1) != type + 1 || !find(*payload, field + 1, &response)) {
		return -1;
	}
	*content = response.content;
	return 0;
}

int client_configure(struct client *client, uint32_t type, uint32_t field,
		     const struct writer *command)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	struct reader payload, content;

	if (client_exchange(client, "prov-config", type, field, command, reply, &payload,
			    &content) != 0) {
		return -1;
	}
	return (int)number_in(content, 1);
}

int client_set(struct client *client, const char *ssid, const char *passphrase)
{
	struct writer command = {0};

	put_bytes(&command, 1, ssid, strlen(ssid));
	put_bytes(&command, 2, passphrase, strlen(passphrase));
	return client_configure(client, 2, 12, &command);
}

int client_apply(struct client *client)
{
	const struct writer command = {0};

	return client_configure(client, 4, 14, &command);
}

int client_status(struct client *client, struct client_status *status)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	const struct writer command = {0};
	struct reader payload, content;
	struct field field;

	if (client_exchange(client, "prov-config", 0, 10, &command, reply, &payload, &content) !=
	    0) {
		return -1;
	}
	*status = (struct client_status){
		.station = (enum client_station)number_in(content, 2),
		.reason = CLIENT_NO_REASON,
		.attempts_left = -1,
	};
	if (find(content, 10, &field)) {
		status->reason = (enum client_reason)field.value;
	}
	if (find(content, 11, &field)) {
		text_in(field.content, 1, status->address, sizeof(status->address));
	}
	if (find(content, 12, &field)) {
		status->attempts_left = (int)number_in(field.content, 1);
	}
	return (int)number_in(content, 1);
}

int client_control(struct client *client, uint32_t type, uint32_t field)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	const struct writer command = {0};
	struct reader payload, content;

	if (client_exchange(client, "prov-ctrl", type, field, &command, reply, &payload,
			    &content) != 0) {
		return -1;
	}
	return (int)number_in(payload, 2);
}

int client_reset(struct client *client)
{
	return client_control(client, 1, 11);
}

int client_reprovision(struct client *client)
{
	return client_control(client, 3, 13);
}

/** Requests `count` results, starting from `start`. */
static int scan_page(struct client *client, uint32_t type, uint32_t start, uint32_t count,
		     client_entry_t read, void *networks)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	struct writer command = {0};
	struct reader payload, content;
	struct field entry;
	uint32_t found = 0;

	put_number(&command, 1, start);
	put_number(&command, 2, count);
	if (client_exchange(client, "prov-scan", type, type + 10, &command, reply, &payload,
			    &content) != 0 ||
	    number_in(payload, 2) != 0) {
		return -1;
	}
	while (found < count && get_field(&content, &entry)) {
		if (!read(entry.content, networks, start + found)) {
			return -1;
		}
		found++;
	}
	return found == count ? 0 : -1;
}

/** Returns the number of networks. */
static int scan(struct client *client, uint32_t type, const struct writer *start)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	const struct writer nothing = {0};
	struct reader payload, content;

	if (client_exchange(client, "prov-scan", type, type + 10, start, reply, &payload,
			    &content) != 0 ||
	    number_in(payload, 2) != 0 ||
	    client_exchange(client, "prov-scan", type + 2, type + 12, &nothing, reply, &payload,
			    &content) != 0 ||
	    number_in(payload, 2) != 0 || number_in(content, 1) != 1) {
		return -1;
	}
	return (int)number_in(content, 2);
}

int client_scan_for(struct client *client, uint32_t type, const struct writer *start,
		    client_entry_t read, void *networks, size_t max)
{
	int found = scan(client, type, start);
	size_t count;

	if (found < 0) {
		return -1;
	}
	count = (size_t)found < max ? (size_t)found : max;
	for (size_t at = 0; at < count; at += PAGE) {
		size_t page = count - at < PAGE ? count - at : PAGE;

		if (scan_page(client, type + 4, (uint32_t)at, (uint32_t)page, read, networks) !=
		    0) {
			return -1;
		}
	}
	return (int)count;
}

static bool read_entry(struct reader entry, void *networks, size_t at)
{
	struct client_network *network = &((struct client_network *)networks)[at];

	text_in(entry, 1, network->ssid, sizeof(network->ssid));
	network->channel = (uint8_t)number_in(entry, 2);
	network->rssi = (int8_t)number_in(entry, 3);
	network->auth = (uint8_t)number_in(entry, 5);
	return copy_in(entry, 4, network->bssid, sizeof(network->bssid));
}

int client_scan(struct client *client, struct client_network *networks, size_t max)
{
	struct writer start = {0};

	put_number(&start, 1, 1);
	return client_scan_for(client, 0, &start, read_entry, networks, max);
}
