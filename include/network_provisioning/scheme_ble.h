/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Provisioning over Bluetooth LE.
 *
 * The device advertises under the service's name, of which 29 bytes are visible, and has a GATT
 * service with a characteristic for each endpoint: what Espressif's app "ESP BLE Provisioning"
 * looks for. The service's key has no meaning.
 *
 * **Beside an application's own Bluetooth.** If Bluetooth is enabled when provisioning starts, it
 * is used as it is and left on afterwards. If nobody has enabled it, it is enabled, and disabled at
 * the end unless `CONFIG_NETWORK_PROV_KEEP_BLE_ON_AFTER_PROV` is set or another link is there.
 * Services of the application stay what they are. There is one legacy advertiser in Zephyr: an
 * application that uses it stops before it starts provisioning (else the start is -EBUSY), and
 * begins again when it hears of NETWORK_PROV_END; one with extended advertising sets
 * (`CONFIG_BT_EXT_ADV`) need not, as provisioning has a set of its own.
 *
 * Any link may open a session, whoever advertised for it, and each that writes is at a handshake of
 * its own: one that comes to nothing is in nobody's way. Once a session is in force, its link is the
 * client until it is disconnected. Writes of other links are refused as long, and nothing else is
 * done to them. At the end the links are disconnected that came by provisioning's advertising or
 * that have written to its service.
 *
 * Advertising goes on until a session is in force, if there is a connection left for another link
 * (`CONFIG_BT_MAX_CONN`). With one connection only, whoever connects keeps others out.
 *
 * While a request is handled, Zephyr's Bluetooth receive thread waits: for some milliseconds, for
 * a handshake longer on small devices, for a scan up to 4 s, and 5 s more if the client reads on.
 * Other links get no answer as long.
 */

#ifndef NETWORK_PROVISIONING_SCHEME_BLE_H_
#define NETWORK_PROVISIONING_SCHEME_BLE_H_

#include <stddef.h>
#include <stdint.h>

#include <network_provisioning/network_prov_mgr.h>

/** @cond INTERNAL_HIDDEN */
#if defined(__ZEPHYR__) && !defined(CONFIG_NETWORK_PROV_BLE)
/* The linker's message names the option. Code that is compiled and not used still links. */
#define NETWORK_PROV_SCHEME_NEEDS_BLE \
	__asm__("network_prov_scheme_ble__needs__CONFIG_NETWORK_PROV_BLE")
#else
#define NETWORK_PROV_SCHEME_NEEDS_BLE
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** Bluetooth LE. */
extern const struct network_prov_scheme network_prov_scheme_ble
	NETWORK_PROV_SCHEME_NEEDS_BLE;

/**
 * Sets the service's UUID, from the next start on; without it, it is
 * 021a9004-0382-4aea-bff4-6b3f1c5adfb4. The least significant byte comes first, as in
 * `BT_UUID_128_ENCODE()`. It is copied. In the UUIDs of the characteristics, bytes 12 and 13 are
 * the endpoint's number.
 *
 * Returns 0, or -EINVAL for NULL.
 */
int network_prov_scheme_ble_set_service_uuid(const uint8_t uuid128[16]);

/**
 * Sets the manufacturer data of the scan response, from the next start on: a company's number,
 * least significant byte first, and what the company likes. It is copied. It shares 31 bytes with
 * the name: what does not fit is cut, and with a name of 27 bytes or more there is none. Length 0 is
 * none.
 *
 * Returns 0, or -EINVAL for NULL with a length, or a length of more than 29.
 */
int network_prov_scheme_ble_set_mfg_data(const uint8_t *mfg_data, size_t mfg_data_len);

/**
 * Sets the static random address to advertise with, from the next start on, least significant byte
 * first. It becomes an identity of the device and stays one; if there are others, it takes
 * `CONFIG_BT_ID_MAX=2`.
 *
 * Returns 0, or -EINVAL for NULL or an address whose two highest bits are not 1.
 */
int network_prov_scheme_ble_set_random_addr(const uint8_t rand_addr[6]);

#ifdef __cplusplus
}
#endif

#endif /* NETWORK_PROVISIONING_SCHEME_BLE_H_ */
