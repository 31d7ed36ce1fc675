/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"

#include "port.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Functions that the core calls. */

int netprov_port_thread_discover(uint32_t channel_mask)
{
	port.discovers++;
	port.channel_mask = channel_mask;
	return port.discover_error;
}

int netprov_port_thread_attach(const uint8_t *dataset, size_t length)
{
	if ((dataset == NULL) != (length == 0) || length > sizeof(port.dataset)) {
		abort();
	}
	port.attaches++;
	port.dataset_length = length;
	if (length > 0) {
		memcpy(port.dataset, dataset, length);
	} else if (!port.stored) {
		return -ENOENT;
	}
	return port.attach_error;
}

void netprov_port_thread_detach(void)
{
	port.detaches++;
}

int netprov_port_thread_keep(void)
{
	port.keeps++;
	if (port.keep_error == 0) {
		port.stored = true;
	}
	return port.keep_error;
}

/* Reports to the core. */

static const struct netprov_thread_network home = {
	.pan_id = 0xabcd,
	.channel = 15,
	.rssi = -42,
	.lqi = 3,
	.ext_addr = { 1, 2, 3, 4, 5, 6, 7, 8 },
	.ext_pan_id = { 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22 },
	.name = "OpenThread",
};

static void found(void *argument)
{
	netprov_core_thread_result(argument);
}

void stack_found(const char *name, int8_t rssi)
{
	struct netprov_thread_network network = home;

	/* As the glue may do: 17 bytes without a terminator. */
	memset(network.name, 0, sizeof(network.name));
	memcpy(network.name, name, strlen(name) < 17 ? strlen(name) : 17);
	network.rssi = rssi;
	netprov_port_run(found, &network);
}

static void attached(void *argument)
{
	netprov_core_thread_attached(argument);
}

void stack_attached(uint8_t ext_pan_id)
{
	struct netprov_thread_network network = home;

	memset(network.ext_pan_id, ext_pan_id, sizeof(network.ext_pan_id));
	netprov_port_run(attached, &network);
}

void stack_attached_home(void)
{
	struct netprov_thread_network network = home;

	netprov_port_run(attached, &network);
}

static void alone(void *argument)
{
	netprov_core_thread_alone(argument);
}

void stack_alone_home(void)
{
	struct netprov_thread_network network = home;

	netprov_port_run(alone, &network);
}

static void addresses(void *argument)
{
	const uint8_t **pair = argument;

	netprov_core_thread_addresses(pair[0], pair[1]);
}

void stack_addresses(const uint8_t *mesh_local, const uint8_t *off_mesh)
{
	const uint8_t *pair[] = { mesh_local, off_mesh };

	netprov_port_run(addresses, pair);
}

static void detached(void *unused)
{
	(void)unused;
	netprov_core_thread_detached();
}

void stack_detached(void)
{
	netprov_port_run(detached, NULL);
}

static void null_reports(void *unused)
{
	(void)unused;
	netprov_core_thread_result(NULL);
	netprov_core_thread_attached(NULL);
	netprov_core_thread_alone(NULL);
}

void stack_null(void)
{
	netprov_port_run(null_reports, NULL);
}
