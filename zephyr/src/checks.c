/* SPDX-License-Identifier: Apache-2.0 */

/*
 * What would fail at run time, and far from its cause, fails the build here and says what to do.
 * Kconfig sets all of it; these are for configurations that set it otherwise.
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

#if defined(CONFIG_NETWORK_PROV_SECURITY_2)

/* The longest messages of its handshake: with a user name, and with a salt, of 64 bytes. */
#define SECURITY2_REQUEST_MAX 480
#define SECURITY2_REPLY_MAX   480

BUILD_ASSERT(CONFIG_NETWORK_PROV_THREAD_STACK_SIZE >= 10240,
	     "A handshake of security 2 would overflow the provisioning thread's stack: set "
	     "CONFIG_NETWORK_PROV_THREAD_STACK_SIZE=12288, or CONFIG_NETWORK_PROV_SECURITY_2=n");

#if defined(CONFIG_NETWORK_PROV_CONSOLE)
/* Two digits a byte, and the words before them. */
BUILD_ASSERT(CONFIG_SHELL_CMD_BUFF_SIZE >=
		     sizeof("net_prov prov-session 4294967295 ") + 2 * SECURITY2_REQUEST_MAX,
	     "The shell would cut the first message of security 2: set "
	     "CONFIG_SHELL_CMD_BUFF_SIZE=1120");
BUILD_ASSERT(CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX >= SECURITY2_REPLY_MAX,
	     "The console could not carry the first answer of security 2: set "
	     "CONFIG_NETWORK_PROV_CONSOLE_REPLY_MAX=1024");
#endif

#if defined(CONFIG_NETWORK_PROV_SOFTAP)
BUILD_ASSERT(CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE >=
		     MAX(SECURITY2_REQUEST_MAX, SECURITY2_REPLY_MAX),
	     "The messages of security 2 would not fit into the buffer of a client: set "
	     "CONFIG_NETWORK_PROV_SOFTAP_BUFFER_SIZE=1024");
#endif

#endif /* CONFIG_NETWORK_PROV_SECURITY_2 */

BUILD_ASSERT(IS_ENABLED(CONFIG_CSPRNG_ENABLED) || IS_ENABLED(CONFIG_TEST_RANDOM_GENERATOR),
	     "Session keys take an entropy source: enable the device's (zephyr,entropy in the "
	     "devicetree); for tests on an emulator, set CONFIG_TEST_RANDOM_GENERATOR=y");

BUILD_ASSERT(CONFIG_NETWORK_PROV_THREAD_PRIORITY < CONFIG_NUM_PREEMPT_PRIORITIES,
	     "There is no such priority: set CONFIG_NETWORK_PROV_THREAD_PRIORITY below "
	     "CONFIG_NUM_PREEMPT_PRIORITIES");

#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_WIFI)

BUILD_ASSERT(!IS_ENABLED(CONFIG_WIFI_MGMT_RAW_SCAN_RESULTS_ONLY),
	     "Clients would see no network: set CONFIG_WIFI_MGMT_RAW_SCAN_RESULTS_ONLY=n");

#if defined(CONFIG_NET_MGMT_EVENT_QUEUE_SIZE)
BUILD_ASSERT(CONFIG_NET_MGMT_EVENT_QUEUE_SIZE >= 8,
	     "Results of a scan would get lost: set CONFIG_NET_MGMT_EVENT_QUEUE_SIZE=24");
#endif

#endif /* CONFIG_NETWORK_PROV_NETWORK_TYPE_WIFI */

#if defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)

BUILD_ASSERT(IS_ENABLED(CONFIG_OPENTHREAD_MANUAL_START),
	     "A device without a dataset would make up a network of its own at boot: set "
	     "CONFIG_OPENTHREAD_MANUAL_START=y, and call network_prov_mgr_connect()");

BUILD_ASSERT(!IS_ENABLED(CONFIG_OPENTHREAD_COPROCESSOR),
	     "A co-processor has no network of its own: set CONFIG_OPENTHREAD_COPROCESSOR=n");

#if defined(CONFIG_NETWORK_PROV_CONSOLE)
/* A dataset of 254 bytes, what is around it, and what security 2 adds. */
#define DATASET_REQUEST_MAX (254 + 16 + 16)
BUILD_ASSERT(CONFIG_SHELL_CMD_BUFF_SIZE >=
		     sizeof("net_prov prov-config 4294967295 ") + 2 * DATASET_REQUEST_MAX,
	     "The shell would cut a long dataset: set CONFIG_SHELL_CMD_BUFF_SIZE=1120");
#endif

#endif /* CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD */

#if defined(CONFIG_NETWORK_PROV_BLE)

BUILD_ASSERT(DT_HAS_CHOSEN(zephyr_bt_hci),
	     "There is no Bluetooth controller: choose zephyr,bt-hci in the devicetree, and enable it");

/* From 4.5 on, Zephyr has no such option: it always uses a queue of its own. */
BUILD_ASSERT(!IS_ENABLED(CONFIG_BT_RECV_WORKQ_SYS),
	     "A request would hold up the system work queue, and with it what it waits for: set "
	     "CONFIG_BT_RECV_WORKQ_BT=y");

#if defined(CONFIG_MBEDTLS_PSA_CRYPTO_LEGACY_RNG) && !defined(CONFIG_ARCH_POSIX)
BUILD_ASSERT(CONFIG_MAIN_STACK_SIZE >= 2048,
	     "PSA, which Bluetooth's host takes with a controller outside, would overflow the main "
	     "stack at boot: enable the device's entropy source (zephyr,entropy in the devicetree), "
	     "or set CONFIG_MAIN_STACK_SIZE=2048");
#endif

/* The longest request of the protocol: of a handshake, with a dataset, or with a passphrase. */
#if defined(CONFIG_NETWORK_PROV_SECURITY_2)
#define BLE_REQUEST_MAX SECURITY2_REQUEST_MAX
#elif defined(CONFIG_NETWORK_PROV_NETWORK_TYPE_THREAD)
#define BLE_REQUEST_MAX (254 + 16)
#else
#define BLE_REQUEST_MAX 126
#endif

/* At the smallest MTU, a part has 18 bytes. The other clients have a share each. */
BUILD_ASSERT(CONFIG_BT_ATT_PREPARE_COUNT >=
		     DIV_ROUND_UP(BLE_REQUEST_MAX, 18) +
			     NETPROV_BLE_PARTS_SHARE * (CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS - 1),
	     "Long requests of clients with a small MTU would be refused: leave "
	     "CONFIG_BT_ATT_PREPARE_COUNT unset, or set CONFIG_BT_ATT_PREPARE_COUNT=36");

BUILD_ASSERT(CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS <= CONFIG_NETWORK_PROV_PENDING_HANDSHAKES,
	     "One link's handshake would end another's: set CONFIG_NETWORK_PROV_PENDING_HANDSHAKES "
	     "to CONFIG_NETWORK_PROV_BLE_MAX_CLIENTS or more");

/* Zephyr takes 0 for an equal share of the buffers. */
#define PARTS_OF_A_LINK                                                                            \
	(CONFIG_BT_ATT_PREPARE_COUNT_PER_CONN > 0                                                  \
		 ? CONFIG_BT_ATT_PREPARE_COUNT_PER_CONN                                            \
		 : CONFIG_BT_ATT_PREPARE_COUNT / CONFIG_BT_MAX_CONN)

BUILD_ASSERT(PARTS_OF_A_LINK >= DIV_ROUND_UP(BLE_REQUEST_MAX, 18),
	     "One link could not hold the parts of a long request: leave "
	     "CONFIG_BT_ATT_PREPARE_COUNT_PER_CONN unset, or set it to "
	     "CONFIG_BT_ATT_PREPARE_COUNT");

#endif /* CONFIG_NETWORK_PROV_BLE */

#if defined(CONFIG_NETWORK_PROV_SOFTAP)

/* All of the HTTP server's connections at once. */
#define CLIENTS CONFIG_HTTP_SERVER_MAX_CLIENTS

BUILD_ASSERT(CONFIG_ZVFS_POLL_MAX >= 1 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "The HTTP server could not wait for all its clients, and the app would report \"Null "
	     "input buffer\": set CONFIG_ZVFS_POLL_MAX to CONFIG_HTTP_SERVER_NUM_SERVICES + "
	     "CONFIG_HTTP_SERVER_MAX_CLIENTS + 1 or more");

BUILD_ASSERT(NETPROV_EVENTFDS >= 2,
	     "The DHCP server and the HTTP server take an eventfd each: set "
	     "CONFIG_ZVFS_EVENTFD_MAX=2 or more");

/* Two eventfds, the listeners, the clients and the DHCP server's socket. */
BUILD_ASSERT(CONFIG_ZVFS_OPEN_MAX >= 3 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "There would be no file descriptors for all clients: set CONFIG_ZVFS_OPEN_MAX=16");

BUILD_ASSERT(CONFIG_NET_MAX_CONTEXTS >= 1 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "There would be no sockets for all clients: set CONFIG_NET_MAX_CONTEXTS=12");

BUILD_ASSERT(CONFIG_NET_MAX_CONN >= 2 + CONFIG_HTTP_SERVER_NUM_SERVICES + CLIENTS,
	     "There would be no connections for all clients: set CONFIG_NET_MAX_CONN=12");

#if defined(CONFIG_NETWORK_PROV_SOFTAP_AP)
BUILD_ASSERT(CONFIG_NET_IF_MAX_IPV4_COUNT >= 2,
	     "The access point and the station take an address each: set "
	     "CONFIG_NET_IF_MAX_IPV4_COUNT=2 or more");
#endif

BUILD_ASSERT(CONFIG_HTTP_SERVER_MAX_CLIENTS > CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS,
	     "A newcomer needs one connection more than clients: set "
	     "CONFIG_HTTP_SERVER_MAX_CLIENTS=4 or lower CONFIG_NETWORK_PROV_SOFTAP_MAX_CLIENTS");

#if defined(CONFIG_NETWORK_PROV_SOFTAP_AP) && defined(CONFIG_WIFI_ESP32)
BUILD_ASSERT(IS_ENABLED(CONFIG_ESP32_WIFI_AP_STA_MODE),
	     "The radio would be an access point or a station, not both: set CONFIG_WIFI_NM=y and "
	     "CONFIG_ESP32_WIFI_AP_STA_MODE=y");

#if defined(CONFIG_HEAP_MEM_POOL_ADD_SIZE_ESP_WIFI)
BUILD_ASSERT(K_HEAP_MEM_POOL_SIZE >= CONFIG_HEAP_MEM_POOL_ADD_SIZE_ESP_WIFI +
					     CONFIG_HEAP_MEM_POOL_ADD_SIZE_NETWORK_PROV_AP,
	     "The Wi-Fi driver could not receive as soon as a phone joins: leave "
	     "CONFIG_HEAP_MEM_POOL_SIZE unset, or make it larger");
#endif
#endif /* CONFIG_NETWORK_PROV_SOFTAP_AP && CONFIG_WIFI_ESP32 */

#endif /* CONFIG_NETWORK_PROV_SOFTAP */
