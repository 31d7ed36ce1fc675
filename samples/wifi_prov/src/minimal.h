/* SPDX-License-Identifier: Apache-2.0 */

#ifndef APP_MINIMAL_H_
#define APP_MINIMAL_H_

/** What network_prov_mgr_connect_or_provision() does, for CONFIG_NETWORK_PROV_MINIMAL. */
int app_get_online(const char *service_name);

#endif /* APP_MINIMAL_H_ */
