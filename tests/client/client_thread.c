/* SPDX-License-Identifier: Apache-2.0 */

#include <string.h>

#include "client_thread.h"
#include "client_wire.h"

int client_thread_set(struct client *client, const uint8_t *dataset, size_t length)
{
	struct writer command = {0};

	put_bytes(&command, 1, dataset, length);
	return client_configure(client, 8, 18, &command);
}

int client_thread_apply(struct client *client)
{
	const struct writer command = {0};

	return client_configure(client, 10, 20, &command);
}

int client_thread_status(struct client *client, struct client_thread_status *status)
{
	uint8_t reply[CLIENT_MESSAGE_MAX];
	const struct writer command = {0};
	struct reader payload, content;
	struct field field;

	if (client_exchange(client, "prov-config", 6, 16, &command, reply, &payload, &content) !=
	    0) {
		return -1;
	}
	*status = (struct client_thread_status){
		.state = (enum client_thread_state)number_in(content, 2),
		.reason = CLIENT_NO_THREAD_REASON,
	};
	if (find(content, 10, &field)) {
		status->reason = (enum client_thread_reason)field.value;
	}
	if (find(content, 11, &field)) {
		struct client_thread_network *network = &status->network;

		network->pan_id = (uint16_t)number_in(field.content, 1);
		network->channel = (uint8_t)number_in(field.content, 3);
		text_in(field.content, 4, network->name, sizeof(network->name));
		if (!copy_in(field.content, 2, network->ext_pan_id, sizeof(network->ext_pan_id))) {
			return -1;
		}
	}
	return (int)number_in(content, 1);
}

int client_thread_reset(struct client *client)
{
	return client_control(client, 5, 15);
}

int client_thread_reprovision(struct client *client)
{
	return client_control(client, 7, 17);
}

static bool read_entry(struct reader entry, void *networks, size_t at)
{
	struct client_thread_network *network = &((struct client_thread_network *)networks)[at];

	network->pan_id = (uint16_t)number_in(entry, 1);
	network->channel = (uint8_t)number_in(entry, 2);
	network->rssi = (int8_t)number_in(entry, 3);
	network->lqi = (uint8_t)number_in(entry, 4);
	text_in(entry, 6, network->name, sizeof(network->name));
	return copy_in(entry, 5, network->ext_addr, sizeof(network->ext_addr)) &&
	       copy_in(entry, 7, network->ext_pan_id, sizeof(network->ext_pan_id));
}

int client_thread_scan(struct client *client, uint32_t channel_mask,
		       struct client_thread_network *networks, size_t max)
{
	struct writer start = {0};

	put_number(&start, 1, 1);
	if (channel_mask != 0) {
		put_number(&start, 2, channel_mask);
	}
	return client_scan_for(client, 6, &start, read_entry, networks, max);
}
