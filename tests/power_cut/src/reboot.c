/* SPDX-License-Identifier: Apache-2.0 */

#include <stdbool.h>
#include <string.h>

#include <zephyr/kernel.h>
#include <zephyr/settings/settings.h>

#ifdef CONFIG_SETTINGS_ZMS
#include <zephyr/drivers/flash.h>
#include <zephyr/ztest.h>

#include "settings/settings_zms.h"
#else
#include "settings/settings_nvs.h"
#endif

#include "reboot.h"
#include "storage/storage.h"
#include "wifi_credentials_internal.h"

/* The settings' own, which settings_subsys_init() looks at. */
extern bool settings_subsys_initialized;

/** The settings' backend. Found once, because one that has not started cannot be asked. */
static void *backend;

/** Forgets what it has in RAM. */
static void forget_backend(void)
{
	if (backend == NULL && settings_storage_get(&backend) != 0) {
		return;
	}
#ifdef CONFIG_SETTINGS_ZMS
	memset(CONTAINER_OF(backend, struct settings_zms, cf_zms), 0, sizeof(struct settings_zms));
#else
	memset(CONTAINER_OF(backend, struct settings_nvs, cf_nvs), 0, sizeof(struct settings_nvs));
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

#ifdef CONFIG_SETTINGS_ZMS

/** Of an address in ZMS: the sector is in the upper half, the offset in it in the lower. */
#define SECTOR_OF(address) ((address) >> 32)

/** In the header, which is the last entry of a sector. */
#define MAGIC_OFFSET 13
#define MAGIC        0x42

static bool has_header(const struct zms_fs *fs)
{
	uint8_t magic;

	zassert_ok(flash_read(fs->flash_device,
			      fs->offset + (SECTOR_OF(fs->ate_wra) + 1) * fs->sector_size -
				      fs->ate_size + MAGIC_OFFSET,
			      &magic, sizeof(magic)));
	return magic == MAGIC;
}

enum settings_damage settings_damage(void)
{
	const struct zms_fs *fs = backend;

	if (!has_header(fs)) {
		return DAMAGE_NO_HEADER;
	}
	return fs->data_wra % fs->flash_parameters->write_block_size == 0 ? DAMAGE_NONE
									  : DAMAGE_HALF_ENTRY;
}

#else

enum settings_damage settings_damage(void)
{
	const struct nvs_fs *fs = backend;

	return !fs->ready && fs->ate_wra == fs->data_wra ? DAMAGE_FULL_PAGE : DAMAGE_NONE;
}

#endif
