/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief ESP-IDF's names for this API, to port applications.
 */

/**
 * @defgroup network_prov_idf ESP-IDF compatibility
 * @ingroup network_prov
 * @brief ESP-IDF's names for this API, to port applications.
 *
 * Include this file instead of `<network_provisioning/manager.h>`, `<wifi_provisioning/manager.h>`
 * and the headers of their schemes. It includes the module's own headers. The names of both
 * ESP-IDF components are available: `network_prov_*` and `wifi_prov_*`.
 *
 * Functions take the same arguments as in ESP-IDF and return 0 or a negative errno.
 * docs/migrating.md lists the differences. In a file that includes this header, do not use the
 * module's own forms of `struct network_prov_mgr_config`, of the parameters of security 2, or of an
 * endpoint handler.
 *
 * @{
 */

#ifndef NETWORK_PROVISIONING_ESP_IDF_COMPAT_H_
#define NETWORK_PROVISIONING_ESP_IDF_COMPAT_H_

#include <stdint.h>
#include <sys/types.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_ble.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/scheme_softap.h>

#ifdef __has_include
#if __has_include(<esp_err.h>)
#include <esp_err.h>
#define NETWORK_PROV_HAS_ESP_ERR
#endif
#if __has_include(<esp_wifi_types.h>)
/* Its `wifi_sta_config_t` begins with the same members. */
#define NETWORK_PROV_HAS_ESP_WIFI_TYPES
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

#ifndef NETWORK_PROV_HAS_ESP_ERR
/** @brief Result: 0 or a negative errno. */
typedef int esp_err_t;
/** @brief Success. */
#define ESP_OK 0
/** @brief Failure. Compare results with `ESP_OK`: this module returns other negative errnos. */
#define ESP_FAIL (-1)
#endif

#ifndef NETWORK_PROV_HAS_ESP_WIFI_TYPES
/** @brief Data of the event `NETWORK_PROV_WIFI_CRED_RECV`. */
typedef struct {
	/** SSID, null-terminated unless it has 32 bytes. */
	uint8_t ssid[32];
	/** Always empty. The passphrase is not passed to the application. */
	uint8_t password[64];
} wifi_sta_config_t;
#endif

/* Types. */

/** @brief Event. */
typedef enum network_prov_cb_event network_prov_cb_event_t;
/** @brief Callback. */
typedef network_prov_cb_t network_prov_cb_func_t;
/** @brief Callback with its context. */
typedef struct network_prov_event_handler network_prov_event_handler_t;
/** @brief Transport. */
typedef struct network_prov_scheme network_prov_scheme_t;
/** @brief Security version. */
typedef enum network_prov_security network_prov_security_t;
/** @brief State of the Wi-Fi station. */
typedef enum network_prov_wifi_sta_state network_prov_wifi_sta_state_t;
/** @brief Reasons why credentials did not work. Has more values than in ESP-IDF. */
typedef enum network_prov_cred_fail_reason network_prov_wifi_sta_fail_reason_t;
/** @brief State of the attachment to a Thread network. */
typedef enum network_prov_thread_state network_prov_thread_state_t;
/** @brief Reasons why a Thread dataset did not work. */
typedef enum network_prov_thread_detached_reason network_prov_thread_fail_reason_t;
/** @brief Proof of possession, a string. */
typedef const char network_prov_security1_params_t;

/** @brief Salt and verifier of security 2, in ESP-IDF's form. They are copied. */
typedef struct {
	/** Salt. */
	const char *salt;
	/** Length of the salt in bytes. */
	uint16_t salt_len;
	/** Verifier. */
	const char *verifier;
	/** Length of the verifier in bytes. */
	uint16_t verifier_len;
} network_prov_security2_params_t;

/** @brief Settings of connection attempts. */
typedef struct {
	/**
	 * Number of attempts before credentials count as failed. 0 means one, and logs a warning,
	 * because ESP-IDF retries forever.
	 */
	uint32_t wifi_conn_attempts;
} network_prov_wifi_conn_cfg_t;

/** @brief Configuration of the manager. */
typedef struct {
	/** The transport: `network_prov_scheme_ble`, `_softap` or `_console`. */
	const network_prov_scheme_t *scheme;
	/** Called before the application's callback. */
	network_prov_event_handler_t scheme_event_handler;
	/** Callback of the application. */
	network_prov_event_handler_t app_event_handler;
	/** Settings of connection attempts. */
	network_prov_wifi_conn_cfg_t network_prov_wifi_conn_cfg;
} network_prov_mgr_config_t;

/**
 * @brief Endpoint handler in ESP-IDF's form.
 *
 * The response is memory from malloc(), which the module frees. `session_id` is always 0.
 */
typedef esp_err_t (*protocomm_req_handler_t)(uint32_t session_id, const uint8_t *inbuf,
					     ssize_t inlen, uint8_t **outbuf, ssize_t *outlen,
					     void *priv_data);

/* Functions whose parameters differ from the module's own. */

/** @brief As network_prov_mgr_init(), with ESP-IDF's configuration. */
int network_prov_idf_init(network_prov_mgr_config_t config);

/** @brief As network_prov_mgr_start_provisioning(), with ESP-IDF's parameters of security 2. */
int network_prov_idf_start_provisioning(network_prov_security_t security, const void *sec_params,
					const char *service_name, const char *service_key);

/** @brief As network_prov_mgr_endpoint_register(), with ESP-IDF's handler. */
int network_prov_idf_endpoint_register(const char *ep_name, protocomm_req_handler_t handler,
				       void *user_ctx);

/**
 * @brief Does nothing. Bluetooth is disabled when the service ends, unless the application had
 * enabled it.
 */
void network_prov_scheme_ble_event_cb_free_btdm(void *user_data, network_prov_cb_event_t event,
						void *event_data);
/** @brief Does nothing, as network_prov_scheme_ble_event_cb_free_btdm(). */
void network_prov_scheme_ble_event_cb_free_ble(void *user_data, network_prov_cb_event_t event,
					       void *event_data);
/** @brief Does nothing, as network_prov_scheme_ble_event_cb_free_btdm(). */
void network_prov_scheme_ble_event_cb_free_bt(void *user_data, network_prov_cb_event_t event,
					      void *event_data);

/** @brief As network_prov_scheme_ble_keep_on(). Returns `ESP_OK`. */
static inline esp_err_t network_prov_mgr_keep_ble_on(uint8_t is_on_after_ble_stop)
{
	network_prov_scheme_ble_keep_on(is_on_after_ble_stop != 0);
	return ESP_OK;
}

/* Functions that this module does not have. A call is a compile-time error. */

/** @cond INTERNAL_HIDDEN */
#define NETWORK_PROV_IDF_ABSENT(text) __attribute__((error(text)))
/** @endcond */

/** @brief Not available. */
void network_prov_scheme_softap_set_httpd_handle(void *handle)
	NETWORK_PROV_IDF_ABSENT("pages of the application are resources of "
				"network_prov_http_service: see scheme_softap.h");

/** @brief The scheme as a pointer. In ESP-IDF it is a value. */
#define network_prov_scheme_ble (&network_prov_scheme_ble)
/** @brief As `network_prov_scheme_ble`. */
#define network_prov_scheme_softap (&network_prov_scheme_softap)
/** @brief As `network_prov_scheme_ble`. */
#define network_prov_scheme_console (&network_prov_scheme_console)

/** @cond ALIASES */
#define network_prov_mgr_init network_prov_idf_init
#define network_prov_mgr_start_provisioning network_prov_idf_start_provisioning
#undef network_prov_mgr_endpoint_register
/** @endcond */
/** @brief Registers a handler. A handler of another type is an error, not a warning. */
#define network_prov_mgr_endpoint_register(ep_name, handler, user_ctx)                             \
	network_prov_idf_endpoint_register(                                                        \
		(NETWORK_PROV_CHECK_HANDLER(protocomm_req_handler_t, handler), (ep_name)),         \
		handler, user_ctx)

/** @cond ALIASES */
/* Values. */

#define NETWORK_PROV_WIFI_CRED_RECV         NETWORK_PROV_CRED_RECV
#define NETWORK_PROV_WIFI_CRED_FAIL         NETWORK_PROV_CRED_FAIL
#define NETWORK_PROV_WIFI_CRED_SUCCESS      NETWORK_PROV_CRED_SUCCESS
#define NETWORK_PROV_THREAD_DATASET_RECV    NETWORK_PROV_CRED_RECV
#define NETWORK_PROV_THREAD_DATASET_FAIL    NETWORK_PROV_CRED_FAIL
#define NETWORK_PROV_THREAD_DATASET_SUCCESS NETWORK_PROV_CRED_SUCCESS

#define PROTOCOMM_TRANSPORT_BLE_CONNECTED                  NETWORK_PROV_TRANSPORT_CONNECTED
#define PROTOCOMM_TRANSPORT_BLE_DISCONNECTED               NETWORK_PROV_TRANSPORT_DISCONNECTED
#define PROTOCOMM_SECURITY_SESSION_SETUP_OK                NETWORK_PROV_SESSION_ESTABLISHED
#define PROTOCOMM_SECURITY_SESSION_INVALID_SECURITY_PARAMS NETWORK_PROV_SESSION_INVALID
#define PROTOCOMM_SECURITY_SESSION_CREDENTIALS_MISMATCH    NETWORK_PROV_SESSION_REFUSED

#define NETWORK_PROV_WIFI_STA_AUTH_ERROR   NETWORK_PROV_WIFI_AUTH_ERROR
#define NETWORK_PROV_WIFI_STA_AP_NOT_FOUND NETWORK_PROV_WIFI_NETWORK_NOT_FOUND

/** @brief Has no effect, as `NETWORK_PROV_EVENT_HANDLER_NONE`. */
#define NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM                                            \
	{ .event_cb = network_prov_scheme_ble_event_cb_free_btdm, .user_data = NULL }
#define NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BLE                                             \
	{ .event_cb = network_prov_scheme_ble_event_cb_free_ble, .user_data = NULL }
#define NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BT                                              \
	{ .event_cb = network_prov_scheme_ble_event_cb_free_bt, .user_data = NULL }

/* Names of the older component, wifi_provisioning. */

typedef network_prov_cb_event_t wifi_prov_cb_event_t;
typedef network_prov_cb_func_t wifi_prov_cb_func_t;
typedef network_prov_event_handler_t wifi_prov_event_handler_t;
typedef network_prov_scheme_t wifi_prov_scheme_t;
typedef network_prov_mgr_config_t wifi_prov_mgr_config_t;
typedef network_prov_security_t wifi_prov_security_t;
typedef network_prov_security1_params_t wifi_prov_security1_params_t;
typedef network_prov_security2_params_t wifi_prov_security2_params_t;
typedef network_prov_wifi_sta_state_t wifi_prov_sta_state_t;
typedef network_prov_wifi_sta_fail_reason_t wifi_prov_sta_fail_reason_t;
typedef network_prov_wifi_conn_cfg_t wifi_prov_conn_cfg_t;

#define WIFI_PROV_INIT               NETWORK_PROV_INIT
#define WIFI_PROV_START              NETWORK_PROV_START
#define WIFI_PROV_CRED_RECV          NETWORK_PROV_CRED_RECV
#define WIFI_PROV_CRED_FAIL          NETWORK_PROV_CRED_FAIL
#define WIFI_PROV_CRED_SUCCESS       NETWORK_PROV_CRED_SUCCESS
#define WIFI_PROV_END                NETWORK_PROV_END
#define WIFI_PROV_DEINIT             NETWORK_PROV_DEINIT
#define WIFI_PROV_SECURITY_0         NETWORK_PROV_SECURITY_0
#define WIFI_PROV_SECURITY_1         NETWORK_PROV_SECURITY_1
#define WIFI_PROV_SECURITY_2         NETWORK_PROV_SECURITY_2
#define WIFI_PROV_STA_CONNECTING     NETWORK_PROV_WIFI_STA_CONNECTING
#define WIFI_PROV_STA_CONNECTED      NETWORK_PROV_WIFI_STA_CONNECTED
#define WIFI_PROV_STA_DISCONNECTED   NETWORK_PROV_WIFI_STA_DISCONNECTED
#define WIFI_PROV_STA_AUTH_ERROR     NETWORK_PROV_WIFI_AUTH_ERROR
#define WIFI_PROV_STA_AP_NOT_FOUND   NETWORK_PROV_WIFI_NETWORK_NOT_FOUND
#define WIFI_PROV_EVENT_HANDLER_NONE NETWORK_PROV_EVENT_HANDLER_NONE

#define WIFI_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM                                               \
	NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BTDM
#define WIFI_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BLE NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BLE
#define WIFI_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BT  NETWORK_PROV_SCHEME_BLE_EVENT_HANDLER_FREE_BT

#define wifi_prov_scheme_ble     network_prov_scheme_ble
#define wifi_prov_scheme_softap  network_prov_scheme_softap
#define wifi_prov_scheme_console network_prov_scheme_console
/** @brief Member of the configuration. */
#define wifi_prov_conn_cfg       network_prov_wifi_conn_cfg

#define wifi_prov_mgr_init                             network_prov_mgr_init
#define wifi_prov_mgr_deinit                           network_prov_mgr_deinit
#define wifi_prov_mgr_is_provisioned                   network_prov_mgr_is_provisioned
#define wifi_prov_mgr_is_sm_idle                       network_prov_mgr_is_sm_idle
#define wifi_prov_mgr_start_provisioning               network_prov_mgr_start_provisioning
#define wifi_prov_mgr_stop_provisioning                network_prov_mgr_stop_provisioning
#define wifi_prov_mgr_wait                             network_prov_mgr_wait
#define wifi_prov_mgr_disable_auto_stop                network_prov_mgr_disable_auto_stop
#define wifi_prov_mgr_set_app_info                     network_prov_mgr_set_app_info
#define wifi_prov_mgr_endpoint_create                  network_prov_mgr_endpoint_create
#define wifi_prov_mgr_endpoint_register                network_prov_mgr_endpoint_register
#define wifi_prov_mgr_endpoint_unregister              network_prov_mgr_endpoint_unregister
#define wifi_prov_mgr_get_wifi_state                   network_prov_mgr_get_wifi_state
#define wifi_prov_mgr_get_wifi_disconnect_reason       network_prov_mgr_get_wifi_disconnect_reason
#define wifi_prov_mgr_get_wifi_remaining_conn_attempts                                             \
	network_prov_mgr_get_wifi_remaining_conn_attempts
#define wifi_prov_mgr_configure_sta                    network_prov_mgr_configure_wifi_sta
#define wifi_prov_mgr_reset_provisioning               network_prov_mgr_reset_wifi_provisioning
#define wifi_prov_mgr_reset_sm_state_on_failure                                                    \
	network_prov_mgr_reset_wifi_sm_state_on_failure
#define wifi_prov_mgr_reset_sm_state_for_reprovision                                               \
	network_prov_mgr_reset_wifi_sm_state_for_reprovision
#define wifi_prov_mgr_keep_ble_on                      network_prov_mgr_keep_ble_on
#define wifi_prov_scheme_ble_event_cb_free_btdm        network_prov_scheme_ble_event_cb_free_btdm
#define wifi_prov_scheme_ble_event_cb_free_ble         network_prov_scheme_ble_event_cb_free_ble
#define wifi_prov_scheme_ble_event_cb_free_bt          network_prov_scheme_ble_event_cb_free_bt
#define wifi_prov_scheme_ble_set_service_uuid          network_prov_scheme_ble_set_service_uuid
#define wifi_prov_scheme_ble_set_mfg_data              network_prov_scheme_ble_set_mfg_data
#define wifi_prov_scheme_ble_set_random_addr           network_prov_scheme_ble_set_random_addr
#define wifi_prov_scheme_softap_set_httpd_handle       network_prov_scheme_softap_set_httpd_handle
/** @endcond */

#ifdef __cplusplus
}
#endif

/** @} */

#endif /* NETWORK_PROVISIONING_ESP_IDF_COMPAT_H_ */
