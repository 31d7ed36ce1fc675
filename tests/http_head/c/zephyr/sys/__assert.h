/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ASSERT_H_
#define ASSERT_H_

#include <stdlib.h>

/* What would stop a device stops this program. */
#define __ASSERT(condition, ...) ((condition) ? (void)0 : abort())
#define __ASSERT_NO_MSG(condition) __ASSERT(condition, "")

#endif /* ASSERT_H_ */
