/* SPDX-License-Identifier: Apache-2.0 */

/* Credentials in RAM, for boards without storage: one network, lost at reset. */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>

#include "netprov_core.h"
#include "wipe.h"

/* Used by the provisioning thread only. */
static struct netprov_stored network;

int netprov_port_store(const struct netprov_credentials *credentials)
{
	if (credentials->ssid_length == 0 || credentials->ssid_length > sizeof(network.ssid) ||
	    credentials->passphrase_length > sizeof(network.passphrase)) {
		return -EINVAL;
	}
	(void)netprov_port_erase();
	memcpy(network.ssid, credentials->ssid, credentials->ssid_length);
	network.ssid_length = credentials->ssid_length;
	if (credentials->passphrase_length > 0) {
		memcpy(network.passphrase, credentials->passphrase, credentials->passphrase_length);
	}
	network.passphrase_length = credentials->passphrase_length;
	network.security = credentials->security;
	return 0;
}

int netprov_port_load(size_t index, struct netprov_stored *stored)
{
	if (index > 0 || !netprov_port_is_stored()) {
		return -ENOENT;
	}
	*stored = network;
	return 0;
}

int netprov_port_erase(void)
{
	netprov_wipe(&network, sizeof(network));
	return 0;
}

bool netprov_port_is_stored(void)
{
	return network.ssid_length > 0;
}
