/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#if defined(CONFIG_NETWORK_PROV_BLE)
#include <zephyr/bluetooth/bluetooth.h>
#include <zephyr/bluetooth/conn.h>
#include <zephyr/bluetooth/gatt.h>
#endif
#include <zephyr/kernel.h>
#include <zephyr/net/dhcpv4_server.h>
#include <zephyr/net/http/server.h>
#include <zephyr/net/net_context.h>
#include <zephyr/net/net_if.h>
#include <zephyr/net/net_mgmt.h>
#include <zephyr/net/socket.h>
#include <zephyr/net/wifi_credentials.h>
#include <zephyr/net/wifi_mgmt.h>
#include <zephyr/random/random.h>
#include <zephyr/settings/settings.h>
#include <zephyr/sys/fdtable.h>
#include <zephyr/sys/util.h>

#include "compat.h"
#if defined(CONFIG_NETWORK_PROV_BLE)
#include "controller.h"
#endif
#include "faults.h"
#include "transport/softap/http_connection.h"

static struct {
	struct k_spinlock lock;
	enum fault_point point;
	/** Calls to the point until one fails; 0 if it does. */
	uint32_t left;
	bool lasts;
	bool has_failed;
} fault = {.point = FAULT_POINTS};

static const char *const names[FAULT_POINTS] = {
	"random numbers",     "work",	      "settings load",	  "settings save",
	"settings delete",    "credentials get", "credentials set", "credentials delete",
	"wifi scan",	      "wifi connect",	 "wifi disconnect", "wifi status",
	"ap enable",	      "ap disable",	 "interface up",    "address add",
	"dhcp server",	      "dns context",	 "http start",	    "socket",
	"bind",		      "listen",		 "accept",	    "receive",
	"send",		      "socket option",	 "poll",	    "bluetooth enable",
	"bluetooth disable",  "device name",	 "gatt register",   "advertise",
	"advertise stop",     "disconnect",	 "link reference",  "controller command",
};

const char *faults_name(enum fault_point point)
{
	return names[point];
}

void faults_arm(enum fault_point point, uint32_t n, bool lasts)
{
#if defined(CONFIG_NETWORK_PROV_BLE)
	if (point == FAULT_COMMAND) {
		controller_fail(n, lasts);
	}
#endif
	K_SPINLOCK(&fault.lock) {
		fault.point = point;
		fault.left = n - 1;
		fault.lasts = lasts;
		fault.has_failed = false;
	}
}

bool faults_disarm(void)
{
	bool has_failed = false;

	K_SPINLOCK(&fault.lock) {
		has_failed = fault.has_failed;
		fault.point = FAULT_POINTS;
	}
#if defined(CONFIG_NETWORK_PROV_BLE)
	has_failed |= controller_has_failed();
	controller_fail(0, false);
#endif
	return has_failed;
}

/** Counts a call. Returns whether it is to fail. */
static bool fails(enum fault_point point)
{
	bool is_it = false;

	K_SPINLOCK(&fault.lock) {
		if (fault.point != point) {
			K_SPINLOCK_BREAK;
		}
		is_it = fault.left == 0 && (fault.lasts || !fault.has_failed);
		fault.has_failed |= is_it;
		fault.left -= fault.left > 0 ? 1 : 0;
	}
	return is_it;
}

/* The kernel. */

int fault_csrand_get(void *buffer, size_t length)
{
	return fails(FAULT_RANDOM) ? -EIO : sys_csrand_get(buffer, length);
}

int fault_submit(struct k_work_q *queue, struct k_work *work, const char *caller)
{
	/*
	 * Calls and requests report that they were not queued. All other work is queued without
	 * looking at the result, because the queue is never drained and the items never cancelled.
	 */
	bool may_fail = strcmp(caller, "netprov_port_run") == 0 ||
			strcmp(caller, "netprov_exchange_submit") == 0;

	return may_fail && fails(FAULT_WORK) ? -EBUSY : k_work_submit_to_queue(queue, work);
}

/* The store. */

int fault_settings_init(void)
{
	return fails(FAULT_SETTINGS_LOAD) ? -EIO : settings_subsys_init();
}

int fault_settings_load(const char *subtree, settings_load_direct_cb cb, void *param)
{
	return fails(FAULT_SETTINGS_LOAD) ? -EIO
					  : settings_load_subtree_direct(subtree, cb, param);
}

int fault_settings_save(const char *name, const void *value, size_t length)
{
	return fails(FAULT_SETTINGS_SAVE) ? -ENOSPC : settings_save_one(name, value, length);
}

int fault_settings_delete(const char *name)
{
	return fails(FAULT_SETTINGS_DELETE) ? -EIO : settings_delete(name);
}

int fault_credentials_get(const char *ssid, size_t length, struct wifi_credentials_personal *into)
{
	return fails(FAULT_CREDENTIALS_GET)
		       ? -EIO
		       : wifi_credentials_get_by_ssid_personal_struct(ssid, length, into);
}

int fault_credentials_set(const struct wifi_credentials_personal *credentials)
{
	return fails(FAULT_CREDENTIALS_SET) ? -ENOSPC
					    : wifi_credentials_set_personal_struct(credentials);
}

int fault_credentials_delete(const char *ssid, size_t length)
{
	return fails(FAULT_CREDENTIALS_DELETE) ? -EIO
					       : wifi_credentials_delete_by_ssid(ssid, length);
}

int fault_credentials_delete_all(void)
{
	return fails(FAULT_CREDENTIALS_DELETE) ? -EIO : wifi_credentials_delete_all();
}

/* Wi-Fi. */

#define WIFI_FAULT(function, point, name)                                                          \
	int function(uint64_t number, struct net_if *iface, void *data, size_t length)             \
	{                                                                                          \
		ARG_UNUSED(number);                                                                \
		return fails(point) ? -EIO                                                         \
				    : net_mgmt(NET_REQUEST_WIFI_##name, iface, data, length);      \
	}

WIFI_FAULT(fault_wifi_scan, FAULT_WIFI_SCAN, SCAN)
WIFI_FAULT(fault_wifi_connect, FAULT_WIFI_CONNECT, CONNECT)
WIFI_FAULT(fault_wifi_disconnect, FAULT_WIFI_DISCONNECT, DISCONNECT)
WIFI_FAULT(fault_wifi_status, FAULT_WIFI_STATUS, IFACE_STATUS)
WIFI_FAULT(fault_ap_enable, FAULT_AP_ENABLE, AP_ENABLE)
WIFI_FAULT(fault_ap_disable, FAULT_AP_DISABLE, AP_DISABLE)

/* The network. */

#if !NETPROV_ZEPHYR_4_4
#define net_sa_family_t sa_family_t
#endif

int fault_if_up(struct net_if *iface)
{
	return fails(FAULT_IF_UP) ? -EIO : net_if_up(iface);
}

struct net_if_addr *fault_addr_add(struct net_if *iface, const struct net_in_addr *address,
				   enum net_addr_type type, uint32_t lifetime)
{
	return fails(FAULT_ADDRESS_ADD) ? NULL
					: net_if_ipv4_addr_add(iface, address, type, lifetime);
}

int fault_dhcp_start(struct net_if *iface, struct net_in_addr *base)
{
	return fails(FAULT_DHCP_SERVER) ? -ENOMEM : net_dhcpv4_server_start(iface, base);
}

/* The responder works without: it is the only one that the module's own contexts are for. */

int fault_context_get(net_sa_family_t family, enum net_sock_type type, uint16_t protocol,
		      struct net_context **context)
{
	return fails(FAULT_DNS_CONTEXT) ? -ENOENT
					: net_context_get(family, type, protocol, context);
}

int fault_context_bind(struct net_context *context, const struct net_sockaddr *address,
		       net_socklen_t length)
{
	return fails(FAULT_DNS_CONTEXT) ? -EADDRINUSE : net_context_bind(context, address, length);
}

int fault_context_recv(struct net_context *context, net_context_recv_cb_t cb, k_timeout_t timeout,
		       void *user_data)
{
	return fails(FAULT_DNS_CONTEXT) ? -EIO : net_context_recv(context, cb, timeout, user_data);
}

/* The HTTP server's sockets. */

int fault_http_start(void)
{
	return fails(FAULT_HTTP_START) ? -ENOMEM : http_server_start();
}

int fault_socket(int family, int type, int protocol)
{
	if (fails(FAULT_SOCKET)) {
		errno = ENFILE;
		return -1;
	}
	return zsock_socket(family, type, protocol);
}

/** Zephyr's operations, and those that fail. */
static const struct socket_op_vtable *real;
static struct socket_op_vtable faulty;

static int failed(int error)
{
	errno = error;
	return -1;
}

static int faulty_bind(void *obj, const struct net_sockaddr *address, net_socklen_t length)
{
	return fails(FAULT_BIND) ? failed(EADDRINUSE) : real->bind(obj, address, length);
}

static int faulty_listen(void *obj, int backlog)
{
	return fails(FAULT_LISTEN) ? failed(ENOMEM) : real->listen(obj, backlog);
}

static int faulty_accept(void *obj, struct net_sockaddr *address, net_socklen_t *length)
{
	if (!fails(FAULT_ACCEPT)) {
		return real->accept(obj, address, length);
	}
	/* Takes the connection, so that the server does not find it again at once, for ever. */
	(void)zsock_close(real->accept(obj, address, length));
	return failed(ENFILE);
}

static ssize_t faulty_receive(void *obj, void *buffer, size_t size, int flags,
			      struct net_sockaddr *address, net_socklen_t *length)
{
	return fails(FAULT_RECEIVE) ? failed(ECONNRESET)
				    : real->recvfrom(obj, buffer, size, flags, address, length);
}

static ssize_t faulty_send(void *obj, const void *buffer, size_t size, int flags,
			   const struct net_sockaddr *address, net_socklen_t length)
{
	return fails(FAULT_SEND) ? failed(ENOBUFS)
				 : real->sendto(obj, buffer, size, flags, address, length);
}

static int faulty_setsockopt(void *obj, int level, int name, const void *value,
			     net_socklen_t length)
{
	return fails(FAULT_SOCKET_OPTION) ? failed(ENOMEM)
					  : real->setsockopt(obj, level, name, value, length);
}

static int faulty_ioctl(void *obj, unsigned int request, va_list args)
{
	if (request == ZFD_IOCTL_POLL_UPDATE && fails(FAULT_POLL)) {
		return failed(EIO);
	}
	return real->fd_vtable.ioctl(obj, request, args);
}

void *fault_get_vtable(int fd, const struct fd_op_vtable **vtable, struct k_mutex **lock)
{
	void *obj = zvfs_get_fd_obj_and_vtable(fd, vtable, lock);

	if (obj == NULL || vtable == NULL) {
		return obj;
	}
	if (real == NULL) {
		real = CONTAINER_OF(*vtable, struct socket_op_vtable, fd_vtable);
		faulty = *real;
		faulty.bind = faulty_bind;
		faulty.listen = faulty_listen;
		faulty.accept = faulty_accept;
		faulty.recvfrom = faulty_receive;
		faulty.sendto = faulty_send;
		faulty.setsockopt = faulty_setsockopt;
		faulty.fd_vtable.ioctl = faulty_ioctl;
	}
	/* The module copies the operations of its listener. */
	if (*vtable == &real->fd_vtable) {
		*vtable = &faulty.fd_vtable;
	}
	return obj;
}

/* Bluetooth. */

#if defined(CONFIG_NETWORK_PROV_BLE)

int fault_bt_enable(bt_ready_cb_t cb)
{
	return fails(FAULT_BT_ENABLE) ? -EIO : bt_enable(cb);
}

int fault_bt_disable(void)
{
	return fails(FAULT_BT_DISABLE) ? -EIO : bt_disable();
}

int fault_bt_set_name(const char *name)
{
	return fails(FAULT_BT_NAME) ? -ENOMEM : bt_set_name(name);
}

int fault_gatt_register(struct bt_gatt_service *service)
{
	return fails(FAULT_GATT_REGISTER) ? -ENOMEM : bt_gatt_service_register(service);
}

int fault_adv_start(const struct bt_le_adv_param *param, const struct bt_data *ad, size_t ad_len,
		    const struct bt_data *sd, size_t sd_len)
{
	return fails(FAULT_ADVERTISE) ? -EIO : bt_le_adv_start(param, ad, ad_len, sd, sd_len);
}

int fault_adv_stop(void)
{
	return fails(FAULT_ADVERTISE_STOP) ? -EIO : bt_le_adv_stop();
}

int fault_disconnect(struct bt_conn *conn, uint8_t reason)
{
	return fails(FAULT_DISCONNECT) ? -EIO : bt_conn_disconnect(conn, reason);
}

struct bt_conn *fault_conn_ref(struct bt_conn *conn)
{
	return fails(FAULT_LINK) ? NULL : bt_conn_ref(conn);
}

#endif /* CONFIG_NETWORK_PROV_BLE */
