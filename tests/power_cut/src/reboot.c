/* SPDX-License-Identifier: Apache-2.0 */

#include <stdbool.h>

#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>

#include "reboot.h"
#include "storage/storage.h"
#include "wifi_credentials_internal.h"

/* The settings' own, which settings_subsys_init() looks at. */
extern bool settings_subsys_initialized;

int reboot(void)
{
	int ret;

	for (size_t i = 0; i < CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES; i++) {
		wifi_credentials_uncache_ssid(i);
	}
	settings_subsys_initialized = false;
	ret = wifi_credentials_backend_init();
	return ret == 0 ? netprov_storage_recover() : ret;
}
