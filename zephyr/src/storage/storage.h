/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The part of the store that the core does not call.
 */

#ifndef NETPROV_STORAGE_H_
#define NETPROV_STORAGE_H_

/** Completes an operation that a power cut interrupted. Runs at boot, before the store is read. */
int netprov_storage_recover(void);

#endif /* NETPROV_STORAGE_H_ */
