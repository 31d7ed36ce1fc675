/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SLIST_H_
#define SLIST_H_

typedef struct {
	void *next;
} sys_snode_t;

#endif /* SLIST_H_ */
