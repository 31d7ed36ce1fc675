/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief The device's access point: its address, and those that its clients get.
 *
 * The functions are for the provisioning thread.
 */

#ifndef NETPROV_AP_H_
#define NETPROV_AP_H_

#ifdef CONFIG_NETWORK_PROV_SOFTAP_AP

/**
 * Opens it. The key is empty for an open network. Returns 0; -EINVAL for a key that cannot be one,
 * -ENODEV without a Wi-Fi interface, or the driver's error: then all is as before.
 */
int netprov_ap_start(const char *name, const char *key);

/** Closes it, if it is open. */
void netprov_ap_stop(void);

#else

/* The application brings the network. */

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
