/* SPDX-License-Identifier: Apache-2.0 */

/** @file Networks of the simulations, without a Thread stack, because a phone uses them, too. */

#ifndef TESTS_BSIM_NETWORKS_H_
#define TESTS_BSIM_NETWORKS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATASET_MAX 254

struct network {
	const char *name;
	uint16_t pan_id;
	uint8_t channel;
	uint8_t ext_pan_id[8];
	/** Every byte of the key. */
	uint8_t key;
	/** Seconds of the active timestamp. */
	uint8_t timestamp;
	/** Seconds of the pending timestamp; 0 without one. */
	uint8_t pending;
	/** Channels of the mask; 0 for all. */
	uint32_t channels;
	/** The security policy allows no routers. */
	bool forbids_routers;
};

/** A channel in a mask. */
#define CHANNEL_BIT(channel) (1U << (31 - (channel)))

/** A peer's network, another peer's, and one that no peer has. */
extern const struct network home, other, nowhere;

/** Writes the network's dataset, and returns its length. */
size_t network_dataset(const struct network *network, uint8_t *dataset);

/** Writes the first bytes of the dataset, up to the network's name. They contain no key. */
size_t network_incomplete_dataset(const struct network *network, uint8_t *dataset);

/** Writes what a client makes from a network in a scan: no name and no timestamp. */
size_t network_nameless_dataset(const struct network *network, uint8_t *dataset);

/** Returns the prefix that a border router of this network announces, or its replacement does. */
void network_prefix(const struct network *network, bool is_second, uint8_t prefix[8]);

/** Returns the network's own prefix. */
void network_mesh_local_prefix(const struct network *network, uint8_t prefix[8]);

/** Returns the radio address of a peer in this network, or of the second peer. */
void network_peer_address(const struct network *network, bool is_second, uint8_t *address);

#endif /* TESTS_BSIM_NETWORKS_H_ */
