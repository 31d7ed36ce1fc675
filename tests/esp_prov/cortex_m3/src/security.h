/* SPDX-License-Identifier: Apache-2.0 */

/* Replaces the samples' header of this name: the scheme is chosen when the image starts. */

#ifndef SECURITY_H_
#define SECURITY_H_

#include <network_provisioning/network_prov_mgr.h>

/** The scheme of this run, and its parameters. */
enum network_prov_security chosen_security(void);
const void *chosen_security_params(void);

#define SECURITY        chosen_security()
#define SECURITY_PARAMS chosen_security_params()

#endif /* SECURITY_H_ */
