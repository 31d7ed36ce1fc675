/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Decides which threads may wait for the provisioning thread.
 *
 * The provisioning thread waits for other threads: the system work queue sends HCI commands, links
 * end on Bluetooth's receive thread, net_mgmt's thread reports that an access point is up, and the
 * HTTP server stops on its own thread. If one of them waited for the provisioning thread, both
 * would be deadlocked, or Bluetooth would assume that its controller has failed. So calls from
 * these threads do not wait for their outcome, and wait only briefly until the provisioning thread
 * accepts them.
 *
 * Zephyr provides the ids of some of these threads. The others are learned in a callback that runs
 * on the thread.
 */

#include <zephyr/init.h>
#include <zephyr/kernel.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/sys/atomic.h>
#include <zephyr/sys/util.h>

#if defined(CONFIG_OPENTHREAD)
#include <openthread.h>
#endif

#include "engine/caller.h"
#include "engine/engine.h"

static atomic_ptr_t learned[NETPROV_THREADS];

void netprov_caller_learn(enum netprov_thread thread)
{
	(void)atomic_ptr_set(&learned[thread], k_current_get());
}

static bool is_learned(k_tid_t thread)
{
	ARRAY_FOR_EACH(learned, i) {
		if (atomic_ptr_get(&learned[i]) == thread) {
			return true;
		}
	}
	return false;
}

#if defined(CONFIG_HTTP_SERVER)
/* Name of the thread in Zephyr's server. Weak, to link with versions that use another name. */
extern const k_tid_t http_server_tid __weak;

static bool is_http_server(k_tid_t thread)
{
	return &http_server_tid != NULL && thread == http_server_tid;
}
#else
static bool is_http_server(k_tid_t thread)
{
	ARG_UNUSED(thread);
	return false;
}
#endif

/** OpenThread holds its lock during callbacks, and the provisioning thread takes that lock. */
static bool is_openthread(k_tid_t thread)
{
#if defined(CONFIG_OPENTHREAD)
	return thread == openthread_thread_id_get();
#else
	ARG_UNUSED(thread);
	return false;
#endif
}

enum netprov_patience netprov_caller_patience(void)
{
	k_tid_t thread;

	if (k_is_in_isr()) {
		return NETPROV_PATIENCE_NONE;
	}
	thread = k_current_get();
	if (is_openthread(thread)) {
		return NETPROV_PATIENCE_NONE;
	}
	if (thread == k_work_queue_thread_get(&k_sys_work_q) || is_http_server(thread) ||
	    is_learned(thread)) {
		return NETPROV_PATIENCE_BRIEF;
	}
	return NETPROV_PATIENCE_ENDLESS;
}

/*
 * With other settings, events are handled on the system work queue or by the thread that raises
 * them.
 */
#if defined(CONFIG_NET_MGMT_EVENT_THREAD)

/** Private event, to run a callback on net_mgmt's thread. */
#define HELLO                                                                                      \
	(NET_MGMT_EVENT_BIT | NET_MGMT_LAYER(NET_MGMT_LAYER_L2) |                                  \
	 NET_MGMT_LAYER_CODE(NET_MGMT_LAYER_CODE_USER1) | 0x50)

static void on_hello(struct net_mgmt_event_callback *cb, uint64_t event, struct net_if *iface)
{
	ARG_UNUSED(cb);
	ARG_UNUSED(iface);
	if (event == HELLO) {
		netprov_caller_learn(NETPROV_THREAD_NET_MGMT);
	}
}

static int notify_hello(void)
{
	static struct net_mgmt_event_callback callback;

	net_mgmt_init_event_callback(&callback, on_hello, HELLO);
	net_mgmt_add_event_callback(&callback);
	net_mgmt_event_notify(HELLO, NULL);
	return 0;
}

SYS_INIT(notify_hello, APPLICATION, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);

#endif /* CONFIG_NET_MGMT_EVENT_THREAD */
