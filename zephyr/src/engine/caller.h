/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief How long the caller of an API function may wait for the provisioning thread.
 */

#ifndef NETPROV_CALLER_H_
#define NETPROV_CALLER_H_

#include <zephyr/kernel.h>

/** How long a caller waits. */
enum netprov_patience {
	/** Until the call is done. */
	NETPROV_PATIENCE_ENDLESS,
	/** Briefly, until the provisioning thread has started the call, which is short. */
	NETPROV_PATIENCE_BRIEF,
	/** Not at all. */
	NETPROV_PATIENCE_NONE,
};

/** Threads whose id Zephyr does not provide. */
enum netprov_thread {
	NETPROV_THREAD_BLUETOOTH,
	NETPROV_THREAD_NET_MGMT,
	NETPROV_THREADS,
};

/** Returns how long the caller may wait. May be called from anywhere. */
enum netprov_patience netprov_caller_patience(void);

/** Registers the current thread as this one. Its calls no longer wait. */
void netprov_caller_learn(enum netprov_thread thread);

#endif /* NETPROV_CALLER_H_ */
