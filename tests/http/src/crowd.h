/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A crowd of strangers: threads that do whatever a peer without a session can do.
 */

#ifndef TESTS_HTTP_CROWD_H_
#define TESTS_HTTP_CROWD_H_

/** What a crowd does. */
enum attack {
	/** Connects and says nothing. */
	ATTACK_SILENCE,
	/** Sends a byte of a head every three seconds. */
	ATTACK_DRIP,
	/** Sends half of a request with a body. */
	ATTACK_HALF,
	/** Begins handshakes, ten a second. */
	ATTACK_FIRST_COMMANDS,
	/** Writes random bytes. */
	ATTACK_JUNK,
	/** Connects and leaves. */
	ATTACK_RECONNECT,
	/** Sends requests and reads no responses. */
	ATTACK_DEAF,
	/** Each stranger does another of these every time. */
	ATTACK_MIXED,
	ATTACKS,
};

const char *crowd_name(enum attack attack);

/** Makes one stranger send a first command of this security. Returns the status of the response. */
int crowd_send_first_command(int security);

/**
 * Starts the crowd. Its first commands are of this security, 1 or 2. Its random behavior depends on
 * CONFIG_TEST_CROWD_SEED alone.
 */
void crowd_start(enum attack attack, int security);

/** Sends the crowd away, if there is one. */
void crowd_stop(void);

#endif /* TESTS_HTTP_CROWD_H_ */
