/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Misconfigurations that would fail at run time, far from their cause, fail the build here and name
 * the option to change. Kconfig sets all of these options; the checks are for configurations that
 * override it.
 */

#include <zephyr/devicetree.h>
#include <zephyr/kernel.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#if defined(CONFIG_NETWORK_PROV_BLE)
#include "transport/ble/ble.h"
#endif

BUILD_ASSERT(IS_ENABLED(CONFIG_NETWORK_PROV_SECURITY_0) ||
		     IS_ENABLED(CONFIG_NETWORK_PROV_SECURITY_1) ||
		     IS_ENABLED(CONFIG_NETWORK_PROV_SECURITY_2),
	     "No service can be started without a security scheme: set "
	     "CONFIG_NETWORK_PROV_SECURITY_2=y");

BUILD_ASSERT(!IS_ENABLED(CONFIG_NETWORK_PROV_QR) || CONFIG_NETWORK_PROV_THREAD_STACK_SIZE >= 5632,
	     "Drawing the QR code would overflow the provisioning thread's stack: set "
	     "CONFIG_NETWORK_PROV_THREAD_STACK_SIZE=6144, or CONFIG_NETWORK_PROV_QR=n");

#if defined(CONFIG_NETWORK_PROV_SECURITY_2)

/* Longest messages of its handshake in bytes: with a user name or a salt of 64 bytes. */
#define SECURITY2_REQUEST_MAX 480
#define SECURITY2_RESPONSE_MAX 480

BUILD_ASSERT(CONFIG_NETWORK_PROV_THREAD_STACK_SIZE >= 7424,
	     "A handshake of security 2 would overflow the provisioning thread's stack: set "
	     "CONFIG_NETWORK_PROV_THREAD_STACK_SIZE=7680, or CONFIG_NETWORK_PROV_SECURITY_2=n");

#if defined(CONFIG_NETWORK_PROV_CONSOLE)
/* Two digits for each byte, and the arguments before them. */
BUILD_ASSERT(CONFIG_SHELL_CMD_BUFF_SIZE >=
		     sizeof("net_prov prov-session 4294967295 ") + 2 * SECURITY2_REQUEST_MAX,
	     "The shell would truncate the first request of security 2: set "
	     "CONFIG_SHELL_CMD_BUFF_SIZE=1120");
BUILD_ASSERT(CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX >= SECURITY2_RESPONSE_MAX,
	     "The first response of security 2 would not fit: set "
	     "CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX=1024");
#endif

#if defined(CONFIG_NETWORK_PROV_SOFTAP)
BUILD_ASSERT(CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE >=
		     MAX(SECURITY2_REQUEST_MAX, SECURITY2_RESPONSE_MAX),
	     "The messages of security 2 would not fit into a client's buffer: set "
	     "CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE=1024");
#endif

#endif /* CONFIG_NETWORK_PROV_SECURITY_2 */

BUILD_ASSERT(IS_ENABLED(CONFIG_CSPRNG_ENABLED) || IS_ENABLED(CONFIG_TEST_RANDOM_GENERATOR),
	     "Session keys need an entropy source: enable the device's (zephyr,entropy in the "
	     "devicetree); for tests on an emulator, set CONFIG_TEST_RANDOM_GENERATOR=y");

BUILD_ASSERT(CONFIG_NETWORK_PROV_THREAD_PRIORITY < CONFIG_NUM_PREEMPT_PRIORITIES,
	     "The priority does not exist: set CONFIG_NETWORK_PROV_THREAD_PRIORITY below "
	     "CONFIG_NUM_PREEMPT_PRIORITIES");

#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_WIFI)

BUILD_ASSERT(!IS_ENABLED(CONFIG_WIFI_MGMT_RAW_SCAN_RESULTS_ONLY),
	     "Scans would report no networks: set CONFIG_WIFI_MGMT_RAW_SCAN_RESULTS_ONLY=n");

#if defined(CONFIG_NET_MGMT_EVENT_QUEUE_SIZE)
BUILD_ASSERT(CONFIG_NET_MGMT_EVENT_QUEUE_SIZE >= 8,
	     "Scan results would be lost: set CONFIG_NET_MGMT_EVENT_QUEUE_SIZE=24");
#endif

#endif /* CONFIG_NETWORK_PROV_NETWORK_TYPE_WIFI */

#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)

BUILD_ASSERT(IS_ENABLED(CONFIG_OPENTHREAD_MANUAL_START),
	     "A device without a dataset would create a new network at boot: set "
	     "CONFIG_OPENTHREAD_MANUAL_START=y, and call network_prov_mgr_connect()");

BUILD_ASSERT(!IS_ENABLED(CONFIG_OPENTHREAD_COPROCESSOR),
	     "A co-processor cannot join a network itself: set CONFIG_OPENTHREAD_COPROCESSOR=n");

#if defined(CONFIG_NETWORK_PROV_CONSOLE)
/* A dataset of 254 bytes, its envelope, and the tag of security 2. */
#define DATASET_REQUEST_MAX (254 + 16 + 16)
BUILD_ASSERT(CONFIG_SHELL_CMD_BUFF_SIZE >=
		     sizeof("net_prov prov-config 4294967295 ") + 2 * DATASET_REQUEST_MAX,
	     "The shell would truncate a long dataset: set CONFIG_SHELL_CMD_BUFF_SIZE=1120");
#endif

#endif /* CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD */

#if defined(CONFIG_NETWORK_PROV_BLE)

BUILD_ASSERT(DT_HAS_CHOSEN(zephyr_bt_hci),
	     "No Bluetooth controller: choose zephyr,bt-hci in the devicetree, and enable it");

/* Zephyr 4.5 and newer do not have this option and always use a separate queue. */
BUILD_ASSERT(!IS_ENABLED(CONFIG_BT_RECV_WORKQ_SYS),
	     "A request would block the system work queue, which it waits for: set "
	     "CONFIG_BT_RECV_WORKQ_BT=y");

#if defined(CONFIG_MBEDTLS_PSA_CRYPTO_LEGACY_RNG) && !defined(CONFIG_ARCH_POSIX)
BUILD_ASSERT(CONFIG_MAIN_STACK_SIZE >= 2048,
	     "PSA crypto, which the Bluetooth host uses with an external controller, would "
	     "overflow the main stack at boot: enable the device's entropy source (zephyr,entropy "
	     "in the devicetree), or set CONFIG_MAIN_STACK_SIZE=2048");
#endif

/* Longest request of the protocol in bytes: a handshake, a dataset or a passphrase. */
#if defined(CONFIG_NETWORK_PROV_SECURITY_2)
#define BLE_REQUEST_MAX SECURITY2_REQUEST_MAX
#elif defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)
#define BLE_REQUEST_MAX (254 + 16)
#else
#define BLE_REQUEST_MAX 126
#endif

/* At the smallest MTU, a part has 18 bytes. Each other client has its share. */
BUILD_ASSERT(CONFIG_BT_ATT_PREPARE_COUNT >=
		     DIV_ROUND_UP(BLE_REQUEST_MAX, 18) +
			     NETPROV_BLE_PARTS_SHARE * (CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS - 1),
	     "Long requests of clients with a small MTU would be rejected: leave "
	     "CONFIG_BT_ATT_PREPARE_COUNT unset, or set CONFIG_BT_ATT_PREPARE_COUNT=36");

BUILD_ASSERT(CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS <= CONFIG_NETWORK_PROV_PENDING_HANDSHAKES,
	     "Handshakes of links would end one another: set CONFIG_NETWORK_PROV_PENDING_HANDSHAKES "
	     "to CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS or more");

/* To Zephyr, 0 means an equal share of the buffers. */
#define PARTS_PER_LINK                                                                             \
	(CONFIG_BT_ATT_PREPARE_COUNT_PER_CONN > 0                                                  \
		 ? CONFIG_BT_ATT_PREPARE_COUNT_PER_CONN                                            \
		 : CONFIG_BT_ATT_PREPARE_COUNT / CONFIG_BT_MAX_CONN)

BUILD_ASSERT(PARTS_PER_LINK >= DIV_ROUND_UP(BLE_REQUEST_MAX, 18),
	     "The parts of a long request would not fit: leave "
	     "CONFIG_BT_ATT_PREPARE_COUNT_PER_CONN unset, or set it to "
	     "CONFIG_BT_ATT_PREPARE_COUNT");

#endif /* CONFIG_NETWORK_PROV_BLE */

#if defined(CONFIG_NETWORK_PROV_SOFTAP)

/* Simultaneous connections of the HTTP server. */
#define CLIENTS CONFIG_HTTP_SERVER_MAX_CLIENTS

BUILD_ASSERT(CONFIG_ZVFS_POLL_MAX >= 1 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "The HTTP server could not poll all its clients, and the app would report \"Null input "
	     "buffer\": set CONFIG_ZVFS_POLL_MAX to CONFIG_HTTP_SERVER_NUM_SERVICES + "
	     "CONFIG_HTTP_SERVER_MAX_CLIENTS + 1 or more");

BUILD_ASSERT(NETPROV_EVENTFDS >= 2,
	     "The DHCP server and the HTTP server need an eventfd each: set "
	     "CONFIG_ZVFS_EVENTFD_MAX=2 or more");

/* Two eventfds, the listeners, the clients and the DHCP server's socket. */
BUILD_ASSERT(CONFIG_ZVFS_OPEN_MAX >= 3 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "Too few file descriptors for all clients: set CONFIG_ZVFS_OPEN_MAX=16");

BUILD_ASSERT(CONFIG_NET_MAX_CONTEXTS >= 1 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "Too few sockets for all clients: set CONFIG_NET_MAX_CONTEXTS=12");

BUILD_ASSERT(CONFIG_NET_MAX_CONN >= 2 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "Too few connections for all clients: set CONFIG_NET_MAX_CONN=12");

#if defined(CONFIG_NETWORK_PROV_SOFTAP_AP)
BUILD_ASSERT(CONFIG_NET_IF_MAX_IPV4_COUNT >= 2,
	     "The access point and the station need an address each: set "
	     "CONFIG_NET_IF_MAX_IPV4_COUNT=2 or more");
#endif

BUILD_ASSERT(CONFIG_HTTP_SERVER_MAX_CLIENTS > CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS,
	     "A new client needs one more connection to be accepted: set "
	     "CONFIG_HTTP_SERVER_MAX_CLIENTS=4 or lower CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS");

#if defined(CONFIG_NETWORK_PROV_SOFTAP_AP) && defined(CONFIG_WIFI_ESP32)
BUILD_ASSERT(IS_ENABLED(CONFIG_ESP32_WIFI_AP_STA_MODE),
	     "The radio would be either an access point or a station: set CONFIG_WIFI_NM=y and "
	     "CONFIG_ESP32_WIFI_AP_STA_MODE=y");

#if defined(CONFIG_HEAP_MEM_POOL_ADD_SIZE_ESP_WIFI)
BUILD_ASSERT(K_HEAP_MEM_POOL_SIZE >= CONFIG_HEAP_MEM_POOL_ADD_SIZE_ESP_WIFI +
					     CONFIG_HEAP_MEM_POOL_ADD_SIZE_NETWORK_PROV_AP,
	     "The Wi-Fi driver would have no memory to receive packets from a phone: leave "
	     "CONFIG_HEAP_MEM_POOL_SIZE unset, or make it larger");
#endif
#endif /* CONFIG_NETWORK_PROV_SOFTAP_AP && CONFIG_WIFI_ESP32 */

#endif /* CONFIG_NETWORK_PROV_SOFTAP */
