/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A provisioning client for tests: the other side of the protocol, written independently.
 *
 * It shares no code with the device: messages are built by hand, and the cipher is PSA's. It knows
 * no transport. Functions return 0 or more on success, and -1 if the transport failed or the
 * response is invalid.
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

/** Sends a request to the device. Returns 0 with the response, or another value if it failed. */
typedef int (*client_send_t)(void *context, const char *endpoint, const uint8_t *request,
			     size_t length, uint8_t *reply, size_t size, size_t *reply_length);

struct client;

/** How a session protects its messages. Not in place: the buffers are separate. */
struct client_session {
	/** Encrypts a request. */
	int (*seal)(struct client *client, const uint8_t *request, size_t length, uint8_t *sealed,
		    size_t size, size_t *sealed_length);
	/** Decrypts a response. */
	int (*open)(struct client *client, const uint8_t *sealed, size_t length, uint8_t *reply,
		    size_t size, size_t *reply_length);
	/** Wipes the keys. */
	void (*end)(struct client *client);
};

/** A client. Set the first two members and zero the rest. */
struct client {
	client_send_t send;
	void *context;
	/** The session; NULL if there is none, or if it does not encrypt. */
	const struct client_session *session;
	/** State of a session whose handshake is not in this header. */
	void *state;
	/** Cipher of security 1. */
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
	/** Attempts left if one failed; otherwise -1. */
	int attempts_left;
};

struct client_network {
	char ssid[33];
	uint8_t bssid[6];
	uint8_t channel;
	int8_t rssi;
	uint8_t auth;
};

/** Gets the response of `proto-ver`, null-terminated. */
int client_version(struct client *client, char *text, size_t size);

/** Handshakes. Without a proof of possession, pass NULL. */
int client_handshake_0(struct client *client);
int client_handshake_1(struct client *client, const char *pop);

/** Performs the first half of security 1's handshake only. */
int client_half_handshake_1(struct client *client);

/** Forgets the session. */
void client_forget(struct client *client);

/** Sends a request in the session. */
int client_ask(struct client *client, const char *endpoint, const uint8_t *request, size_t length,
	       uint8_t *reply, size_t size, size_t *reply_length);

/** These return the `Status` of the response: 0 is success. */
int client_set(struct client *client, const char *ssid, const char *passphrase);
int client_apply(struct client *client);
int client_status(struct client *client, struct client_status *status);
int client_reset(struct client *client);
int client_reprovision(struct client *client);

/** Scans, waits, and requests the results page by page. Returns their number. */
int client_scan(struct client *client, struct client_network *networks, size_t max);

#endif /* TESTS_CLIENT_H_ */
