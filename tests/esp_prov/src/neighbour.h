/* SPDX-License-Identifier: Apache-2.0 */

#ifndef NEIGHBOUR_H_
#define NEIGHBOUR_H_

/** Starts the application's own advertising; provisioning's has stopped. */
void neighbour_begin(void);

#endif /* NEIGHBOUR_H_ */
