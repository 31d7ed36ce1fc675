/* SPDX-License-Identifier: Apache-2.0 */
/* Simulated Wi-Fi radio and credential store. */
#include "port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Functions that the core calls. */

int netprov_port_scan(const struct netprov_scan_request *request)
{
	(void)request;
	port.scans++;
	return port.scan_error;
}

static void copy(char *to, const uint8_t *from, size_t length)
{
	memcpy(to, from, length);
	to[length] = '\0';
}

int netprov_port_connect(const struct netprov_credentials *credentials)
{
	port.connects++;
	copy(port.ssid, credentials->ssid, credentials->ssid_length);
	copy(port.passphrase, credentials->passphrase, credentials->passphrase_length);
	port.security = credentials->security;
	return port.connect_error;
}

void netprov_port_disconnect(void)
{
	port.disconnects++;
}

int netprov_port_store(const struct netprov_credentials *credentials)
{
	port.stores++;
	if (port.store_fails) {
		return -EIO;
	}
	copy(port.stored_ssid, credentials->ssid, credentials->ssid_length);
	copy(port.stored_passphrase, credentials->passphrase, credentials->passphrase_length);
	port.stored_security = credentials->security;
	port.stored = true;
	port.networks[0].ssid = port.stored_ssid;
	port.networks[0].passphrase = port.stored_passphrase;
	port.networks[0].security = port.stored_security;
	port.network_count = 1;
	return 0;
}

int netprov_port_load(size_t index, struct netprov_stored *stored)
{
	if (stored->ssid_length != 0 || stored->passphrase_length != 0 ||
	    stored->passphrase[0] != 0 || stored->security != NETPROV_UNKNOWN) {
		abort();
	}
	if (index >= port.network_count) {
		return -ENOENT;
	}
	index %= sizeof(port.networks) / sizeof(port.networks[0]);
	if (port.networks[index].ssid == NULL) {
		index = 0;
	}
	if (port.networks[index].error != 0) {
		return port.networks[index].error;
	}
	stored->ssid_length = (uint8_t)strlen(port.networks[index].ssid);
	memcpy(stored->ssid, port.networks[index].ssid, stored->ssid_length);
	stored->passphrase_length = (uint8_t)strlen(port.networks[index].passphrase);
	memcpy(stored->passphrase, port.networks[index].passphrase, stored->passphrase_length);
	if (port.networks[index].ssid_length != 0) {
		stored->ssid_length = port.networks[index].ssid_length;
	}
	if (port.networks[index].passphrase_length != 0) {
		stored->passphrase_length = port.networks[index].passphrase_length;
	}
	stored->security = (int)port.networks[index].security;
	return 0;
}

/* Reports to the core. */

static void found(void *argument)
{
	netprov_core_scan_result(argument);
}

void radio_found(const char *ssid, int8_t rssi, uint8_t auth)
{
	struct netprov_access_point network = {
		.ssid_length = (uint8_t)strlen(ssid),
		.bssid = { 0, 0x11, 0x22, 0x33, 0x44, 0x55 },
		.channel = 6,
		.rssi = rssi,
		.auth = auth,
	};

	memcpy(network.ssid, ssid, network.ssid_length);
	netprov_port_run(found, &network);
}

static void link_up(void *argument)
{
	struct netprov_access_point network = {
		.bssid = { 0, 0x11, 0x22, 0x33, 0x44, 0x55 },
		.channel = 6,
		.auth = *(const uint8_t *)argument,
	};

	netprov_core_link_up(&network);
}

void radio_link_up(uint8_t auth)
{
	netprov_port_run(link_up, &auth);
}

static void address(void *unused)
{
	static const uint8_t ipv4[4] = { 192, 168, 1, 7 };

	(void)unused;
	netprov_core_got_address(ipv4);
}

void radio_address(void)
{
	netprov_port_run(address, NULL);
}

void radio_online(void)
{
	radio_link_up(3);
	radio_address();
}

static void link_down(void *argument)
{
	netprov_core_link_down((int)*(const enum netprov_failure *)argument);
}

void radio_link_down(enum netprov_failure failure)
{
	netprov_port_run(link_down, &failure);
}

static void refuses(void *argument)
{
	netprov_core_connect_failed((int)*(const enum netprov_failure *)argument);
}

void radio_refuses(enum netprov_failure failure)
{
	netprov_port_run(refuses, &failure);
}

static void null_reports(void *unused)
{
	(void)unused;
	netprov_core_request(NULL);
	netprov_core_scan_result(NULL);
	netprov_core_link_up(NULL);
	netprov_core_got_address(NULL);
}

void radio_null(void)
{
	netprov_port_run(null_reports, NULL);
}
