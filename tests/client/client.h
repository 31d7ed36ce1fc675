/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A provisioning client for tests: the other half of the protocol, written apart.
 *
 * It shares no code with the device: messages are put together by hand, and the cipher is PSA's.
 * It knows no transport. Functions return 0 or more on success, -1 if the transport failed or the
 * answer makes no sense.
 */

#ifndef TESTS_CLIENT_H_
#define TESTS_CLIENT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <psa/crypto.h>

#ifndef CLIENT_MESSAGE_MAX
#define CLIENT_MESSAGE_MAX 1024
#endif

/** Brings a request to the device. Returns 0 with the answer, anything else if it failed. */
typedef int (*client_send_t)(void *context, const char *endpoint, const uint8_t *request,
			     size_t length, uint8_t *reply, size_t size, size_t *reply_length);

struct client;

/** What a session does to its messages. Not in place: both buffers are of their own. */
struct client_session {
	/** Seals a request. */
	int (*seal)(struct client *client, const uint8_t *request, size_t length, uint8_t *sealed,
		    size_t size, size_t *sealed_length);
	/** Opens an answer. */
	int (*open)(struct client *client, const uint8_t *sealed, size_t length, uint8_t *reply,
		    size_t size, size_t *reply_length);
	/** Wipes the keys. */
	void (*end)(struct client *client);
};

/** A client. Set the first two, zero the rest. */
struct client {
	client_send_t send;
	void *context;
	/** The session; NULL if there is none, or none that seals. */
	const struct client_session *session;
	/** Of a session whose handshake is not in this header. */
	void *state;
	/** Of security 1. */
	psa_cipher_operation_t cipher;
	psa_key_id_t key;
};

enum client_station {
	CLIENT_CONNECTED = 0,
	CLIENT_CONNECTING = 1,
	CLIENT_DISCONNECTED = 2,
	CLIENT_FAILED = 3,
};

enum client_reason {
	CLIENT_NO_REASON = -1,
	CLIENT_AUTH_ERROR = 0,
	CLIENT_NOT_FOUND = 1,
};

struct client_status {
	enum client_station station;
	enum client_reason reason;
	/** The address, if connected. */
	char address[16];
	/** Attempts left, if one failed; else -1. */
	int attempts_left;
};

struct client_network {
	char ssid[33];
	uint8_t bssid[6];
	uint8_t channel;
	int8_t rssi;
	uint8_t auth;
};

/** The answer of `proto-ver`, terminated. */
int client_version(struct client *client, char *text, size_t size);

/** Handshakes. Without a proof of possession: NULL. */
int client_handshake_0(struct client *client);
int client_handshake_1(struct client *client, const char *pop);

/** The first half of security 1's handshake only. */
int client_half_handshake_1(struct client *client);

/** Forgets the session. */
void client_forget(struct client *client);

/** A request within the session. */
int client_ask(struct client *client, const char *endpoint, const uint8_t *request, size_t length,
	       uint8_t *reply, size_t size, size_t *reply_length);

/** These return the `Status` of the answer: 0 is success. */
int client_set(struct client *client, const char *ssid, const char *passphrase);
int client_apply(struct client *client);
int client_status(struct client *client, struct client_status *status);
int client_reset(struct client *client);
int client_reprovision(struct client *client);

/** Scans, waits, and takes the results page by page. Returns how many. */
int client_scan(struct client *client, struct client_network *networks, size_t max);

#endif /* TESTS_CLIENT_H_ */
