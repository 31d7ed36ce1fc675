/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The provisioning thread, and how the rest of the glue reaches it.
 *
 * The thread is a work queue. It owns the core: whatever calls `netprov_core_*()` is work on this
 * queue. Other threads submit work to it and do not wait, or wait for a bounded time, with one
 * exception: a thread of the application that calls the API waits until the call is done.
 */

#ifndef NETPROV_ENGINE_H_
#define NETPROV_ENGINE_H_

#include <stdbool.h>

#include <zephyr/kernel.h>

/** The provisioning thread, for work items that call the core. */
extern struct k_work_q netprov_engine;

/** Whether the caller is the provisioning thread. */
bool netprov_engine_is_current(void);

/**
 * What a work item calls last, after it has called the core: the core may have another time-out
 * now. Exchanges and API calls do it by themselves.
 */
void netprov_engine_reschedule(void);

#endif /* NETPROV_ENGINE_H_ */
