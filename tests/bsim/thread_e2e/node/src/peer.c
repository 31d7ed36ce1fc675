/* SPDX-License-Identifier: Apache-2.0 */

/*
 * An existing network: a leader that uses only OpenThread, without the module.
 */

#include <zephyr/kernel.h>

#include <openthread.h>
#include <openthread/border_router.h>
#include <openthread/dataset.h>
#include <openthread/ip6.h>
#include <openthread/link.h>
#include <openthread/thread.h>

#include "babblekit/testcase.h"

#include "node.h"

static K_SEM_DEFINE(is_leader, 0, 1);

static void on_change(otChangedFlags flags, void *context)
{
	ARG_UNUSED(flags);
	ARG_UNUSED(context);
	if (otThreadGetDeviceRole(openthread_get_default_instance()) == OT_DEVICE_ROLE_LEADER) {
		k_sem_give(&is_leader);
	}
}

static struct openthread_state_changed_callback callback = {.otCallback = on_change};

/** As a border router does for its other network. */
static void announce_prefix(otInstance *ot)
{
	otBorderRouterConfig config = {
		.mPrefix = {.mLength = 64},
		.mPreference = OT_ROUTE_PREFERENCE_MED,
		.mPreferred = true,
		.mSlaac = true,
		.mDefaultRoute = true,
		.mOnMesh = true,
		.mStable = true,
	};

	network_prefix(options.network, options.is_second, config.mPrefix.mPrefix.mFields.m8);
	openthread_mutex_lock();
	TEST_ASSERT(otBorderRouterAddOnMeshPrefix(ot, &config) == OT_ERROR_NONE &&
			    otBorderRouterRegister(ot) == OT_ERROR_NONE,
		    "the peer announces nothing");
	openthread_mutex_unlock();
}

/** Sleeps until this time in seconds from the boot. */
static void sleep_until(int seconds)
{
	k_sleep(K_TIMEOUT_ABS_MS((int64_t)seconds * MSEC_PER_SEC));
}

/** A border router without power. Its radio does not even send acknowledgements. */
static void leave(otInstance *ot)
{
	openthread_mutex_lock();
	TEST_ASSERT(otThreadSetEnabled(ot, false) == OT_ERROR_NONE &&
			    otIp6SetEnabled(ot, false) == OT_ERROR_NONE,
		    "the peer stays");
	openthread_mutex_unlock();
}

static void enter(otInstance *ot)
{
	openthread_mutex_lock();
	TEST_ASSERT(otIp6SetEnabled(ot, true) == OT_ERROR_NONE &&
			    otThreadSetEnabled(ot, true) == OT_ERROR_NONE,
		    "the peer does not start");
	openthread_mutex_unlock();
}

void peer_run(void)
{
	otInstance *ot = openthread_get_default_instance();
	otOperationalDatasetTlvs tlvs;
	otExtAddress address;

	TEST_START("peer");
	sleep_until(options.starts);
	tlvs.mLength = (uint8_t)network_dataset(options.network, tlvs.mTlvs);
	network_peer_address(options.network, options.is_second, address.m8);
	(void)openthread_state_changed_callback_register(&callback);
	openthread_mutex_lock();
	TEST_ASSERT(otLinkSetExtendedAddress(ot, &address) == OT_ERROR_NONE &&
			    otDatasetSetActiveTlvs(ot, &tlvs) == OT_ERROR_NONE,
		    "the peer has no network");
	openthread_mutex_unlock();
	enter(ot);
	(void)k_sem_take(&is_leader, K_FOREVER);
	if (options.is_border_router) {
		announce_prefix(ot);
	}
	if (IS_ENABLED(CONFIG_OPENTHREAD_COMMISSIONER) && options.is_commissioner) {
		joiner_admit(ot);
	}
	/* It continues until the simulation ends. */
	TEST_PASS("peer");
	if (options.leaves > 0) {
		sleep_until(options.leaves);
		leave(ot);
	}
	if (options.returns > 0) {
		sleep_until(options.returns);
		enter(ot);
	}
}
