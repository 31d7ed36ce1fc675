/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TOOLCHAIN_H_
#define TOOLCHAIN_H_

#define __fallthrough __attribute__((fallthrough))

#endif /* TOOLCHAIN_H_ */
