/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Networks and their datasets, built byte by byte, as a border router's app provides them and not
 * as OpenThread makes them itself.
 */

#include <string.h>

#include <zephyr/sys/byteorder.h>

#include "networks.h"

/** Types of a dataset's parts (Thread specification). */
enum part {
	PART_CHANNEL = 0,
	PART_PAN_ID = 1,
	PART_EXT_PAN_ID = 2,
	PART_NAME = 3,
	PART_PSKC = 4,
	PART_KEY = 5,
	PART_MESH_LOCAL_PREFIX = 7,
	PART_SECURITY_POLICY = 12,
	PART_TIMESTAMP = 14,
	PART_PENDING_TIMESTAMP = 51,
	PART_DELAY = 52,
	PART_CHANNEL_MASK = 53,
};

/** Channels 11 to 26. */
#define ALL_CHANNELS 0x001fffe0

const struct network home = {
	.name = "Home",
	.pan_id = 0x1234,
	.channel = 20,
	.ext_pan_id = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88},
	.key = 0xa5,
	.timestamp = 5,
};

const struct network other = {
	.name = "Sixteen letters!",
	.pan_id = 0xfffe,
	.channel = 26,
	.ext_pan_id = {0xff, 0, 0xff, 0, 0xff, 0, 0xff, 0},
	.key = 0x3c,
	.timestamp = 5,
};

const struct network nowhere = {
	.name = "Nowhere",
	.pan_id = 0x4321,
	.channel = 15,
	.ext_pan_id = {0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11},
	.key = 0x5a,
	.timestamp = 5,
};

static size_t put(uint8_t *dataset, size_t at, enum part part, const void *value, size_t length)
{
	dataset[at] = (uint8_t)part;
	dataset[at + 1] = (uint8_t)length;
	memcpy(&dataset[at + 2], value, length);
	return at + 2 + length;
}

static size_t put_radio(const struct network *network, uint8_t *dataset, size_t at)
{
	const uint8_t channel[] = {0, 0, network->channel};
	uint8_t pan_id[2];

	sys_put_be16(network->pan_id, pan_id);
	at = put(dataset, at, PART_CHANNEL, channel, sizeof(channel));
	at = put(dataset, at, PART_PAN_ID, pan_id, sizeof(pan_id));
	return put(dataset, at, PART_EXT_PAN_ID, network->ext_pan_id, sizeof(network->ext_pan_id));
}

static size_t put_key(const struct network *network, uint8_t *dataset, size_t at)
{
	uint8_t key[16];

	memset(key, network->key, sizeof(key));
	return put(dataset, at, PART_KEY, key, sizeof(key));
}

static size_t put_timestamp(uint8_t *dataset, size_t at, enum part part, uint8_t seconds)
{
	const uint8_t timestamp[] = {0, 0, 0, 0, 0, seconds, 0, 0};

	return put(dataset, at, part, timestamp, sizeof(timestamp));
}

/** The network changes to this dataset when the delay is over. */
static size_t put_pending(const struct network *network, uint8_t *dataset, size_t at)
{
	/* In milliseconds: five minutes. */
	static const uint8_t delay[] = {0x00, 0x04, 0x93, 0xe0};

	at = put_timestamp(dataset, at, PART_PENDING_TIMESTAMP, network->pending);
	return put(dataset, at, PART_DELAY, delay, sizeof(delay));
}

size_t network_incomplete_dataset(const struct network *network, uint8_t *dataset)
{
	size_t at = put_timestamp(dataset, 0, PART_TIMESTAMP, network->timestamp);

	at = put_radio(network, dataset, at);
	return put(dataset, at, PART_NAME, network->name, strlen(network->name));
}

size_t network_nameless_dataset(const struct network *network, uint8_t *dataset)
{
	return put_key(network, dataset, put_radio(network, dataset, 0));
}

size_t network_dataset(const struct network *network, uint8_t *dataset)
{
	const uint8_t policy[] = {0x02, 0xa0, network->forbids_routers ? 0xd7 : 0xf7,
				  network->forbids_routers ? 0xff : 0xf8};
	/* Page 0, and four bytes. */
	uint8_t channels[6] = {0, 4};
	size_t at = network_incomplete_dataset(network, dataset);
	uint8_t prefix[8], pskc[16];

	sys_put_be32(network->channels != 0 ? network->channels : ALL_CHANNELS, &channels[2]);
	network_mesh_local_prefix(network, prefix);
	memset(pskc, network->key, sizeof(pskc));
	at = put_key(network, dataset, at);
	at = put(dataset, at, PART_PSKC, pskc, sizeof(pskc));
	at = put(dataset, at, PART_MESH_LOCAL_PREFIX, prefix, sizeof(prefix));
	at = put(dataset, at, PART_SECURITY_POLICY, policy, sizeof(policy));
	at = put(dataset, at, PART_CHANNEL_MASK, channels, sizeof(channels));
	return network->pending != 0 ? put_pending(network, dataset, at) : at;
}

void network_mesh_local_prefix(const struct network *network, uint8_t prefix[8])
{
	memset(prefix, 0, 8);
	prefix[0] = 0xfd;
	prefix[1] = network->key;
}

void network_prefix(const struct network *network, bool is_second, uint8_t prefix[8])
{
	static const uint8_t documentation[] = {0x20, 0x01, 0x0d, 0xb8};

	memset(prefix, 0, 8);
	memcpy(prefix, documentation, sizeof(documentation));
	prefix[4] = network->key;
	prefix[5] = is_second;
}

void network_peer_address(const struct network *network, bool is_second, uint8_t *address)
{
	static const uint8_t first[] = {0xca, 0xfe, 0, 0, 0, 0, 0};

	memcpy(address, first, sizeof(first));
	address[1] += is_second;
	address[sizeof(first)] = network->key;
}
