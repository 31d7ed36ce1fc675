/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The dataset that is stored, and one that is on trial in its place.
 *
 * On the provisioning thread, with OpenThread's lock. Errors are negative errnos.
 */

#ifndef NETPROV_THREAD_DATASET_H_
#define NETPROV_THREAD_DATASET_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openthread/instance.h>

/** Whether a network can be joined with this dataset: 0, or -EINVAL. */
int netprov_dataset_check(otInstance *ot, const uint8_t *dataset, size_t length);

/**
 * Stops Thread and makes this dataset, which has been checked, the active one, on trial. If it
 * fails, netprov_dataset_restore() is due if netprov_dataset_is_on_trial().
 */
int netprov_dataset_try(otInstance *ot, const uint8_t *dataset, size_t length);

/** Whether the active dataset has to prove itself yet. */
bool netprov_dataset_is_on_trial(void);

/** It has not: stops Thread, and what was active before is active again. */
void netprov_dataset_restore(otInstance *ot);

/** It has: it stays. */
int netprov_dataset_keep(otInstance *ot);

/** Stops Thread and erases the active dataset, and what was before it if it is on trial. */
int netprov_dataset_erase(otInstance *ot);

/** Whether there is a dataset; one on trial does not count. */
bool netprov_dataset_is_stored(otInstance *ot);

#endif /* NETPROV_THREAD_DATASET_H_ */
