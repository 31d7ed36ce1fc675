/* SPDX-License-Identifier: Apache-2.0 */

#include <stddef.h>
#include <string.h>

#include <cmdline.h>
#include <posix_native_task.h>

#include "options.h"
#include "world.h"

static const char *scheme;

struct options options;

static void on_scheme(char *argument, int offset)
{
	options.is_softap = strcmp(&argument[offset], "softap") == 0;
	options.is_ble = strcmp(&argument[offset], "ble") == 0;
}

static void on_network(char *argument, int offset)
{
	world_add_network(&argument[offset]);
}

static void add_options(void)
{
	static struct args_struct_t list[] = {
		{
			.option = "scheme",
			.name = "\"console\"|\"softap\"|\"ble\"",
			.type = 's',
			.dest = (void *)&scheme,
			.call_when_found = on_scheme,
			.descript = "Transport for clients (default: console)",
		},
		{
			.option = "security",
			.name = "0|1|2",
			.type = 'i',
			.dest = (void *)&options.security,
			.descript = "Security scheme (default: 1)",
		},
		{
			.option = "pop",
			.name = "text",
			.type = 's',
			.dest = (void *)&options.pop,
			.descript = "Proof of possession of security 1 (default: none)",
		},
		{
			.option = "salt",
			.name = "hex",
			.type = 's',
			.dest = (void *)&options.salt,
			.descript = "Salt of security 2",
		},
		{
			.option = "verifier",
			.name = "hex",
			.type = 's',
			.dest = (void *)&options.verifier,
			.descript = "Verifier of security 2",
		},
		{
			.option = "address",
			.name = "IPv4 address",
			.type = 's',
			.dest = (void *)&options.address,
			.descript = "Address on the host's interface, a /30 (default: none)",
		},
		{
			.option = "attempts",
			.name = "count",
			.type = 'u',
			.dest = (void *)&options.attempts,
			.descript = "Attempts to connect to a network (default: 1)",
		},
		{
			.is_switch = true,
			.option = "no_auto_stop",
			.type = 'b',
			.dest = (void *)&options.no_auto_stop,
			.descript = "Keep the service running after a success",
		},
		{
			.is_switch = true,
			.option = "air",
			.type = 'b',
			.dest = (void *)&options.has_air,
			.descript = "Make the host's interface a client of the access point",
		},
		{
			.is_switch = true,
			.option = "advertises",
			.type = 'b',
			.dest = (void *)&options.advertises,
			.descript = "Let the application advertise too while a client is connected",
		},
		{
			.option = "network",
			.name = "ssid,passphrase,security,rssi,channel,bssid,visible|hidden",
			.type = 's',
			.call_when_found = on_network,
			.descript = "A network in range; repeatable",
		},
		ARG_TABLE_ENDMARKER,
	};

	native_add_command_line_opts(list);
}

/** By now, options that are not on the command line have the default of their type. */
static void set_defaults(void)
{
	if (options.security == INT32_MAX) {
		options.security = 1;
	}
	if (options.attempts == UINT32_MAX) {
		options.attempts = 1;
	}
}

NATIVE_TASK(add_options, PRE_BOOT_1, 10);
NATIVE_TASK(set_defaults, PRE_BOOT_2, 10);
