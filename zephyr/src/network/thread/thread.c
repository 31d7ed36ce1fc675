/* SPDX-License-Identifier: Apache-2.0 */

/*
 * The Thread node, through OpenThread. The core's calls become OpenThread calls, made with its lock
 * held; OpenThread reports back through callbacks.
 *
 * The callbacks run on OpenThread's thread with its lock held. That thread must not wait for the
 * provisioning thread, which waits for the lock. So they post to a mailbox of fixed size, which a
 * work item on the provisioning thread empties. They report only that the role or an address has
 * changed; the work item reads the current ones, so that it never acts on outdated ones.
 *
 *     OpenThread ──► mailbox ──► process() ──► netprov_core_*()
 *                                                │
 *     OpenThread ◄─────────── netprov_port_*() ◄─┘
 *
 * A new dataset is on trial until the core confirms it: see thread_dataset.c.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include <openthread.h>
#include <openthread/ip6.h>
#if defined(CONFIG_OPENTHREAD_JOINER)
#include <openthread/joiner.h>
#endif
#include <openthread/link.h>
#include <openthread/thread.h>
#if defined(CONFIG_OPENTHREAD_FTD)
#include <openthread/thread_ftd.h>
#endif

#include "engine/engine.h"
#include "netprov_core.h"
#include "netprov_log.h"
#include "network/thread/thread_dataset.h"

LOG_MODULE_DECLARE(netprov, CONFIG_NETWORK_PROV_NETWORK_LOG_LEVEL);

/** Results that can wait for the provisioning thread: as many as the core keeps. */
#define RESULTS_MAX CONFIG_NETWORK_PROV_SCAN_MAX_ENTRIES

/* Filled on OpenThread's thread, emptied on the provisioning thread. */

static struct {
	struct k_spinlock lock;
	/** A discovery of this module is in progress. */
	bool discovering;
	bool discovery_is_done;
	/** The strongest results, one for each device. */
	struct netprov_thread_network results[RESULTS_MAX];
	size_t result_count;
} mailbox;

/** The attachment as reported to the core. */
enum attachment {
	DETACHED,
	/** Leader of a network in which no other device was found. */
	ALONE,
	ATTACHED,
};

/* Used by the provisioning thread only. */

static struct {
	/** The attachment as last reported to the core. */
	enum attachment told;
	/** The detachment must be reported to the core before anything else. */
	bool owes_detached;
	/** The last attempt could not be started. */
	bool was_refused;
	/** This file brought the interface up, which was down. */
	bool raised;
	/** Thread was running when the trial of a dataset started. */
	bool was_running;
} node;

static struct k_work events_work;

static int errno_of(otError error)
{
	switch (error) {
	case OT_ERROR_NONE:
		return 0;
	case OT_ERROR_INVALID_ARGS:
		return -EINVAL;
	case OT_ERROR_BUSY:
		return -EBUSY;
	case OT_ERROR_NO_BUFS:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static otInstance *lock(void)
{
	openthread_mutex_lock();
	return openthread_get_default_instance();
}

static void unlock(void)
{
	openthread_mutex_unlock();
}

/* The interface. */

static bool is_discovering(void)
{
	bool discovering = false;

	K_SPINLOCK(&mailbox.lock) {
		discovering = mailbox.discovering;
	}
	return discovering;
}

static bool is_running(otInstance *ot)
{
	return otThreadGetDeviceRole(ot) != OT_DEVICE_ROLE_DISABLED;
}

static bool is_attached(otInstance *ot)
{
	return otThreadGetDeviceRole(ot) >= OT_DEVICE_ROLE_CHILD;
}

static enum attachment attachment(otInstance *ot)
{
	otNeighborInfoIterator iterator = OT_NEIGHBOR_INFO_ITERATOR_INIT;
	otNeighborInfo neighbor;

	if (!is_attached(ot)) {
		return DETACHED;
	}
	if (otThreadGetDeviceRole(ot) != OT_DEVICE_ROLE_LEADER) {
		return ATTACHED;
	}
	return otThreadGetNextNeighborInfo(ot, &iterator, &neighbor) == OT_ERROR_NONE ? ATTACHED
										      : ALONE;
}

static int raise_interface(otInstance *ot)
{
	otError error = OT_ERROR_NONE;

	if (!otIp6IsEnabled(ot)) {
		error = otIp6SetEnabled(ot, true);
		node.raised = error == OT_ERROR_NONE;
	}
	return errno_of(error);
}

/** Brings the interface down if this file brought it up and it is no longer used. */
static void lower_interface(otInstance *ot)
{
	if (node.raised && !is_running(ot) && !is_discovering()) {
		(void)otIp6SetEnabled(ot, false);
		node.raised = false;
	}
}

/**
 * Ends a joiner and a discovery that the application has started. A joiner changes the PAN ID and the
 * channel, and during a discovery the radio is on other channels, so the attempt would fail.
 */
static void end_other_searches(otInstance *ot)
{
#if defined(CONFIG_OPENTHREAD_JOINER)
	otJoinerStop(ot);
#endif
	if (otThreadIsDiscoverInProgress(ot) && !is_discovering()) {
		/* Nothing else ends a discovery. Its callback is called, as at its end. */
		(void)otIp6SetEnabled(ot, false);
		(void)otIp6SetEnabled(ot, true);
	}
}

static int start(otInstance *ot)
{
	int ret;

	end_other_searches(ot);
	ret = raise_interface(ot);
	/* Sets the device type from Kconfig. With a dataset present it creates none. */
	return ret == 0 ? openthread_run() : ret;
}

/**
 * Starts with another dataset than before. OpenThread remembers that it was a router or leader, and
 * looks for that network's routers for up to 30 s before it attaches as any other device, which is
 * longer than an attempt lasts. It does not if the device cannot be a router when Thread starts.
 */
static int start_in_other_network(otInstance *ot)
{
#if defined(CONFIG_OPENTHREAD_FTD)
	/* False also if the dataset's security policy allows no routers. */
	if (otThreadIsRouterEligible(ot)) {
		int ret;

		(void)otThreadSetRouterEligible(ot, false);
		ret = start(ot);
		(void)otThreadSetRouterEligible(ot, true);
		return ret;
	}
#endif
	return start(ot);
}

/* Attaching. */

/** Ends the trial: restores the previous dataset, and restarts Thread if it was running. */
static void restore(otInstance *ot)
{
	netprov_dataset_restore(ot);
	if (node.was_running) {
		node.was_running = false;
		(void)start_in_other_network(ot);
	}
	lower_interface(ot);
}

static int attach_new(otInstance *ot, const uint8_t *dataset, size_t length)
{
	int ret = netprov_dataset_check(ot, dataset, length);

	if (ret != 0) {
		return ret;
	}
	if (!netprov_dataset_is_on_trial()) {
		node.was_running = is_running(ot);
	}
	ret = netprov_dataset_try(ot, dataset, length);
	if (ret == 0) {
		ret = start_in_other_network(ot);
	}
	if (ret != 0 && netprov_dataset_is_on_trial()) {
		restore(ot);
	}
	return ret;
}

static int attach_stored(otInstance *ot)
{
	if (netprov_dataset_is_on_trial()) {
		restore(ot);
	}
	if (!netprov_dataset_is_stored(ot)) {
		return -ENOENT;
	}
	/* If the node is attached already, the core is told after its call has returned. */
	return is_attached(ot) ? 0 : start(ot);
}

/* Events, on the provisioning thread. */

static void describe(otInstance *ot, struct netprov_thread_network *network)
{
	*network = (struct netprov_thread_network){
		.pan_id = otLinkGetPanId(ot),
		.channel = otLinkGetChannel(ot),
	};
	memcpy(network->ext_pan_id, otThreadGetExtendedPanId(ot), sizeof(network->ext_pan_id));
	strncpy(network->name, otThreadGetNetworkName(ot), sizeof(network->name) - 1);
}

static void process_role(void)
{
	struct netprov_thread_network network;
	otInstance *ot = lock();
	enum attachment now = attachment(ot);

	describe(ot, &network);
	unlock();
	if (node.owes_detached) {
		node.owes_detached = false;
		netprov_core_thread_detached();
	}
	/* A device that has found others and lost them remains in its network. */
	if (now == node.told || (now == ALONE && node.told == ATTACHED)) {
		return;
	}
	node.told = now;
	switch (now) {
	case ATTACHED:
		netprov_core_thread_attached(&network);
		break;
	case ALONE:
		netprov_core_thread_alone(&network);
		break;
	default:
		netprov_core_thread_detached();
		break;
	}
}

/** Finds the device's addresses: the first of each kind that may be used. */
static void find_addresses(otInstance *ot, const uint8_t **mesh_local, const uint8_t **off_mesh)
{
	const otIp6Address *node_address = otThreadGetMeshLocalEid(ot);

	*mesh_local = NULL;
	*off_mesh = NULL;
	for (const otNetifAddress *address = otIp6GetUnicastAddresses(ot); address != NULL;
	     address = address->mNext) {
		const uint8_t *bytes = address->mAddress.mFields.m8;

		if (!address->mValid) {
			continue;
		}
		if (memcmp(bytes, node_address->mFields.m8, OT_IP6_ADDRESS_SIZE) == 0) {
			*mesh_local = bytes;
		} else if (address->mAddressOrigin == OT_ADDRESS_ORIGIN_SLAAC ||
			   address->mAddressOrigin == OT_ADDRESS_ORIGIN_DHCPV6) {
			/* From a prefix that a border router has announced. */
			*off_mesh = *off_mesh == NULL ? bytes : *off_mesh;
		}
	}
}

/** Tells the core if an address has changed. */
static void process_addresses(void)
{
	static uint8_t told[2][OT_IP6_ADDRESS_SIZE];
	static bool has[2];
	const uint8_t *found[2];
	bool changed = false;
	otInstance *ot = lock();

	find_addresses(ot, &found[0], &found[1]);
	for (size_t i = 0; i < ARRAY_SIZE(found); i++) {
		bool is_there = found[i] != NULL;

		changed |= is_there != has[i] ||
			   (is_there && memcmp(found[i], told[i], sizeof(told[i])) != 0);
		has[i] = is_there;
		if (is_there) {
			memcpy(told[i], found[i], sizeof(told[i]));
		}
	}
	unlock();
	if (changed) {
		netprov_core_thread_addresses(has[0] ? told[0] : NULL, has[1] ? told[1] : NULL);
	}
}

static bool take_result(struct netprov_thread_network *result)
{
	bool available = false;

	K_SPINLOCK(&mailbox.lock) {
		available = mailbox.result_count > 0;
		if (available) {
			*result = mailbox.results[--mailbox.result_count];
		}
	}
	return available;
}

static void process_discovery(void)
{
	struct netprov_thread_network result;
	bool is_done = false;

	/* Read first: then all results of a completed discovery are in the mailbox. */
	K_SPINLOCK(&mailbox.lock) {
		is_done = mailbox.discovery_is_done;
		mailbox.discovery_is_done = false;
	}
	while (take_result(&result)) {
		netprov_core_thread_result(&result);
	}
	if (is_done) {
		lower_interface(lock());
		unlock();
		netprov_core_scan_done(0);
	}
}

static void process(struct k_work *work)
{
	ARG_UNUSED(work);
	process_role();
	process_addresses();
	process_discovery();
	netprov_engine_reschedule();
}

/* Events, on OpenThread's thread. */

/** What may change the attachment or an address. */
#define RELEVANT_CHANGES                                                                           \
	(OT_CHANGED_THREAD_ROLE | OT_CHANGED_THREAD_CHILD_ADDED | OT_CHANGED_THREAD_NETDATA |      \
	 OT_CHANGED_IP6_ADDRESS_ADDED | OT_CHANGED_IP6_ADDRESS_REMOVED |                           \
	 OT_CHANGED_THREAD_ML_ADDR)

static void on_state_changed(otChangedFlags flags, void *context)
{
	ARG_UNUSED(context);
	if ((flags & RELEVANT_CHANGES) != 0) {
		(void)k_work_submit_to_queue(&netprov_engine, &events_work);
	}
}

/**
 * Finds the slot for a result: that of the same device, a free one, or the weakest device's.
 * Returns NULL if the result is no stronger than those kept. Call with the lock held.
 */
static struct netprov_thread_network *slot_for(const struct netprov_thread_network *found)
{
	struct netprov_thread_network *weakest = &mailbox.results[0];

	for (size_t i = 0; i < mailbox.result_count; i++) {
		struct netprov_thread_network *result = &mailbox.results[i];

		if (memcmp(result->ext_addr, found->ext_addr, sizeof(found->ext_addr)) == 0) {
			return result->rssi < found->rssi ? result : NULL;
		}
		if (result->rssi < weakest->rssi) {
			weakest = result;
		}
	}
	if (mailbox.result_count < RESULTS_MAX) {
		return &mailbox.results[mailbox.result_count++];
	}
	return weakest->rssi < found->rssi ? weakest : NULL;
}

/** Networks without a name are dropped: apps list networks by name. */
static void post_result(const otActiveScanResult *result)
{
	struct netprov_thread_network found = {
		.pan_id = result->mPanId,
		.channel = (uint8_t)result->mChannel,
		.rssi = result->mRssi,
		.lqi = result->mLqi,
	};

	memcpy(found.ext_addr, result->mExtAddress.m8, sizeof(found.ext_addr));
	memcpy(found.ext_pan_id, result->mExtendedPanId.m8, sizeof(found.ext_pan_id));
	strncpy(found.name, result->mNetworkName.m8, sizeof(found.name) - 1);
	if (found.name[0] == '\0') {
		return;
	}
	K_SPINLOCK(&mailbox.lock) {
		struct netprov_thread_network *slot =
			mailbox.discovering ? slot_for(&found) : NULL;

		if (slot != NULL) {
			*slot = found;
		}
	}
}

/** Called for each result, and with NULL at the end. */
static void on_discovered(otActiveScanResult *result, void *context)
{
	ARG_UNUSED(context);
	if (result != NULL) {
		post_result(result);
		return;
	}
	K_SPINLOCK(&mailbox.lock) {
		mailbox.discovery_is_done |= mailbox.discovering;
		mailbox.discovering = false;
	}
	(void)k_work_submit_to_queue(&netprov_engine, &events_work);
}

/* Calls from the core. */

/** Drops earlier results, and sets whether those that follow are kept. */
static void expect_results(bool expected)
{
	K_SPINLOCK(&mailbox.lock) {
		mailbox.discovering = expected;
		mailbox.discovery_is_done = false;
		mailbox.result_count = 0;
	}
}

int netprov_port_thread_discover(uint32_t channel_mask)
{
	otInstance *ot = lock();
	int ret = raise_interface(ot);

	if (ret == 0) {
		expect_results(true);
		ret = errno_of(otThreadDiscover(ot, channel_mask, OT_PANID_BROADCAST, false, false,
						on_discovered, NULL));
	}
	if (ret != 0) {
		netprov_log_failure("discover networks", ret);
		expect_results(false);
		lower_interface(ot);
	}
	unlock();
	return ret;
}

/** The attachment that the core knows of is over: schedules the report of that. */
static void end_attachment(void)
{
	node.owes_detached |= node.told != DETACHED;
	node.told = DETACHED;
	(void)k_work_submit_to_queue(&netprov_engine, &events_work);
}

int netprov_port_thread_attach(const uint8_t *dataset, size_t length)
{
	otInstance *ot = lock();
	int ret;

	ret = dataset != NULL ? attach_new(ot, dataset, length) : attach_stored(ot);
	node.was_refused = ret != 0;
	if (ret != 0) {
		LOG_DBG("Attempt refused: %d", ret);
	}
	if (ret == 0) {
		end_attachment();
	}
	unlock();
	return ret;
}

void netprov_port_thread_detach(void)
{
	otInstance *ot = lock();

	if (netprov_dataset_is_on_trial()) {
		restore(ot);
		end_attachment();
	} else if (!node.was_refused) {
		otThreadSetEnabled(ot, false);
		lower_interface(ot);
		end_attachment();
	}
	/* A refused attempt changed nothing, so the node keeps its network. */
	node.was_refused = false;
	unlock();
}

int netprov_port_thread_keep(void)
{
	int ret = netprov_dataset_keep(lock());

	unlock();
	return ret;
}

int netprov_port_erase(void)
{
	otInstance *ot = lock();
	int ret = netprov_dataset_erase(ot);

	node.was_running = false;
	lower_interface(ot);
	unlock();
	if (ret != 0) {
		netprov_log_failure("erase the dataset", ret);
	}
	return ret;
}

bool netprov_port_is_stored(void)
{
	bool is_stored = netprov_dataset_is_stored(lock());

	unlock();
	return is_stored;
}

/* Start. */

static struct openthread_state_changed_callback state_callback = {.otCallback = on_state_changed};

/** Runs after OpenThread has started with the network interfaces. */
static int thread_init(void)
{
	k_work_init(&events_work, process);
	return openthread_state_changed_callback_register(&state_callback);
}

SYS_INIT(thread_init, APPLICATION, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);
