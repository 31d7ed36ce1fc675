/* SPDX-License-Identifier: Apache-2.0 */

/**
 * @file
 * @brief Renames what the module calls, before any header is included.
 *
 * The headers then declare these functions with the types of Zephyr's own, and faults.c defines
 * them. A static function of a header cannot be renamed; what it calls can.
 */

#ifndef TESTS_FAULTS_REDIRECT_H_
#define TESTS_FAULTS_REDIRECT_H_

#define z_impl_sys_csrand_get fault_csrand_get

#define settings_subsys_init         fault_settings_init
#define settings_load_subtree_direct fault_settings_load
#define settings_save_one            fault_settings_save
#define settings_delete              fault_settings_delete

#define wifi_credentials_get_by_ssid_personal_struct fault_credentials_get
#define wifi_credentials_set_personal_struct         fault_credentials_set
#define wifi_credentials_delete_by_ssid              fault_credentials_delete
#define wifi_credentials_delete_all                  fault_credentials_delete_all

#define net_mgmt_NET_REQUEST_WIFI_SCAN         fault_wifi_scan
#define net_mgmt_NET_REQUEST_WIFI_CONNECT      fault_wifi_connect
#define net_mgmt_NET_REQUEST_WIFI_DISCONNECT   fault_wifi_disconnect
#define net_mgmt_NET_REQUEST_WIFI_IFACE_STATUS fault_wifi_status
#define net_mgmt_NET_REQUEST_WIFI_AP_ENABLE    fault_ap_enable
#define net_mgmt_NET_REQUEST_WIFI_AP_DISABLE   fault_ap_disable

#define net_if_up               fault_if_up
#define net_if_ipv4_addr_add    fault_addr_add
#define net_dhcpv4_server_start fault_dhcp_start
#define net_context_get         fault_context_get
#define net_context_bind        fault_context_bind
#define net_context_recv        fault_context_recv

#define http_server_start          fault_http_start
#define z_impl_zsock_socket        fault_socket
#define zvfs_get_fd_obj_and_vtable fault_get_vtable

#define bt_enable                fault_bt_enable
#define bt_disable               fault_bt_disable
#define bt_set_name              fault_bt_set_name
#define bt_gatt_service_register fault_gatt_register
#define bt_le_adv_start          fault_adv_start
#define bt_le_adv_stop           fault_adv_stop
#define bt_conn_disconnect       fault_disconnect
#define bt_conn_ref              fault_conn_ref

/* With its caller, because not each of them looks at the result. */
#include <zephyr/kernel.h>

int fault_submit(struct k_work_q *queue, struct k_work *work, const char *caller);

#define k_work_submit_to_queue(queue, work) fault_submit(queue, work, __func__)

#endif /* TESTS_FAULTS_REDIRECT_H_ */
