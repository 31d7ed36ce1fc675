/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The store's part that is not called by the core.
 */

#ifndef NETPROV_STORAGE_H_
#define NETPROV_STORAGE_H_

/** Does what a power cut has interrupted. At boot, before anybody reads the store. */
int netprov_storage_recover(void);

#endif /* NETPROV_STORAGE_H_ */
