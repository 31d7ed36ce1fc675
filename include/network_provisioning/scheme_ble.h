/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Provisioning over Bluetooth LE.
 */

/**
 * @defgroup network_prov_ble Bluetooth LE transport
 * @ingroup network_prov
 * @brief Provisioning over Bluetooth LE, as Espressif's app "ESP BLE Provisioning" expects it.
 *
 * The device advertises the service name, of which up to 29 bytes are visible. It has a GATT
 * service with one characteristic per endpoint. The service key is ignored.
 *
 * **Applications with their own use of Bluetooth.** If Bluetooth is already enabled when
 * provisioning starts, it is used as it is and left enabled. Otherwise it is enabled, and disabled
 * when the service ends, unless `CONFIG_NETWORK_PROV_BLE_KEEP_ON` is set or another link exists.
 * GATT services of the application are not affected. Zephyr has one legacy advertiser: an
 * application that uses it must stop it before it starts provisioning (otherwise the start fails
 * with -EBUSY) and may start it again on `NETWORK_PROV_END`. With extended advertising
 * (`CONFIG_BT_EXT_ADV`), provisioning has an advertising set of its own and this does not apply.
 *
 * **Links.** Any link may open a session, whichever advertising it connected to. Each link performs
 * its own handshake, which does not disturb others. The link whose session is established is the
 * client until it disconnects. Until then, writes of other links are rejected and those links are
 * otherwise left alone. When the service ends, the links that connected to provisioning's
 * advertising or wrote to its service are disconnected.
 *
 * Advertising continues until a session is established, as long as another connection is available
 * (`CONFIG_BT_MAX_CONN`). With a single connection, the first peer that connects blocks all others.
 *
 * **Blocking.** While a request is handled, Zephyr's Bluetooth receive thread waits: a few
 * milliseconds for most requests, longer for a handshake on a small device, up to 4 s for a scan,
 * and 5 s more if the client reads on. Other links are not served meanwhile.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_SCHEME_BLE_H_
#define NETWORK_PROVISIONING_SCHEME_BLE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <network_provisioning/network_prov_mgr.h>

/** @cond INTERNAL_HIDDEN */
#if defined(__ZEPHYR__) && !defined(CONFIG_NETWORK_PROV_BLE)
/* An unresolved symbol names the option. Unused references still link. */
#define NETWORK_PROV_SCHEME_NEEDS_BLE \
	__asm__("network_prov_scheme_ble__needs__CONFIG_NETWORK_PROV_BLE")
#else
#define NETWORK_PROV_SCHEME_NEEDS_BLE
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** @brief The Bluetooth LE transport. */
extern const struct network_prov_scheme network_prov_scheme_ble
	NETWORK_PROV_SCHEME_NEEDS_BLE;

/**
 * @brief Sets the UUID of the GATT service for the next start.
 *
 * The default is 021a9004-0382-4aea-bff4-6b3f1c5adfb4. In the UUIDs of the characteristics, bytes
 * 12 and 13 are replaced by the number of the endpoint.
 *
 * @note May be called from any thread.
 *
 * @param uuid128 UUID, least significant byte first, as from `BT_UUID_128_ENCODE()`. It is copied.
 *
 * @retval 0 Success.
 * @retval -EINVAL `uuid128` is NULL.
 * @retval -EWOULDBLOCK The caller is an interrupt.
 */
int network_prov_scheme_ble_set_service_uuid(const uint8_t uuid128[16]);

/**
 * @brief Sets the manufacturer data of the scan response for the next start.
 *
 * The data shares 31 bytes with the name. It is truncated to fit, and left out if the name has
 * 27 bytes or more.
 *
 * @note May be called from any thread.
 *
 * @param mfg_data Company identifier, least significant byte first, followed by data of the
 *                 company. It is copied.
 * @param mfg_data_len Length in bytes, up to 29; 0 removes the data.
 *
 * @retval 0 Success.
 * @retval -EINVAL The data is NULL although the length is not 0, or the length exceeds 29.
 * @retval -EWOULDBLOCK The caller is an interrupt.
 */
int network_prov_scheme_ble_set_mfg_data(const uint8_t *mfg_data, size_t mfg_data_len);

/**
 * @brief Sets the static random address to advertise with, for the next start.
 *
 * The address becomes an identity of the device, permanently. If the device has another identity,
 * set `CONFIG_BT_ID_MAX=2`.
 *
 * @note May be called from any thread.
 *
 * @param rand_addr Address, least significant byte first. It is copied.
 *
 * @retval 0 Success.
 * @retval -EINVAL `rand_addr` is NULL, or the two most significant bits are not 1.
 * @retval -EWOULDBLOCK The caller is an interrupt.
 */
int network_prov_scheme_ble_set_random_addr(const uint8_t rand_addr[6]);

/**
 * @brief Sets whether Bluetooth stays enabled when the service ends. The default is
 * `CONFIG_NETWORK_PROV_BLE_KEEP_ON`.
 *
 * Bluetooth that the application had enabled stays enabled in any case. The client's link ends
 * with the service, unless `CONFIG_NETWORK_PROV_BLE_DISCONNECT_AT_END` is off.
 *
 * @note May be called from any thread and from an interrupt, before the service ends.
 *
 * @param keep_on Whether Bluetooth stays enabled.
 */
void network_prov_scheme_ble_keep_on(bool keep_on);

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_SCHEME_BLE_H_ */
