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

/** Duration of a failed attempt in seconds. */
#define ATTEMPT_S 20

#define SCENARIO(name, description)                                                                \
	{                                                                                          \
		.test_id = #name, .test_descr = description, .test_args_f = read_arguments,        \
		.test_main_f = run_##name,                                                         \
	}

/* Networks. */

/** Checks whether this is the network that the device would join now. */
bool network_is_active(const struct network *network);

/** Checks whether the device would join no network. */
bool network_none_is_active(void);

/* The device under test, and the client on its console. */

/** Arguments of the command line. */
struct options {
	/** Events that the application must have received in the end. */
	const char *story;
	/** Never the first of a network, because it cannot be a router. */
	bool is_end_device;
	/** A peer that announces a prefix for addresses. */
	bool is_border_router;
	/** A peer that hands its dataset to joiners. */
	bool is_commissioner;
	/** A peer that replaces another one: it has another address and prefix. */
	bool is_second;
	/**
	 * When a peer starts its network, leaves it and returns to it, in seconds from its boot.
	 * For the device: when its network returns.
	 */
	int starts, leaves, returns;
	/** The power fails before this write of the settings, counted from 1. */
	int cut;
	/** The network of a peer, or the one that the device must join. */
	const struct network *network;
};

extern struct options options;

/** Initialises the manager. */
void device_begin(void);

/** Starts the service. */
void device_start(void);

/** Waits until the service has started. */
void device_await_start(void);

/** Opens a session of the running service. */
void device_pair(struct client *client);

/** Starts the service, and opens a session. */
void device_serve(struct client *client);

/** Returns how many addresses were reported to the application. */
int device_addresses(void);

/** Waits until the service has ended. */
void device_await_end(void);

/** Checks which events the application received, and ends the manager. */
void device_finish(void);

/** Waits until this network is in range, as a client sees it. */
void device_await_network(struct client *client, const struct network *network);

/** Sends a dataset and has it applied. */
void device_apply_dataset(struct client *client, const uint8_t *dataset, size_t length);

/** Sends the network's dataset and has it applied. */
void device_apply(struct client *client, const struct network *network);

/** Waits until it has worked or failed, and requests the status. */
void device_await_verdict(struct client *client, struct client_thread_status *status);

/** Checks that the device reports that it is attached to this network. */
void device_check_attached(const struct client_thread_status *status,
			   const struct network *network);

/** Checks that the status endpoint's response begins with `wanted`. */
void device_check_status(struct client *client, const char *wanted);

/** Provisions the device. It is attached to the network when this returns. */
void device_join(struct client *client, const struct network *network);

/** Returns the device's role as OpenThread reports it. */
otDeviceRole device_role(void);

/** Checks whether this is a role in a peer's network. */
bool device_is_in_peers_network(void);

/** Checks whether the manager reports that the device is provisioned. */
bool device_is_provisioned(void);

/** Waits until the role, the dataset or an address may have changed. */
void device_await_change(void);

/** Waits until OpenThread reports a role. */
void device_await_attached(void);

/** Waits until this is the network that the device would join. */
void device_await_active(const struct network *network);

/* The programs' main parts. */

void peer_run(void);
void read_arguments(int argc, char **argv);
void scenarios_install(struct bst_test_list **list);
void datasets_install(struct bst_test_list **list);
void outage_install(struct bst_test_list **list);
void beside_install(struct bst_test_list **list);
void joiner_install(struct bst_test_list **list);

/** Makes a peer a commissioner that admits any joiner. Only with joiner.conf. */
void joiner_admit(otInstance *ot);

#endif /* TESTS_BSIM_NODE_H_ */
