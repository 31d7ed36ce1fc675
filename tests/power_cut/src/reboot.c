/* SPDX-License-Identifier: Apache-2.0 */

#include <stdbool.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>

#ifdef CONFIG_SETTINGS_ZMS
#include "settings/settings_zms.h"
#else
#include "settings/settings_nvs.h"
#endif

#include "reboot.h"
#include "storage/storage.h"
#include "wifi_credentials_internal.h"

/* The settings' own, which settings_subsys_init() looks at. */
extern bool settings_subsys_initialized;

/** Forgets what the settings' backend has in RAM. */
static void forget_backend(void)
{
	/* Found once, because a backend that has not started cannot be asked. */
	static void *storage;

	if (storage == NULL && settings_storage_get(&storage) != 0) {
		return;
	}
#ifdef CONFIG_SETTINGS_ZMS
	memset(CONTAINER_OF(storage, struct settings_zms, cf_zms), 0, sizeof(struct settings_zms));
#else
	memset(CONTAINER_OF(storage, struct settings_nvs, cf_nvs), 0, sizeof(struct settings_nvs));
#endif
}

int reboot(void)
{
	int ret;

	forget_backend();
	for (size_t i = 0; i < CONFIG_WIFI_CREDENTIALS_MAX_ENTRIES; i++) {
		wifi_credentials_uncache_ssid(i);
	}
	settings_subsys_initialized = false;
	ret = wifi_credentials_backend_init();
	return ret == 0 ? netprov_storage_recover() : ret;
}
