/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Networks with OWE ("enhanced open"): encrypted, without a passphrase.
 *
 * Clients see such a network as open, and their credentials do not tell the two apart, but the
 * driver must know. So the names of these networks are remembered from scans and from the store.
 */

#ifndef NETPROV_WIFI_OWE_H_
#define NETPROV_WIFI_OWE_H_

#include <stddef.h>
#include <stdint.h>

#include <zephyr/net/wifi.h>
#include <zephyr/sys/util.h>

#include "compat.h"

#if NETPROV_ZEPHYR_4_5

/** Remembers whether an open network has OWE. Ignores other types. Callable from any thread. */
void netprov_owe_note(const uint8_t *ssid, size_t length, enum wifi_security_type type);

/** Returns the type to join a network without a passphrase with: OWE or none. */
enum wifi_security_type netprov_owe_open_type(const uint8_t *ssid, size_t length);

#else

static inline void netprov_owe_note(const uint8_t *ssid, size_t length,
				    enum wifi_security_type type)
{
	ARG_UNUSED(ssid);
	ARG_UNUSED(length);
	ARG_UNUSED(type);
}

static inline enum wifi_security_type netprov_owe_open_type(const uint8_t *ssid, size_t length)
{
	ARG_UNUSED(ssid);
	ARG_UNUSED(length);
	return WIFI_SECURITY_TYPE_NONE;
}

#endif

#endif /* NETPROV_WIFI_OWE_H_ */
