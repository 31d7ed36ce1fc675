/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The device's access point and its DHCP server.
 *
 * The functions are for the provisioning thread.
 */

#ifndef NETPROV_AP_H_
#define NETPROV_AP_H_

#ifdef CONFIG_NETWORK_PROV_SOFTAP_AP

/**
 * Opens the access point. The key is empty for an open network. Returns 0; -EINVAL for an invalid
 * key; -ENODEV without a Wi-Fi interface; or the driver's error. On error, all changes are undone.
 */
int netprov_ap_start(const char *name, const char *key);

/** Closes the access point, if it is open. */
void netprov_ap_stop(void);

#else

/* The application provides the network. */

static inline int netprov_ap_start(const char *name, const char *key)
{
	(void)name;
	(void)key;
	return 0;
}

static inline void netprov_ap_stop(void)
{
}

#endif

#endif /* NETPROV_AP_H_ */
