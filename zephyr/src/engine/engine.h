/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The provisioning thread, and how the rest of the glue reaches it.
 *
 * The thread is a work queue. It owns the core: every call of `netprov_core_*()` is work on this
 * queue. Other threads submit work and do not wait, or wait for a limited time. Only a thread of
 * the application that calls the API waits until the call is done.
 */

#ifndef NETPROV_ENGINE_H_
#define NETPROV_ENGINE_H_

#include <stdbool.h>

#include <zephyr/kernel.h>

/** The provisioning thread, for work items that call the core. */
extern struct k_work_q netprov_engine;

/** Checks whether the caller is the provisioning thread. */
bool netprov_engine_is_current(void);

/**
 * Updates the timer for the core's next time-out. A work item calls this last if it has called the
 * core. Exchanges and API calls do so themselves.
 */
void netprov_engine_reschedule(void);

/**
 * Has the core report that a client of the transport has connected or disconnected. Does not wait.
 * For any thread. Does nothing with CONFIG_NETWORK_PROV_MINIMAL.
 */
void netprov_engine_report_link(bool is_connected);

#endif /* NETPROV_ENGINE_H_ */
