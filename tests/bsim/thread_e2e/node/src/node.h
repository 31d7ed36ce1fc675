/* SPDX-License-Identifier: Apache-2.0 */

#ifndef TESTS_BSIM_NODE_H_
#define TESTS_BSIM_NODE_H_

#include <stdbool.h>

#include "bstests.h"
#include "client.h"
#include "client_thread.h"
#include "networks.h"

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
	/** The network of a peer. */
	const struct network *network;
};

extern struct options options;

/** Initialises the manager. */
void device_begin(void);

/** Starts the service. */
void device_start(void);

/** Starts the service, and opens a session. */
void device_serve(struct client *client);

/** Waits until the service has ended. */
void device_await_end(void);

/** Checks what the application was told, and ends the manager. */
void device_finish(void);

/** Waits until this network is in range, as a client sees it. */
void device_await_network(struct client *client, const struct network *network);

/** Hands the network's dataset over and has it applied. */
void device_apply(struct client *client, const struct network *network);

/** Asks until the device attaches no more. */
void device_poll(struct client *client, struct client_thread_status *status);

/** All of it: the device is attached to the network when it returns. */
void device_join(struct client *client, const struct network *network);

/** Waits until OpenThread itself says that it is attached. */
void device_await_attached(void);

/* What the programs do. */

void peer_run(void);
void read_arguments(int argc, char **argv);
void scenarios_install(struct bst_test_list **list);

#endif /* TESTS_BSIM_NODE_H_ */
