# SPDX-License-Identifier: Apache-2.0

# Warnings about configurations that build but do not work, or that are not for products.

# ── The network ──────────────────────────────────────────────────────────────────────────────────

# Every driver selects one of the two options, including drivers outside Zephyr's tree.
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_WIFI AND NOT CONFIG_WIFI_USE_NATIVE_NETWORKING
   AND NOT CONFIG_WIFI_OFFLOAD)
  message(WARNING "This image has no Wi-Fi driver: network_prov_mgr_start_provisioning() and \
network_prov_mgr_connect() will fail with -ENODEV (-19). Enable the board's Wi-Fi in the devicetree \
(the snippets netprov-* do this for Espressif's boards), or set CONFIG_NETWORK_PROV_FAKE_WIFI=y for a \
simulated radio.")
endif()
if(CONFIG_NETWORK_PROV_FAKE_WIFI AND NOT CONFIG_ARCH_POSIX AND NOT CONFIG_QEMU_TARGET)
  message(WARNING "CONFIG_NETWORK_PROV_FAKE_WIFI is on: the device has a simulated Wi-Fi and joins no \
real network. Use this for demonstrations only.")
endif()
# The WPA supplicant selects elliptic curves of Mbed TLS without PSA. With a user of PSA in the image,
# such as Bluetooth, Mbed TLS does not compile.
if(CONFIG_WIFI_NM_WPA_SUPPLICANT_CRYPTO_ALT AND CONFIG_MBEDTLS_USE_PSA_CRYPTO AND CONFIG_MBEDTLS_ECP_C
   AND NOT CONFIG_PSA_WANT_KEY_TYPE_ECC_PUBLIC_KEY)
  message(WARNING "The WPA supplicant's Mbed TLS does not compile with CONFIG_MBEDTLS_USE_PSA_CRYPTO=y \
(\"psa_to_pk_ecdsa_errors undeclared\"). Set CONFIG_MBEDTLS_USE_PSA_CRYPTO=n: other users of PSA, such as \
Bluetooth, keep it.")
endif()
# Without the node, Espressif's driver fails to compile, and the error does not name the cause.
if(CONFIG_NETWORK_PROV_SOFTAP_AP AND CONFIG_ESP32_WIFI_AP_STA_MODE)
  dt_comp_path(radios COMPATIBLE "espressif,esp32-wifi")
  list(LENGTH radios count)
  if(count LESS 2)
    message(WARNING "Espressif's Wi-Fi driver uses a second devicetree node of the compatible \
espressif,esp32-wifi for the access point, and the devicetree has only one. Build with \
`-S netprov-softap`, or with snippets/netprov-softap/boards/esp32.overlay.")
  endif()
endif()
# Without a radio, OpenThread's radio.c fails to compile, and the error does not name the cause.
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD AND NOT CONFIG_HDLC_RCP_IF)
  dt_chosen(radio PROPERTY "zephyr,ieee802154")
  if(NOT radio)
    message(WARNING "The devicetree of ${BOARD} chooses no IEEE 802.15.4 radio, which Thread needs. In \
an overlay, set `zephyr,ieee802154` in /chosen to the radio's node, and the node's status to \"okay\".")
  endif()
endif()
# Both drivers use the radio's interrupt, and the driver that starts later gets it.
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD AND CONFIG_BT_LL_SW_SPLIT
   AND CONFIG_NRF_802154_RADIO_DRIVER AND NOT CONFIG_IEEE802154_NRF5_EXT_IRQ_MGMT)
  message(WARNING "Zephyr's own Bluetooth controller and the driver for IEEE 802.15.4 cannot share \
this chip's radio: the image builds but does not work. Send the dataset over the console instead: \
CONFIG_NETWORK_PROV_BLE=n and CONFIG_NETWORK_PROV_CONSOLE=y. For Bluetooth, use a controller that shares the radio, such as that of the \
nRF Connect SDK, or one on another chip (CONFIG_BT_H4, CONFIG_BT_HCI_IPC). docs/boards.md lists the \
boards.")
endif()
# OpenThread's handshake of a joiner selects the parts of Mbed TLS that it takes without PSA. With
# another user of PSA in the image, such as Bluetooth, Mbed TLS does not compile.
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD AND CONFIG_MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED
   AND CONFIG_MBEDTLS_USE_PSA_CRYPTO AND NOT CONFIG_PSA_WANT_ALG_JPAKE)
  message(WARNING "OpenThread's joiner and commissioner do not compile with \
CONFIG_MBEDTLS_USE_PSA_CRYPTO=y (\"MBEDTLS_KEY_EXCHANGE_ECJPAKE_ENABLED defined, but not all \
prerequisites\"). Set CONFIG_MBEDTLS_USE_PSA_CRYPTO=n: other users of PSA keep it.")
endif()
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD AND CONFIG_IEEE802154_ESP32 AND CONFIG_NETWORK_PROV_BLE)
  message(WARNING "Zephyr's driver for Espressif's IEEE 802.15.4 radio does not arbitrate with \
Bluetooth, and this project has not run both. Send the dataset over the console: \
CONFIG_NETWORK_PROV_BLE=n and CONFIG_NETWORK_PROV_CONSOLE=y.")
endif()

# ── The transport ────────────────────────────────────────────────────────────────────────────────

if(CONFIG_NETWORK_PROV_MGR AND NOT CONFIG_NETWORK_PROV_BLE AND NOT CONFIG_NETWORK_PROV_SOFTAP
   AND NOT CONFIG_NETWORK_PROV_CONSOLE)
  message(WARNING "CONFIG_NETWORK_PROV_MGR is on without a transport, so no client can reach the \
device. Set CONFIG_NETWORK_PROV_BLE=y, CONFIG_NETWORK_PROV_SOFTAP=y or CONFIG_NETWORK_PROV_CONSOLE=y.")
endif()
# Before 4.5, Zephyr's GATT server keeps the length of a part of a long write in 8 bits, and a part is
# five bytes shorter than the MTU. This is a warning and not an error: an application may need a
# larger MTU, and a request that fits into one packet has no parts.
if(CONFIG_NETWORK_PROV_BLE AND NETPROV_ZEPHYR VERSION_LESS 4.5
   AND CONFIG_BT_L2CAP_TX_MTU GREATER 260 AND CONFIG_BT_BUF_ACL_RX_SIZE GREATER 264)
  set(security_2 "")
  if(CONFIG_NETWORK_PROV_SECURITY_2)
    # The first message has up to 480 bytes, 384 of them the client's key.
    set(security_2 "Security 2 cannot work for a client whose MTU is about 261 to 409. ")
  endif()
  message(WARNING "CONFIG_BT_L2CAP_TX_MTU=${CONFIG_BT_L2CAP_TX_MTU}: this Zephyr cuts parts of long \
requests to 255 bytes, so a request that is longer than the MTU fails if the MTU is over 260. \
${security_2}Set CONFIG_BT_L2CAP_TX_MTU=247, the module's default, or use Zephyr 4.5 or newer.")
endif()

# ── Security and storage ─────────────────────────────────────────────────────────────────────────

# checks.c ends the build. This comes earlier, and names what the devicetree has.
if(CONFIG_NETWORK_PROV_MGR AND NOT CONFIG_CSPRNG_ENABLED AND NOT CONFIG_TEST_RANDOM_GENERATOR)
  set(way_out "Enable the device's entropy source (zephyr,entropy in the devicetree).")
  if(CONFIG_DT_HAS_ZEPHYR_BT_HCI_ENTROPY_ENABLED)
    set(way_out "On this board, random numbers come from the Bluetooth controller: for Wi-Fi, set \
CONFIG_NETWORK_PROV_BLE=y. A variant of the board with TF-M, such as nrf5340dk/nrf5340/cpuapp/ns, has its own, and less \
flash for the application. docs/boards.md says more.")
  endif()
  message(WARNING "This image has no cryptographic random numbers, which session keys need, and the \
build will fail. ${way_out}")
endif()
# OpenThread goes on without a seed unless CONFIG_ASSERT=y.
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD AND CONFIG_ENTROPY_BT_HCI)
  message(WARNING "This image's random numbers come from the Bluetooth controller, which has none before \
bt_enable(). OpenThread seeds its generator earlier, at boot, so its random numbers would be predictable. Do not use this \
image: choose another entropy source (zephyr,entropy in the devicetree). docs/boards.md says more.")
endif()

if(CONFIG_NETWORK_PROV_SECURITY_0)
  message(WARNING "CONFIG_NETWORK_PROV_SECURITY_0 is on: a service that is started with security 0 \
shows Wi-Fi passphrases to everybody in range. Do not use it in products.")
endif()
if(CONFIG_NETWORK_PROV_STORE_RAM)
  message(WARNING "CONFIG_NETWORK_PROV_STORE_RAM is on: the device forgets its networks at every \
reset. On a board with flash, add a partition labelled storage_partition, or choose another settings \
backend.")
endif()
if(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD AND CONFIG_OPENTHREAD_SETTINGS_RAM)
  message(WARNING "CONFIG_OPENTHREAD_SETTINGS_RAM is on: the device forgets its Thread network at \
every reset. On a board with flash, add a partition labelled storage_partition.")
endif()
