/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Security of the samples. FOR DEVELOPMENT ONLY: these credentials are public. In a product, give
 * each device its own.
 */

#ifndef SAMPLE_SECURITY_H_
#define SAMPLE_SECURITY_H_

#include <network_provisioning/network_prov_mgr.h>

#if defined(CONFIG_SAMPLE_SECURITY_2)
#include "development_credential.h"
#define SECURITY	NETWORK_PROV_SECURITY_2
#define SECURITY_PARAMS (&sample_security2_params)
#else
#define SECURITY	NETWORK_PROV_SECURITY_1
#define SECURITY_PARAMS "abcd1234"
#endif

#endif /* SAMPLE_SECURITY_H_ */
