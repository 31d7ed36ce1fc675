/* SPDX-License-Identifier: Apache-2.0 */

#include <errno.h>
#include <stdio.h>

#include <zephyr/kernel.h>

#include "netprov_core.h"
#include "stored.h"

int stored_text(char text[STORED_SIZE])
{
	size_t length = 0;

	text[0] = '\0';
	for (size_t i = 0; i < CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES; i++) {
		struct netprov_stored network = {0};
		int ret = netprov_port_load(i, &network);

		if (ret != 0) {
			return ret == -ENOENT ? 0 : ret;
		}
		length += snprintf(&text[length], STORED_SIZE - length, "%.*s=%.*s ",
				   (int)network.ssid_length, network.ssid,
				   (int)network.passphrase_length, network.passphrase);
	}
	return 0;
}
