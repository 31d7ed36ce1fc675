/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A device for clients on the host: over HTTP at an Ethernet interface of the host, over Bluetooth
 * through a controller of the host, and over the console. It logs a line for everything that
 * happens.
 */

#include <errno.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/logging/log.h>
#include <zephyr/net/net_if.h>

#include <network_provisioning/network_prov_mgr.h>
#include <network_provisioning/scheme_ble.h>
#include <network_provisioning/scheme_console.h>
#include <network_provisioning/scheme_softap.h>
#include <network_provisioning/test/fake_wifi.h>

#include "air.h"
#include "compat.h"
#include "neighbour.h"
#include "options.h"
#include "world.h"

LOG_MODULE_REGISTER(app, LOG_LEVEL_INF);

#define ENDPOINT "custom-data"
#define ECHO     "echo:"

static int on_custom_data(void *user_ctx, const uint8_t *inbuf, size_t inlen, uint8_t **outbuf,
			  size_t *outlen)
{
	size_t length = strlen(ECHO) + inlen;
	uint8_t *answer = k_malloc(length);

	ARG_UNUSED(user_ctx);
	if (answer == NULL) {
		return -ENOMEM;
	}
	memcpy(answer, ECHO, strlen(ECHO));
	memcpy(&answer[strlen(ECHO)], inbuf, inlen);
	*outbuf = answer;
	*outlen = length;
	return 0;
}

static const char *reason_name(enum network_prov_cred_fail_reason reason)
{
	switch (reason) {
	case NETWORK_PROV_WIFI_AUTH_ERROR:
		return "the passphrase is wrong";
	case NETWORK_PROV_WIFI_NETWORK_NOT_FOUND:
		return "there is no such network";
	case NETWORK_PROV_WIFI_UNSUPPORTED_SECURITY:
		return "a passphrase does not open it";
	case NETWORK_PROV_WIFI_WEAK_SIGNAL:
		return "the signal is too weak";
	case NETWORK_PROV_WIFI_HANDSHAKE_TIMEOUT:
		return "the handshake timed out";
	case NETWORK_PROV_WIFI_NO_ADDRESS:
		return "there is no address";
	case NETWORK_PROV_STORAGE_ERROR:
		return "they cannot be stored";
	/* These are for Thread. */
	case NETWORK_PROV_DATASET_INVALID:
	case NETWORK_PROV_THREAD_NOT_FOUND:
		break;
	}
	return "nobody knows why";
}

static void on_start(void)
{
	int ret = network_prov_mgr_endpoint_register(ENDPOINT, on_custom_data, NULL);

	if (ret == 0) {
		LOG_INF("The service runs");
	} else {
		LOG_ERR("The endpoint has no handler: %d", ret);
	}
}

static void on_event(void *user_data, enum network_prov_cb_event event, void *event_data)
{
	ARG_UNUSED(user_data);
	switch (event) {
	case NETWORK_PROV_START:
		on_start();
		break;
	case NETWORK_PROV_SESSION_ESTABLISHED:
		LOG_INF("A client has a session");
		if (options.advertises) {
			neighbour_begin();
		}
		break;
	case NETWORK_PROV_SESSION_REFUSED:
		LOG_INF("A client has a wrong proof of possession");
		break;
	case NETWORK_PROV_LOCKED_OUT:
		LOG_INF("Handshakes are refused for %u ms", *(uint32_t *)event_data);
		break;
	case NETWORK_PROV_CRED_RECV:
		LOG_INF("Credentials received");
		break;
	case NETWORK_PROV_CRED_FAIL:
		LOG_INF("Credentials failed: %s",
			reason_name(*(enum network_prov_cred_fail_reason *)event_data));
		break;
	case NETWORK_PROV_CRED_SUCCESS:
		LOG_INF("Credentials worked");
		break;
	case NETWORK_PROV_END:
		LOG_INF("The service has ended");
		break;
	default:
		break;
	}
}

/** Finds the interface that is neither the simulated station nor the simulated access point. */
static void find_host_iface(struct net_if *iface, void *found)
{
	if (iface != fake_wifi_iface() && iface != fake_wifi_ap_iface() &&
	    net_if_l2(iface) == &NET_L2_GET_NAME(ETHERNET)) {
		*(struct net_if **)found = iface;
	}
}

static struct net_if *host_iface(void)
{
	struct net_if *iface = NULL;

	net_if_foreach(find_host_iface, &iface);
	return iface;
}

/** Gives the host's interface its address. The module configures all others. */
static int set_address(const char *text)
{
	struct net_if *iface = host_iface();
	struct net_in_addr address;
	struct net_in_addr netmask;

	if (iface == NULL || net_addr_pton(NET_AF_INET, text, &address) != 0 ||
	    net_addr_pton(NET_AF_INET, "255.255.255.252", &netmask) != 0) {
		return -EINVAL;
	}
	if (net_if_ipv4_addr_add(iface, &address, NET_ADDR_MANUAL, 0) == NULL) {
		return -ENOMEM;
	}
	return net_if_ipv4_set_netmask_by_addr(iface, &address, &netmask) ? 0 : -EIO;
}

static const struct network_prov_scheme *chosen_scheme(void)
{
	if (options.is_softap) {
		return &network_prov_scheme_softap;
	}
	return options.is_ble ? &network_prov_scheme_ble : &network_prov_scheme_console;
}

/** The parameters of the security scheme. */
static const void *security_params(void)
{
	static uint8_t salt[64];
	static uint8_t verifier[384];
	static struct network_prov_security2_params params = {.salt = salt, .verifier = verifier};

	if (options.security != NETWORK_PROV_SECURITY_2) {
		return options.pop;
	}
	if (options.salt == NULL || options.verifier == NULL) {
		return NULL;
	}
	params.salt_len = hex2bin(options.salt, strlen(options.salt), salt, sizeof(salt));
	params.verifier_len =
		hex2bin(options.verifier, strlen(options.verifier), verifier, sizeof(verifier));
	return &params;
}

static int get_online(void)
{
	const struct network_prov_mgr_config config = {
		.scheme = chosen_scheme(),
		.app_event_handler = {.event_cb = on_event},
		.wifi_conn_attempts = options.attempts,
	};
	bool is_provisioned;
	int ret = network_prov_mgr_init(config);

	if (ret == 0 && options.no_auto_stop) {
		ret = network_prov_mgr_disable_auto_stop(0);
	}
	if (ret == 0) {
		ret = network_prov_mgr_endpoint_create(ENDPOINT);
	}
	if (ret == 0) {
		ret = network_prov_mgr_is_provisioned(&is_provisioned);
	}
	if (ret != 0) {
		return ret;
	}
	LOG_INF("Credentials are stored: %s", is_provisioned ? "yes" : "no");
	return network_prov_mgr_connect_or_provision(options.security, security_params(),
						     "PROV_ZEPHYR", NULL);
}

int main(void)
{
	int ret = 0;

	world_start();
	if (options.address != NULL) {
		ret = set_address(options.address);
	}
	if (options.has_air) {
		air_join(fake_wifi_ap_iface(), host_iface());
	}
	if (ret == 0) {
		ret = get_online();
	}
	if (ret == 0) {
		LOG_INF("Online");
	} else {
		LOG_ERR("Not online: %d", ret);
	}
	return 0;
}
