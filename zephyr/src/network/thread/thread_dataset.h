/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The stored dataset, and a new one on trial.
 *
 * Functions are for the provisioning thread, with OpenThread's lock held. They return 0 or a
 * negative errno.
 */

#ifndef NETPROV_THREAD_DATASET_H_
#define NETPROV_THREAD_DATASET_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openthread/instance.h>

/** Checks whether a network can be joined with this dataset. Returns 0 or -EINVAL. */
int netprov_dataset_check(otInstance *ot, const uint8_t *dataset, size_t length);

/**
 * Stops Thread and makes this dataset, which must have been checked, active on trial. On error,
 * call netprov_dataset_restore() if netprov_dataset_is_on_trial().
 */
int netprov_dataset_try(otInstance *ot, const uint8_t *dataset, size_t length);

/** Checks whether the active dataset is on trial. */
bool netprov_dataset_is_on_trial(void);

/** Stops Thread and restores the previous dataset, because the one on trial did not work. */
void netprov_dataset_restore(otInstance *ot);

/** Keeps the dataset on trial, because it worked. */
int netprov_dataset_keep(otInstance *ot);

/** Stops Thread and erases the active dataset, and the previous one if it is on trial. */
int netprov_dataset_erase(otInstance *ot);

/** Checks whether a dataset is stored. One on trial does not count. */
bool netprov_dataset_is_stored(otInstance *ot);

#endif /* NETPROV_THREAD_DATASET_H_ */
