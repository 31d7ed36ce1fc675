/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Who may wait for the provisioning thread.
 *
 * That thread itself waits for others: HCI commands are sent from the system work queue, links end on
 * Bluetooth's receive thread, an access point is up when net_mgmt's thread says so, and the HTTP
 * server stops on its own thread. If one of them waited for the provisioning thread, both would wait
 * for good, or until the controller is taken for dead. So their calls do not wait for what they have
 * asked for, and wait only briefly for the provisioning thread's attention.
 *
 * Zephyr gives the address of some of these threads. The others are learned in a callback that runs
 * on them.
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
/* The name that the server gives its thread. A Zephyr that names it otherwise still links. */
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

/** OpenThread holds its lock while it calls back, and the provisioning thread takes that lock. */
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

/* With other settings, events are handled on the system work queue, or where they occur. */
#if defined(CONFIG_NET_MGMT_EVENT_THREAD)

/** An event of our own, which net_mgmt's thread hands to nobody else. */
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

static int say_hello(void)
{
	static struct net_mgmt_event_callback callback;

	net_mgmt_init_event_callback(&callback, on_hello, HELLO);
	net_mgmt_add_event_callback(&callback);
	net_mgmt_event_notify(HELLO, NULL);
	return 0;
}

SYS_INIT(say_hello, APPLICATION, CONFIG_KERNEL_INIT_PRIORITY_DEFAULT);

#endif /* CONFIG_NET_MGMT_EVENT_THREAD */
