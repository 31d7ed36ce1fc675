/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief A crowd of strangers: threads that do to the service what a peer without a session can.
 */

#ifndef TESTS_HTTP_CROWD_H_
#define TESTS_HTTP_CROWD_H_

/** What a crowd does. */
enum attack {
	/** Connects and says nothing. */
	ATTACK_SILENCE,
	/** Sends a byte of a head every three seconds. */
	ATTACK_DRIP,
	/** Sends the half of a request with a body. */
	ATTACK_HALF,
	/** Begins handshakes, ten a second. */
	ATTACK_FIRST_COMMANDS,
	/** Writes random bytes. */
	ATTACK_JUNK,
	/** Connects and leaves. */
	ATTACK_RECONNECT,
	/** Sends requests, and takes no responses. */
	ATTACK_DEAF,
	/** Each stranger does another of these each time. */
	ATTACK_MIXED,
	ATTACKS,
};

const char *crowd_name(enum attack attack);

/** Has one stranger send a first command of this security. Returns the status of the response. */
int crowd_send_first_command(int security);

/**
 * Has the crowd begin. First commands are those of this security, 1 or 2. What the crowd does at random
 * depends on CONFIG_TEST_CROWD_SEED alone.
 */
void crowd_start(enum attack attack, int security);

/** Has the crowd leave, if there is one. */
void crowd_stop(void);

#endif /* TESTS_HTTP_CROWD_H_ */
