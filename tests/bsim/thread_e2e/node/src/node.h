/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TESTS_BSIM_NODE_H_
#define TESTS_BSIM_NODE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openthread/thread.h>

#include "bstests.h"
#include "client.h"
#include "client_thread.h"
#include "networks.h"

/** How long an attempt that fails lasts, in seconds. */
#define ATTEMPT_S 20

#define SCENARIO(name, description)                                                                \
	{                                                                                          \
		.test_id = #name, .test_descr = description, .test_args_f = read_arguments,        \
		.test_main_f = run_##name,                                                         \
	}

/* Networks. */

/** Whether this is the network that the device would join now. */
bool network_is_active(const struct network *network);

/** Whether the device would join none. */
bool network_none_is_active(void);

/* The device under test, and the client that it has on its console. */

/** Arguments of the command line. */
struct options {
	/** What the application must have been told in the end. */
	const char *story;
	/** Never the first of a network, as a device without a router's part. */
	bool is_end_device;
	/** A peer that announces a prefix for addresses. */
	bool is_border_router;
	/** A peer that hands its dataset to joiners. */
	bool is_commissioner;
	/** A peer that takes the place of another one: it has another address and prefix. */
	bool is_second;
	/** When a peer starts its network, leaves it, and returns to it, in seconds from its boot. */
	int starts, leaves, returns;
	/** The power fails ahead of this write of the settings, from 1. */
	int cut;
	/** The network of a peer, or the one that the device is to join. */
	const struct network *network;
};

extern struct options options;

/** Initialises the manager. */
void device_begin(void);

/** Starts the service. */
void device_start(void);

/** Starts the service, and opens a session. */
void device_serve(struct client *client);

/** How often the application was told of an address. */
int device_addresses(void);

/** Waits until the service has ended. */
void device_await_end(void);

/** Checks what the application was told, and ends the manager. */
void device_finish(void);

/** Waits until this network is in range, as a client sees it. */
void device_await_network(struct client *client, const struct network *network);

/** Hands a dataset over and has it applied. */
void device_apply_dataset(struct client *client, const uint8_t *dataset, size_t length);

/** The same with the network's. */
void device_apply(struct client *client, const struct network *network);

/** Waits until it has worked, or has not, and asks how it went. */
void device_await_verdict(struct client *client, struct client_thread_status *status);

/** Checks that the device says that it is attached to this network. */
void device_check_attached(const struct client_thread_status *status,
			   const struct network *network);

/** The status endpoint's response begins with `wanted`. */
void device_check_status(struct client *client, const char *wanted);

/** All of it: the device is attached to the network when it returns. */
void device_join(struct client *client, const struct network *network);

/** What OpenThread itself says of the device's part in a network. */
otDeviceRole device_role(void);

/** Whether this is a part in the network of a peer. */
bool device_is_in_peers_network(void);

/** Whether the manager says that the device is provisioned. */
bool device_is_provisioned(void);

/** Waits until the role, the dataset or an address may have changed. */
void device_await_change(void);

/** Waits until OpenThread says that it has one. */
void device_await_attached(void);

/** Waits until this is the network that the device would join. */
void device_await_active(const struct network *network);

/* What the programs do. */

void peer_run(void);
void read_arguments(int argc, char **argv);
void scenarios_install(struct bst_test_list **list);
void datasets_install(struct bst_test_list **list);
void outage_install(struct bst_test_list **list);
void joiner_install(struct bst_test_list **list);

/** Makes a peer a commissioner that admits any joiner. Only with joiner.conf. */
void joiner_admit(otInstance *ot);

#endif /* TESTS_BSIM_NODE_H_ */
